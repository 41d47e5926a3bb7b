import { describe, expect, it } from 'vitest';
import { type Message, messagesOf, services } from '../../src/catalogue/index.js';
import { compileTemplate } from '../../src/catalogue/template.js';

const MEGABYTE = 1_000_000;
/** Not a measure of speed, which is bench's: a wording that backtracks takes seconds for such a line, or does not end. */
const ALLOWED_MS = 250;

const wordings = [
  ...new Map(services.flatMap((service) => messagesOf(service).map((message) => [message.says, message] as const))).values(),
];

/** Lines made to be slow: the wording's own text and its real lines over and over, and what its holes like to eat. */
function adversaries({ parts, spec }: Message): string[] {
  const literals = parts.filter((part) => typeof part === 'string');
  const prefix = typeof parts[0] === 'string' ? parts[0] : '';
  const all = literals.slice(prefix === '' ? 0 : 1).join('');
  const tails = spec.seen.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length));
  return [...new Set([...literals, all, `a${all}`, ...tails, ' ', 'a', '1', '{', ': ', "'device_id': '", 'device_id=', '/v2.1/servers'])]
    .filter((text) => text !== '')
    .map((text) => prefix + text.repeat(Math.ceil(MEGABYTE / text.length)));
}

function quickest(run: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < 5 && best > ALLOWED_MS / 2; turn += 1) {
    const start = performance.now();
    run();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

describe('a megabyte of nonsense costs little', () => {
  it.each(wordings)('$says', (message) => {
    const { read } = compileTemplate(message.says, message.spec.level);
    for (const line of adversaries(message)) {
      expect(
        quickest(() => read(line)),
        line.slice(0, 200),
      ).toBeLessThan(ALLOWED_MS);
    }
  });
});
