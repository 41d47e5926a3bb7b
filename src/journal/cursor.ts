import type { Millis } from '../model/line.js';

const CURSOR = /"__CURSOR"\s*:\s*"([^"\\]+)"/;
const TIME = /(?:^|;)t=([0-9a-f]{1,16})(?:;|$)/;

/** Cursor of the entry on a line; undefined if the line is no whole entry. */
export const cursorOf = (line: string): string | undefined => (line.endsWith('}') ? CURSOR.exec(line)?.[1] : undefined);

/** Time of writing, from an entry's cursor; undefined if the cursor has none. */
export function writtenAt(cursor: string): Millis | undefined {
  const micros = TIME.exec(cursor)?.[1];
  return micros === undefined ? undefined : Number.parseInt(micros, 16) / 1000;
}

/** Maximum number of entries searched for the last one read. */
const MOST_SOUGHT = 1000;

/** What an entry proves about the entry at which reading stopped. `gone` has the entries to read. */
export type Rejoined<T> = { readonly is: 'sought' } | { readonly is: 'found' } | { readonly is: 'gone'; readonly entries: readonly T[] };

/**
 * Finds the entry at which reading stopped among the first that journalctl prints.
 * If the entry of `--cursor` is gone, journalctl begins with the next one in time without a notice; `--after-cursor`
 * would skip that one, too (systemd/systemd#30288). If several files have entries of the same time, it may begin with
 * another one (systemd/systemd#43297).
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
