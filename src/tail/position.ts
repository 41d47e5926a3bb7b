import { createHash } from 'node:crypto';

/** A place in a log, at the beginning of a line: later places are greater by `file`, then by `offset`. */
export interface Place {
  /** Which of the log's files, counted from the first that was ever met; rotation and truncation begin the next. */
  readonly file: number;
  /** of a byte; in the uncompressed file for `.gz` */
  readonly offset: number;
}

/**
 * How far one of a log's files has been read, and by what it is known again whatever it is called by then: only its bytes
 * decide, as inode numbers are used again, and copies have others. Plain data, to be written down as it is.
 */
export interface FileRead {
  readonly file: number;
  readonly dev: number;
  readonly ino: number;
  /** of the first byte that has not been handed over: always the beginning of a line */
  readonly offset: number;
  /** how many bytes of the file's beginning `headHash` is of */
  readonly headBytes: number;
  readonly headHash: string;
  /** of the bytes before `offset`, MARKER_BYTES at most */
  readonly markerHash: string;
}

/** How far a log has been read: its files back to the oldest that may be needed again. */
export interface LogPosition {
  /** the log's base path */
  readonly path: string;
  /** oldest first; the last is the one that is being written to */
  readonly files: readonly FileRead[];
}

/**
 * The head alone does not identify a file: OVS and OVN begin each with much the same line. The marker does, as it holds
 * the time of a line in the middle.
 */
export const HEAD_BYTES = 1024;
export const MARKER_BYTES = 256;

export const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex').slice(0, 32);

/** A place in a log, at the beginning of a line: later places are greater by `file`, then by `offset`. */
export interface Place {
  /** Which of the log's files, counted from the first that was ever met; rotation and truncation begin the next. */
  readonly file: number;
  /** of a byte; in the uncompressed file for `.gz` */
  readonly offset: number;
}
