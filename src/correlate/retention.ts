import type { Event } from '../lifecycle/event.js';
import type { Millis } from '../model/line.js';
import type { Closer } from './close.js';
import type { ControlPlane } from './control-plane.js';
import type { Decisions } from './decisions.js';
import { type Gather, isPhaseLine, type Sources } from './gather.js';
import { namesOf } from './members.js';
import { type NetworkReadies, networksOf } from './network-readies.js';
import { compare } from './order.js';
import { beganOf, pendingAttempts } from './owner.js';
import type { Closing, InstanceState } from './state.js';
import type { NameType } from './store.js';
import { GRACE, LEAD, MAX_AHEAD, REACH, SWEEP } from './times.js';

/** The maximum number of lines in memory that wait for a link. */
const MAX_LINES = 50_000;
/** If open actions need more lines than that, the next sweep waits until the store has grown by this factor. */
const GROWTH = 1.1;
/** The maximum number of open candidates, with or without a name. */
export const MAX_OPEN = 10_000;

/** The names whose lines must stay in memory. */
interface Needs {
  readonly names: readonly (readonly [NameType, string])[];
  /** when the oldest open unit started */
  readonly oldest: Millis;
}

/** Drops lines that are too old to matter, or that exceed the limit. */
export class Retention {
  readonly #from: Sources;
  readonly #gather: Gather;
  readonly #control: ControlPlane;
  readonly #networkReadies: NetworkReadies;
  readonly #decisions: Decisions | undefined;
  #sweptAt: Millis = Number.NEGATIVE_INFINITY;
  #maxLines = MAX_LINES;

  constructor(from: Sources, gather: Gather, control: ControlPlane, networkReadies: NetworkReadies, decisions?: Decisions) {
    this.#from = from;
    this.#gather = gather;
    this.#control = control;
    this.#networkReadies = networkReadies;
    this.#decisions = decisions;
  }

  /**
   * Whether to sweep: at each multiple of `SWEEP` in event time, so that it does not depend on where reading started.
   */
  isDue(watermark: Millis): boolean {
    return Math.floor(watermark / SWEEP) > Math.floor(this.#sweptAt / SWEEP) || this.#from.store.size > this.#maxLines;
  }

  /** If too many candidates are open, closes the oldest in their present state. */
  evict(closer: Closer): Closing[] {
    let open = 0;
    for (const { candidates } of this.#from.instances.states.values()) open += candidates.length;
    if (open <= MAX_OPEN) return [];
    const oldest = [...this.#from.instances.states.values()]
      .flatMap((state) => state.candidates.map((candidate) => ({ candidate, state })))
      .sort(
        ({ candidate: a }, { candidate: b }) => a.opened - b.opened || compare(a.instance, b.instance) || compare(a.request, b.request),
      );
    return oldest.slice(0, open - MAX_OPEN).flatMap(({ candidate, state }) => {
      // An action that has ended keeps its outcome.
      if (candidate.outcome === 'timed-out') candidate.verdict = { ...candidate.verdict, outcome: 'evicted' };
      this.#decisions?.evicted(candidate, MAX_OPEN);
      const closings = closer.close(candidate, state);
      state.candidates = state.candidates.filter((each) => each !== candidate);
      this.#from.count('open_actions_evicted');
      return closings;
    });
  }

  /** Drops lines that have waited long enough, and actions that ended long ago. */
  sweep(watermark: Millis): void {
    this.#sweptAt = watermark;
    const { hostLines, builds, hosts, instances } = this.#from;
    const horizon = watermark - REACH;
    const needs = this.#needs(watermark, horizon);
    this.#forgetLines(needs, watermark, horizon);
    for (const state of instances.states.values()) forgetPast(state, horizon);
    instances.forget(horizon);
    const reach = Math.min(needs.oldest, watermark) - REACH;
    hostLines.forget(reach);
    builds.forget(reach);
    hosts.forget(reach);
  }

  /** See `Correlator.comparableState`. */
  get comparableState(): unknown {
    return [this.#sweptAt, this.#maxLines];
  }

  #needs(watermark: Millis, horizon: Millis): Needs {
    const { store, instances } = this.#from;
    const names: (readonly [NameType, string])[] = [];
    let oldest = Number.POSITIVE_INFINITY;
    for (const [instance, { past, candidates }] of instances.states) {
      for (const each of [...candidates, ...pendingAttempts(past, candidates)]) {
        const began = beganOf(each, past);
        oldest = Math.min(oldest, began);
        // A recent action has no line that is old enough to be dropped.
        if (began - LEAD >= horizon) continue;
        names.push(
          ...namesOf(
            store,
            this.#gather.claimOf(instance, each.request, began - LEAD, watermark, () => true),
          ),
        );
      }
    }
    for (const { session } of this.#control.sessions) {
      oldest = Math.min(oldest, session.first);
      names.push(['request', session.request]);
    }
    for (const { of } of this.#networkReadies.open) {
      oldest = Math.min(oldest, of.start);
      if (of.start < horizon) names.push(...networksOf(of));
    }
    return { names, oldest };
  }

  #forgetLines(needs: Needs, watermark: Millis, horizon: Millis): void {
    const { store, count } = this.#from;
    const forgotten = (event: Event): void => {
      if (!isPhaseLine(event) || store.isInTrace(event)) return;
      count('orphans', 1, event.kind);
      this.#decisions?.forgotten(event, event.at >= horizon);
    };
    const forget = (before: Millis, then: (event: Event) => void): void => {
      const pinned = this.#pinned(needs, before);
      store.forget(before, (event) => pinned.has(event), then);
    };
    /** Counts a line that waited for a link. Lines in a trace and lines with a request id did not wait. */
    const givenUp = (event: Event): void => {
      if (isPhaseLine(event) && !store.isInTrace(event)) count('pending_events_evicted');
      forgotten(event);
    };
    forget(horizon, forgotten);
    if (store.size > MAX_LINES) {
      // Too many lines: drop the oldest waiting lines, even if they are recent.
      forget(watermark - LEAD - GRACE, givenUp);
      // Lines with a time far in the future would stay for ever, because no watermark reaches them.
      if (store.size > MAX_LINES)
        store.forgetAfter(watermark + MAX_AHEAD, (event) => {
          count('pending_events_evicted');
          forgotten(event);
        });
    }
    this.#maxLines = Math.max(MAX_LINES, store.size * GROWTH);
  }

  /** The lines before `before` that must stay. Usually there are none. */
  #pinned({ names, oldest }: Needs, before: Millis): ReadonlySet<Event> {
    const pinned = new Set<Event>();
    for (const [type, name] of names) {
      for (const { event } of this.#from.store.find(type, name)) {
        if (event.at >= before) break;
        if (event.at >= oldest - REACH) pinned.add(event);
      }
    }
    return pinned;
  }
}

/** Drops old past actions, but not those beside a long open action: their lines must not become its own. */
function forgetPast(state: InstanceState, horizon: Millis): void {
  const since = Math.min(horizon, ...state.candidates.map((each) => beganOf(each, state.past) - LEAD));
  const stored = state.past.filter(({ until }) => until >= since);
  if (stored.length < state.past.length) {
    state.past = state.past.filter(
      ({ until, rescheduled, request }) => until >= since || (rescheduled && stored.some((each) => each.request === request)),
    );
    state.pass = undefined;
  }
  if (state.candidates.length > 0 || !state.events.some(({ at }) => at < horizon)) return;
  state.events = state.events.filter(({ at }) => at >= horizon);
  state.pass = undefined;
}
