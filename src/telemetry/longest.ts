import type { Millis } from '../model/line.js';

export const WINDOW: Millis = 5 * 60_000;
/** The window moves in steps of so much. */
const STEP: Millis = WINDOW / 10;
const MOST_NAMES = 200;

/** The longest of each name that was seen in the last window. */
export class Longest {
  readonly #byName = new Map<string, { at: Millis; value: number }[]>();

  see(name: string, value: number, now: Millis): void {
    this.#forget(now);
    const seen = this.#byName.get(name) ?? [];
    if (seen.length === 0 && this.#byName.size >= MOST_NAMES) return;
    const step = Math.floor(now / STEP) * STEP;
    const last = seen.at(-1);
    if (last !== undefined && last.at === step) last.value = Math.max(last.value, value);
    else seen.push({ at: step, value });
    this.#byName.set(name, seen);
  }

  of(now: Millis): [name: string, value: number][] {
    this.#forget(now);
    return [...this.#byName].map(([name, seen]) => [name, Math.max(...seen.map(({ value }) => value))]);
  }

  #forget(now: Millis): void {
    for (const [name, seen] of this.#byName) {
      // A clock that was set back must not keep what is to come.
      const kept = seen.filter(({ at }) => at + STEP > now - WINDOW && at <= now);
      if (kept.length > 0) this.#byName.set(name, kept);
      else this.#byName.delete(name);
    }
  }
}
