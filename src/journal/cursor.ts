import type { Millis } from '../model/line.js';

const CURSOR = /"__CURSOR"\s*:\s*"([^"\\]+)"/;
const TIME = /(?:^|;)t=([0-9a-f]{1,16})(?:;|$)/;

/** Of which entry a line is; undefined for what is no whole entry. */
export const cursorOf = (line: string): string | undefined => (line.endsWith('}') ? CURSOR.exec(line)?.[1] : undefined);

/** When journald wrote an entry, as its cursor says; undefined where it does not. */
export function writtenAt(cursor: string): Millis | undefined {
  const micros = TIME.exec(cursor)?.[1];
  return micros === undefined ? undefined : Number.parseInt(micros, 16) / 1000;
}

/** So many entries are looked at for the one that is sought. */
const MOST_SOUGHT = 1000;

/** What an entry proves of the one at which reading stopped; `gone` with the entries that are to be read. */
export type Rejoined<T> = { readonly is: 'sought' } | { readonly is: 'found' } | { readonly is: 'gone'; readonly entries: readonly T[] };

/**
 * Finds the entry at which reading stopped among the first that journalctl prints.
 *
 * `--cursor` of an entry that is gone begins with the next one in time, and does not say so; `--after-cursor` would skip that one too
 * (systemd/systemd#30288). Of entries that several files have at the same time, it may begin with another one (systemd/systemd#43297).
 */
export class Rejoin<T> {
  readonly #cursor: string;
  readonly #at: Millis | undefined;
  readonly #entries: T[] = [];

  constructor(cursor: string) {
    this.#cursor = cursor;
    this.#at = writtenAt(cursor);
  }

  next(cursor: string, entry: T): Rejoined<T> {
    if (cursor === this.#cursor) return { is: 'found' };
    this.#entries.push(entry);
    const at = writtenAt(cursor);
    const mayCome = this.#at !== undefined && at !== undefined && at <= this.#at && this.#entries.length < MOST_SOUGHT;
    return mayCome ? { is: 'sought' } : { is: 'gone', entries: this.#entries };
  }
}
