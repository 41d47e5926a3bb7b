/**
 * How many observations of a histogram were beyond a bound of its buckets, in the last hour, by what the fullest sidecar
 * says: two that follow one log tell the same boots.
 *
 * @param matchers without braces; may be empty
 * @param by labels, such as `host`, by which they are told apart
 */
export const countBeyond = (
  histogram: string,
  seconds: number,
  { matchers = '', by = [] }: { matchers?: string; by?: readonly string[] },
): string => {
  const labels = ['job', 'instance', ...by].join(', ');
  const of = (suffix: string, ...each: readonly string[]): string =>
    `sum by (${labels}) (increase(${histogram}_${suffix}{${each.filter((matcher) => matcher !== '').join(', ')}}[1h]))`;
  const beyond = `${of('count', matchers)} - ${of('bucket', matchers, `le=~"${bound(seconds)}"`)}`;
  return by.length === 0 ? `max(${beyond})` : `max by (${by.join(', ')}) (${beyond})`;
};

/** A bound of a bucket as a regular expression: Prometheus' text says `60`, OpenMetrics `60.0`, and either may be kept. */
const bound = (seconds: number): string => (Number.isInteger(seconds) ? `${seconds}|${seconds}.0` : `${seconds}`);

/**
 * How much a counter of novaspan's process has grown in the last hour. `increase()` does not see the first of a series that was
 * not there before, and most things that are lost are lost for the first time, some of them before the first scrape. But these
 * counters begin with 0 at a start, and a sidecar says when that was. So: all of it where the process is younger than the
 * hour, else the difference, 0 standing for a series that was not there. Nothing where an hour ago nothing was scraped.
 *
 *     started 20 min ago      counter 3             ▶ 3
 *     started last week       none, then counter 3  ▶ 3
 *     started last week       counter 3, then 3     ▶ 0
 *     no scrape an hour ago   counter 3             ▶ nothing
 *
 * @param label the counter's own label, which is summed over
 */
export const countedInHour = (counter: string, label?: string): string => {
  const now = label === undefined ? counter : `sum without (${label}) (${counter})`;
  const before =
    label === undefined
      ? `${counter} offset 1h`
      : `(sum without (${label}) (${counter} offset 1h) or 0 * novaspan_start_time_seconds offset 1h)`;
  return `(${now} and on (job, instance) time() - novaspan_start_time_seconds < 3600)\nor (${now} - ${before})`;
};

/** The series of several expressions, told apart by the label `reason`. */
export const byReason = (reasons: Readonly<Record<string, string>>): string =>
  Object.entries(reasons)
    .map(([reason, expr]) => `label_replace(\n${indented(expr)},\n  "reason", "${reason}", "", ""\n)`)
    .join('\nor\n');

export const indented = (text: string): string => text.replaceAll(/^/gm, '  ');
