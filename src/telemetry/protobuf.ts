import { type Exposed, named, type Sample } from './exposition.js';
import { SCHEMA, ZERO_THRESHOLD } from './histograms.js';
import type { Distribution, Distributions } from './series.js';

/**
 * The format in which Prometheus reads native histograms: a sequence of length-prefixed
 * `io.prometheus.client.MetricFamily`. The text formats have none. Field numbers are from metrics.proto.
 */
export const PROTOBUF = 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';

/** A family of native histograms. */
export interface Native extends Exposed {
  readonly series: Distributions;
}

const TYPES = { counter: 0, gauge: 1, summary: 2, histogram: 4 } as const;

/** All families as protobuf, for Prometheus. */
export function protobufOf(families: readonly Exposed[], natives: readonly Native[]): Uint8Array {
  const encoded = [
    ...families.map((family) => familyOf(family, metricsOf(family))),
    ...natives.map((native) => familyOf(native, nativeMetricsOf(native.series))),
  ];
  return Buffer.concat(encoded.flatMap((family) => (family === undefined ? [] : [varint(BigInt(family.length)), family])));
}

/** Prometheus refuses a family without metrics. */
function familyOf({ name, help, type }: Exposed, metrics: readonly Buffer[]): Buffer | undefined {
  if (metrics.length === 0) return undefined;
  return Buffer.concat([text(1, name), text(2, help), int(3, TYPES[type]), ...metrics.map((metric) => message(4, metric))]);
}

function metricsOf({ name, type, samples }: Exposed): Buffer[] {
  if (type === 'counter' || type === 'gauge') {
    const field = type === 'counter' ? 3 : 2;
    return samples().map(({ labels, value }) => Buffer.concat([...labelsOf(labels), message(field, double(1, value))]));
  }
  // The lines of one series share the object of their labels, and come together.
  const bySeries = new Map<Sample['sharedLabels'], Sample[]>();
  for (const sample of samples()) bySeries.set(sample.sharedLabels, [...(bySeries.get(sample.sharedLabels) ?? []), sample]);
  return [...bySeries].map(([labels, lines]) => {
    const totalOf = (suffix: string): number => lines.find(({ metricName }) => metricName === name + suffix)?.value ?? 0;
    const buckets = lines.filter(({ metricName }) => metricName === `${name}_bucket`).map((line) => message(3, bucketOf(line)));
    const body = Buffer.concat([int(1, totalOf('_count')), double(2, totalOf('_sum')), ...buckets]);
    return Buffer.concat([...labelsOf(labels ?? {}), message(type === 'summary' ? 4 : 7, body)]);
  });
}

const bucketOf = ({ labels, value, exemplar }: Sample): Buffer =>
  Buffer.concat([
    int(1, value),
    double(2, labels['le'] === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels['le'])),
    ...(exemplar === undefined ? [] : [message(3, exemplarOf(exemplar))]),
  ]);

const exemplarOf = ({ labelSet, value, timestamp }: NonNullable<Sample['exemplar']>): Buffer =>
  Buffer.concat([...labelsOf(labelSet), double(2, value), message(3, stamp(timestamp))]);

const nativeMetricsOf = (series: Distributions): Buffer[] =>
  [...series.all()].map(({ labels, value }) => Buffer.concat([...labelsOf(named(series.labels, labels)), message(7, nativeOf(value))]));

/**
 * A native histogram: spans of adjacent buckets, each span as its distance from the one before, and counts as deltas.
 */
function nativeOf({ counts, sum, zeros, native = new Map(), exemplars }: Distribution): Buffer {
  const buckets = [...native].sort(([a], [b]) => a - b);
  const runs: { offset: number; length: number }[] = [];
  buckets.forEach(([bucket], place) => {
    const before = buckets[place - 1]?.[0];
    if (before !== undefined && bucket === before + 1) runs.at(-1)!.length += 1;
    else runs.push({ offset: before === undefined ? bucket : bucket - before - 1, length: 1 });
  });
  const deltas = buckets.map(([, count], place) => count - (buckets[place - 1]?.[1] ?? 0));
  const all = counts.reduce((sum, count) => sum + count, 0);
  return Buffer.concat([
    int(1, all),
    double(2, sum),
    ...exemplarsOf(exemplars, all),
    signed(5, SCHEMA),
    double(6, ZERO_THRESHOLD),
    int(7, zeros),
    ...runs.map(({ offset, length }) => message(12, Buffer.concat([signed(1, offset), int(2, length)]))),
    ...(deltas.length === 0 ? [] : [message(13, Buffer.concat(deltas.map((delta) => varint(zigzag(delta)))))]),
  ]);
}

/**
 * Some years of Prometheus look for exemplars in a bucket without a bound, others beside the native buckets: both are
 * written.
 */
function exemplarsOf([exemplar]: Distribution['exemplars'], count: number): Buffer[] {
  if (exemplar === undefined) return [];
  const body = exemplarOf({ labelSet: { trace_id: exemplar.traceId }, value: exemplar.value, timestamp: exemplar.at / 1000 });
  return [message(3, Buffer.concat([int(1, count), double(2, Number.POSITIVE_INFINITY), message(3, body)])), message(16, body)];
}

const labelsOf = (labels: Readonly<Record<string, string | number>>): Buffer[] =>
  Object.entries(labels).map(([name, value]) => message(1, Buffer.concat([text(1, name), text(2, String(value))])));

/** google.protobuf.Timestamp */
const stamp = (seconds: number): Buffer =>
  Buffer.concat([int(1, Math.floor(seconds)), int(2, Math.round((seconds - Math.floor(seconds)) * 1e3) * 1e6)]);

const VARINT = 0;
const EIGHT_BYTES = 1;
const LENGTH = 2;

const key = (field: number, wire: number): Buffer => varint(BigInt(field * 8 + wire));
const int = (field: number, value: number): Buffer => Buffer.concat([key(field, VARINT), varint(BigInt(value))]);
const signed = (field: number, value: number): Buffer => Buffer.concat([key(field, VARINT), varint(zigzag(value))]);
const message = (field: number, body: Buffer): Buffer => Buffer.concat([key(field, LENGTH), varint(BigInt(body.length)), body]);
const text = (field: number, value: string): Buffer => message(field, Buffer.from(value));

function double(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([key(field, EIGHT_BYTES), bytes]);
}

const zigzag = (value: number): bigint => BigInt(value < 0 ? -2 * value - 1 : 2 * value);

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 128n; left >>= 7n) bytes.push(Number(left & 127n) | 128);
  bytes.push(Number(left));
  return Buffer.from(bytes);
}
