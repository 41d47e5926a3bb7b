import type { LogForm } from '../../model/form.js';
import type { Millis } from '../../model/line.js';

/**
 * What a wrapper says of the text in it. One is made per log and filled again for each line.
 *
 *     Nov 21 10:50:31 cmp1 nova_compute[187208]: 2026-11-21 01:50:31.664 187212 INFO nova.compute.manager […
 *     └─── local ───┘ host └─ ident ──┘ └ pid ┘  └ start
 */
export interface Wrapped {
  /** the text's bytes: the line's own, or others where it was escaped; it may hold several lines */
  bytes: Buffer;
  start: number;
  end: number;
  /** the wrapper's time, where it says which zone that is in */
  at: Millis | undefined;
  /** its wall clock read as if it were UTC, where it does not; of the year 2000 where it has none */
  local: Millis | undefined;
  hasYear: boolean;
  /** Its time is finer than a second. */
  isFine: boolean;
  /** what it calls the writer: the first of these that is known is it */
  idents: readonly string[];
  host: string | undefined;
  /** 0 where it does not say */
  pid: number;
  /** More of the same line follows, in the next wrapped line of this `stream`. */
  isPart: boolean;
  stream: string;
  /** the file that the line was found in, by grep; undefined in every other form */
  file?: string | undefined;
}

export const NO_BYTES = Buffer.alloc(0);

export const nothingWrapped = (): Wrapped => ({
  bytes: NO_BYTES,
  start: 0,
  end: 0,
  at: undefined,
  local: undefined,
  hasYear: true,
  isFine: false,
  idents: [],
  host: undefined,
  pid: 0,
  isPart: false,
  stream: '',
});

/** A way to wrap lines. A new one is an object like this in a file of its own, and a row in `index.ts`. */
export interface Form {
  readonly name: Exclude<LogForm, 'plain'>;
  /** Takes a line apart. @returns false for a line that is not of this form, or is broken: `into` is worth nothing then */
  readonly unwrap: (bytes: Buffer, start: number, end: number, into: Wrapped) => boolean;
  /** Real lines: a test proves that no other form claims them. */
  readonly seen: readonly string[];
}
