import type { LogForm } from '../../model/form.js';
import type { Millis } from '../../model/line.js';

/**
 * The content of a wrapped line, and the facts in its wrapper. One object per log is reused for every line.
 *
 *     Nov 21 10:50:31 cmp1 nova_compute[187208]: 2026-11-21 01:50:31.664 187212 INFO nova.compute.manager […
 *     └─── local ───┘ host └─ ident ──┘ └ pid ┘  └ start
 */
export interface Wrapped {
  /** the bytes of the text: those of the line, or a copy if it was escaped; may contain several lines */
  bytes: Buffer;
  start: number;
  end: number;
  /** the wrapper's time in epoch ms, if it has a zone */
  at: Millis | undefined;
  /**
   * the wrapper's time without a zone: wall clock read as if it were UTC, in ms; in the year 2000 if `hasYear` is false
   */
  local: Millis | undefined;
  hasYear: boolean;
  /** the wrapper's time has a fraction of a second */
  isFine: boolean;
  /** names of the writer in the wrapper: the first one that is a known service counts */
  idents: readonly string[];
  host: string | undefined;
  /** 0 if unknown */
  pid: number;
  /** the rest of the line follows in the next wrapped line of this `stream` */
  isPart: boolean;
  stream: string;
  /** the file in which grep found the line; undefined in every other form */
  file?: string | undefined;
}

/** An empty buffer. */
export const NO_BYTES = Buffer.alloc(0);

/** A new object, to be filled by `unwrap`. */
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

/** A form of wrapped lines. To add one, write such an object in a file of its own, and add a row in `index.ts`. */
export interface Form {
  readonly name: Exclude<LogForm, 'plain'>;
  /** Parses a line. @returns false if it has another form or is damaged: then `into` is not usable */
  readonly unwrap: (bytes: Buffer, start: number, end: number, into: Wrapped) => boolean;
  /** Real lines: a test proves that no other form accepts them. */
  readonly seen: readonly string[];
}
