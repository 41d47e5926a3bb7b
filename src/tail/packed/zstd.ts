import { Decompress } from 'fzstd';
import type { Unpack } from './compressed-file.js';

/** A block of 4 bytes can stand for 128 KiB: so much is unpacked at once, and must fit into the memory. */
const FED = 1024;

/** Frames of zstd, one after the other. Windows over 32 MiB (`--long`) are refused by the library. */
export const unzstd: Unpack = async function* (compressed) {
  let unpacked: Buffer[] = [];
  const zstd = new Decompress((bytes) => {
    // The library uses its memory again.
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
