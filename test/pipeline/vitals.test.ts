import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LogFollower } from '../../src/pipeline/log-follower.js';
import { StandingClock } from '../support/clock.js';
import { counting, GOLDEN } from '../support/scenario.js';

it('what is open is told by name and with its beginning, and whose builds may be told', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'novaspan-vitals-'));
  try {
    cpSync(join(GOLDEN, 'create-succeeds-debug'), dir, { recursive: true });
    const compute = join(dir, 'nova-compute@vm.log');
    const lines = readFileSync(compute, 'utf8').split('\n');
    const opens = lines.findIndex((line) => line.includes('Starting instance...'));
    // As if the spawn were still under way.
    writeFileSync(compute, `${lines.slice(0, opens + 20).join('\n')}\n`);
    const clock = new StandingClock();
    const began = Date.parse(`${lines[opens]!.slice(0, 23).replace(' ', 'T')}Z`);
    await clock.pass(began + 60_000);
    const live = new LogFollower({
      logs: [{ paths: [dir], timezone: 'UTC' }],
      host: 'elsewhere',
      start: { from: 'backfill' },
      lines: 'events',
      clock,
      count: counting().count,
    });
    expect(live.vitals.openActions).toEqual({});
    await live.cycle();
    await live.cycle();
    const { openActions, buildHosts } = live.vitals;
    await live.close();

    expect(openActions['create']?.count).toBe(1);
    expect(Math.abs(openActions['create']!.oldest - began)).toBeLessThan(1000);
    expect(buildHosts).toEqual(['vm']);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
