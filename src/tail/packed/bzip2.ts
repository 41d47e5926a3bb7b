import Bunzip from 'seek-bzip';
import type { CompressedFile, Unpack } from './compressed-file.js';

/** The bytes of a compressed file one by one, as the library needs them. */
class Bytes extends Bunzip.Stream {
  readonly #compressed: CompressedFile;
  #bytes: Buffer;
  #at = 0;

  constructor(compressed: CompressedFile) {
    super();
    this.#compressed = compressed;
    this.#bytes = compressed.read();
  }

  override readByte(): number {
    if (this.eof()) throw new Error('unexpected end of file');
    return this.#bytes[this.#at++]!;
  }

  eof(): boolean {
    if (this.#at === this.#bytes.length) {
      this.#bytes = this.#compressed.read();
      this.#at = 0;
    }
    return this.#bytes.length === 0;
  }
}

/** Output of one block: usually 900 kB, at most 45 MB. */
class Block extends Bunzip.Stream {
  #bytes = Buffer.allocUnsafe(1024 * 1024);
  #length = 0;

  override writeByte(byte: number): void {
    if (this.#length === this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes], this.#length * 2);
    this.#bytes[this.#length++] = byte;
  }

  take(): Buffer {
    const taken = Buffer.from(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    return taken;
  }
}

/**
 * Consecutive streams of bzip2, as `pbzip2` writes them. The library unpacks everything at once; this loop goes block
 * by block.
 */
export const bunzip2: Unpack = async function* (compressed) {
  const input = new Bytes(compressed);
  const block = new Block();
  const bunzip = new Bunzip(input, block);
  for (;;) {
    if (bunzip._init_block()) {
      bunzip._read_bunzip();
      yield block.take();
      continue;
    }
    if (bunzip.reader.read(32) >>> 0 !== bunzip.streamCRC) throw new Error('its checksum is wrong');
    if (input.eof()) return;
    bunzip._start_bunzip(input, block);
  }
};
