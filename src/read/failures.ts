import type { Event } from '../lifecycle/event.js';
import type { Millis } from '../model/line.js';

/** Maximum number of processes of a log whose last failure is kept. */
const MOST = 64;
/** The lines of a traceback follow each other at once: no more lines arrive for a failure this old. */
const FAILURE = 60_000;

/** Whether a failure is too old to get more lines of its traceback. */
export const isLate = (at: Millis, newest: Millis | undefined): boolean => newest !== undefined && at < newest - FAILURE;

/** The last failed record of each process of a log. */
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

  /** Failures that may get more lines, by process. */
  recent(newest: Millis | undefined): [number, Event][] {
    return [...this.#events].filter(([, { at }]) => !isLate(at, newest)).sort(([a], [b]) => a - b);
  }
}
