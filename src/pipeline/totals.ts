import type { Count } from '../model/counters.js';

/** What has been counted since it was last said in the log. `/metrics` tells the same since the start, and by label. */
export class Totals {
  #counted = new Map<string, number>();

  readonly count: Count = (name, by = 1) => {
    this.#counted.set(name, (this.#counted.get(name) ?? 0) + by);
  };

  /** What was counted since the last time this was asked. */
  since(): Record<string, number> {
    const counted = Object.fromEntries(this.#counted);
    this.#counted = new Map();
    return counted;
  }
}
