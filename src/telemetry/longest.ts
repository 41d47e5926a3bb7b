import type { Millis } from '../model/line.js';
import { keyOf, MOST_SERIES } from './series.js';

const WINDOW: Millis = 5 * 60_000;
/** The window moves in steps of so much. */
const STEP: Millis = WINDOW / 10;

interface Seen {
  readonly labels: readonly string[];
  /** the longest of each step, in the order of time */
  steps: { readonly at: Millis; value: number }[];
}

/** The longest that was seen in the last window, by the values of its labels; bounded. Beyond that number, the rest is left out. */
export class Longest {
  readonly labels: readonly string[];
  readonly #seen = new Map<string, Seen>();

  /** @param labels their names */
  constructor(labels: readonly string[]) {
    this.labels = labels;
  }

  see(labels: readonly string[], value: number, now: Millis): void {
    const key = keyOf(labels);
    const seen = this.#seen.get(key) ?? this.#begin(key, labels, now);
    if (seen === undefined) return;
    seen.steps = fresh(seen.steps, now);
    const step = Math.floor(now / STEP) * STEP;
    const last = seen.steps.at(-1);
    if (last !== undefined && last.at === step) last.value = Math.max(last.value, value);
    else seen.steps.push({ at: step, value });
  }

  all(now: Millis): { readonly labels: readonly string[]; readonly value: number }[] {
    this.#forget(now);
    return [...this.#seen.values()].map(({ labels, steps }) => ({ labels, value: Math.max(...steps.map(({ value }) => value)) }));
  }

  #begin(key: string, labels: readonly string[], now: Millis): Seen | undefined {
    if (this.#seen.size >= MOST_SERIES) this.#forget(now);
    if (this.#seen.size >= MOST_SERIES) return undefined;
    const seen: Seen = { labels, steps: [] };
    this.#seen.set(key, seen);
    return seen;
  }

  #forget(now: Millis): void {
    for (const [key, seen] of this.#seen) {
      seen.steps = fresh(seen.steps, now);
      if (seen.steps.length === 0) this.#seen.delete(key);
    }
  }
}

/** A clock that was set back must not keep what is to come. */
const fresh = (steps: Seen['steps'], now: Millis): Seen['steps'] => steps.filter(({ at }) => at + STEP > now - WINDOW && at <= now);
