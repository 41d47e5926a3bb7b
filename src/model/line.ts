/** Milliseconds: a time since 1970-01-01T00:00:00Z, or a duration. May have a fraction down to the microsecond. */
export type Millis = number;

/**
 * The place of a line. `path` is the base path of the log: for lines from `nova-compute.log.1` or
 * `nova-compute.log.2.gz` it is `nova-compute.log`, so that a rotation does not change the bytes of a span.
 */
export interface Origin {
  readonly path: string;
  /** the number of the log's file: a later file has a greater number, and the number has no other meaning */
  readonly file: number;
  /** of the line's first byte, in bytes */
  readonly offset: number;
  /** the name of the file that was read, and the line's number in it, from 1; only if requested */
  readonly name?: string;
  readonly line?: number;
  /** the serial number of a line of OVS or OVN, and the thread that counts it */
  readonly serial?: { readonly thread: string; readonly number: number };
}

/**
 * Receives the lines of one log, in the order of its bytes. The bytes are valid only during the call.
 *
 * @param start index in `bytes` of the line's first byte
 * @param end index after its last byte; without the newline, but with a `\r` before it
 * @param offset of the line's first byte in its file (in the uncompressed file for `.gz`)
 * @param file as in `Origin`; not needed for a log with only one file
 */
export type LineSink = (bytes: Buffer, start: number, end: number, offset: number, file?: number) => void;
