import { type Count, counterNames } from '../model/counters.js';
import { type GaugeName, gauges, type Vitals } from '../model/gauges.js';
import type { Millis } from '../model/line.js';
import type { FinishedTrace, SpanData } from '../model/span.js';
import { countedSamples, distributionSamples, exposeCounter, exposeFamily, exposeGauge, registryOf } from './exposition.js';
import { BUCKETS, lasting, passing } from './families.js';
import { Longest } from './longest.js';
import { actionOf, isMeasured, outcomeOf, reportedSeconds, secondsOf } from './reading.js';
import { Counted, Distributions } from './series.js';
import { Tallies } from './tallies.js';

/** What is kept of metrics across restarts: plain JSON, of a few kilobytes; at most of half a megabyte for each family. */
export interface MetricsState {
  readonly version: 1;
  /** by the metric's name */
  readonly counters: Readonly<Record<string, unknown>>;
  readonly histograms: Readonly<Record<string, unknown>>;
}

export interface MetricsOptions {
  /** how the sidecar is at the moment of a scrape */
  readonly vitals: () => Vitals;
  /** epoch ms */
  readonly now: () => Millis;
}

export interface Metrics {
  /** Of this process: begins at 0 with it. */
  readonly count: Count;
  /** Takes what a trace tells, once for each: when it is certain that it will not be told again after a restart. */
  observe(trace: FinishedTrace): void;
  /** `/metrics`, as Prometheus' text or as OpenMetrics, which has a trace to look at for each bucket. */
  text(openMetrics?: boolean): Promise<{ readonly contentType: string; readonly body: string }>;
  /** What was observed. A copy: to be written together with what says which traces it is of. */
  save(): MetricsState;
  /** Takes what was saved in place of what was observed. What is damaged, or of another version, begins anew. */
  restore(state: unknown): void;
}

/** All metrics of one sidecar: its own, and those of the actions that it told. Registered nowhere else. */
export function createMetrics({ vitals, now }: MetricsOptions): Metrics {
  const tallies = new Tallies();
  const longest = new Longest();
  const counted = {
    actions_total: new Counted(lasting.actions_total.labels),
    phases_unmeasured_total: new Counted(lasting.phases_unmeasured_total.labels),
  };
  const distributions = {
    action_duration_seconds: new Distributions(lasting.action_duration_seconds.labels, BUCKETS),
    phase_duration_seconds: new Distributions(lasting.phase_duration_seconds.labels, BUCKETS),
    nova_build_seconds: new Distributions(lasting.nova_build_seconds.labels, BUCKETS),
    nova_spawn_seconds: new Distributions(lasting.nova_spawn_seconds.labels, BUCKETS),
  };
  /** Asked for once for each scrape, so that its gauges fit each other. */
  let scraped: { readonly vitals: Vitals; readonly at: Millis };

  function observeAction(trace: FinishedTrace, root: SpanData): void {
    const action = actionOf(trace);
    const outcome = outcomeOf(root);
    const seconds = secondsOf(root);
    const exemplar = { traceId: trace.traceId, at: now() };
    counted.actions_total.add([action, outcome, root.host]);
    distributions.action_duration_seconds.observe([action, root.host, outcome], seconds, exemplar, outcome === 'timed-out');
    longest.see(action, seconds, now());
    const reported = reportedSeconds(root);
    if (reported !== undefined) distributions.nova_build_seconds.observe([root.host], reported, exemplar);
  }

  function observePhase(trace: FinishedTrace, span: SpanData): void {
    const labels = [actionOf(trace), span.name, span.service];
    const exemplar = { traceId: trace.traceId, at: now() };
    if (isMeasured(span)) distributions.phase_duration_seconds.observe(labels, secondsOf(span), exemplar);
    else counted.phases_unmeasured_total.add(labels);
    const reported = reportedSeconds(span);
    if (reported !== undefined) distributions.nova_spawn_seconds.observe([span.host], reported, exemplar);
  }

  const exposed = [
    ...keysOf(counted).map((name) => exposeFamily(name, lasting[name], () => countedSamples(counted[name]))),
    ...keysOf(distributions).map((name) => exposeFamily(name, lasting[name], () => distributionSamples(name, distributions[name]))),
    exposeFamily('action_longest_seconds', passing.action_longest_seconds, () =>
      longest.of(scraped.at).map(([action, value]) => ({ labels: { action }, value })),
    ),
    exposeFamily('build_info', passing.build_info, () => [
      { labels: { version: scraped.vitals.version, node: process.version }, value: 1 },
    ]),
    ...(Object.keys(gauges) as GaugeName[]).map((name) => exposeGauge(name, () => scraped)),
    ...counterNames.map((name) => exposeCounter(name, () => tallies.of(name))),
  ];
  const registries = { plain: registryOf(exposed, false), openMetrics: registryOf(exposed, true) };

  return {
    count: tallies.count,

    observe(trace) {
      const root = trace.form === 'action' ? trace.spans.find(({ parentSpanId }) => parentSpanId === undefined) : undefined;
      if (root !== undefined) observeAction(trace, root);
      for (const span of trace.spans) if (span !== root) observePhase(trace, span);
    },

    async text(openMetrics = false) {
      scraped = { vitals: vitals(), at: now() };
      const registry = openMetrics ? registries.openMetrics : registries.plain;
      return { contentType: registry.contentType, body: await registry.metrics() };
    },

    save: () => ({
      version: 1,
      counters: Object.fromEntries(keysOf(counted).map((name) => [name, counted[name].save()])),
      histograms: Object.fromEntries(keysOf(distributions).map((name) => [name, distributions[name].save()])),
    }),

    restore(state) {
      const { counters, histograms } = stateOf(state);
      for (const name of keysOf(counted)) counted[name].restore(counters[name]);
      for (const name of keysOf(distributions)) distributions[name].restore(histograms[name]);
    },
  };
}

const keysOf = <T extends object>(object: T): (keyof T & string)[] => Object.keys(object) as (keyof T & string)[];

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

/** What was saved, or an empty state in its place. */
function stateOf(saved: unknown): MetricsState {
  const { version, counters, histograms } = isObject(saved) ? saved : {};
  return version === 1 && isObject(counters) && isObject(histograms)
    ? { version, counters, histograms }
    : { version: 1, counters: {}, histograms: {} };
}
