/** Unpacks a compressed file piece by piece, only as far as requested. Pieces are not reused. */
export type Unpack = (compressed: CompressedFile) => AsyncGenerator<Buffer, void, undefined>;

/** A compressed file, read from start to end. */
export interface CompressedFile {
  /** @returns up to so many bytes, in their own memory; empty at the end */
  read(most?: number): Buffer;
}
