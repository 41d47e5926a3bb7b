import type { Millis } from '../model/line.js';
import type { FinishedTrace, SpanData } from '../model/span.js';
import { BUCKETS, lasting } from './families.js';
import { actionOf, isMeasured, outcomeOf, reportedSeconds, rootOf, secondsOf } from './reading.js';
import { Counted, Distributions } from './series.js';

/** What is kept of metrics across restarts: plain JSON, of a few kilobytes; at most of half a megabyte for each family. */
export interface MetricsState {
  readonly version: 1;
  /** by the metric's name */
  readonly counters: Readonly<Record<string, unknown>>;
  readonly histograms: Readonly<Record<string, unknown>>;
}

/** What finished traces tell: sums and histograms that only grow. */
export class Observed {
  readonly counted = {
    actions_total: new Counted(lasting.actions_total.labels),
    phases_unmeasured_total: new Counted(lasting.phases_unmeasured_total.labels),
  };
  readonly distributions = {
    action_duration_seconds: new Distributions(lasting.action_duration_seconds.labels, BUCKETS),
    phase_duration_seconds: new Distributions(lasting.phase_duration_seconds.labels, BUCKETS),
    nova_build_seconds: new Distributions(lasting.nova_build_seconds.labels, BUCKETS),
    nova_spawn_seconds: new Distributions(lasting.nova_spawn_seconds.labels, BUCKETS),
  };

  /** The root of an action is no phase of it; a fragment has none, and a sequel's counts as a phase of its boot. */
  observe(trace: FinishedTrace, at: Millis): void {
    const root = rootOf(trace);
    if (root !== undefined) this.#action(trace, root, at);
    for (const span of trace.spans) if (span !== root) this.#phase(trace, span, at);
  }

  #action(trace: FinishedTrace, root: SpanData, at: Millis): void {
    const action = actionOf(trace);
    const outcome = outcomeOf(root);
    const exemplar = { traceId: trace.traceId, at };
    this.counted.actions_total.add([action, outcome, root.host]);
    this.distributions.action_duration_seconds.observe([action, root.host, outcome], secondsOf(root), exemplar, outcome === 'timed-out');
    const reported = reportedSeconds(root);
    if (reported !== undefined) this.distributions.nova_build_seconds.observe([root.host], reported, exemplar);
  }

  #phase(trace: FinishedTrace, span: SpanData, at: Millis): void {
    const labels = [actionOf(trace), span.name, span.service];
    const exemplar = { traceId: trace.traceId, at };
    if (isMeasured(span)) this.distributions.phase_duration_seconds.observe(labels, secondsOf(span), exemplar);
    else this.counted.phases_unmeasured_total.add(labels);
    const reported = reportedSeconds(span);
    if (reported !== undefined) this.distributions.nova_spawn_seconds.observe([span.host], reported, exemplar);
  }

  /** A copy. */
  save(): MetricsState {
    return {
      version: 1,
      counters: Object.fromEntries(keysOf(this.counted).map((name) => [name, this.counted[name].save()])),
      histograms: Object.fromEntries(keysOf(this.distributions).map((name) => [name, this.distributions[name].save()])),
    };
  }

  /** Takes what was saved in place of what is here. What is damaged, or of another version, begins anew. */
  restore(state: unknown): void {
    const { counters, histograms } = stateOf(state);
    for (const name of keysOf(this.counted)) this.counted[name].restore(counters[name]);
    for (const name of keysOf(this.distributions)) this.distributions[name].restore(histograms[name]);
  }
}

export const keysOf = <T extends object>(object: T): (keyof T & string)[] => Object.keys(object) as (keyof T & string)[];

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

function stateOf(saved: unknown): MetricsState {
  const { version, counters, histograms } = isObject(saved) ? saved : {};
  return version === 1 && isObject(counters) && isObject(histograms)
    ? { version, counters, histograms }
    : { version: 1, counters: {}, histograms: {} };
}
