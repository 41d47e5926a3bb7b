import type { EventKind } from '../catalogue/event.js';
import { type Event, inOrder } from '../lifecycle/event.js';
import type { Millis } from '../model/line.js';

const KEPT: ReadonlySet<EventKind> = new Set<EventKind>(['agent.ports.retrieved', 'agent.ports.wired', 'agent.ports.filtered']);

/** Lines that are of a host and of no action: what its daemons went through while the actions were under way. */
export class HostLines {
  readonly #byHost = new Map<string, { events: Event[]; isSorted: boolean }>();

  /** @returns whether it is such a line, which then nothing else has a use for */
  accept(event: Event): boolean {
    if (!KEPT.has(event.kind as EventKind)) return false;
    const lines = this.#byHost.get(event.host);
    if (lines === undefined) this.#byHost.set(event.host, { events: [event], isSorted: true });
    else {
      if (lines.isSorted && inOrder(lines.events[lines.events.length - 1]!, event) > 0) lines.isSorted = false;
      lines.events.push(event);
    }
    return true;
  }

  /** The lines of a host between two moments, both included, in order. */
  within(host: string, from: Millis, to: Millis): readonly Event[] {
    const lines = this.#byHost.get(host);
    if (lines === undefined) return [];
    if (!lines.isSorted) {
      lines.events.sort(inOrder);
      lines.isSorted = true;
    }
    return lines.events.filter(({ at }) => at >= from && at <= to);
  }

  /** Forgets what lies before. */
  forget(before: Millis): void {
    for (const [host, lines] of this.#byHost) {
      const left = lines.events.filter(({ at }) => at >= before);
      if (left.length === 0) this.#byHost.delete(host);
      else if (left.length < lines.events.length) lines.events = left;
    }
  }
}
