/** Milliseconds since 1970-01-01T00:00:00Z. Fractions are microseconds; nothing here is finer. */
export type Millis = number;

/**
 * The byte at which a line begins. `path` is the log's base path: for lines from `nova-compute.log.1` or
 * `nova-compute.log.2.gz` it is `nova-compute.log`, so that a rotation does not change a span's bytes.
 */
export interface Origin {
  readonly path: string;
  /** Which of the log's files. A later file has a greater number; the number means nothing else. */
  readonly file: number;
  readonly offset: number;
  /** The name of the file that was read, and the line's number in it, from 1. Only if asked for. */
  readonly name?: string;
  readonly line?: number;
  /** The sequence number of OVS's and OVN's lines, and the thread that counts it. */
  readonly serial?: { readonly thread: string; readonly number: number };
}

/**
 * Takes the lines of one log, in the order of its bytes. The bytes are valid during the call only.
 *
 * @param start index in `bytes` of the line's first byte
 * @param end index after its last byte; the terminating newline is not part of it (a `\r` before it still is)
 * @param offset of the line's first byte in its file (in the uncompressed file for `.gz`)
 * @param file as in Origin; a log that is one file needs no number
 */
export type LineSink = (bytes: Buffer, start: number, end: number, offset: number, file?: number) => void;
