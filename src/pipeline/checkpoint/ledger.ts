import { keyOfTold, type Told } from '../../correlate/told.js';
import type { Millis } from '../../model/line.js';

/** What has been told, as long as its lines may be read again. */
export class Ledger {
  readonly #entries = new Map<string, Told>();

  constructor(told: readonly Told[] = []) {
    for (const each of told) this.add(each);
  }

  get entries(): Told[] {
    return [...this.#entries.values()];
  }

  add(told: Told): void {
    this.#entries.set(keyOfTold(told), told);
  }

  has(told: Told): boolean {
    return this.#entries.has(keyOfTold(told));
  }

  /** Forgets what ended before a moment. */
  forget(before: Millis): void {
    for (const [key, { to }] of this.#entries) if (to < before) this.#entries.delete(key);
  }
}
