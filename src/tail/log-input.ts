/** One piece of a log. `bytes` are valid until the next read only. */
export interface Piece {
  readonly bytes: Buffer;
  /** of the first byte in the file; in the unpacked one for a compressed file */
  readonly offset: number;
}

/** A log that is read once, from its beginning to its end. */
export interface LogInput {
  /** @returns undefined at the end, and where nothing more can be read: then `fault` says why */
  read(): Promise<Piece | undefined>;
  close(): Promise<void>;
  /** Why the end came too early, where it did: a compressed file that is cut off, a broken pipe. */
  readonly fault: string | undefined;
}
