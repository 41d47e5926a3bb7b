import { extentOf, HANDOVER, kindNameOf, outcomeOf, rootOf } from '../export/terminal/reading.js';
import type { Millis } from '../model/line.js';
import { type FinishedTrace, isError, type Outcome, outcomes, type SpanData } from '../model/span.js';
import { causeOf } from './cause.js';
import { idOf, type Level, levelOf, nameOf, type Phase, phaseOf, serverOf } from './phase.js';

/** The numbers of one action. Ten thousand actions take a few megabytes. */
export interface Action {
  readonly traceId: string;
  readonly instance: string;
  readonly host: string;
  readonly start: Millis;
  readonly duration: Millis;
  readonly outcome: Outcome | undefined;
  /** indexes in `phases` of the group, in ascending order */
  readonly phases: Uint16Array;
  /** for each of these phases, the time (ms) in which it was in progress */
  readonly times: Float64Array;
}

/** The actions of one kind and one log level. */
export interface Group {
  readonly kind: string;
  readonly level: Level;
  readonly phases: Phase[];
  readonly actions: Action[];
  /** the number of actions that have a phase, with any evidence of its ends */
  readonly present: Map<string, number>;
  /**
   * by `first * PAIR + second` (indexes in `phases`): the second phase's time in actions in which the first ended
   * during it
   */
  readonly endedDuring: Map<number, number>;
}

export const PAIR = 65_536;

/** with the place of each phase in `phases` */
type Placed = Group & { readonly places: Map<string, number> };

/** The outcomes of actions of one kind, at any log level. */
export interface Ends {
  readonly kind: string;
  /** actions with a known end */
  ended: number;
  failed: number;
  readonly causes: Map<string, { count: number; readonly example: string }>;
  readonly outcomes: Map<Outcome, number>;
}

/** Facts that only some spans of a trace contain. */
interface Known {
  readonly outcome: Outcome | undefined;
  readonly level: Level;
}

/** The numbers of many traces, without their spans. */
export class LogSet {
  readonly #groups = new Map<string, Placed>();
  readonly #ends = new Map<string, Ends>();
  readonly #levels = new Map<string, Level>();
  /** by trace id of an action that has not arrived: the trace that follows it, which has the same log level */
  readonly #early = new Map<string, FinishedTrace>();
  readonly #services = new Set<string>();
  traces = 0;

