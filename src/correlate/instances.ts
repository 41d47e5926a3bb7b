import type { ActionInterval } from '../lifecycle/closed.js';
import { type Event, inOrder } from '../lifecycle/event.js';
import { EXTERNAL_EVENTS } from '../lifecycle/wanted.js';
import type { Count } from '../model/counters.js';
import type { OpenActions } from '../model/gauges.js';
import type { Millis } from '../model/line.js';
import type { Candidate } from './candidate.js';
import type { Decisions } from './decisions.js';
import { type Hosts, VisibleMoments } from './hosts.js';
import { INTRODUCES, MAY_CLOSE, ONLY_AT_WORK, RESOLVED } from './kinds.js';
import { sortedByName } from './order.js';
import { attemptsBefore, isExported, isSame, isTaken, pendingAttempts } from './owner.js';
import type { InstanceState, TimelinePass } from './state.js';
import { Timeline, timeline } from './timeline.js';
import { GRACE, UNNAMED_QUIET } from './times.js';

/** An action that is not exported yet, and the earliest time at which it may have started. */
export interface Unfinished {
  readonly request: string;
  readonly began: Millis;
}

/** For each instance: the lines that belong to no exported action, their candidates, and the exported actions. */
export class Instances {
  readonly states = new Map<string, InstanceState>();
  readonly #hosts: Hosts;
  readonly #count: Count;
  readonly #decisions: Decisions | undefined;
  /** by request id: its instances, and when each first had a line of it; shows requests of several instances */
  readonly #sharers = new Map<string, Map<string, Millis>>();
  /** by request id: lines without an instance */
  readonly #unresolved = new Map<string, Event[]>();
  /** past actions from before a restart: more of their lines are expected, and do not count as late */
  readonly #seeded = new WeakSet<ActionInterval>();

  constructor(hosts: Hosts, count: Count, decisions?: Decisions) {
    this.#hosts = hosts;
    this.#count = count;
    this.#decisions = decisions;
  }

  /** How many actions are open and have a name. */
  get open(): number {
    let sum = 0;
    for (const { candidates } of this.states.values()) sum += candidates.filter(({ spec }) => spec !== undefined).length;
    return sum;
  }

  /** Open actions by nova's name; `unnamed` if no line has named them yet. */
  get openByAction(): Record<string, OpenActions> {
    const open: Record<string, OpenActions> = {};
    for (const { candidates } of this.states.values())
      for (const { spec, start } of candidates) {
        const name = spec?.name ?? 'unnamed';
        const { count, oldest } = open[name] ?? { count: 0, oldest: start };
        open[name] = { count: count + 1, oldest: Math.min(oldest, start) };
      }
    return open;
  }

  /** The exported and the open actions of an instance. */
  intervalsOf(instance: string): readonly ActionInterval[] {
    const state = this.states.get(instance);
    return state === undefined ? [] : [...state.past, ...state.candidates];
  }

  /** Stores a line if it can affect an instance's actions. */
  keep(event: Event): void {
    const isApi = event.service === 'nova-api' && INTRODUCES.has(event.kind);
    if (event.service !== 'nova-compute' && !isApi) return;
    if (event.instance === undefined) {
      this.#keepUnresolved(event);
      return;
    }
    if (ONLY_AT_WORK.has(event.kind) && (event.requestId === undefined || event.userId === undefined)) return;
    const state = this.#stateOf(event.instance);
    if (event.requestId !== undefined && event.userId !== undefined) {
      const { requestId: request, at } = event;
      const past = state.past.length === 0 ? undefined : findOwner(state.past, isApi ? isExported : isTaken, request, at);
      if (past !== undefined) {
        if (ONLY_AT_WORK.has(event.kind)) return;
        if (!isApi && this.#seeded.has(past)) this.#count('replayed_lines');
        else if (!isApi) {
          this.#count('late', 1, event.kind);
          this.#decisions?.lateLine(event);
        }
        return;
      }
      const since = state.requests.get(request);
      if (since === undefined || at < since) {
        state.requests.set(request, at);
        this.share(request, event.instance, at);
      }
      if (EXTERNAL_EVENTS.has(event.kind)) state.external.set(request, Math.min(at, state.external.get(request) ?? at));
    }
    const { events } = state;
    if (state.isSorted && events.length > 0 && inOrder(events[events.length - 1]!, event) > 0) state.isSorted = false;
    events.push(event);
    state.newLinesAt = Math.min(state.newLinesAt, event.at);
    state.reviewAt = Math.min(state.reviewAt, event.at + (MAY_CLOSE.has(event.kind) ? GRACE : UNNAMED_QUIET));
  }

  #stateOf(instance: string): InstanceState {
    const found = this.states.get(instance);
    if (found !== undefined) return found;
    const made: InstanceState = {
      events: [],
      requests: new Map(),
      external: new Map(),
      isSorted: true,
      past: [],
      pass: undefined,
      candidates: [],
      reviewAt: Number.POSITIVE_INFINITY,
      newLinesAt: Number.POSITIVE_INFINITY,
      reviewedAt: Number.NEGATIVE_INFINITY,
    };
    this.states.set(instance, made);
    return made;
  }

