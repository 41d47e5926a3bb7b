import type { FinishedTrace } from '../model/span.js';
import type { Compare } from './order.js';

/** An action, and the traces that follow it (its network-ready trace). */
interface Kept {
  readonly trace: FinishedTrace;
  readonly companions: FinishedTrace[];
}

/** Keeps the first `limit` actions in a given order, and no more than these in memory. */
export class Best {
  readonly #compare: Compare;
  readonly #limit: number;
  readonly #kept: Kept[] = [];
  readonly #byId = new Map<string, Kept>();
  #isSorted = true;

  constructor(compare: Compare, limit = Number.POSITIVE_INFINITY) {
    this.#compare = compare;
    this.#limit = limit;
  }

  add(trace: FinishedTrace): void {
    const kept: Kept = { trace, companions: [] };
    if (this.#limit === Number.POSITIVE_INFINITY) {
      this.#kept.push(kept);
      this.#isSorted = false;
    } else {
      let low = 0;
      for (let high = this.#kept.length; low < high; ) {
        const middle = (low + high) >> 1;
        if (this.#compare(this.#kept[middle]!.trace, trace) <= 0) low = middle + 1;
        else high = middle;
      }
      if (low >= this.#limit) return;
      this.#kept.splice(low, 0, kept);
      const last = this.#kept.length > this.#limit ? this.#kept.pop() : undefined;
      if (last !== undefined && this.#byId.get(last.trace.traceId) === last) this.#byId.delete(last.trace.traceId);
    }
    if (trace.form === 'action') this.#byId.set(trace.traceId, kept);
  }

  /** Adds the network-ready trace of an action, if the action is kept. */
  addCompanion(trace: FinishedTrace, of: string): void {
    this.#byId.get(of)?.companions.push(trace);
  }

  /** In order; each action is followed by its network-ready trace. */
  all(): FinishedTrace[] {
    if (!this.#isSorted) this.#kept.sort((a, b) => this.#compare(a.trace, b.trace));
    this.#isSorted = true;
    return this.#kept.flatMap(({ trace, companions }) => [trace, ...companions]);
  }
}
