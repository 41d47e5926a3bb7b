import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toOtlpJson } from '../../src/export/otlp-json.js';
import { hours, seconds } from '../../src/model/time.js';
import { replay } from '../../src/pipeline/replay.js';
import { findLogs } from '../../src/tail/discover.js';
import { asJson, asProtobuf, type Sent } from '../support/otlp-logs.js';
import { counting, GOLDEN, restoreTimes, zoneOf } from '../support/scenario.js';
import { isLong } from '../support/size.js';
import { type Sidecar, startSidecar, stateFolder, withoutPlaces } from './sidecar.js';

/** A line of a scenario, and when its log came to it. */
interface Written extends Sent {
  readonly host: string;
  readonly at: number;
}

const STAMP = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d\.\d{3})/;
const JOURNAL_STAMP = /"__REALTIME_TIMESTAMP":"(\d+)\d{3}"/;

/** All lines of a scenario, as a Collector on their hosts would come to them. */
async function writtenIn(dir: string): Promise<Written[]> {
  const all: Written[] = [];
  for (const { path, parts } of await findLogs([dir])) {
    const [name = '', host = 'vm'] = basename(path, '.log').split('@');
    let at = Number.NEGATIVE_INFINITY;
    for (const part of parts) {
      for (const line of readFileSync(part, 'utf8').split('\n').slice(0, -1)) {
        const stamp = STAMP.exec(line);
        if (stamp !== null) at = Math.max(at, Date.parse(`${stamp[1]}T${stamp[2]}Z`));
        else at = Math.max(at, Number(JOURNAL_STAMP.exec(line)?.[1] ?? Number.NEGATIVE_INFINITY));
        // The file has the name that it had when it was read: rotated ones, too.
        all.push({
          line,
          host,
          at,
          file: `/var/log/nova/${basename(part).replace(basename(path), name === 'journal.jsonl' ? name : `${name}.log`)}`,
        });
      }
    }
  }
  return all;
}

/** One request with the lines of a second, by host. */
function batchOf(lines: readonly Written[]) {
  const hosts = [...new Set(lines.map(({ host }) => host))];
  return hosts.map((host) => ({ host, records: lines.filter((line) => line.host === host) }));
}

/** What was written in each second in which something was. */
function* bySecond(lines: readonly Written[], first: number): Generator<{ readonly until: number; readonly due: readonly Written[] }> {
  for (let left = lines, until = first + seconds(1); left.length > 0; until += seconds(1)) {
    const due = left.filter(({ at }) => at < until);
    left = left.filter(({ at }) => at >= until);
    if (due.length > 0) yield { until, due };
  }
}

async function replayed(dir: string): Promise<string[]> {
  restoreTimes(dir);
  const traces: string[] = [];
  for await (const trace of replay({ paths: [dir], zone: zoneOf(dir), lines: 'events', count: counting().count }))
    traces.push(toOtlpJson(trace));
  return traces.map(withoutPlaces).sort();
}

let state: ReturnType<typeof stateFolder>;
let sidecar: Sidecar;
beforeEach(() => {
  state = stateFolder();
});
afterEach(async () => {
  await sidecar.stop();
  state.remove();
});

/** One of each kind in `npm test`, the others in `npm run test:long`. */
const SCENARIOS = isLong
  ? ['create-succeeds-debug', 'rebuild-succeeds-info', 'create-fails-vif-plug-timeout-debug', 'delete-succeeds-eight-concurrent-debug']
  : [
      'create-succeeds-info',
      'create-succeeds-two-hosts-info',
      'create-succeeds-rotation-mid-boot-debug',
      'create-succeeds-journald-json-debug',
    ];

