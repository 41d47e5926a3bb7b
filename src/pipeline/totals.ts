import type { Count } from '../model/counters.js';

/** Counters since the last log line that printed them. `/metrics` has the totals since the start, by label. */
export class Totals {
  #counted = new Map<string, number>();

  readonly count: Count = (name, by = 1) => {
    this.#counted.set(name, (this.#counted.get(name) ?? 0) + by);
  };

  /** Counters since the last call, by name; resets them. */
  since(): Record<string, number> {
    const counted = Object.fromEntries(this.#counted);
    this.#counted = new Map();
    return counted;
  }
}
