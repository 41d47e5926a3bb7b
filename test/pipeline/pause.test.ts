import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LogFollower } from '../../src/pipeline/log-follower.js';
import { pauseAfter } from '../../src/pipeline/pause.js';
import type { SourceReport } from '../../src/tail/tailer.js';
import { StandingClock } from '../support/clock.js';

const LINE = '2026-11-21 01:00:00.000 3705 INFO nova.compute.manager [-] running\n';

it('the next poll comes soon where something is left to read, also where a full queue keeps it from being read', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'novaspan-pause-'));
  try {
    const clock = new StandingClock();
    await clock.pass(Date.parse('2026-11-21T01:00:00Z'));
    const log = join(dir, 'nova-compute@cmp1.log');
    appendFileSync(log, LINE);
    const live = new LogFollower({
      logs: [{ paths: [dir], timezone: 'UTC' }],
      host: 'cmp1',
      start: { from: 'backfill' },
      lines: 'events',
      clock,
      count: () => undefined,
    });
    const pauses = [pauseAfter((await live.cycle()).reports, 250)];
    appendFileSync(log, LINE);
    pauses.push(pauseAfter(await live.look(), 250), pauseAfter((await live.cycle()).reports, 250));
    await live.close();
    expect(pauses).toEqual([1000, 250, 1000]);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

it('a log that cannot be read is not tried again sooner', () => {
  const source: SourceReport = {
    path: 'a',
    readBytes: 0,
    lagBytes: 9,
    atEnd: false,
    partial: false,
    begun: { file: 0, offset: 0 },
    place: { file: 0, offset: 0 },
    readable: false,
  };
  const after = (given: Partial<SourceReport>) =>
    pauseAfter([{ at: 0, readBytes: 0, sources: [{ ...source, ...given }], missing: [] }], 250);
  // Of a journal no bytes are known.
  expect([after({}), after({ readable: true }), after({ readable: true, lagBytes: 0, behind: 1 })]).toEqual([1000, 250, 250]);
});
