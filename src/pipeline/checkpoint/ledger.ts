import { type ClosedRecord, isSameRecord } from '../../correlate/closed-record.js';
import type { Millis } from '../../model/line.js';

/** What has been told, as long as its lines may be read again. */
export class Ledger {
  /** by instance and request */
  readonly #entries = new Map<string, ClosedRecord[]>();

  constructor(told: readonly ClosedRecord[] = []) {
    for (const each of told) this.add(each);
  }

  get entries(): ClosedRecord[] {
    return [...this.#entries.values()].flat();
  }

  add(told: ClosedRecord): void {
    const key = keyOf(told);
    this.#entries.set(key, [...(this.#entries.get(key) ?? []), told]);
  }

  has(told: ClosedRecord): boolean {
    return this.#entries.get(keyOf(told))?.some((each) => isSameRecord(each, told)) ?? false;
  }

  /** Forgets what ended before a moment. */
  forget(before: Millis): void {
    for (const [key, told] of this.#entries) {
      const left = told.filter(({ to }) => to >= before);
      if (left.length === 0) this.#entries.delete(key);
      else if (left.length < told.length) this.#entries.set(key, left);
    }
  }
}

const keyOf = ({ instance, request }: ClosedRecord): string => `${instance} ${request}`;
