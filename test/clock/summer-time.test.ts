import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createZone } from '../../src/format/zone.js';
import type { ProvenZones, WrongZone } from '../../src/model/wrong-zone.js';
import { replay } from '../../src/pipeline/replay.js';
import { counting } from '../support/scenario.js';
import { temporaryFolder } from '../tail/temporary.js';

const inFolder = temporaryFolder();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Clocks are put back from 03:00 to 02:00 in Berlin at that moment, and forward from 02:00 to 03:00. */
const AUTUMN = Date.parse('2026-10-25T01:00:00Z');
const SPRING = Date.parse('2026-03-29T01:00:00Z');

const stamp = (at: number): string => new Date(at).toISOString().slice(0, 23);
const port = (n: number): string => `${n.toString(16).padStart(8, '0')}-f45a-435c-9ad6-1793e2a9f429`;

/** Writes what nova-compute, in a zone, and OVS, in UTC, say of ports that are plugged at these moments. */
function write(folder: string, zone: string, moments: readonly number[], host = ''): string {
  const { offsetAt } = createZone(zone);
  const nova = moments.map(
    (at, n) =>
      `${stamp(at + offsetAt(at)).replace('T', ' ')} 7 INFO os_vif [None req-${port(n)} u p - - default default] Successfully plugged vif VIFOpenVSwitch(active=False,address=fa:16:3e:00:00:01,bridge_name='br-int',has_traffic_filtering=True,id=${port(n)},network=Network(5fd5b001-8f1e-4495-8653-266072f95739),plugin='ovs',port_profile=VIFPortProfileOpenVSwitch,preserve_on_delete=False,vif_name='tap${port(n).slice(0, 11)}')\n`,
  );
  const ovs = moments.map(
    (at, n) => `${stamp(at + 20)}Z|${10_000 + n}|bridge|INFO|bridge br-int: added interface tap${port(n).slice(0, 11)} on port ${n}\n`,
  );
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `nova-compute${host}.log`), nova.join(''));
  writeFileSync(join(folder, `ovs-vswitchd${host}.log`), ovs.join(''));
  return folder;
}

/** `n` moments from one to the other, none of them together with another. */
const between = (from: number, to: number, n: number): number[] =>
  Array.from({ length: n }, (_, i) => from + ((to - from) * i) / n + i * 7000);

interface Read {
  readonly wrong: WrongZone | undefined;
  readonly proven: string | undefined;
  readonly by: string | undefined;
  readonly others: ProvenZones['others'];
}

async function read(zone: string, paths: readonly string[]): Promise<Read> {
  let found: Read = { wrong: undefined, proven: undefined, by: undefined, others: [] };
  const traces = replay({
    ...{ paths, zone, lines: 'off', count: counting().count },
    onWrongZone: (wrong) => {
      found = { ...found, wrong };
    },
    onProven: ({ zones, by, others }) => {
      found = { ...found, proven: zones, by, others };
    },
  });
  for await (const _ of traces);
  return found;
}

describe('a log over a change of summer time', () => {
  it.each([
    ['the hour that happens twice', AUTUMN],
    ['the hour that is missing', SPRING],
  ])('%s: nothing is said where the zone is named, and auto names it', async (_, change) => {
    const folder = write(inFolder('logs'), 'Europe/Berlin', between(change - 90 * MINUTE, change + 150 * MINUTE, 24));
    expect((await read('Europe/Berlin', [folder])).wrong).toBeUndefined();
    const auto = await read('auto', [folder]);
    expect(auto.proven).toBe('Europe/Berlin');
    expect(auto.wrong).toBeUndefined();
  });

  it.each(['Europe/Berlin', 'America/New_York', 'Australia/Sydney', 'Asia/Kolkata', 'Asia/Seoul'])(
    'of %s, over months: it is named by what its clock did',
    async (zone) => {
      const folder = write(inFolder('logs'), zone, between(AUTUMN - 900 * HOUR, AUTUMN + 900 * HOUR, 200));
      const { wrong } = await read('UTC', [folder]);
      expect(wrong?.zones).toBe(zone);
      const auto = await read('auto', [folder]);
      expect(auto.proven).toBe(zone);
      expect(auto.wrong).toBeUndefined();
    },
  );

  it('an offset that is right for most of it is not enough', async () => {
    const folder = write(inFolder('logs'), 'Europe/London', [
      ...between(AUTUMN - 200 * HOUR, AUTUMN, 30),
      ...between(AUTUMN, AUTUMN + 900 * HOUR, 300),
    ]);
    const { wrong } = await read('UTC', [folder]);
    expect(wrong?.what).toBe('times of nova-compute look like Europe/London, but were read as UTC');
    expect(wrong?.zones).toBe('Europe/London');
    expect((await read('Europe/London', [folder])).wrong).toBeUndefined();
  });

  it('a zone without summer time is told from one that has it', async () => {
    const folder = write(inFolder('logs'), 'UTC', between(AUTUMN - 900 * HOUR, AUTUMN + 900 * HOUR, 100));
    expect((await read('Europe/Berlin', [folder])).wrong?.zones).toBe('UTC');
    expect(await read('auto', [folder])).toMatchObject({ proven: 'UTC', by: expect.stringContaining('in UTC') });
  });
});

