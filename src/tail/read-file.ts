import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { logUnreadable, OperatorError, reasonOf } from '../model/errors.js';
import type { LogInput } from './log-input.js';
import { compressionOf, MAGIC_BYTES } from './packed/unpack.js';
import { decoded, utf16Of } from './utf16.js';

/** Large enough that system calls are negligible, small enough for the CPU cache. */
export const PIECE = 256 * 1024;

/** Archives and formats that are not read, by their first bytes, with a program that unpacks them. */
const FOREIGN = [
  { name: '7-Zip', magic: Buffer.from([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]), undo: '7z x' },
  { name: 'RAR', magic: Buffer.from('Rar!\x1a\x07', 'latin1'), undo: 'unrar x' },
  { name: 'LZ4', magic: Buffer.from([0x04, 0x22, 0x4d, 0x18]), undo: 'lz4 -d' },
  { name: 'lzip', magic: Buffer.from('LZIP'), undo: 'lzip -d' },
  { name: 'compress', magic: Buffer.from([0x1f, 0x9d]), undo: 'uncompress' },
  { name: 'ZIP', magic: Buffer.from('PK\x03\x04', 'latin1'), undo: 'unzip' },
] as const;

/**
 * Opens a plain or compressed log, by its first bytes and not by its name. A pipe is read like standard input.
 * @param from offset at which a plain log is begun; compressed logs, pipes and UTF-16 are always read from the start
 * @param piece bytes of a plain log to read at once
 * @param room memory for the pieces of a plain log: a piece is then valid only until the next one in the same memory
 * @throws OperatorError LOG_UNREADABLE, also from `read`
 */
export async function openLog(path: string, from = 0, piece = PIECE, room?: Buffer): Promise<LogInput> {
  let fd: number | undefined;
  try {
    // Opened in the thread pool: opening a named pipe blocks until another process writes to it.
    if (statSync(path).isFIFO()) return openStream(createReadStream(path));
    fd = openSync(path, 'r');
    const head = Buffer.alloc(MAGIC_BYTES);
    const length = readSync(fd, head, 0, head.length, 0);
    const bytes = head.subarray(0, length);
    const foreign = FOREIGN.find(({ magic }) => bytes.subarray(0, magic.length).equals(magic));
    if (foreign !== undefined) throw packedOtherwise(path, foreign.name, foreign.undo);
    const compression = compressionOf(bytes);
    const encoding = utf16Of(bytes);
    if (encoding !== undefined) return decoded(plain(fd, path, 0, Buffer.allocUnsafe(piece)), encoding);
    return compression === undefined
      ? plain(fd, path, from, (room ?? Buffer.allocUnsafe(piece)).subarray(0, piece))
      : await compression.open(fd, path);
  } catch (cause) {
    if (fd !== undefined) closeSync(fd);
    throw cause instanceof OperatorError ? cause : logUnreadable(path, cause);
  }
}

const packedOtherwise = (path: string, name: string, undo: string): OperatorError =>
  new OperatorError('LOG_UNREADABLE', `cannot read ${path}: it is packed with ${name}, which novaspan does not unpack`, {
    remedy: `unpack it first (${undo} ${basename(path)}) and give what comes out; gzip, xz, zstd, bzip2, tar and zip are read as they are`,
  });

/** Reads synchronously: a replay has no other work, and the thread pool would take half as long again. */
function plain(fd: number, path: string, from: number, buffer: Buffer): LogInput {
  let offset = from;
  let isOpen = true;
  return {
    fault: undefined,
    async read() {
      let length: number;
      try {
        length = readSync(fd, buffer, 0, buffer.length, offset);
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

/** Reads a stream, such as standard input. If it breaks off, `fault` has the reason. */
export function openStream(stream: AsyncIterable<Buffer | string>): LogInput {
  const pieces = stream[Symbol.asyncIterator]();
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
        const bytes = Buffer.isBuffer(value) ? value : Buffer.from(value);
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
