/** Gives the bytes of a compressed file, piece by piece, unpacking no more than is asked for. A piece is not used again. */
export type Unpack = (compressed: CompressedFile) => AsyncGenerator<Buffer, void, undefined>;

/** A compressed file, as what unpacks it reads it: from its beginning to its end. */
export interface CompressedFile {
  /** @returns up to so many bytes, of its own memory; none at the end */
  read(most?: number): Buffer;
}
