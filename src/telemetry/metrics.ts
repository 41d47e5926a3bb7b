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
  /** how the sidecar is at the moment of a scrape */
  readonly vitals: () => Vitals;
  /** epoch ms */
  readonly now: () => Millis;
  /** how detailed the durations of phases are */
  readonly phaseHistograms?: PhaseHistograms;
}

export interface Metrics {
  /** Of this process: begins at 0 with it. */
  readonly count: Count;
  /** Observes a trace, once: when it is certain that a restart does not export it again. */
  observe(trace: FinishedTrace): void;
  /** `/metrics`, as Prometheus' text or as OpenMetrics, which has a trace to look at for each bucket. */
  text(openMetrics?: boolean): Promise<{ readonly contentType: string; readonly body: string }>;
  /** The same in the format that has native histograms; absent where there are none. */
  readonly protobuf?: () => { readonly contentType: string; readonly body: Uint8Array };
  /**
   * What was observed, as a copy: to be written together with what says which traces it is of.
   *
   * @param also as if these had been, too: observe them when it is written, so that no scrape sees what a crash would undo
   */
  save(also?: Iterable<FinishedTrace>): MetricsState;
  /** Takes what was saved in place of what was observed. What is damaged, or of another version, begins anew. */
  restore(state: unknown): void;
}

/** All metrics of one sidecar: its own, and those of the actions that it exported. Registered nowhere else. */
export function createMetrics({ vitals, now, phaseHistograms = 'off' }: MetricsOptions): Metrics {
  const tallies = new Tallies();
  const lately = keysOf(longest).map((name) => ({ name, series: new Longest(longest[name].labels), ...pickOf(longest[name]) }));
  const observed = new Observed(phaseHistograms);
  const { counted, distributions } = observed;
  /** Asked for once for each scrape, so that its gauges fit each other. */
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

/** A gauge of the longest has some of the labels of its histogram. */
function pickOf({ of, labels }: (typeof longest)[keyof typeof longest]): {
  readonly of: keyof typeof cumulative;
  readonly pick: (labels: readonly string[]) => readonly string[];
} {
  const names: readonly string[] = cumulative[of].labels;
  const places = labels.map((label) => names.indexOf(label));
  return { of, pick: (values) => places.map((place) => values[place]!) };
}
