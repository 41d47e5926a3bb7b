/** Milliseconds since 1970-01-01T00:00:00Z. Fractions are microseconds; nothing here is finer. */
export type Millis = number;

/**
 * The byte a line begins at. `path` is the log's lasting name: what was read from `nova-compute.log.1`
 * or `nova-compute.log.2.gz` says `nova-compute.log`, so that a rotation does not change a span's bytes.
 */
export interface Origin {
  readonly path: string;
  /** Which of the log's files: a later one has a greater number, which says nothing else. */
  readonly file: number;
  readonly offset: number;
  /** What the file is called that it was read from, and its number among that file's lines, from 1; only where they are asked for. */
  readonly name?: string;
  readonly line?: number;
  /** The number that OVS and OVN give their lines, and the thread that counts by it. */
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
