import { closeSync, openSync, readSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { logUnreadable, reasonOf } from '../model/errors.js';
import { gunzipped } from './gunzip.js';

/** One piece of a log. `bytes` are valid until the next read only. */
export interface Piece {
  readonly bytes: Buffer;
  /** of the first byte in the file; in the uncompressed one for `.gz` */
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

/** Large enough that system calls cost nothing beside reading lines, small enough to stay in the processor's cache. */
const PIECE = 256 * 1024;

/** Compressions that Node.js 20 cannot undo, by a file's first bytes. */
const OTHERS = [
  { name: 'bzip2', magic: Buffer.from('BZh') },
  { name: 'xz', magic: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]) },
  { name: 'zstd', magic: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]) },
];

/**
 * Opens a plain or gzipped log, told apart by its first bytes, whatever it is called.
 *
 * @param from where a plain log is begun; a gzipped one is always read from its beginning
 * @throws OperatorError LOG_UNREADABLE, from `read` too
 */
export async function openLog(path: string, from = 0): Promise<LogInput> {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    const head = Buffer.alloc(6);
    const length = readSync(fd, head, 0, head.length, 0);
    const other = OTHERS.find(({ magic }) => head.subarray(0, magic.length).equals(magic));
    if (other !== undefined) throw new Error(`it is compressed with ${other.name}: unpack it first (gzip is read as it is)`);
    return length >= 2 && head[0] === 0x1f && head[1] === 0x8b ? gunzipped(fd, path) : plain(fd, path, from);
  } catch (cause) {
    if (fd !== undefined) closeSync(fd);
    throw logUnreadable(path, cause);
  }
}

/** Reads synchronously: a replay has nothing else to do, and going through the thread pool takes half as long again. */
function plain(fd: number, path: string, from: number): LogInput {
  const buffer = Buffer.allocUnsafe(PIECE);
  let offset = from;
  let isOpen = true;
  return {
    fault: undefined,
    async read() {
      let length: number;
      try {
        length = readSync(fd, buffer, 0, PIECE, offset);
      } catch (cause) {
        throw logUnreadable(path, cause);
      }
      if (length === 0) return undefined;
      const piece = { bytes: buffer.subarray(0, length), offset };
      offset += length;
      return piece;
    },
    async close() {
      if (isOpen) closeSync(fd);
      isOpen = false;
    },
  };
}

/** Reads a stream, such as standard input. Where it breaks off, `fault` says why. */
export function openStream(stream: NodeJS.ReadableStream): LogInput {
  const pieces = (stream as Readable)[Symbol.asyncIterator]();
  let offset = 0;
  let fault: string | undefined;
  return {
    get fault() {
      return fault;
    },
    async read() {
      try {
        const { value, done } = await pieces.next();
        if (done === true) return undefined;
        const bytes = Buffer.isBuffer(value) ? value : Buffer.from(value as string);
        const piece = { bytes, offset };
        offset += bytes.length;
        return piece;
      } catch (error) {
        fault = reasonOf(error);
        return undefined;
      }
    },
    async close() {
      await pieces.return?.();
    },
  };
}
