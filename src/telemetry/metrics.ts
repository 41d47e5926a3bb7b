import { type Count, counterNames } from '../model/counters.js';
import { type GaugeName, gauges, type Vitals } from '../model/gauges.js';
import type { Millis } from '../model/line.js';
import type { PhaseHistograms } from '../model/phase-histograms.js';
import type { FinishedTrace } from '../model/span.js';
import { countedSamples, distributionSamples, exposeCounter, exposeFamily, exposeGauge, longestSamples, registryOf } from './exposition.js';
import { cumulative, type Family, longest, passing } from './families.js';
import { Longest } from './longest.js';
import { type DistributionName, keysOf, type MetricsState, Observed } from './observed.js';
import { PROTOBUF, protobufOf } from './protobuf.js';
import { durationsIn } from './reading.js';
import { Tallies } from './tallies.js';

export type { MetricsState } from './observed.js';

export interface MetricsOptions {
  /** returns the state of the sidecar at a scrape */
  readonly vitals: () => Vitals;
  /** epoch ms */
  readonly now: () => Millis;
  /** level of detail of phase durations */
  readonly phaseHistograms?: PhaseHistograms;
}

/** Metrics of one sidecar. */
export interface Metrics {
  /** Counts events of this process; starts at 0. */
  readonly count: Count;
  /** Observes a trace, once: when a restart can no longer export it again. */
  observe(trace: FinishedTrace): void;
  /** Content of `/metrics`, as Prometheus text or as OpenMetrics (with exemplars). */
  text(openMetrics?: boolean): Promise<{ readonly contentType: string; readonly body: string }>;
  /** The same as protobuf, with native histograms; undefined if these are off. */
  readonly protobuf?: () => { readonly contentType: string; readonly body: Uint8Array };
  /**
   * A copy of the observed values, to be saved with the list of the traces in it.
   * @param also traces to include. Observe them after the save succeeded, so that no scrape shows what a crash would
   * undo.
   */
  save(also?: Iterable<FinishedTrace>): MetricsState;
  /** Replaces the observed values by saved ones. Damaged parts, or parts of another version, start again from 0. */
  restore(state: unknown): void;
}

/** All metrics of one sidecar, in registries of its own. */
export function createMetrics({ vitals, now, phaseHistograms = 'off' }: MetricsOptions): Metrics {
  const tallies = new Tallies();
  const lately = keysOf(longest).map((name) => ({ name, series: new Longest(longest[name].labels), ...pickOf(longest[name]) }));
  const observed = new Observed(phaseHistograms);
  const { counted, distributions } = observed;
  /** The vitals are read once per scrape, so that all gauges agree. */
  let scraped: { readonly vitals: Vitals; readonly at: Millis };

  const exposed = [
    ...keysOf(counted).map((name) => exposeFamily(name, cumulative[name], () => countedSamples(counted[name]))),
    ...keysOf(distributions).map((name) => {
      const family = familyOf(name, phaseHistograms);
      return exposeFamily(name, family, () => distributionSamples(name, family, distributions[name]));
    }),
    ...lately.map(({ name, series }) => exposeFamily(name, longest[name], () => longestSamples(series, scraped.at))),
    exposeFamily('build_info', passing.build_info, () => [
      { labels: { version: scraped.vitals.version, node: process.version }, value: 1 },
    ]),
    ...(Object.keys(gauges) as GaugeName[]).map((name) => exposeGauge(name, () => scraped)),
    ...counterNames.map((name) => exposeCounter(name, () => tallies.of(name))),
  ];
  const registries = { plain: registryOf(exposed, false), openMetrics: registryOf(exposed, true) };

  function look(): void {
    scraped = { vitals: vitals(), at: now() };
    observed.expectBuildsOn(scraped.vitals.buildHosts, scraped.vitals.computeHosts);
  }

  return {
    count: tallies.count,

    observe(trace) {
      const at = now();
      observed.observe(trace, at);
      for (const duration of durationsIn(trace))
        for (const { of, pick, series } of lately) if (of === duration.of) series.see(pick(duration.labels), duration.seconds, at);
    },

    async text(openMetrics = false) {
      look();
      const registry = openMetrics ? registries.openMetrics : registries.plain;
      return { contentType: registry.contentType, body: await registry.metrics() };
    },

    ...(phaseHistograms === 'native' && {
      protobuf() {
        look();
        const native = { ...exposeFamily(NATIVE, cumulative[NATIVE], () => []), series: distributions.phase_duration_seconds };
        return { contentType: PROTOBUF, body: protobufOf(exposed, [native]) };
      },
    }),

    save(also = []) {
      const then = new Observed(phaseHistograms);
      then.restore(observed.save());
      for (const trace of also) then.observe(trace, now());
      return then.save();
    },

    restore: (state) => observed.restore(state),
  };
}

const NATIVE = 'phase_duration_native_seconds';

const familyOf = (name: DistributionName, phases: PhaseHistograms): Family =>
  name === 'phase_duration_seconds' && phases === 'coarse' ? { ...cumulative[name], type: 'histogram' } : cumulative[name];

/** Picks the labels of a maximum out of the labels of its histogram. */
function pickOf({ of, labels }: (typeof longest)[keyof typeof longest]): {
  readonly of: keyof typeof cumulative;
  readonly pick: (labels: readonly string[]) => readonly string[];
} {
  const names: readonly string[] = cumulative[of].labels;
  const places = labels.map((label) => names.indexOf(label));
  return { of, pick: (values) => places.map((place) => values[place]!) };
}
