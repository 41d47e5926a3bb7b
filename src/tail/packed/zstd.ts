import { Decompress } from 'fzstd';
import type { Unpack } from './compressed-file.js';

/** A block of 4 bytes can unpack to 128 KiB: this input at once must fit into the memory. */
const FED = 1024;

/** Consecutive frames of zstd. The library refuses windows over 32 MiB (`--long`). */
export const unzstd: Unpack = async function* (compressed) {
  let unpacked: Buffer[] = [];
  const zstd = new Decompress((bytes) => {
    // The library reuses its memory.
    if (bytes.length > 0) unpacked.push(Buffer.from(bytes));
  });
  for (let fed = compressed.read(FED); ; fed = compressed.read(FED)) {
    let failure: unknown;
    try {
      zstd.push(fed, fed.length === 0);
    } catch (error) {
      failure = error;
    }
    const pieces = unpacked;
    unpacked = [];
    yield* pieces;
    if (failure !== undefined) throw failure;
    if (fed.length === 0) return;
  }
};
