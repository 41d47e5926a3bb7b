import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LogFollower } from '../../src/pipeline/log-follower.js';
import { StandingClock } from '../support/clock.js';
import { counting } from '../support/scenario.js';

const FROM = Date.parse('2026-11-21T01:00:00Z');
const iso = (at: number): string => new Date(at).toISOString();
const FILLER = 'x'.repeat(4000);

/** Large, and of no use: what a chatty nova-compute writes in two seconds. */
const computeLine = (at: number): string =>
  `${iso(at).replace('T', ' ').slice(0, -1)} 3705 INFO nova.compute.resource_tracker [-] ${FILLER}\n`;
const ovnLine = (at: number, n: number): string =>
  `${iso(at)}|${String(n).padStart(5, '0')}|binding|INFO|Claiming lport ${n.toString(16).padStart(8, '0')}-eddc-4a06-a474-cd4199021a07 for this chassis.\n`;

it('a small log is not read far ahead of a large one, so that its lines need not wait for hours of that', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'novaspan-pace-'));
  try {
    const write = (from: number, to: number): void => {
      const times = Array.from({ length: to - from }, (_, i) => FROM + (from + i) * 2000);
      appendFileSync(join(dir, 'nova-compute@cmp1.log'), times.map(computeLine).join(''));
      appendFileSync(join(dir, 'ovn-controller@cmp1.log'), times.map((at, i) => ovnLine(at, from + i)).join(''));
    };
    const clock = new StandingClock();
    await clock.pass(FROM);
    const { count, counted } = counting();
    const live = new LogFollower({
      logs: [{ paths: [dir], timezone: 'UTC' }],
      host: 'cmp1',
      start: { from: 'backfill' },
      lines: 'events',
      clock,
      count,
    });
    write(0, 10);
    await clock.pass(20_000);
    await live.cycle();
    // The backend was away for two hours, and reading paused.
    write(10, 3600);
    await clock.pass(7_200_000);
    let most = 0;
    let cycles = 0;
    for (; (counted['lines ovn-controller'] ?? 0) + (counted['lines nova-compute'] ?? 0) < 7200 && cycles < 200; cycles++) {
      await live.cycle();
      most = Math.max(most, live.vitals.linesKept);
    }
    await live.close();
    // 64 KiB of the small log are some 600 lines, and what waits for a link is kept for six minutes.
    expect(most).toBeLessThan(1500);
    expect(counted).toMatchObject({ 'lines ovn-controller': 3600, 'lines nova-compute': 3600 });
  } finally {
    rmSync(dir, { recursive: true });
  }
});
