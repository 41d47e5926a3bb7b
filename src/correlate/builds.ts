import type { EventKind } from '../catalogue/event.js';
import type { Event } from '../lifecycle/event.js';
import type { Millis } from '../model/line.js';
import { ENDS_A_BUILD } from './kinds.js';
import { compare } from './order.js';
import { LINK_TIMEOUT } from './times.js';

const BEGINS: ReadonlySet<EventKind> = new Set<EventKind>(['instance.claimed']);
/** Lines of nova-compute after which an instance with a claim no longer counts as a build in progress. */
const ENDS: ReadonlySet<EventKind> = new Set<EventKind>([
  ...ENDS_A_BUILD,
  'instance.spawned',
  'instance.running',
  'instance.spawn.failed',
  'instance.build.error',
  'instance.error.set',
  'instance.disappeared',
  'allocation.deleted',
]);

/** The start (`begins`) or the end of an instance's arrival on a host. */
export interface BuildEvent {
  readonly at: Millis;
  readonly instance: string;
  readonly begins: boolean;
}

/**
 * An arrival: its start, its first end line (`over`), and the start of the next arrival of the same instance. Infinity:
 * not yet.
 */
interface Arrival {
  readonly at: Millis;
  readonly instance: string;
  next: Millis;
  over: Millis;
}

/** The arrivals on one host, from the lines that start and end them. */
class HostBuilds {
  readonly events: BuildEvent[] = [];
  #arrivals: Arrival[] = [];
  readonly #latest = new Map<string, Arrival>();
  #isSorted = true;

  add(event: BuildEvent): void {
    const { events } = this;
    if (events.length > 0 && event.at < events[events.length - 1]!.at) this.#isSorted = false;
    events.push(event);
    if (this.#isSorted) this.#take(event);
  }

  /** Ordered by time. */
  get arrivals(): readonly Arrival[] {
    if (!this.#isSorted) {
      this.#isSorted = true;
      this.#arrivals = [];
      this.#latest.clear();
      this.events.sort((a, b) => a.at - b.at);
      for (const event of this.events) this.#take(event);
    }
    return this.#arrivals;
  }

  #take({ at, instance, begins }: BuildEvent): void {
    const latest = this.#latest.get(instance);
    if (!begins) {
      if (latest !== undefined && at > latest.at) latest.over = Math.min(latest.over, at);
      return;
    }
    if (latest !== undefined) latest.next = at;
    const arrival = { at, instance, next: Number.POSITIVE_INFINITY, over: Number.POSITIVE_INFINITY };
    this.#latest.set(instance, arrival);
    this.#arrivals.push(arrival);
  }
}

/**
 * The instances that arrive on each host at a time: by a create, an unshelve or a move. Only arrivals from five minutes
 * before an action's start until its end are counted, so the result does not depend on when it is computed.
 */
export class Builds {
  readonly #byHost = new Map<string, HostBuilds>();

  note(event: Event): void {
    if (event.instance === undefined || event.service !== 'nova-compute') return;
    const begins = BEGINS.has(event.kind);
    if (!begins && !ENDS.has(event.kind)) return;
    this.add(event.host, { at: event.at, instance: event.instance, begins });
  }

  add(host: string, event: BuildEvent): void {
    const builds = this.#byHost.get(host) ?? new HostBuilds();
    this.#byHost.set(host, builds);
    builds.add(event);
  }

  /** The events from `from` until before `to`. */
  between(from: Millis, to: Millis): (BuildEvent & { readonly host: string })[] {
    return [...this.#byHost].flatMap(([host, { events }]) =>
      events.filter(({ at }) => at >= from && at < to).map((event) => ({ host, ...event })),
    );
  }

  /** How many other instances were arriving on the host at some moment of this time. */
  others(
    host: string,
    instance: string,
    { start, end }: { readonly start: Millis; readonly end: Millis },
    restarts: readonly Millis[],
  ): number {
    const builds = this.#byHost.get(host);
    if (builds === undefined) return 0;
    const restart = restarts.findLast((at) => at < start) ?? Number.NEGATIVE_INFINITY;
    const since = Math.max(start - LINK_TIMEOUT, restart);
    const { arrivals } = builds;
    let others = 0;
    // From the newest, because the action has just ended.
    for (let i = arrivals.length - 1; i >= 0 && arrivals[i]!.at >= since; i--) {
      const each = arrivals[i]!;
      if (each.at <= end && each.next > end && each.over >= start && each.instance !== instance) others++;
    }
    return others;
  }

  /** See `Correlator.comparableState`. The arrivals are derived from the events. */
  get comparableState(): unknown {
    return Array.from(this.#byHost, ([host, { events }]) => [host, events] as const)
      .filter(([, { length }]) => length > 0)
      .sort(([a], [b]) => compare(a, b));
  }

  /** Forgets everything before a moment. */
  forget(before: Millis): void {
    for (const [host, { events }] of this.#byHost) {
      const left = events.filter(({ at }) => at >= before);
      if (left.length === events.length) continue;
      this.#byHost.delete(host);
      for (const event of left) this.add(host, event);
    }
  }
}
