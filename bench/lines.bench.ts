import { describe, expect, it } from 'vitest';
import { type Message, messagesOf, services } from '../src/catalogue/index.js';
import { compileTemplate } from '../src/catalogue/template.js';
import { shapeOf } from '../src/check/shape.js';
import { linesFrom, shown, Way } from '../test/fuzz/way.js';

/*
 * How long one line may take at most, whatever stands in it: `npm run bench:lines`, on a quiet machine. It fails where that is more
 * than is promised. Tests run the same lines (test/fuzz) and measure nothing, as what they would measure is the machine of the moment.
 */

const LINES = Number(process.env['NOVASPAN_FUZZ_LINES'] ?? 1_000_000);
const SEED = Number(process.env['NOVASPAN_FUZZ_SEED'] ?? 20_261_121);
const HOURS = 3 * 3_600_000;
/** of a processor, for one line of up to a megabyte (docs/security.md) */
const MOST_MS = 5;

const cpuMs = (run: () => void): number => {
  const { user, system } = process.cpuUsage();
  run();
  const after = process.cpuUsage();
  return (after.user - user + after.system - system) / 1000;
};

/** A megabyte of JSON, full of escapes: what is done with a long line of a journal before any of our code sees it. */
const YARDSTICK = JSON.stringify({ MESSAGE: 'a line of a log, "quoted"\n'.repeat(34_000) });
/** What that takes on a machine on which `MOST_MS` holds as it stands. */
const YARDSTICK_MS = 2.1;

/**
 * What took long is done again, so that neither the system nor a collection of garbage is blamed on it; beside the yardstick, so that
 * a machine in a slow hour is not either.
 *
 * @returns how long it took: at the first time that it was short enough, else at best
 */
function leastCpuMs(run: () => void, allowed: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < 200; turn++) {
    const slowness = Math.max(1, cpuMs(() => JSON.parse(YARDSTICK)) / YARDSTICK_MS);
    least = Math.min(least, cpuMs(run) / slowness);
    if (least <= allowed) break;
  }
  return least;
}

it(`of ${LINES} lines that something has happened to none takes ${MOST_MS} ms`, () => {
  const way = new Way();
  const slow: string[] = [];
  let slowest = 0;
  for (const line of linesFrom(SEED, LINES, HOURS)) {
    const start = performance.now();
    way.take(line);
    const took = performance.now() - start;
    const cpu = took > MOST_MS ? leastCpuMs(() => way.take(line), MOST_MS) : took;
    slowest = Math.max(slowest, cpu);
    if (cpu > MOST_MS) slow.push(`${cpu} ms: ${shown(line)}`);
    if (line.isDue) way.advance();
  }
  console.log(`the slowest of ${LINES} lines took ${slowest.toFixed(1)} ms`);
  expect(slow).toEqual([]);
});

describe('a megabyte that is made to be slow', () => {
  const MEGABYTE = 1_000_000;
  /** A wording that backtracks takes seconds for such a line, or does not end. */
  const ALLOWED_MS = 250;

  /** The wording's own text and its real lines over and over, and what its holes like to eat. */
  function adversaries({ parts, spec }: Message): string[] {
    const literals = parts.filter((part) => typeof part === 'string');
    const prefix = typeof parts[0] === 'string' ? parts[0] : '';
    const all = literals.slice(prefix === '' ? 0 : 1).join('');
    const tails = spec.seen.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length));
    return [...new Set([...literals, all, `a${all}`, ...tails, ' ', 'a', '1', '{', ': ', "'device_id': '", 'device_id=', '/v2.1/servers'])]
      .filter((text) => text !== '')
      .map((text) => prefix + text.repeat(Math.ceil(MEGABYTE / text.length)));
  }

  it('costs every wording little', () => {
    const wordings = new Map(services.flatMap((service) => messagesOf(service).map((message) => [message.says, message] as const)));
    const slow: string[] = [];
    let slowest = { ms: 0, says: '' };
    for (const message of wordings.values()) {
      const { read } = compileTemplate(message.says, message.spec.level);
      for (const line of adversaries(message)) {
        const ms = leastCpuMs(() => read(line), ALLOWED_MS);
        if (ms > slowest.ms) slowest = { ms, says: message.says };
        if (ms > ALLOWED_MS) slow.push(`${ms} ms: ${message.says}: ${line.slice(0, 200)}`);
      }
    }
    console.log(`the slowest of ${wordings.size} wordings took ${slowest.ms.toFixed(1)} ms: ${slowest.says}`);
    expect(slow).toEqual([]);
  });

  it.each(['[', '{', '"', "'", 'a:', '1.', '/a', '0x', '\\"'])('costs the shape of a message little: %s', (piece) => {
    expect(leastCpuMs(() => shapeOf(piece.repeat(100_000)), 100)).toBeLessThan(100);
  });
});
