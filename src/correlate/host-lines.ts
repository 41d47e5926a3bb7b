import type { EventKind } from '../catalogue/event.js';
import { isOfHost } from '../lifecycle/causes.js';
import { type Event, inOrder } from '../lifecycle/event.js';
import type { Millis } from '../model/line.js';
import { sortedByName } from './order.js';

const LOOP_KINDS: ReadonlySet<EventKind> = new Set<EventKind>(['agent.ports.retrieved', 'agent.ports.wired', 'agent.ports.filtered']);
/**
 * How many lines of one host are kept: five hours of a daemon that stalls all the time. The oldest are dropped first.
 */
const MAX_LINES = 20_000;

/** This daemon serves all hosts, wherever it runs. */
const NORTHD = 'ovn-northd';

/** Lines that belong to a host and not to an action, such as stalls of its daemons. */
export class HostLines {
  readonly #byHost = new Map<string, { events: Event[]; isSorted: boolean }>();

  /** Stores a line that belongs to a host. @returns whether it does: then no other store needs it */
  accept(event: Event): boolean {
    if (!LOOP_KINDS.has(event.kind as EventKind) && !isOfHost(event)) return false;
    const key = event.service === NORTHD ? `@${NORTHD}` : event.host;
    const lines = this.#byHost.get(key);
    if (lines === undefined) this.#byHost.set(key, { events: [event], isSorted: true });
    else {
      if (lines.isSorted && inOrder(lines.events[lines.events.length - 1]!, event) > 0) lines.isSorted = false;
      lines.events.push(event);
      if (lines.events.length > MAX_LINES) lines.events.splice(0, MAX_LINES / 10);
    }
    return true;
  }

  /** The lines of a host between two times, both included, in order. */
  within(host: string, from: Millis, to: Millis): readonly Event[] {
    const lines = this.#byHost.get(host);
    if (lines === undefined) return [];
    if (!lines.isSorted) {
      lines.events.sort(inOrder);
      lines.isSorted = true;
    }
    const { events } = lines;
    return events.slice(firstAt(events, from), firstAfter(events, to));
  }

  /** The stalls of the daemons on these hosts, and of the daemon that serves all hosts, in order. */
  ofDaemons(hosts: ReadonlySet<string>, from: Millis, to: Millis): readonly Event[] {
    if (this.#byHost.size === 0) return [];
    return [...hosts, `@${NORTHD}`].flatMap((host) => this.within(host, from, to).filter(isOfHost)).sort(inOrder);
  }

  /** The lines of all hosts from `from` until before `to`. */
  between(from: Millis, to: Millis): Event[] {
    return [...this.#byHost.keys()].flatMap((host) => this.within(host, from, to).filter(({ at }) => at < to));
  }

  /** See `Correlator.comparableState`. */
  get comparableState(): unknown {
    return sortedByName(this.#byHost);
  }

  /** Drops the lines before a time. */
  forget(before: Millis): void {
    for (const [host, lines] of this.#byHost) {
      const left = lines.events.filter(({ at }) => at >= before);
      if (left.length === 0) this.#byHost.delete(host);
      else if (left.length < lines.events.length) lines.events = left;
    }
  }
}

/** The index of the first line at a time or later. The lines must be in order. */
const firstAt = (events: readonly Event[], moment: Millis): number => firstWhere(events, ({ at }) => at >= moment);
/** The index of the first line after a time. */
const firstAfter = (events: readonly Event[], moment: Millis): number => firstWhere(events, ({ at }) => at > moment);

function firstWhere(events: readonly Event[], is: (event: Event) => boolean): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (is(events[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
