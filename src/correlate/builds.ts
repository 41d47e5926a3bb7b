import type { EventKind } from '../catalogue/event.js';
import type { Event } from '../lifecycle/event.js';
import type { Millis } from '../model/line.js';
import { WAITING } from './times.js';

const BEGINS: ReadonlySet<EventKind> = new Set<EventKind>(['instance.claimed']);
/** What nova-compute prints when an instance it claimed room for has arrived, or will not. */
const ENDS: ReadonlySet<EventKind> = new Set<EventKind>([
  'instance.built',
  'instance.spawned',
  'instance.running',
  'instance.spawn.failed',
  'instance.build.failed',
  'instance.build.aborted',
  'instance.build.rescheduled',
  'instance.build.error',
  'instance.error.set',
  'instance.disappeared',
  'allocation.deleted',
]);

/** An instance's arrival on a host, begun or over. */
export interface Mark {
  readonly at: Millis;
  readonly instance: string;
  readonly begins: boolean;
}

/**
 * Which instances a host was taking in at a time: created, unshelved, moved to it. Only what lies before the end of the
 * action that asks counts, and no more than five minutes before its beginning, so that it cannot matter when it is asked.
 */
export class Builds {
  readonly #byHost = new Map<string, Mark[]>();

  note(event: Event): void {
    const begins = BEGINS.has(event.kind as EventKind);
    if (event.instance === undefined || event.service !== 'nova-compute' || (!begins && !ENDS.has(event.kind as EventKind))) return;
    this.add(event.host, { at: event.at, instance: event.instance, begins });
  }

  add(host: string, mark: Mark): void {
    const marks = this.#byHost.get(host);
    if (marks === undefined) this.#byHost.set(host, [mark]);
    else marks.push(mark);
  }

  /** What is known of a time, its end not included. */
  between(from: Millis, to: Millis): (Mark & { readonly host: string })[] {
    return [...this.#byHost].flatMap(([host, marks]) => marks.filter(({ at }) => at >= from && at < to).map((mark) => ({ host, ...mark })));
  }

  /** How many others were under way on the host at any moment of this time. */
  others(
    host: string,
    instance: string,
    { start, end }: { readonly start: Millis; readonly end: Millis },
    restarts: readonly Millis[],
  ): number {
    const marks = this.#byHost.get(host) ?? [];
    const begun = new Map<string, Millis>();
    for (const mark of marks) {
      if (mark.begins && mark.instance !== instance && mark.at >= start - WAITING && mark.at <= end)
        begun.set(mark.instance, Math.max(mark.at, begun.get(mark.instance) ?? mark.at));
    }
    const restart = restarts.findLast((at) => at < start) ?? Number.NEGATIVE_INFINITY;
    for (const [of, from] of begun) if (restart > from) begun.delete(of);
    for (const mark of marks)
      if (!mark.begins && mark.at < start && mark.at > (begun.get(mark.instance) ?? start)) begun.delete(mark.instance);
    return begun.size;
  }

  /** Forgets what lies before. */
  forget(before: Millis): void {
    for (const [host, marks] of this.#byHost) {
      const left = marks.filter(({ at }) => at >= before);
      if (left.length === 0) this.#byHost.delete(host);
      else if (left.length < marks.length) this.#byHost.set(host, left);
    }
  }
}
