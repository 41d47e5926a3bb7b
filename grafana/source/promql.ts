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

/** What a gauge was at the most. */
export const most = (metric: string, matchers: Matchers, labels: By = ''): string => `max${by(labels)} (${named(metric, matchers)})`;

/** What a gauge was at the most within a window. */
export const mostWithin = (metric: string, matchers: Matchers, window: string, labels: By = ''): string =>
  `max${by(labels)} (max_over_time(${named(metric, matchers)}[${window}]))`;

export const total = (metric: string, matchers: Matchers, labels: By = ''): string => `sum${by(labels)} (${named(metric, matchers)})`;

/** A quantile of a histogram, of what was seen within a window. */
export const quantile = (q: number, metric: string, matchers: Matchers, window: string, labels: By = ''): string =>
  `histogram_quantile(${q}, ${grown(`${metric}_bucket`, matchers, window, labels === '' ? 'le' : `le, ${labels}`)})`;

/**
 * How many took longer than a bound of a histogram's buckets. `le` is written `60` in Prometheus' text and `60.0` in OpenMetrics
 * and from Prometheus 3 on.
 */
export const beyond = (metric: string, bound: number, matchers: Matchers, window: string, labels: By = ''): string => {
  const le = `le=~"${bound}|${bound}.0"`;
  const within = grown(`${metric}_bucket`, matchers === '' ? le : `${matchers}, ${le}`, window, labels);
  return `${grown(`${metric}_count`, matchers, window, labels)} - ${within}`;
};

/** A share of a whole, and nothing where the whole is nothing. */
export const share = (part: string, whole: string): string => `${part} / (${whole} > 0)`;

/** The share of `some` among these and `others`, where either may not have been seen yet: that is 0, not nothing. */
export const shareAmong = (some: string, others: string): string => {
  const part = `(${some} or 0 * ${others})`;
  return share(part, `(${part} + (${others} or 0 * ${some}))`);
};

/** What a metric says, and 0 where a sidecar is scraped that has not counted any: no sidecar is not the same as no loss. */
export const orNone = (expression: string, matchers: Matchers): string => `${expression} or 0 * count(${named('build_info', matchers)})`;