describe.each(SCENARIOS)('%s, sent in batches', (scenario) => {
  it.each([
    ['JSON', (lines: readonly Written[]) => [asJson(batchOf(lines)), {}] as const],
    [
      'protobuf with gzip',
      (lines: readonly Written[]) =>
        [gzipSync(asProtobuf(batchOf(lines))), { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' }] as const,
    ],
  ])('gives the same traces as replay of the files: %s', async (_, encode) => {
    const dir = join(GOLDEN, scenario);
    const expected = await replayed(dir);
    expect(expected.length).toBeGreaterThan(0);
    const lines = await writtenIn(dir);
    const first = Math.min(...lines.map(({ at }) => at).filter(Number.isFinite));
    const last = Math.max(...lines.map(({ at }) => at));
    sidecar = await startSidecar(state.path, first);
    for (const { until, due } of bySecond(lines, first)) {
      // It was written, read, kept for a while, and sent.
      sidecar.clock.time = Math.max(sidecar.clock.time, until + seconds(until % 5000 === 0 ? 4 : 1));
      expect(await sidecar.send(...encode(due))).toBe(200);
    }
    for (let hour = 1; hour <= 15; hour++) await sidecar.pass(last + hours(hour));
    await sidecar.until(() => sidecar.traces.length >= expected.length);
    expect(await sidecar.stop()).toBe(0);
    expect(sidecar.traces.map(withoutPlaces).sort()).toEqual(expected);
  });

  it('gives them, too, when all of it comes an hour late', async () => {
    const dir = join(GOLDEN, scenario);
    const expected = await replayed(dir);
    const lines = await writtenIn(dir);
    const first = Math.min(...lines.map(({ at }) => at).filter(Number.isFinite));
    const last = Math.max(...lines.map(({ at }) => at));
    // novaspan was away; senders have kept what was written, and send it when it is back, five times as fast as it was written.
    let now = last + hours(1);
    sidecar = await startSidecar(state.path, now);
    for (const { due } of bySecond(lines, first)) {
      await sidecar.pass((now += 200));
      expect(await sidecar.send(asJson(batchOf(due)))).toBe(200);
    }
    for (let hour = 2; hour <= 16; hour++) await sidecar.pass(last + hours(hour));
    await sidecar.until(() => sidecar.traces.length >= expected.length);
    await sidecar.stop();
    expect(sidecar.traces.map(withoutPlaces).sort()).toEqual(expected);
  });
});

describe.skipIf(isLong)('a host that is cut off for ten minutes while the others go on', () => {
  const SCENARIO = join(GOLDEN, 'create-succeeds-two-hosts-info');

  /** @returns the traces, and how many lines came too late */
  async function cutOff(delay: string): Promise<{ readonly traces: readonly string[]; readonly late: number }> {
    const lines = await writtenIn(SCENARIO);
    const first = Math.min(...lines.map(({ at }) => at).filter(Number.isFinite));
    const last = Math.max(...lines.map(({ at }) => at));
    sidecar = await startSidecar(state.path, first, { NOVASPAN_RECEIVE_DELAY: delay });
    // It was heard of before.
    const idle = { line: '2026-11-21 00:00:00.000 7 INFO oslo.service [-] idle', file: '/var/log/nova/nova-compute.log' };
    expect(await sidecar.send(asJson([{ host: 'vm2', records: [idle] }]))).toBe(200);
    for (const { until, due } of bySecond(lines, first)) {
      await sidecar.pass(until + seconds(1));
      const sent = due.filter(({ host }) => host !== 'vm2');
      if (sent.length > 0) expect(await sidecar.send(asJson(batchOf(sent)))).toBe(200);
    }
    for (let minute = 1; minute <= 10; minute++) await sidecar.pass(last + minute * 60_000);
    expect(await sidecar.send(asJson(batchOf(lines.filter(({ host }) => host === 'vm2'))))).toBe(200);
    for (let hour = 1; hour <= 15; hour++) await sidecar.pass(last + hours(hour));
    await sidecar.stop();
    return {
      traces: sidecar.traces.map(withoutPlaces).sort(),
      late: sidecar.said.reduce((sum, { received_late }) => sum + Number(received_late ?? 0), 0),
    };
  }

  it('is told in parts where the delay is shorter, and its lines are counted as late', async () => {
    const { traces, late } = await cutOff('30s');
    expect(traces).not.toEqual(await replayed(SCENARIO));
    expect(late).toBeGreaterThan(0);
  });

  it('costs nothing but time where it is longer', async () => {
    const { traces, late } = await cutOff('15m');
    expect(traces).toEqual(await replayed(SCENARIO));
    expect(late).toBe(0);
  });
});
