import { closeSync, readSync } from 'node:fs';
import { reasonOf } from '../../model/errors.js';
import type { LogInput } from '../log-input.js';
import type { Unpack } from './compressed-file.js';
import { gunzipped } from './gunzip.js';

const COMPRESSED_PIECE = 64 * 1024;

/** A compression format that is unpacked while reading, and its first bytes. */
interface Compression {
  readonly name: string;
  /** extension of its files */
  readonly ending: string;
  readonly magic: Buffer;
  /** Loaded on demand. */
  readonly open: (fd: number, path: string) => Promise<LogInput>;
}

const COMPRESSIONS: readonly Compression[] = [
  { name: 'gzip', ending: '.gz', magic: Buffer.from([0x1f, 0x8b]), open: async (fd, path) => gunzipped(fd, path) },
  {
    name: 'xz',
    ending: '.xz',
    magic: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]),
    open: async (fd, path) => unpacked(fd, path, (await import('./xz.js')).unxz),
  },
  {
    name: 'zstd',
    ending: '.zst',
    magic: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]),
    open: async (fd, path) => unpacked(fd, path, (await import('./zstd.js')).unzstd),
  },
  {
    name: 'bzip2',
    ending: '.bz2',
    magic: Buffer.from('BZh'),
    open: async (fd, path) => unpacked(fd, path, (await import('./bzip2.js')).bunzip2),
  },
];

/** Number of first bytes that identify every compression. */
export const MAGIC_BYTES = 6;

/** Compression of a file, by its first bytes. */
export const compressionOf = (head: Buffer): Compression | undefined =>
  COMPRESSIONS.find(({ magic }) => head.subarray(0, magic.length).equals(magic));

function unpacked(fd: number, path: string, unpack: Unpack): LogInput {
  let at = 0;
  let offset = 0;
  let fault: string | undefined;
  let isOpen = true;
  const pieces = unpack({
    read(most = COMPRESSED_PIECE) {
      const bytes = Buffer.allocUnsafe(most);
      const length = readSync(fd, bytes, 0, most, at);
      at += length;
      return bytes.subarray(0, length);
    },
  });
  return {
    get fault() {
      return fault;
    },
    async read() {
      if (fault !== undefined) return undefined;
      try {
        const { value, done } = await pieces.next();
        if (done === true) return undefined;
        const piece = { bytes: value, offset };
        offset += value.length;
        return piece;
      } catch (error) {
        fault = `${path} cannot be read to its end: ${reasonOf(error)} (it gave ${offset} bytes until there)`;
        return undefined;
      }
    },
    async close() {
      if (!isOpen) return;
      isOpen = false;
      closeSync(fd);
      await pieces.return();
    },
  };
}
