/** What a query is about: matchers of labels, as they stand between the braces. */
export type Matchers = string;

/** Labels to keep, such as `host, phase`; empty for one number. */
type By = string;

const by = (labels: By): string => (labels === '' ? '' : ` by (${labels})`);

const named = (metric: string, matchers: Matchers): string => `novaspan_${metric}${matchers === '' ? '' : `{${matchers}}`}`;

/** Actions that failed: of an unfinished or evicted one nothing is known to be wrong. */
export const FAILURE: Matchers = 'outcome=~"failed|timed-out|interrupted"';

/** How often a counter, or how much a sum, grew within a window, such as `$window`. */
export const grown = (metric: string, matchers: Matchers, window: string, labels: By = ''): string =>
  `sum${by(labels)} (increase(${named(metric, matchers)}[${window}]))`;

/**
 * How much a counter grew in each step of a graph: whole numbers, each event in one bar. `increase` over a step would miss what
 * comes between the last sample of one step and the first of the next.
 */
export const perStep = (metric: string, matchers: Matchers, labels: By = ''): string => {
  const counter = named(metric, matchers);
  return `sum${by(labels)} (clamp_min(${counter} - ${counter} offset $__interval, 0))`;
};

/**
 * How much a counter grew in the shown time, the first of a series included, which `increase` does not see: all of it, where the series
 * came after its sidecar did. There are fewer samples of it then.
 */
export const grownFromNothing = (metric: string, matchers: Matchers, labels: By = ''): string => {
  const counter = named(metric, matchers);
  const scrapes = 'max by (job, instance) (count_over_time(novaspan_build_info[$__range]))';
  const isNew = `${counter} and (count_over_time(${counter}[$__range]) < on (job, instance) group_left () ${scrapes})`;
  return `sum${by(labels)} ((${isNew} unless ${counter} offset $__range) or increase(${counter}[$__range]))`;
};

/** The same at this time of another day, for what is of `$window`. */
export const before = (expression: string, ago: '1d' | '1w'): string => expression.replaceAll('[$window]', `[$window] offset ${ago}`);

/** What a gauge was at the most. */
export const most = (metric: string, matchers: Matchers, labels: By = ''): string => `max${by(labels)} (${named(metric, matchers)})`;

/** What a gauge was at the most within a window. */
export const mostWithin = (metric: string, matchers: Matchers, window: string, labels: By = ''): string =>
  `max${by(labels)} (max_over_time(${named(metric, matchers)}[${window}]))`;

export const total = (metric: string, matchers: Matchers, labels: By = ''): string => `sum${by(labels)} (${named(metric, matchers)})`;

/** The mean of a histogram, of what was seen within a window: exact, with buckets and without. */
export const mean = (metric: string, matchers: Matchers, window: string, labels: By = ''): string =>
  share(grown(`${metric}_sum`, matchers, window, labels), grown(`${metric}_count`, matchers, window, labels));

/** A histogram, and the gauge of the longest that it saw in the last five minutes. */
export interface Durations {
  readonly histogram: string;
  readonly longest: string;
}

export const ACTIONS: Durations = { histogram: 'action_duration_seconds', longest: 'action_longest_seconds' };
/** What users wait for: the API request and the scheduling as well. Only where one sidecar reads nova-api's log and the host's. */
export const WAITS: Durations = { histogram: 'action_wait_seconds', longest: 'action_wait_longest_seconds' };
export const PHASES: Durations = { histogram: 'phase_duration_seconds', longest: 'phase_longest_seconds' };
export const SPAWNS: Durations = { histogram: 'nova_spawn_seconds', longest: 'nova_spawn_longest_seconds' };
export const BUILDS: Durations = { histogram: 'nova_build_seconds', longest: 'nova_build_longest_seconds' };

/**
 * A quantile of a histogram, of what was seen within a window. It is a guess within a bucket, so it may be above the longest, which is
 * known: then it is that.
 */
export const quantile = (q: number, { histogram, longest }: Durations, matchers: Matchers, window: string, labels: By = ''): string => {
  const guess = guessed(q, histogram, matchers, window, labels);
  const most = mostWithin(longest, matchers, window, labels);
  const on = `on (${labels})`;
  return `(${guess} <= ${on} ${most}) or ${on} (${most} and ${on} ${guess}) or ${on} ${guess}`;
};

const NATIVE = 'phase_duration_native_seconds';

const guessed = (q: number, histogram: string, matchers: Matchers, window: string, labels: By): string => {
  const classic = `histogram_quantile(${q}, ${grown(`${histogram}_bucket`, matchers, window, labels === '' ? 'le' : `le, ${labels}`)})`;
  if (histogram !== PHASES.histogram) return `(${classic} >= 0)`;
  // Of phases a sidecar may have buckets, a native histogram, or neither (telemetry.phaseHistograms).
  return `((${classic} or histogram_quantile(${q}, ${grown(NATIVE, matchers, window, labels)})) >= 0)`;
};

/**
 * How many took longer than a bound of a histogram's buckets. `le` is written `60` in Prometheus' text and `60.0` in OpenMetrics
 * and from Prometheus 3 on.
 */
export const beyondPerStep = (metric: string, bound: number, matchers: Matchers, labels: By = ''): string =>
  `${perStep(`${metric}_count`, matchers, labels)} - ${perStep(`${metric}_bucket`, within(bound, matchers), labels)}`;

/** The share of boots that succeeded within a bound: a failed one is as bad as a slow one. */
export const shareInTime = (bound: number, matchers: Matchers, window: string): string =>
  share(
    grown('action_duration_seconds_bucket', within(bound, `${matchers}, outcome="succeeded"`), window),
    grown('actions_total', matchers, window),
  );

/** The share of those that took no longer than a bound of a histogram's buckets, within a window. */
export const shareWithin = (metric: string, bound: number, matchers: Matchers, window: string): string =>
  share(grown(`${metric}_bucket`, within(bound, matchers), window), grown(`${metric}_count`, matchers, window));

const within = (bound: number, matchers: Matchers): Matchers => {
  const le = `le=~"${bound}|${bound}.0"`;
  return matchers === '' ? le : `${matchers}, ${le}`;
};

/** A share of a whole: 0 where the part was never seen, and nothing where the whole is nothing. */
export const share = (part: string, whole: string): string => `(${part} or 0 * ${whole}) / (${whole} > 0)`;

/** The share of `some` among these and `others`, where either may not have been seen yet: that is 0, not nothing. */
export const shareAmong = (some: string, others: string): string => {
  const part = `(${some} or 0 * ${others})`;
  return `${part} / ((${part} + (${others} or 0 * ${some})) > 0)`;
};

/** What a metric says, and 0 where a sidecar is scraped that has not counted any: no sidecar is not the same as no loss. */
export const orNone = (expression: string, matchers: Matchers = ''): string =>
  `${expression} or 0 * count(${named('build_info', matchers)})`;

/** Of many hosts those ten whose longest of the shown time was the longest: a graph of all of them shows nothing. */
export const ofTheSlowest = (expression: string, { longest }: Durations, matchers: Matchers): string =>
  `(${expression}) and on (host) topk(10, max by (host) (max_over_time(${named(longest, matchers)}[$__range] @ end())))`;

/** Of hosts that spawn; a controller writes the roots of boots for which there was no host. */
export const onComputeHosts = (expression: string): string =>
  `(${expression}) and on (host) group by (host) (${named('nova_spawn_seconds_count', '')})`;
