import type { Millis } from '../model/line.js';

/** Maximum number of remembered kinds. Beyond it, some are logged too often, which is better than unbounded memory. */
const MOST_KINDS = 100;

/** Limits how often frequent messages are logged: one of each kind per interval, with the number of those that were not logged. */
export class LogThrottle {
  readonly #interval: Millis;
  readonly #kinds = new Map<string, { loggedAt: Millis; suppressed: number }>();

  constructor(interval: Millis) {
    this.#interval = interval;
  }

  /** @returns how many of this kind were suppressed since the last one; undefined where this one is suppressed as well */
  shouldLog(kind: string, now: Millis): number | undefined {
    const known = this.#kinds.get(kind);
    if (known !== undefined && now - known.loggedAt < this.#interval) {
      known.suppressed++;
      return undefined;
    }
    this.#kinds.delete(kind);
    this.#kinds.set(kind, { loggedAt: now, suppressed: 0 });
    if (this.#kinds.size > MOST_KINDS) this.#kinds.delete(this.#kinds.keys().next().value!);
    return known?.suppressed ?? 0;
  }
}

/** Groups messages that differ only in numbers and ids. */
export const kindOf = (message: string): string => message.replace(/[0-9a-f]*[0-9][0-9a-f]*/gi, '#');
