import { appendFileSync, copyFileSync, existsSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createTailer } from '../../src/tail/tailer.js';
import { collectLines, tally } from './collect.js';

/** What can happen to a log. A line is written in two writes, so that anything may come in between. */
const anyAction = fc.oneof(
  { weight: 6, arbitrary: fc.constant('write') },
  { weight: 3, arbitrary: fc.constant('write half') },
  { weight: 4, arbitrary: fc.constant('poll') },
  { weight: 2, arbitrary: fc.constant('rotate') },
  { weight: 1, arbitrary: fc.constant('wait') },
  { weight: 1, arbitrary: fc.constant('restart') },
);

/**
 * Applies actions to a real log that is tailed, and to a list of the lines it holds.
 * Every line is unique, so that a missing and a repeated one are both seen.
 */
async function play(actions: readonly string[], calamity: (path: string, moved: string) => void) {
  const folder = mkdtempSync(join(tmpdir(), 'novaspan-tail-'));
  const path = join(folder, 'a.log');
  const { sink, lines } = collectLines();
  const { count, counts } = tally();
  let now = 0;
  const start = (startAt: Parameters<typeof createTailer>[0]['startAt']) =>
    createTailer({
      paths: [join(folder, '*.log')],
      open: () => sink,
      clock: { now: () => now, sleep: async () => undefined },
      count,
      maxBytesPerPoll: 64,
      startAt,
    });
  let tailer = start('beginning');
  const written: string[] = [];
  let half = '';
  let rotations = 0;
  const drain = async (): Promise<void> => {
    for (let i = 0; i < 1000; i++) if ((await tailer.poll()).sources.every(({ atEnd }) => atEnd)) return;
    throw new Error('it never came to the end');
  };
  try {
    for (const [i, action] of actions.entries()) {
      if (action === 'write') {
        const line = half + `line ${i}`;
        appendFileSync(path, `${line.slice(half.length)}\n`);
        written.push(line);
        half = '';
      } else if (action === 'write half') {
        appendFileSync(path, `half ${i} `);
        half += `half ${i} `;
      } else if (action === 'poll') await tailer.poll();
      else if (action === 'wait') now += 11_000;
      else if (action === 'rotate' && existsSync(path)) {
        // What has not been read when the service moves on a second time is lost by design: nobody rotates that fast.
        await drain();
        if (half !== '') written.push(half);
        half = '';
        calamity(path, `${path}.${++rotations}`);
        await drain();
      } else if (action === 'restart') {
        // Files that lost their names are not looked for yet when a tailer starts.
        now += 11_000;
        await drain();
        const positions = tailer.positions();
        await tailer.close();
        tailer = start(positions);
      }
    }
    await drain();
    return { lines, written, counts };
  } finally {
    await tailer.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const calamities = {
  'renamed and created': (path: string, moved: string) => {
    renameSync(path, moved);
    writeFileSync(path, 'new\n');
  },
  'copied and truncated': (path: string, moved: string) => {
    copyFileSync(path, moved);
    truncateSync(path);
    appendFileSync(path, 'new\n');
  },
  'deleted and created': (path: string) => {
    rmSync(path);
    writeFileSync(path, 'new\n');
  },
};

it.each(Object.entries(calamities))('no line is given twice or skipped, whatever happens to a log that is %s', async (_, calamity) => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyAction, { maxLength: 40 }), async (actions) => {
      const { lines, written } = await play(actions, calamity);
      expect(lines.filter((line) => line !== 'new')).toEqual(written);
    }),
    { numRuns: 150 },
  );
});
