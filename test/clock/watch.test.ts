import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ZoneProblem } from '../../src/clock/zone-problem.js';
import { createZone } from '../../src/format/zone.js';
import { LogFollower } from '../../src/pipeline/log-follower.js';
import { StandingClock } from '../support/clock.js';
import { counting, GOLDEN } from '../support/scenario.js';

const START = Date.parse('2026-11-21T03:00:00Z');
const SECOND = 1000;
const MINUTE = 60_000;
const HOUR = 3_600_000;

let dir: string;
let clock: StandingClock;
let live: LogFollower | undefined;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'novaspan-zones-'));
  clock = new StandingClock();
  await clock.pass(START);
});
afterEach(async () => {
  await live?.close();
  live = undefined;
  rmSync(dir, { recursive: true });
});

const stamp = (at: number, separator: string): string => new Date(at).toISOString().slice(0, 23).replace('T', separator);
/** nova-compute's and OVS' log, when their clocks show `at`. */
const compute = (at: number): void =>
  appendFileSync(
    join(dir, 'nova-compute.log'),
    `${stamp(at, ' ')} 7 DEBUG oslo_service.periodic_task [None req-5678fc57-4d2e-486d-95b7-7deb6d508747 - - - - - -] Running periodic task ComputeManager._poll_volume_usage run_periodic_tasks /usr/lib/python3/dist-packages/oslo_service/periodic_task.py:210\n`,
  );
const ovs = (at: number): void =>
  appendFileSync(join(dir, 'ovs-vswitchd.log'), `${stamp(at, 'T')}Z|00001|memory|INFO|handlers:4 ports:5 revalidators:2 rules:9\n`);

function follow(timezone: string, from: 'backfill' | 'look-back' = 'backfill'): LogFollower {
  live = new LogFollower({
    logs: [{ paths: [dir], timezone }],
    host: 'cmp1',
    start: from === 'backfill' ? { from } : { from, lookBack: 15 * MINUTE },
    lines: 'off',
    clock,
    count: counting().count,
  });
  return live;
}

/** Lets minutes pass: looks every second, and writes every 20 seconds. @returns what was said meanwhile */
async function pass(logs: LogFollower, forMinutes: number, write: (now: number) => void = () => undefined): Promise<ZoneProblem[]> {
  const said: ZoneProblem[] = [];
  for (let second = 0; second < forMinutes * 60; second++) {
    if (second % 20 === 7) write(clock.now());
    await clock.pass(SECOND);
    await logs.cycle();
    const wrong = logs.wrongZone('novaspan.yaml');
    if (wrong !== undefined) said.push(wrong);
  }
  return said;
}

describe('a log that is followed', () => {
  it.each([
    ['UTC', 9 * HOUR, 'Asia/Seoul', 'UTC+9'],
    ['UTC', 5.75 * HOUR, 'Asia/Kat[h]?mandu', 'UTC\\+5:45'],
    ['Asia/Kolkata', 0, 'UTC', 'UTC'],
    ['Europe/Berlin', -3.5 * HOUR, 'America/St_Johns', 'UTC-3:30'],
  ])('read as %s, whose lines are written %d ms ahead of UTC: its zone is named', async (zone, ahead, right, offset) => {
    const said = await pass(follow(zone), 12, (now) => compute(now + ahead));
    expect(said).toHaveLength(1);
    expect(said[0]!.what).toMatch(
      new RegExp(`^times of nova-compute look like ${offset.replace('+9', '\\+9')}, but were read as ${zone}$`),
    );
    expect(said[0]!.remedy).toMatch(new RegExp(`^set \`timezone: ${right}\` in novaspan.yaml$`));
    expect(said[0]!.why[0]).toContain('by the clock at which its lines were read');
    expect(live!.vitals.logs[0]!.zoneOffset).toBe(ahead - createZone(zone).offsetAt(START));
  });

  it('is not spoken of again within the day, and again after it', async () => {
    const logs = follow('UTC');
    expect(await pass(logs, 12, (now) => compute(now + 9 * HOUR))).toHaveLength(1);
    expect(await pass(logs, 12, (now) => compute(now + 9 * HOUR))).toEqual([]);
    await clock.pass(24 * HOUR);
    expect(await pass(logs, 12, (now) => compute(now + 9 * HOUR))).toHaveLength(1);
  });

  it.each<[string, string, (now: number) => void]>([
    ['in the right zone', 'UTC', compute],
    ['in the right zone, which is none of whole hours', 'Asia/Kolkata', (now) => compute(now + 5.5 * HOUR)],
    ['with lines that come late, and not by quarters of an hour', 'UTC', (now) => compute(now - 9 * HOUR - 4 * MINUTE)],
    ['with lines that no zone can be so far ahead', 'UTC', (now) => compute(now + 15 * HOUR)],
    [
      'on a host whose clock is wrong, as OVS shows',
      'UTC',
      (now) => {
        compute(now - HOUR);
        ovs(now - HOUR);
      },
    ],
    ['of OVS, which is in UTC whatever it says', 'Asia/Seoul', (now) => ovs(now - 9 * HOUR)],
  ])('%s: nothing is said', async (_, zone, write) => {
    expect(await pass(follow(zone), 21, write)).toEqual([]);
    expect(live!.vitals.logs.every(({ zoneOffset }) => zoneOffset === undefined)).toBe(true);
  });

  it('is written at once what is hours old: nothing is said', async () => {
    for (let i = 0; i < 500; i++) compute(START - 9 * HOUR + i * SECOND);
    expect(await pass(follow('UTC'), 11)).toEqual([]);
  });

  it('is copied by a timer, an hour late: nothing is said', async () => {
    const logs = follow('UTC');
    for (let hour = 0; hour < 14; hour++) {
      for (let i = 3600; i > 0; i -= 60) compute(clock.now() - HOUR - i * SECOND);
      compute(clock.now() - HOUR);
      expect(await pass(logs, 0.5)).toEqual([]);
      await clock.pass(HOUR - 30 * SECOND);
      await logs.cycle();
    }
  });

  it('is looked at too seldom to know when a line was written: nothing is said', async () => {
    const logs = follow('UTC');
    for (let i = 0; i < 40; i++) {
      compute(clock.now() + 9 * HOUR);
      await clock.pass(4 * MINUTE);
      await logs.cycle();
      expect(logs.wrongZone('novaspan.yaml')).toBeUndefined();
    }
  });
});

describe('services that name the same requests and ports', () => {
  it('show a wrong zone without the clock, each service by its own', async () => {
    cpSync(join(GOLDEN, 'rebuild-succeeds-seoul-zone-info'), join(dir, 'vm'), { recursive: true });
    live = new LogFollower({
      logs: [{ paths: [join(dir, 'vm')], timezone: 'UTC' }],
      ...{ host: 'vm', start: { from: 'backfill' }, lines: 'off', clock, count: counting().count },
    });
    const said = await pass(live, 6);
    expect(said).toHaveLength(1);
    expect(said[0]!.what).toMatch(/^times of .*nova-compute.* look like UTC\+9, but were read as UTC$/);
    expect(said[0]!.remedy).toMatch(/set `timezone: Asia\/Seoul` in novaspan.yaml/);
  });

  it('show nothing where the zone is right', async () => {
    cpSync(join(GOLDEN, 'create-succeeds-debug'), join(dir, 'vm'), { recursive: true });
    live = new LogFollower({
      logs: [{ paths: [join(dir, 'vm')], timezone: 'UTC' }],
      ...{ host: 'vm', start: { from: 'backfill' }, lines: 'off', clock, count: counting().count },
    });
    expect(await pass(live, 6)).toEqual([]);
  });
});
