import { type ClosedRecord, isSameRecord } from '../../correlate/closed-record.js';
import type { Millis } from '../../model/line.js';

/** Records of exported actions, kept as long as their lines may be read again. */
export class Ledger {
  /** by instance and request */
  readonly #entries = new Map<string, ClosedRecord[]>();

  constructor(records: readonly ClosedRecord[] = []) {
    for (const each of records) this.add(each);
  }

  get entries(): ClosedRecord[] {
    return [...this.#entries.values()].flat();
  }

  add(record: ClosedRecord): void {
    const key = keyOf(record);
    this.#entries.set(key, [...(this.#entries.get(key) ?? []), record]);
  }

  has(record: ClosedRecord): boolean {
    return this.#entries.get(keyOf(record))?.some((each) => isSameRecord(each, record)) ?? false;
  }

  /** Drops records that ended before a time. */
  forget(before: Millis): void {
    for (const [key, records] of this.#entries) {
      const left = records.filter(({ to }) => to >= before);
      if (left.length === 0) this.#entries.delete(key);
      else if (left.length < records.length) this.#entries.set(key, left);
    }
  }
}

const keyOf = ({ instance, request }: ClosedRecord): string => `${instance} ${request}`;
