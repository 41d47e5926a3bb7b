import type { Millis } from '../model/line.js';
import type { PhaseHistograms } from '../model/phase-histograms.js';
import { type FinishedTrace, type Outcome, outcomes } from '../model/span.js';
import { cumulative } from './families.js';
import { ACTION_BUCKETS, BUCKETS, PHASE_BUCKETS } from './histograms.js';
import { BUILD, countsIn, durationsIn } from './reading.js';
import { Counted, Distributions } from './series.js';

/** State of metrics across restarts: plain JSON of a few kilobytes, at most half a megabyte per family. */
export interface MetricsState {
  readonly version: 1;
  /** by name of the metric */
  readonly counters: Readonly<Record<string, unknown>>;
  readonly histograms: Readonly<Record<string, unknown>>;
}

export type DistributionName =
  | 'action_duration_seconds'
  | 'action_wait_seconds'
  | 'phase_duration_seconds'
  | 'nova_build_seconds'
  | 'nova_spawn_seconds';

/** Metrics of finished traces: counters and histograms. */
export class Observed {
  readonly counted = {
    actions_total: new Counted(cumulative.actions_total.labels),
    actions_failed_total: new Counted(cumulative.actions_failed_total.labels),
    build_attempts_failed_total: new Counted(cumulative.build_attempts_failed_total.labels),
    phases_unmeasured_total: new Counted(cumulative.phases_unmeasured_total.labels),
  };
  readonly distributions: Readonly<Record<DistributionName, Distributions>>;

  constructor(phases: PhaseHistograms) {
    const always = (bounds: readonly number[]) => () => bounds;
    const ofAction = ([action]: readonly string[]) => (action === BUILD ? BUCKETS : phases === 'coarse' ? ACTION_BUCKETS : []);
    this.distributions = {
      action_duration_seconds: new Distributions(cumulative.action_duration_seconds.labels, ofAction),
      action_wait_seconds: new Distributions(cumulative.action_wait_seconds.labels, ofAction),
      phase_duration_seconds: new Distributions(
        cumulative.phase_duration_seconds.labels,
        always(phases === 'coarse' ? PHASE_BUCKETS : []),
        phases === 'native',
      ),
      nova_build_seconds: new Distributions(cumulative.nova_build_seconds.labels, always(BUCKETS)),
      nova_spawn_seconds: new Distributions(cumulative.nova_spawn_seconds.labels, always(BUCKETS)),
    };
  }

  observe(trace: FinishedTrace, at: Millis): void {
    const exemplar = { traceId: trace.traceId, at };
    for (const { of, labels, seconds, isLeast } of durationsIn(trace)) this.distributions[of].observe(labels, seconds, exemplar, isLeast);
    for (const { of, labels } of countsIn(trace)) this.counted[of].add(labels);
  }

  /**
   * Exposes the series of builds on these hosts at 0 before the first build: a rate needs two values, and would miss
   * the first boot and the first failure.
   * @param spawnOn those of the hosts that have a hypervisor
   */
  expectBuildsOn(hosts: Iterable<string>, spawnOn: Iterable<string>): void {
    for (const host of hosts) for (const outcome of outcomes) this.counted.actions_total.add([BUILD, outcome, host], 0);
    for (const host of spawnOn) {
      this.distributions.action_duration_seconds.begin([BUILD, host, 'succeeded' satisfies Outcome]);
      this.counted.build_attempts_failed_total.add([host], 0);
      this.distributions.nova_build_seconds.begin([host]);
      this.distributions.nova_spawn_seconds.begin([host]);
    }
  }

  /** A copy of the state. */
  save(): MetricsState {
    return {
      version: 1,
      counters: Object.fromEntries(keysOf(this.counted).map((name) => [name, this.counted[name].save()])),
      histograms: Object.fromEntries(keysOf(this.distributions).map((name) => [name, this.distributions[name].save()])),
    };
  }

  /** Replaces the state by a saved one. Damaged parts, or parts of another version, start again from 0. */
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
