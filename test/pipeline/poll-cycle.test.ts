import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LogFollower } from '../../src/pipeline/log-follower.js';
import { StandingClock } from '../support/clock.js';
import { counting } from '../support/scenario.js';

const START = Date.now() + 60_000;
const iso = (at: number): string => new Date(at).toISOString().replace('T', ' ').slice(0, -1);

it('every log is looked at once something has been read of one, however long the others were still', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'novaspan-turns-'));
  try {
    const clock = new StandingClock();
    await clock.pass(START);
    const { count, counted } = counting();
    const write = (service: string): void =>
      appendFileSync(join(dir, `${service}@cmp1.log`), `${iso(clock.now())} 3705 INFO ${service.replace('-', '.')}.manager [-] running\n`);
    const live = new LogFollower({
      logs: [{ paths: [dir], timezone: 'UTC' }],
      host: 'cmp1',
      start: { from: 'backfill' },
      lines: 'events',
      clock,
      count,
    });
    const after = async (ms: number): Promise<(number | undefined)[]> => {
      await clock.pass(ms);
      await live.cycle();
      return ['nova-compute', 'nova-scheduler'].map((service) => counted[`lines ${service}`]);
    };
    for (const service of ['nova-compute', 'nova-scheduler']) write(service);
    for (let i = 0; i < 3; i++) await after(1000);
    await after(3_600_000);
    write('nova-compute');
    const seen = [await after(1000), await after(9000)];
    write('nova-scheduler');
    seen.push(await after(1000));
    await live.close();
    expect(seen).toEqual([
      [1, 1],
      [2, 1],
      [2, 2],
    ]);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
