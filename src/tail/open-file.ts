import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Count } from '../model/counters.js';
import type { LineSink } from '../model/line.js';
import { createLineSplitter, type LineSplitter } from './lines.js';
import { HEAD_BYTES, hashOf, MARKER_BYTES, type Position } from './position.js';

export interface OpenFileOptions {
  readonly sink: LineSink;
  readonly count: Count;
  /** lent for the time of a read; what it holds is worth nothing afterwards */
  readonly buffer: Buffer;
}

const NEWLINE = 10;

/**
 * One file that is being followed, by its descriptor: it stays the same file whatever happens to its name.
 * Lines are handed over as they are completed; the position is always the beginning of the first incomplete one.
 */
export class OpenFile {
  readonly dev: number;
  readonly ino: number;
  readonly #handle: FileHandle;
  readonly #options: OpenFileOptions;
  readonly #splitter: LineSplitter;
  /** the first byte that has not been read */
  #offset = 0;
  /** the file's beginning, as far as it has been read */
  #head: Buffer = Buffer.alloc(0);
  /** what stands before the position */
  #marker: Buffer = Buffer.alloc(0);
  /** The position has moved, but not by enough to have the marker from the piece that was read. */
  #isMarkerStale = false;
  /** size and time when the bytes were last compared */
  #seen = '';
  #size: number;
  #isOpen = true;

  private constructor(handle: FileHandle, { dev, ino, size }: { dev: number; ino: number; size: number }, options: OpenFileOptions) {
    this.#handle = handle;
    this.#options = options;
    this.#splitter = createLineSplitter(options);
    this.dev = dev;
    this.ino = ino;
    this.#size = size;
  }

  /** Opens a file at its beginning. @throws what the system says, or why it is no file to follow */
  static async open(path: string, options: OpenFileOptions): Promise<OpenFile> {
    // Without O_NONBLOCK a named pipe would hold up all logs until somebody writes to it.
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return new OpenFile(handle, await handle.stat(), options);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Bytes that are there and have not been read, as of the last look. */
  get lag(): number {
    return Math.max(0, this.#size - this.#offset);
  }

  /** Whether an incomplete line has been read: it is kept until its newline comes. */
  get isPartial(): boolean {
    return this.#splitter.pending > 0;
  }

  /**
   * Looks at the file afresh. False where what is there now is not what has been read: it is shorter than that, or was
   * emptied and has grown again, which only its bytes can tell.
   *
   * @param looks what was found when the file was looked up by its name just now: saves the second look
   */
  async look(looks?: { readonly size: number; readonly mtimeMs: number }): Promise<boolean> {
    const { size, mtimeMs } = looks ?? (await this.#handle.stat());
    this.#size = size;
    if (size < this.#offset) return false;
    const seen = `${size}/${mtimeMs}`;
    if (seen === this.#seen) return true;
    const isSame = (await this.#holds(0, this.#head)) && (await this.#holds(this.#resumeAt - this.#marker.length, this.#marker));
    if (isSame) this.#seen = seen;
    return isSame;
  }

  /**
   * Reads on, by `budget` bytes at most.
   *
   * @returns the bytes read: fewer than `budget` only at the end of the file
   */
  async readOn(budget: number): Promise<number> {
    const { buffer } = this.#options;
    if (this.lag === 0) return 0;
    let total = 0;
    while (total < budget) {
      const { bytesRead } = await this.#handle.read(buffer, 0, Math.min(buffer.length, budget - total), this.#offset);
      if (bytesRead === 0) break;
      total += bytesRead;
      this.#take(buffer.subarray(0, bytesRead));
    }
    if (total < budget) this.#size = this.#offset;
    if (this.#isMarkerStale) this.#marker = await this.#markerAt(this.#resumeAt);
    this.#isMarkerStale = false;
    return total;
  }

  /** The file has become another: what it was is over, and it begins again. */
  restart(): void {
    this.#splitter.end();
    this.#offset = 0;
    this.#head = Buffer.alloc(0);
    this.#marker = Buffer.alloc(0);
    this.#seen = '';
  }

  /**
   * Goes to where reading stopped before, if this is the file that was read then. Only the bytes decide: device and inode
   * numbers change when a disk is moved, and are used again.
   */
  async resume({ offset, headBytes, headHash, markerHash }: Position): Promise<boolean> {
    if (offset > this.#size) return false;
    const head = await this.#bytesAt(0, headBytes);
    const marker = await this.#markerAt(offset);
    if (hashOf(head) !== headHash || hashOf(marker) !== markerHash) return false;
    this.#offset = offset;
    this.#head = head;
    this.#marker = marker;
    return true;
  }

  /** Goes to the end, or where the last line is incomplete, to its beginning. */
  async skipToEnd(): Promise<void> {
    const from = Math.max(0, this.#size - this.#options.buffer.length);
    const newline = (await this.#bytesAt(from, this.#size - from)).lastIndexOf(NEWLINE);
    // The last line may be longer than the buffer: then its rest will be a line that no format knows.
    if (newline !== -1) this.#offset = from + newline + 1;
    else this.#offset = from === 0 ? 0 : this.#size;
    this.#head = await this.#bytesAt(0, Math.min(HEAD_BYTES, this.#offset));
    this.#marker = await this.#markerAt(this.#offset);
  }

  /** Hands over an incomplete last line: the file has been rotated away, and its end is the end. */
  async endLine(): Promise<void> {
    if (!this.isPartial) return;
    this.#splitter.end();
    this.#marker = await this.#markerAt(this.#offset);
  }

  /** @param path the name that the log is known by */
  position(path: string): Position {
    const offset = this.#resumeAt;
    const head = this.#head.subarray(0, offset);
    const { dev, ino } = this;
    return { path, dev, ino, offset, headBytes: head.length, headHash: hashOf(head), markerHash: hashOf(this.#marker) };
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#handle.close();
  }

  get #resumeAt(): number {
    return this.#offset - this.#splitter.pending;
  }

  #take(bytes: Buffer): void {
    const { length } = this.#head;
    if (length < HEAD_BYTES && this.#offset === length) this.#head = Buffer.concat([this.#head, bytes.subarray(0, HEAD_BYTES - length)]);
    this.#splitter.push(bytes, this.#offset);
    this.#offset += bytes.length;

    const completed = bytes.length - this.#splitter.pending;
    if (completed <= 0) return;
    this.#isMarkerStale = completed < MARKER_BYTES;
    if (!this.#isMarkerStale) this.#marker = Buffer.from(bytes.subarray(completed - MARKER_BYTES, completed));
  }

  async #holds(at: number, expected: Buffer): Promise<boolean> {
    return expected.length === 0 || (await this.#bytesAt(at, expected.length)).equals(expected);
  }

  #markerAt(offset: number): Promise<Buffer> {
    const length = Math.min(offset, MARKER_BYTES);
    return this.#bytesAt(offset - length, length);
  }

  /** Fewer bytes where the file has fewer. */
  async #bytesAt(at: number, length: number): Promise<Buffer> {
    const bytes = Buffer.alloc(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await this.#handle.read(bytes, filled, length - filled, at + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  }
}
