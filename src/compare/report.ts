import { detailsOf, summaryOf } from '../export/sentence.js';
import { extentOf, kindNameOf, outcomeOf, rootOf } from '../export/terminal/reading.js';
import type { Millis } from '../model/line.js';
import { type FinishedTrace, isError, outcomes } from '../model/span.js';
import { timesIn, timesOf } from './comparison.js';
import type { Times } from './differences.js';
import { gatedBy, NO_LINE } from './gating.js';
import { type Group, LogSet } from './log-set.js';
import { type Level, levelOf, type Phase, WHOLE } from './phase.js';
import { sorted } from './statistics.js';

/** How many of the slowest actions of a kind are listed. */
const SLOWEST = 10;

export interface Slow {
  readonly traceId: string;
  readonly instance: string;
  readonly host: string;
  readonly start: Millis;
  readonly duration: Millis;
  readonly outcome: string;
  readonly why: string;
}

interface OfHost {
  readonly durations: number[];
  ended: number;
  failed: number;
}

/** Sums that are updated with each trace, beside {@link LogSet}. */
interface Sums {
  /** by service and name */
  readonly gating: Map<string, { readonly service: string | undefined; readonly name: string; self: Millis; actions: number }>;
  whole: Millis;
}

/** Collects the content of a report about one set of logs, trace by trace. */
export class Reporting {
  readonly set = new LogSet();
  readonly #sums = new Map<string, Sums>();
  readonly #slowest = new Map<string, Slow[]>();
  readonly #hosts = new Map<string, Map<string, OfHost>>();

  add(trace: FinishedTrace): void {
    this.set.add(trace);
    if (trace.form !== 'action') return;
    this.#addSlowest(trace);
    this.#addHost(trace);
    if (outcomeOf(trace) === 'succeeded') this.#addGating(trace);
  }

