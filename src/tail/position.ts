import { createHash } from 'node:crypto';

/** A place in a log, at the start of a line. Later places are greater by `file`, then by `offset`. */
export interface Place {
  /** Number of the file in the log, counted from the first file ever met; rotation and truncation begin the next. */
  readonly file: number;
  /** byte offset; for `.gz` in the uncompressed file */
  readonly offset: number;
}

/**
 * How far a file was read, and how it is identified later, whatever its name: by its bytes only, as inode numbers are
 * reused and copies have others. Plain data for the checkpoint.
 */
export interface FileRead {
  readonly file: number;
  readonly dev: number;
  readonly ino: number;
  /** of the first byte not handed over: always the start of a line */
  readonly offset: number;
  /** number of bytes that `headHash` covers */
  readonly headBytes: number;
  readonly headHash: string;
  /** hash of the bytes before `offset`, MARKER_BYTES at most */
  readonly markerHash: string;
}

/** How far a log was read: its files back to the oldest that may be needed again. */
export interface LogPosition {
  /** the log's base path */
  readonly path: string;
  /** oldest first; the last is the live one */
  readonly files: readonly FileRead[];
}

/**
 * The head alone does not identify a file: OVS and OVN begin each file with nearly the same line. The marker does, as
 * it contains the time of a line in the middle.
 */
export const HEAD_BYTES = 1024;
/** Number of bytes before an offset that identify a file, together with its head. */
export const MARKER_BYTES = 256;

/** First 32 hex digits of the SHA-256. */
export const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex').slice(0, 32);

/** A place in a log, at the beginning of a line: later places are greater by `file`, then by `offset`. */
export interface Place {
  /** Which of the log's files, counted from the first that was ever met; rotation and truncation begin the next. */
  readonly file: number;
  /** of a byte; in the uncompressed file for `.gz` */
  readonly offset: number;
}