  /**
   * Stores a line with a request id and no instance. Another line with both shows later to which instance it belongs.
   */
  #keepUnresolved(event: Event): void {
    const request = event.requestId;
    if (request === undefined || event.userId === undefined || !RESOLVED.has(event.kind)) return;
    const same = this.#unresolved.get(request);
    if (same === undefined) this.#unresolved.set(request, [event]);
    else same.push(event);
    for (const instance of this.#sharers.get(request)?.keys() ?? []) {
      const state = this.states.get(instance);
      if (state === undefined) continue;
      state.newLinesAt = Math.min(state.newLinesAt, event.at);
      state.reviewAt = Math.min(state.reviewAt, event.at + GRACE);
    }
  }

  /** Schedules a review of all open actions of a host: a line about the host may have ended them. */
  wake(host: string, at: Millis): void {
    for (const state of this.states.values()) {
      if (!state.candidates.some((candidate) => candidate.host === host)) continue;
      state.reviewAt = Number.NEGATIVE_INFINITY;
      if (at <= state.reviewedAt) state.pass = undefined;
    }
  }

  /** Notes that an instance has a line of a request at this time. */
  share(request: string, instance: string, at: Millis): void {
    const sharers = this.#sharers.get(request);
    if (sharers === undefined) {
      this.#sharers.set(request, new Map([[instance, at]]));
      return;
    }
    const known = sharers.get(instance);
    if (known !== undefined && known <= at) return;
    const before = secondOf(sharers);
    sharers.set(instance, at);
    if (sharers.size > 1 && secondOf(sharers) !== before)
      for (const each of sharers.keys()) {
        const state = this.states.get(each);
        if (state !== undefined) state.pass = undefined;
      }
  }

  /** The instances that have lines of a request, each with the time of the first. */
  sharersOf(request: string): readonly (readonly [instance: string, at: Millis])[] {
    return [...(this.#sharers.get(request) ?? [])];
  }

  readonly #sharedSince = (request: string): Millis => {
    const sharers = this.#sharers.get(request);
    return sharers === undefined ? Number.POSITIVE_INFINITY : secondOf(sharers);
  };

  /**
   * Whether several instances have lines of a request, up to a time. Later lines must not affect units that closed
   * before them.
   */
  isShared(request: string, by: Millis): boolean {
    const since = this.#sharedSince(request);
    return since !== Number.POSITIVE_INFINITY && since <= by;
  }

  /** The lines of a request without an instance. */
  unresolvedOf(request: string): readonly Event[] {
    return this.#unresolved.get(request) ?? [];
  }

  /** An instance's lines, and the lines of its requests without an instance, in order. */
  linesOf(state: InstanceState, watermark: Millis): readonly Event[] {
    const own = state.isSorted ? state.events : [...state.events].sort(inOrder);
    const more: Event[] = [];
    for (const [request, from] of state.requests) {
      const found = from <= watermark ? this.#unresolved.get(request) : undefined;
      if (found !== undefined && !this.isShared(request, watermark)) more.push(...found);
    }
    return more.length === 0 ? own : [...own, ...more].sort(inOrder);
  }

  /** The open candidates by the lines up to a time. */
  candidatesOf(instance: string, { past, external }: InstanceState, lines: readonly Event[], moment: Millis): Candidate[] {
    const newest = lines[lines.length - 1]?.at ?? Number.NEGATIVE_INFINITY;
    const events = newest <= moment ? lines : lines.filter(({ at }) => at <= moment);
    return timeline(instance, events, {
      hosts: new VisibleMoments(this.#hosts, moment),
      past,
      external: upTo(external, moment),
      sharedSince: this.#sharedSince,
    });
  }

  /**
   * Sorts the lines up to a watermark into candidates. Continues the last pass if the new lines change nothing earlier.
   *
   * @returns a candidate that has closed, if there is one
   */
  sort(instance: string, state: InstanceState, lines: readonly Event[], watermark: Millis): Candidate | undefined {
    const pass = this.#canContinue(state, lines, watermark) ? state.pass! : this.#startPass(instance, state, watermark);
    pass.visible.watermark = watermark;
    return pass.timeline.advance(lines, watermark);
  }

  #startPass(instance: string, state: InstanceState, watermark: Millis): TimelinePass {
    const visible = new VisibleMoments(this.#hosts, watermark);
    const { past } = state;
    const timeline = new Timeline(instance, {
      hosts: visible,
      past,
      external: upTo(state.external, watermark),
      sharedSince: this.#sharedSince,
    });
    state.pass = { timeline, visible };
    return state.pass;
  }

  #canContinue({ pass }: InstanceState, lines: readonly Event[], watermark: Millis): boolean {
    return (
      pass !== undefined &&
      !this.#hosts.changed(pass.timeline.hosts, pass.visible.watermark, watermark) &&
      pass.timeline.isContinuedBy(lines, watermark)
    );
  }

  /** Whether no line up to a watermark has arrived that could change an instance since its last review. */
  isKnown({ pass, newLinesAt, events }: InstanceState, watermark: Millis): boolean {
    if (newLinesAt <= watermark) return false;
    return pass === undefined ? events.length === 0 : !this.#hosts.changed(pass.timeline.hosts, pass.visible.watermark, watermark);
  }

  /**
   * The candidates at a watermark, with the lines that arrived since the last review. None can have closed since: that
   * would have caused a review.
   */
  asOf(instance: string, state: InstanceState, watermark: Millis): readonly Candidate[] {
    const newest = state.isSorted ? state.events[state.events.length - 1]?.at : Number.POSITIVE_INFINITY;
    if (newest === undefined || newest <= state.reviewedAt) return state.candidates;
    return this.candidatesOf(instance, state, this.linesOf(state, watermark), watermark);
  }

  /**
   * The actions that are not exported yet. An attempt that was rescheduled is part of an action that the next host, or
   * nova-conductor, will show.
   */
  unfinished({ past }: InstanceState, candidates: readonly Candidate[]): readonly Unfinished[] {
    return [...candidates, ...pendingAttempts(past, candidates)].map((each) => ({
      request: each.request,
      began: Math.min(each.opened, ...attemptsBefore(each, past).map(({ opened }) => opened)),
    }));
  }

  /** Makes a candidate a past action, and removes its lines so that no other action uses them. */
  retire({ request, rescheduled, until, lines }: Candidate, state: InstanceState, past: ActionInterval): void {
    state.past.push(past);
    state.pass = undefined;
    const taken = new Set<Event>(lines.attributed);
    if (rescheduled) for (const event of lines.byRequest) taken.add(event);
    const isOver = (event: Event): boolean => taken.has(event) || isExported(past, event.requestId ?? '', event.at);
    state.events = state.events.filter((event) => !isOver(event));
    if (!rescheduled && !state.events.some((event) => event.requestId === request)) state.requests.delete(request);
    if (this.isShared(request, until)) return;
    const left = this.#unresolved.get(request)?.filter((event) => !isOver(event));
    if (left === undefined || (!rescheduled && left.length === 0)) this.#unresolved.delete(request);
    else this.#unresolved.set(request, left);
  }

  /** Adds the actions that were exported before a restart. */
  seed(pasts: readonly (readonly [instance: string, past: ActionInterval])[]): void {
    for (const [instance, past] of pasts) {
      const state = this.#stateOf(instance);
      if (state.past.some((each) => isSame(each, past))) continue;
      state.past.push(past);
      state.pass = undefined;
      this.#seeded.add(past);
      if (!past.request.startsWith('@')) this.share(past.request, instance, past.opened);
    }
    for (const { past } of this.states.values()) past.sort((a, b) => a.until - b.until || a.opened - b.opened);
  }

  /**
   * See `Correlator.comparableState`. `reviewedAt` matters only for instances with an open candidate, because a late
   * line of the host may change that. The visible times of hosts matter only if lines were processed: a sweep also
   * reviews instances whose lines are all later.
   */
  get comparableState(): unknown {
    const states = Array.from(this.states, ([instance, { pass, reviewedAt, ...state }]) => [
      instance,
      state,
      state.candidates.length > 0 ? reviewedAt : undefined,
      pass === undefined ? undefined : [pass.timeline.taken > 0 ? pass.visible.watermark : undefined, pass.timeline.comparableState],
    ]);
    const sharers = sortedByName(this.#sharers).map(([request, instances]) => [request, sortedByName(instances)]);
    return [states, sharers, sortedByName(this.#unresolved)];
  }

  /** Drops instances without lines and actions, and requests that only they used. */
  forget(horizon: Millis): void {
    for (const [instance, { events, past, candidates, external }] of this.states) {
      for (const [request, at] of external) if (at < horizon) external.delete(request);
      if (events.length === 0 && past.length === 0 && candidates.length === 0) this.states.delete(instance);
    }
    for (const [request, instances] of this.#sharers)
      if (![...instances.keys()].some((instance) => this.states.has(instance))) this.#sharers.delete(request);
    for (const [request, events] of this.#unresolved)
      if (!this.#sharers.has(request) && events.every(({ at }) => at < horizon)) this.#unresolved.delete(request);
  }
}

function findOwner(pasts: readonly ActionInterval[], takes: typeof isTaken, request: string, at: Millis): ActionInterval | undefined {
  for (const past of pasts) if (takes(past, request, at)) return past;
  return undefined;
}

/** When the second instance of a request first had a line of it; infinity if there is only one. */
function secondOf(sharers: ReadonlyMap<string, Millis>): Millis {
  let first = Number.POSITIVE_INFINITY;
  let second = Number.POSITIVE_INFINITY;
  for (const at of sharers.values()) {
    if (at < first) {
      second = first;
      first = at;
    } else if (at < second) second = at;
  }
  return second;
}

function upTo(requests: ReadonlyMap<string, Millis>, moment: Millis): string[] {
  const found: string[] = [];
  for (const [request, at] of requests) if (at <= moment) found.push(request);
  return found;
}