  get report(): Report {
    const kinds = this.set.ends.map((ends): KindReport => {
      const { kind } = ends;
      const groups = this.set.groups
        .filter((group) => group.kind === kind)
        .map((group) => groupReport(group, this.#sums.get(keyOf(group))));
      const causes = [...ends.causes].map(([cause, { count, example }]) => ({ cause, count, example }));
      return {
        ...{ kind, ended: ends.ended, failed: ends.failed, outcomes: Object.fromEntries(ends.outcomes), groups },
        causes: causes.sort((a, b) => b.count - a.count),
        slowest: this.#slowest.get(kind) ?? [],
        hosts: [...(this.#hosts.get(kind) ?? [])].map(hostReport).sort((a, b) => b.ended - a.ended || (a.host < b.host ? -1 : 1)),
      };
    });
    const others = this.set.groups
      .filter(({ kind }) => !kinds.some((one) => one.kind === kind))
      .map((group) => groupReport(group, undefined));
    return { kinds: kinds.sort((a, b) => countOf(b) - countOf(a)), others };
  }

  #addSlowest(trace: FinishedTrace): void {
    const kind = kindNameOf(trace);
    const kept = this.#slowest.get(kind) ?? [];
    this.#slowest.set(kind, kept);
    const { start, end } = extentOf(trace);
    const duration = end - start;
    if (kept.length === SLOWEST && duration <= kept[SLOWEST - 1]!.duration) return;
    const root = rootOf(trace);
    const outcome = outcomes.find((one) => one === outcomeOf(trace));
    kept.push({
      ...{
        traceId: trace.traceId,
        instance: trace.instance,
        host: root?.host ?? '',
        start,
        duration,
        outcome: outcome ?? 'unknown',
        why: detailsOf(trace, summaryOf(trace)),
      },
    });
    kept.sort((a, b) => b.duration - a.duration || a.start - b.start);
    kept.length = Math.min(kept.length, SLOWEST);
  }

  #addHost(trace: FinishedTrace): void {
    const hosts = this.#hosts.get(kindNameOf(trace)) ?? new Map<string, OfHost>();
    this.#hosts.set(kindNameOf(trace), hosts);
    const host = rootOf(trace)?.host ?? '';
    const of = hosts.get(host) ?? { durations: [], ended: 0, failed: 0 };
    hosts.set(host, of);
    const outcome = outcomes.find((one) => one === outcomeOf(trace));
    if (outcome === undefined || outcome === 'unfinished' || outcome === 'evicted') return;
    of.ended++;
    if (isError(outcome)) of.failed++;
    else {
      const { start, end } = extentOf(trace);
      of.durations.push(end - start);
    }
  }

  #addGating(trace: FinishedTrace): void {
    const key = keyOf({ kind: kindNameOf(trace), level: levelOf(rootOf(trace)) });
    const sums: Sums = this.#sums.get(key) ?? { gating: new Map(), whole: 0 };
    this.#sums.set(key, sums);
    const { start, end } = extentOf(trace);
    sums.whole += end - start;
    const seen = new Set<string>();
    for (const { service, name, self } of gatedBy(trace)) {
      const id = `${service ?? ''}\u0000${name}`;
      const sum = sums.gating.get(id) ?? { service, name, self: 0, actions: 0 };
      sums.gating.set(id, sum);
      sum.self += self;
      if (!seen.has(id)) sum.actions++;
      seen.add(id);
    }
  }
}

const keyOf = ({ kind, level }: { readonly kind: string; readonly level: Level }): string => `${kind}\u0000${level}`;
const countOf = ({ outcomes: all }: KindReport): number => Object.values(all).reduce((sum, n) => sum + n, 0);

export interface PhaseReport {
  readonly service: string | undefined;
  readonly name: string;
  /** undefined for time without lines */
  readonly phase: Phase | undefined;
  readonly times: Times | undefined;
  /** its share of the time of all these actions; parallel and earlier phases count in full */
  readonly share: number;
  /** the share of the time of all these actions in which it gated the end, without the phases within it */
  readonly gating: number;
  /** the number of actions whose end it gated */
  readonly gates: number;
}

export interface GroupReport {
  readonly kind: string;
  readonly level: Level;
  readonly whole: Times;
  /** ordered by gating time, the longest first */
  readonly phases: readonly PhaseReport[];
}

interface HostReport {
  readonly host: string;
  readonly times: Times;
  readonly ended: number;
  readonly failed: number;
}

export interface KindReport {
  readonly kind: string;
  readonly ended: number;
  readonly failed: number;
  readonly outcomes: Readonly<Record<string, number>>;
  /** by the level of the logs */
  readonly groups: readonly GroupReport[];
  readonly causes: readonly { readonly cause: string; readonly count: number; readonly example: string }[];
  readonly slowest: readonly Slow[];
  readonly hosts: readonly HostReport[];
}

export interface Report {
  readonly kinds: readonly KindReport[];
  /** networks after boots, and fragments: it is not known what their phases gate */
  readonly others: readonly GroupReport[];
}

function groupReport(group: Group, sums: Sums | undefined): GroupReport {
  const times = timesOf(group);
  const whole = sums?.whole ?? 0;
  const durations = sorted(group.actions.map(({ duration }) => duration));
  const all = sumOf(durations);
  const seen = new Set<string>();
  const phases = group.phases.flatMap((phase, place): PhaseReport[] => {
    if (phase.name === WHOLE) return [];
    const id = `${phase.service ?? ''}\u0000${phase.name}`;
    const sum = sums?.gating.get(id);
    // Gating time is summed up by name: if a phase occurs with different evidence, the first row has it.
    const isFirst = !seen.has(id);
    seen.add(id);
    const gating = sum === undefined || whole === 0 || !isFirst ? 0 : sum.self / whole;
    const share = all === 0 ? 0 : sumOf(times[place]!) / all;
    const gates = isFirst ? (sum?.actions ?? 0) : 0;
    return [{ service: phase.service, name: phase.name, phase, times: timesIn(times[place]!), share, gating, gates }];
  });
  const unaccounted = sums?.gating.get(`\u0000${NO_LINE}`);
  if (unaccounted !== undefined && whole > 0)
    phases.push({
      ...{ service: undefined, name: NO_LINE, phase: undefined, times: undefined },
      ...{ share: unaccounted.self / whole, gating: unaccounted.self / whole, gates: unaccounted.actions },
    });
  return {
    ...{ kind: group.kind, level: group.level, whole: timesIn(durations) },
    phases: phases.sort((a, b) => b.gating - a.gating || (b.times?.p50 ?? 0) - (a.times?.p50 ?? 0)),
  };
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

const hostReport = ([host, { durations, ended, failed }]: readonly [string, OfHost]): HostReport => ({
  ...{ host, ended, failed },
  times: timesIn(sorted(durations)),
});