  add(trace: FinishedTrace): void {
    this.traces++;
    for (const { service } of trace.spans) this.#services.add(serverOf(service));
    const root = rootOf(trace);
    const outcome = trace.form === 'action' ? knownOutcome(outcomeOf(trace)) : undefined;
    if (trace.form === 'action') {
      this.#levels.set(trace.traceId, levelOf(root));
      this.#addEnd(trace, outcome);
    }
    const before = trace.form === 'network-ready' ? (root?.links[0]?.traceId ?? '') : undefined;
    if (before !== undefined && !this.#levels.has(before)) this.#early.set(before, trace);
    // The times of a failed action are not comparable: only failures and their causes are counted.
    else if (outcome === undefined || outcome === 'succeeded')
      this.#addTimes(trace, root, { outcome, level: before === undefined ? levelOf(root) : this.#levels.get(before)! });
    const sequel = this.#early.get(trace.traceId);
    if (trace.form !== 'action' || sequel === undefined) return;
    this.#early.delete(trace.traceId);
    this.#addTimes(sequel, rootOf(sequel), { outcome: undefined, level: levelOf(root) });
  }

  get groups(): readonly Group[] {
    for (const sequel of this.#early.values()) this.#addTimes(sequel, rootOf(sequel), { outcome: undefined, level: 'unknown' });
    this.#early.clear();
    return [...this.#groups.values()];
  }

  get ends(): readonly Ends[] {
    return [...this.#ends.values()];
  }

  get services(): ReadonlySet<string> {
    return this.#services;
  }

  #addEnd(trace: FinishedTrace, outcome: Outcome | undefined): void {
    const kind = kindNameOf(trace);
    const ends = this.#ends.get(kind) ?? { kind, ended: 0, failed: 0, causes: new Map(), outcomes: new Map() };
    this.#ends.set(kind, ends);
    if (outcome === undefined) return;
    ends.outcomes.set(outcome, (ends.outcomes.get(outcome) ?? 0) + 1);
    if (outcome === 'unfinished' || outcome === 'evicted') return;
    ends.ended++;
    if (!isError(outcome)) return;
    ends.failed++;
    const cause = causeOf(trace, outcome);
    const known = ends.causes.get(cause);
    if (known === undefined) ends.causes.set(cause, { count: 1, example: trace.traceId });
    else known.count++;
  }

  #addTimes(trace: FinishedTrace, root: SpanData | undefined, { outcome, level }: Known): void {
    const group = this.#groupOf(kindNameOf(trace), level);
    for (const name of new Set(trace.spans.filter((span) => span !== root).map(nameOf)))
      group.present.set(name, (group.present.get(name) ?? 0) + 1);

    const byPhase = new Map<number, SpanData[]>();
    for (const span of trace.spans) {
      const phase = phaseOf(span);
      if (phase === undefined) continue;
      const place = placeOf(group, phase);
      const spans = byPhase.get(place);
      if (spans === undefined) byPhase.set(place, [span]);
      else spans.push(span);
    }
    const places = [...byPhase.keys()].sort((a, b) => a - b);
    const { start, end } = extentOf(trace);
    const times = places.map((place) => covered(byPhase.get(place)!));
    group.actions.push({
      ...{ traceId: trace.traceId, instance: trace.instance, host: (root ?? trace.spans[0])?.host ?? '', start, outcome },
      duration: end - start,
      phases: Uint16Array.from(places),
      times: Float64Array.from(times),
    });
    for (const [i, second] of places.entries()) addPairs(group.endedDuring, byPhase, second, times[i]!);
  }

  #groupOf(kind: string, level: Level): Placed {
    const key = `${kind}\u0000${level}`;
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    const group: Placed = { kind, level, phases: [], actions: [], present: new Map(), endedDuring: new Map(), places: new Map() };
    this.#groups.set(key, group);
    return group;
  }
}

/** An action's time (ms) of the phase at an index; undefined if it has none. */
export function timeIn({ phases, times }: Action, place: number | undefined): Millis | undefined {
  const at = place === undefined ? -1 : phases.indexOf(place);
  return at === -1 ? undefined : times[at];
}

const isOutcome = (text: string): text is Outcome => (outcomes as readonly string[]).includes(text);
const knownOutcome = (text: string | undefined): Outcome | undefined => (text !== undefined && isOutcome(text) ? text : undefined);

function placeOf({ phases, places }: Placed, phase: Phase): number {
  const id = idOf(phase);
  const known = places.get(id);
  if (known !== undefined) return known;
  places.set(id, phases.length);
  return phases.push(phase) - 1;
}

/** The time in which at least one of the spans was in progress: ports are plugged in parallel. */
function covered(spans: readonly Pick<SpanData, 'start' | 'end'>[]): Millis {
  let sum = 0;
  let to = Number.NEGATIVE_INFINITY;
  for (const { start, end } of spans.toSorted((a, b) => a.start - b.start)) {
    if (end > to) sum += end - Math.max(start, to);
    to = Math.max(to, end);
  }
  return Math.max(0, sum);
}

function addPairs(pairs: Map<number, number>, byPhase: ReadonlyMap<number, readonly SpanData[]>, second: number, time: Millis): void {
  const running = byPhase.get(second)!;
  for (const [first, ended] of byPhase) {
    if (first === second || !ended.some((one) => running.some((other) => endsDuring(one, other)))) continue;
    const pair = first * PAIR + second;
    pairs.set(pair, (pairs.get(pair) ?? 0) + time);
  }
}

/**
 * Whether one span may have waited for the end of another. A client waits for the answer, and either service may log
 * its line first. Otherwise, if two spans end together, the later one is a part of the other.
 */
function endsDuring(one: SpanData, other: SpanData): boolean {
  if (one.end <= other.start) return false;
  if (one.service !== other.service && one.kind !== other.kind) {
    if (one.kind === 'server') return one.end <= other.end + HANDOVER;
    if (other.kind === 'server') return one.end < other.end - HANDOVER;
  }
  if (one.end !== other.end) return one.end < other.end;
  return one.start > other.start || (one.start === other.start && one.parentSpanId === other.spanId);
}
