/** One piece of a log. `bytes` are valid only until the next read. */
export interface Piece {
  readonly bytes: Buffer;
  /** of the first byte in the file; in the unpacked one for a compressed file */
  readonly offset: number;
}

/** A log that is read once, from start to end. */
export interface LogInput {
  /** @returns undefined at the end, and if nothing more can be read: then `fault` has the reason */
  read(): Promise<Piece | undefined>;
  close(): Promise<void>;
  /** Why the log ended too early: a truncated compressed file, or a broken pipe. */
  readonly fault: string | undefined;
}
