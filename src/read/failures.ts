import type { Event } from '../lifecycle/event.js';
import type { Millis } from '../model/line.js';

/** Processes of a log whose last failure is remembered. */
const MOST = 64;
/** The lines of a traceback follow each other at once. Of a failure so long before the log's newest line, no more is to come. */
const FAILURE = 60_000;

export const isLate = (at: Millis, newest: Millis | undefined): boolean => newest !== undefined && at < newest - FAILURE;

/** The last record with a failure of each process of a log. */
export class Failures {
  readonly #events = new Map<number, Event>();

  get size(): number {
    return this.#events.size;
  }

  of(pid: number): Event | undefined {
    return this.#events.get(pid);
  }

  note(event: Event, pid: number, newest: Millis | undefined): void {
    if (this.#events.size > MOST) {
      for (const [each, { at }] of this.#events) if (isLate(at, newest)) this.#events.delete(each);
      if (this.#events.size > MOST) this.#events.clear();
    }
    this.#events.set(pid, event);
  }

  /** Those of which more lines may come, by process. */
  recent(newest: Millis | undefined): [number, Event][] {
    return [...this.#events].filter(([, { at }]) => !isLate(at, newest)).sort(([a], [b]) => a - b);
  }
}
