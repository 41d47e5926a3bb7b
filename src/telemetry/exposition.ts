import { type Metric, Registry } from 'prom-client';
import { type CounterName, counters } from '../model/counters.js';
import { type Gauge, type GaugeName, gauges, type Vitals } from '../model/gauges.js';
import type { Millis } from '../model/line.js';
import { type Family, PREFIX } from './families.js';
import type { Longest } from './longest.js';
import type { Counted, Distribution, Distributions } from './series.js';

/** One line of a metric. */
export interface Sample {
  readonly labels: Readonly<Record<string, string | number>>;
  /** labels that all samples of a histogram's series share: prom-client writes them once, as for its own histograms */
  readonly sharedLabels?: Readonly<Record<string, string>>;
  readonly value: number;
  /** name if it differs from the metric's: `…_bucket`, `…_sum`, `…_count` */
  readonly metricName?: string;
  readonly exemplar?:
    | { readonly labelSet: Readonly<Record<string, string>>; readonly value: number; readonly timestamp: number }
    | undefined;
}

/** A metric with its full name and a function that returns its samples. */
export interface Exposed extends Family {
  /** the full name */
  readonly name: string;
  readonly samples: () => readonly Sample[];
}

/**
 * A registry for metrics whose values are kept elsewhere. prom-client writes the formats; its registry only needs the
 * name and `get()` of a metric, as documented for `Metric`. OpenMetrics uses shorter names of counters and stores them
 * in the metric, so each format has its own registry.
 */
export function registryOf(exposed: readonly Exposed[], isOpenMetrics: boolean): Registry {
  const registry = new Registry();
  if (isOpenMetrics)
    (registry as unknown as Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>).setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  for (const { name, help, type, samples } of exposed) {
    const metric = {
      name,
      help,
      type,
      aggregator: 'sum',
      async get() {
        return { name: this.name, help, type, aggregator: 'sum', values: samples() };
      },
    };
    registry.registerMetric(metric as unknown as Metric);
  }
  return registry;
}

/** Exposes a counter of this process: its values by label, `''` without a label. */
export function exposeCounter(name: CounterName, values: () => Iterable<readonly [of: string, value: number]>): Exposed {
  const { as, help, label } = counters[name];
  const labels = label === undefined ? [] : [label];
  return {
    name: `${PREFIX}${as}_total`,
    type: 'counter',
    help,
    labels,
    samples: () => [...values()].map(([of, value]) => ({ labels: named(labels, [of]), value })),
  };
}

/** Exposes a gauge, computed from the vitals at each scrape. */
export function exposeGauge(name: GaugeName, now: () => { readonly vitals: Vitals; readonly at: Millis }): Exposed {
  const { help, label, read }: Gauge = gauges[name];
  const labels = label === undefined ? [] : [label];
  const samples = (): Sample[] => {
    const { vitals, at } = now();
    const samples: Sample[] = [];
    for (const [of, value] of read(vitals, at)) if (value !== undefined) samples.push({ labels: named(labels, [of]), value });
    return samples;
  };
  return { name: PREFIX + name, type: 'gauge', help, labels, samples };
}

/** Exposes a family whose samples are kept elsewhere. */
export const exposeFamily = (name: string, { type, help, labels }: Family, samples: () => readonly Sample[]): Exposed => ({
  name: PREFIX + name,
  type,
  help,
  labels,
  samples,
});

export const countedSamples = (series: Counted): Sample[] =>
  [...series.all()].map(({ labels, value: { value } }) => ({ labels: named(series.labels, labels), value }));

export const longestSamples = (series: Longest, now: Millis): Sample[] =>
  series.all(now).map(({ labels, value }) => ({ labels: named(series.labels, labels), value }));

export const distributionSamples = (name: string, { type }: Family, series: Distributions): Sample[] =>
  [...series.all()].flatMap(({ labels, value }) => linesOf(PREFIX + name, type === 'histogram', named(series.labels, labels), value));

/** Samples of one histogram series: cumulative buckets, then sum and count. A summary has only the last two. */
function linesOf(
  name: string,
  hasBuckets: boolean,
  sharedLabels: Readonly<Record<string, string>>,
  { bounds, counts, exemplars, sum }: Distribution,
): Sample[] {
  let count = 0;
  const buckets = counts.map((each, place): Sample => {
    count += each;
    const exemplar = exemplars[place];
    return {
      metricName: `${name}_bucket`,
      labels: { le: bounds[place] ?? '+Inf' },
      sharedLabels,
      value: count,
      exemplar: exemplar && { labelSet: { trace_id: exemplar.traceId }, value: exemplar.value, timestamp: exemplar.at / 1000 },
    };
  });
  const total = (suffix: string, value: number): Sample => ({ metricName: name + suffix, labels: {}, sharedLabels, value });
  return [...(hasBuckets ? buckets : []), total('_sum', sum), total('_count', count)];
}

/** Joins names and values of labels. */
export const named = (labels: readonly string[], values: readonly string[]): Record<string, string> =>
  Object.fromEntries(labels.map((label, place) => [label, values[place]!]));
