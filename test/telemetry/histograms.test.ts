import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keys } from '../../src/model/attributes.js';
import { type PhaseHistograms, phaseHistograms } from '../../src/model/phase-histograms.js';
import { BUCKETS, nativeBucketOf, PHASE_BUCKETS, SCHEMA, ZERO_THRESHOLD } from '../../src/telemetry/histograms.js';
import { createMetrics, type Metrics } from '../../src/telemetry/metrics.js';
import { correlate, GOLDEN, logsOf, scenarios } from '../support/scenario.js';
import { type Field, type Fields, fieldsOf, messagesIn } from './protobuf.js';
import { NOW, TRACE_ID, trace, vitals } from './vitals.js';

const metricsWith = (of: PhaseHistograms | undefined): Metrics =>
  createMetrics({
    vitals: () => vitals({ buildHosts: ['vm'], computeHosts: ['vm'] }),
    now: () => NOW,
    ...(of !== undefined && { phaseHistograms: of }),
  });

async function seriesOf(metrics: Metrics): Promise<string[]> {
  const { body } = await metrics.text();
  return body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

const ofPhases = async (metrics: Metrics): Promise<string[]> =>
  (await seriesOf(metrics)).filter((line) => line.startsWith('novaspan_phase_duration')).map((line) => line.replace(/[{ ].*/, ''));

describe('phases are told', () => {
  it.each([undefined, 'off', 'native'] as const)('with %s by count and sum, as a summary', async (of) => {
    const metrics = metricsWith(of);
    metrics.observe(trace({ phases: { spawn: 7.7 } }));

    expect(await ofPhases(metrics)).toEqual(['novaspan_phase_duration_seconds_sum', 'novaspan_phase_duration_seconds_count']);
    expect((await metrics.text()).body).toContain('# TYPE novaspan_phase_duration_seconds summary');
  });

  it('with coarse by a few buckets besides', async () => {
    const metrics = metricsWith('coarse');
    metrics.observe(trace({ phases: { spawn: 7.7 } }));

    expect((await ofPhases(metrics)).filter((name) => name.endsWith('_bucket')).length).toBe(PHASE_BUCKETS.length + 1);
    expect((await metrics.text()).body).toContain('# TYPE novaspan_phase_duration_seconds histogram');
  });

  it('with one name for all actions but boots, and no more than that', async () => {
    const metrics = metricsWith('off');
    for (const action of ['create', 'resize', 'shelve']) metrics.observe(trace({ action, phases: { spawn: 7.7 } }));
    metrics.observe(trace({ form: 'fragment', phases: { spawn: 7.7 } }));

    const actions = (await seriesOf(metrics)).flatMap((line) => /^novaspan_phase_longest_seconds\{action="(\w+)"/.exec(line)?.[1] ?? []);
    expect(actions.sort()).toEqual(['create', 'other', 'unknown']);
  });
});

describe('what a compute node costs', () => {
  const HERE = new Set(['nova-compute', 'ovn-controller', 'ovs-vswitchd', 'libvirtd', 'neutron-ovn-metadata-agent']);

  it('is less than 600 series after every kind of action that was recorded, unless more is asked for', async () => {
    const all = phaseHistograms.map((of) => metricsWith(of));
    for (const scenario of scenarios()) {
      const logs = (await logsOf(join(GOLDEN, scenario))).filter(({ service }) => HERE.has(service));
      for (const finished of correlate(logs)) for (const metrics of all) metrics.observe(finished);
    }

    // Of one host, at DEBUG and at INFO, which no host is both: others are others' own.
    const [off, coarse] = await Promise.all(
      all.map(async (metrics) => (await seriesOf(metrics)).filter((line) => !line.includes('host=') || line.includes('host="vm"')).length),
    );
    expect(off).toBeLessThan(600);
    expect(coarse).toBeGreaterThan(2 * off!);
  });
});

describe('failures', () => {
  it('are counted by what nova said, without its module, or by how they ended', async () => {
    const metrics = metricsWith('off');
    metrics.observe(trace({ outcome: 'failed', attributes: { [keys.errorType]: 'nova.exception.VirtualInterfaceCreateException' } }));
    metrics.observe(trace({ outcome: 'interrupted' }));
    metrics.observe(trace());
    metrics.observe(trace({ outcome: 'unfinished' }));

    const told = (await seriesOf(metrics)).filter((line) => line.startsWith('novaspan_actions_failed_total'));
    expect(told).toEqual([
      'novaspan_actions_failed_total{action="create",reason="VirtualInterfaceCreateException",host="cmp1"} 1',
      'novaspan_actions_failed_total{action="create",reason="interrupted",host="cmp1"} 1',
    ]);
  });

  it('leave no length of what never ended: no alert is about a claim that did not happen', async () => {
    const metrics = metricsWith('coarse');
    for (const finished of correlate(await logsOf(join(GOLDEN, 'create-fails-vif-plug-timeout-debug')))) metrics.observe(finished);

    const claims = (await seriesOf(metrics)).filter((line) => line.includes('phase="lport claim"'));
    expect(claims.map((line) => line.replace(/[{ ].*/, ''))).toEqual(['novaspan_phases_unmeasured_total']);
  });
});

describe('native histograms', () => {
  it('have buckets of which each is a ninth part wider than the one before', () => {
    for (const seconds of [0.002, 0.99, 1, 1.01, 7.7, 300]) {
      const bucket = nativeBucketOf(seconds);
      expect(2 ** (bucket / 2 ** SCHEMA)).toBeGreaterThanOrEqual(seconds * (1 - 1e-12));
      expect(2 ** ((bucket - 1) / 2 ** SCHEMA)).toBeLessThan(seconds);
    }
    expect(nativeBucketOf(1)).toBe(0);
  });

  it('are given only where they are asked for', () => {
    expect(metricsWith('off').protobuf).toBeUndefined();
    expect(metricsWith('coarse').protobuf).toBeUndefined();
  });

  const SECONDS = [0.0004, 0.004, 0.0041, 1, 1, 1.05, 7.7, 64];

  it('have every observation in its bucket', () => {
    const metrics = metricsWith('native');
    for (const seconds of SECONDS) metrics.observe(trace({ phases: { spawn: seconds } }));

    const [histogram] = histogramsOf(metrics, 'novaspan_phase_duration_native_seconds');
    expect(histogram).toMatchObject({ count: SECONDS.length, schema: SCHEMA, zeroThreshold: ZERO_THRESHOLD, zeros: 1 });
    expect(histogram!.sum).toBeCloseTo(SECONDS.reduce((sum, each) => sum + each));
    const expected = new Map<number, number>();
    for (const seconds of SECONDS.slice(1)) expected.set(nativeBucketOf(seconds), (expected.get(nativeBucketOf(seconds)) ?? 0) + 1);
    expect(histogram!.buckets).toEqual([...expected].sort(([a], [b]) => a - b));
  });

  it('have the trace of their last observation in a bucket without a bound, where Prometheus 2.42 looks for it', () => {
    const metrics = metricsWith('native');
    for (const seconds of SECONDS) metrics.observe(trace({ phases: { spawn: seconds } }));

    const classic = histogramsOf(metrics, 'novaspan_phase_duration_native_seconds').flatMap((each) => each.classic);
    expect(classic.length).toBe(1);
    const bucket = fieldsOf(bytesOf(classic[0]!));
    expect([numberOf(bucket.get(1)![0]!), bucket.get(2)![0]]).toEqual([SECONDS.length, Number.POSITIVE_INFINITY]);
    const exemplar = fieldsOf(bytesOf(bucket.get(3)![0]!));
    expect(exemplar.get(2)).toEqual([SECONDS.at(-1)]);
    expect(Buffer.from(bytesOf(exemplar.get(1)![0]!)).toString()).toContain(TRACE_ID);
  });

  it('come with all other metrics, as the text has them', async () => {
    const metrics = metricsWith('native');
    metrics.observe(trace({ phases: { spawn: 7.7 }, attributes: { [keys.reported]: 8.35 } }));
    const named = new Set([...(await metrics.text()).body.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!));
    const inText = new Set((await seriesOf(metrics)).map((line) => line.replace(/[{ ].*/, '')));
    // A family that has no series yet is in the text by its type, and not in protobuf.
    const told = [...named].filter((name) => [name, `${name}_sum`].some((each) => inText.has(each)));

    const families = familiesOf(metrics).map(({ name }) => name);
    expect(families.sort()).toEqual([...told, 'novaspan_phase_duration_native_seconds'].sort());
    const [spawns] = histogramsOf(metrics, 'novaspan_nova_spawn_seconds').slice(-1);
    expect(spawns!.classic.length).toBe(BUCKETS.length + 1);
    expect(JSON.stringify(metrics.protobuf!().contentType)).toContain('encoding=delimited');
    expect(Buffer.from(metrics.protobuf!().body).includes(TRACE_ID)).toBe(true);
  });

  it('outlive a restart, and begin anew where the settings changed', async () => {
    const first = metricsWith('native');
    for (const seconds of SECONDS) first.observe(trace({ phases: { spawn: seconds } }));
    const saved: unknown = JSON.parse(JSON.stringify(first.save()));

    const second = metricsWith('native');
    second.restore(saved);
    const withoutExemplars = (metrics: Metrics) =>
      histogramsOf(metrics, 'novaspan_phase_duration_native_seconds').map(({ classic: _, ...rest }) => rest);
    expect(withoutExemplars(second)).toEqual(withoutExemplars(first));

    const other = metricsWith('off');
    for (const seconds of SECONDS) other.observe(trace({ phases: { spawn: seconds } }));
    second.restore(JSON.parse(JSON.stringify(other.save())));
    expect(withoutExemplars(second)).toEqual([]);
  });
});

/** io.prometheus.client.MetricFamily: name 1, metric 4. */
const familiesOf = (metrics: Metrics): { readonly name: string; readonly metrics: readonly Fields[] }[] =>
  messagesIn(metrics.protobuf!().body).map((family) => ({
    name: textOf(family.get(1)![0]!),
    metrics: family.get(4)!.map((metric) => fieldsOf(bytesOf(metric))),
  }));

/** Its Histogram is field 7 of a Metric. */
function histogramsOf(metrics: Metrics, name: string) {
  const family = familiesOf(metrics).find((each) => each.name === name);
  return (family?.metrics ?? []).map((metric) => {
    const histogram = fieldsOf(bytesOf(metric.get(7)![0]!));
    const number = (field: number): number => numberOf(histogram.get(field)?.[0] ?? 0n);
    const deltas = histogram.has(13) ? varintsIn(bytesOf(histogram.get(13)![0]!)).map(unzigzag) : [];
    const buckets: [number, number][] = [];
    let [at, count] = [0, 0];
    for (const span of (histogram.get(12) ?? []).map((field) => fieldsOf(bytesOf(field)))) {
      at += unzigzag(BigInt(numberOf(span.get(1)?.[0] ?? 0n)));
      for (let i = numberOf(span.get(2)![0]!); i > 0; i--) {
        count += deltas.shift()!;
        buckets.push([at, count]);
        at += 1;
      }
    }
    expect(deltas).toEqual([]);
    return {
      count: number(1),
      sum: number(2),
      schema: unzigzag(BigInt(number(5))),
      zeroThreshold: number(6),
      zeros: number(7),
      classic: histogram.get(3) ?? [],
      buckets,
    };
  });
}

const unzigzag = (value: bigint): number => Number(value & 1n ? -((value + 1n) >> 1n) : value >> 1n);

function numberOf(field: Field): number {
  if (typeof field === 'bigint' || typeof field === 'number') return Number(field);
  throw new Error('not a number');
}

function bytesOf(field: Field): Uint8Array {
  if (field instanceof Uint8Array) return field;
  throw new Error('not bytes');
}

const textOf = (field: Field): string => Buffer.from(bytesOf(field)).toString();

const varintsIn = (bytes: Uint8Array): bigint[] => {
  const found: bigint[] = [];
  let [value, shift] = [0n, 0n];
  for (const byte of bytes) {
    value |= BigInt(byte & 127) << shift;
    shift += 7n;
    if (byte < 128) {
      found.push(value);
      [value, shift] = [0n, 0n];
    }
  }
  return found;
};