describe('zones of half hours and quarters', () => {
  it.each([
    ['Asia/Kolkata', 'Asia/Kolkata'],
    ['Asia/Kathmandu', /^Asia\/Kath?mandu$/],
    ['America/St_Johns', /^(?:America\/St_Johns|Canada\/Newfoundland)$/],
    ['Australia/Adelaide', /^Australia\//],
  ])('%s is named', async (zone, name) => {
    const folder = write(inFolder('logs'), zone, between(AUTUMN + 900 * HOUR, AUTUMN + 910 * HOUR, 12));
    expect((await read('UTC', [folder])).wrong?.zones).toMatch(name);
    expect((await read('auto', [folder])).proven).toMatch(name);
    expect((await read(zone, [folder])).wrong).toBeUndefined();
  });
});

describe('auto', () => {
  it('reads standard input once, and all of it', async () => {
    const folder = write(inFolder('logs'), 'Asia/Seoul', between(AUTUMN, AUTUMN + HOUR, 12));
    const found = ['nova-compute.log', 'ovs-vswitchd.log'].flatMap((name) =>
      readFileSync(join(folder, name), 'utf8').replaceAll(/^(?=.)/gm, `${name}:`),
    );
    const text = Buffer.from(found.join(''));
    const { counted, count } = counting();
    const stdin = Readable.from([text.subarray(0, 1000), text.subarray(1000)]);
    let proven: string | undefined;
    let wrong: WrongZone | undefined;
    const traces = replay({
      ...{ paths: ['-'], zone: 'auto', lines: 'off', count, stdin },
      onProven: ({ zones }) => {
        proven = zones;
      },
      onWrongZone: (each) => {
        wrong = each;
      },
    });
    for await (const _ of traces);
    expect(proven).toBe('Asia/Seoul');
    expect(wrong).toBeUndefined();
    expect(Object.entries(counted).reduce((sum, [name, n]) => sum + (/^lines\b/.test(name) ? n : 0), 0)).toBe(24);
  });

  it('takes a container runtime at its word, and judges a plain log by it', async () => {
    const folder = write(inFolder('logs'), 'UTC', between(AUTUMN, AUTUMN + HOUR, 12));
    const compute = readFileSync(join(folder, 'nova-compute.log'), 'utf8');
    // The container is in Berlin, which nobody has to say.
    const cri = compute.replaceAll(/^(\S+) (\S+) (.*)$/gm, (_, day, time, rest) => {
      const at = Date.parse(`${day}T${time}Z`);
      return `${stamp(at + 3)}Z stderr F ${stamp(at + createZone('Europe/Berlin').offsetAt(at)).replace('T', ' ')} ${rest}`;
    });
    const api = between(AUTUMN, AUTUMN + HOUR, 12).map(
      (at, n) =>
        `${stamp(at + 9 * HOUR).replace('T', ' ')} 9 INFO nova.osapi_compute.wsgi.server [None req-${port(n)} u p - - default default] 192.0.2.7 "POST /v2.1/servers HTTP/1.1" status: 202 len: 842 time: 0.4421561\n`,
    );
    rmSync(join(folder, 'ovs-vswitchd.log'));
    writeFileSync(join(folder, 'nova-compute.log'), cri);
    writeFileSync(join(folder, 'nova-api.log'), api.join(''));
    const { wrong } = await read('UTC', [folder]);
    expect(wrong?.what).toBe('times of nova-api look like UTC+9, but were read as UTC');
    expect(await read('auto', [folder])).toMatchObject({ proven: 'Asia/Seoul', wrong: undefined });
    expect((await read('Asia/Seoul', [folder])).wrong).toBeUndefined();
  });

  it('reads hosts of several zones each in its own', async () => {
    const folder = inFolder('logs');
    write(folder, 'Asia/Seoul', between(AUTUMN, AUTUMN + HOUR, 12), '@cmp1');
    write(folder, 'Asia/Kolkata', between(AUTUMN + 11 * MINUTE, AUTUMN + HOUR, 12), '@cmp2');
    const { wrong } = await read('UTC', [folder]);
    expect(wrong?.zones).toBeUndefined();
    expect(wrong?.remedy).toContain('--timezone auto');
    const auto = await read('auto', [folder]);
    expect(auto).toMatchObject({ proven: 'Asia/Seoul', others: [{ host: 'cmp2', zone: 'Asia/Kolkata' }] });
    expect(auto.wrong).toBeUndefined();
  });

  it('says that nothing proves a zone where there is nothing to compare with', async () => {
    const folder = write(inFolder('logs'), 'Asia/Seoul', between(AUTUMN, AUTUMN + HOUR, 12));
    expect(await read('auto', [join(folder, 'nova-compute.log')])).toMatchObject({ proven: 'UTC', by: undefined });
  });
});
