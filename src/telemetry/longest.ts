import type { Millis } from '../model/line.js';
import { keyOf, MOST_SERIES } from './series.js';

const WINDOW: Millis = 5 * 60_000;
/** Step by which the window moves. */
const STEP: Millis = WINDOW / 10;

interface Seen {
  readonly labels: readonly string[];
  /** maximum of each step, in the order of time */
  steps: { readonly at: Millis; value: number }[];
}

/** Maximum of the last window, by label values. Bounded: further series are left out. */
export class Longest {
  readonly labels: readonly string[];
  readonly #seen = new Map<string, Seen>();

  /** @param labels names of the labels */
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

/** Drops steps in the future, after a clock was set back. */
const fresh = (steps: Seen['steps'], now: Millis): Seen['steps'] => steps.filter(({ at }) => at + STEP > now - WINDOW && at <= now);
