import { closeSync, readSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { reasonOf } from '../../model/errors.js';
import type { LogInput } from '../log-input.js';

const COMPRESSED_PIECE = 64 * 1024;
const PIECE = 256 * 1024;

/**
 * Reads a gzipped file. Compressed bytes are passed one piece at a time: a pipe would discard unpacked data when the
 * file turns out to be truncated, and the lines before the cut are valid.
 * @param fd closed with the input
 */
export function gunzipped(fd: number, path: string): LogInput {
  const gunzip = createGunzip({ chunkSize: PIECE });
  const unpacked: Buffer[] = [];
  const compressed = Buffer.allocUnsafe(COMPRESSED_PIECE);
  let readOffset = 0;
  let offset = 0;
  let fault: string | undefined;
  let isOpen = true;
  let isDone = false;
  /** Called when the passed bytes are unpacked, or never will be. */
  let settle: () => void = () => undefined;

  gunzip.on('data', (bytes: Buffer) => void unpacked.push(bytes));
  gunzip.on('error', (error) => {
    fault = `${path} cannot be read to its end: ${reasonOf(error)} (it gave ${offset + lengthOf(unpacked)} bytes until there)`;
    isDone = true;
    settle();
  });
  gunzip.on('end', () => {
    isDone = true;
    settle();
  });

  const feed = (): Promise<void> =>
    new Promise((resolve) => {
      settle = resolve;
      let length = 0;
      try {
        length = readSync(fd, compressed, 0, COMPRESSED_PIECE, readOffset);
      } catch (error) {
        gunzip.destroy(error as Error);
        return;
      }
      readOffset += length;
      if (length === 0) gunzip.end();
      else gunzip.write(compressed.subarray(0, length), () => resolve());
    });

  return {
    get fault() {
      return fault;
    },
    async read() {
      while (unpacked.length === 0 && !isDone) await feed();
      const bytes = unpacked.shift();
      if (bytes === undefined) return undefined;
      const piece = { bytes, offset };
      offset += bytes.length;
      return piece;
    },
    async close() {
      if (isOpen) closeSync(fd);
      isOpen = false;
      gunzip.destroy();
    },
  };
}

const lengthOf = (pieces: readonly Buffer[]): number => pieces.reduce((sum, { length }) => sum + length, 0);
