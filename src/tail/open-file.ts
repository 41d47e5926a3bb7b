import { constants, fstatSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Millis } from '../model/line.js';
import { seconds } from '../model/time.js';
import { answersAtOnce } from './at-once.js';
import { HEAD_BYTES, MARKER_BYTES } from './position.js';
import { type FileInReading, Reading, type ReadingOptions } from './reading.js';
import { bytesAt, bytesAtOnce } from './siblings.js';

export interface OpenFileOptions extends ReadingOptions {
  /** shared; its content is undefined after a read */
  readonly buffer: Buffer;
}

const NUL = 0;
const NEWLINE = 10;
/** maximum bytes of a hole that one poll skips, beside the budget */
const MOST_SKIPPED = 64 * 1024 * 1024;
/** File times have a limited resolution: a file written to just now may change again without a new time. */
const STEP: Millis = seconds(2);
/** Number of kept moments, for the age of unread bytes. */
const MOST_MOMENTS = 64;

/** One plain file that is followed by its descriptor: renaming does not change it. */
export class OpenFile implements FileInReading {
  readonly dev: number;
  readonly ino: number;
  readonly reading: Reading;
  /** Its file system answers at once: it is read without a thread. */
  readonly atOnce: boolean;
  readonly #handle: FileHandle;
  readonly #buffer: Buffer;
  /** size and time of the last comparison of bytes */
  #seen = '';
  #size: number;
  #mtime: Millis;
  /** sizes over time, oldest first */
  #moments: { readonly size: number; readonly at: Millis }[] = [];
  /** it ends with NUL bytes, which are not read yet */
  #hasHole = false;
  #isOpen = true;

  private constructor(
    handle: FileHandle,
    { dev, ino, size, mtimeMs }: { dev: number; ino: number; size: number; mtimeMs: number },
    atOnce: boolean,
    options: OpenFileOptions,
  ) {
    this.atOnce = atOnce;
    this.#handle = handle;
    this.#buffer = options.buffer;
    this.reading = new Reading(options);
    this.dev = dev;
    this.ino = ino;
    this.#size = size;
    this.#mtime = mtimeMs;
    this.#noteSize(size, mtimeMs);
  }

  /** Opens a file at the start of a line. @throws the system's error, or why the file cannot be followed */
  static async open(path: string, offset: number | 'end', options: OpenFileOptions): Promise<OpenFile> {
    // Without O_NONBLOCK, opening a named pipe would block all logs until another process writes to it.
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) throw Object.assign(new Error('it is not a file'), { syscall: 'open' });
      const file = new OpenFile(handle, stats, await answersAtOnce(path), options);
      await file.#startAt(offset === 'end' ? await file.#lastLine() : offset);
      return file;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  get mtime(): Millis {
    return this.#mtime;
  }

  get lag(): number {
    return Math.max(0, this.#size - this.reading.offset);
  }

  /** Its file system answers at once, and size and time show whether it changed since the last look. */
  get isSettled(): boolean {
    return this.atOnce && this.#seen !== '';
  }

  get unreadSince(): Millis | undefined {
    return this.lag === 0 ? undefined : (this.#moments.find(({ size }) => size > this.reading.offset)?.at ?? this.#mtime);
  }

  get isPartial(): boolean {
    return this.reading.isPartial || this.#hasHole;
  }

  /**
   * Looks at the file. False if its content is not what was read: it is shorter, or was truncated and has grown again,
   * which only its bytes can show.
   */
  async look(now: Millis, looks?: { readonly size: number; readonly mtimeMs: number }): Promise<boolean> {
    const { size, mtimeMs } = looks ?? (this.atOnce ? fstatSync(this.#handle.fd) : await this.#handle.stat());
    const { offset, head, recent } = this.reading;
    if (size < offset) return false;
    const seen = `${size}/${mtimeMs}`;
    if (seen === this.#seen) return true;
    if (!(await this.#holds(0, head)) || !(await this.#holds(offset - recent.length, recent))) return false;
    this.#seen = now - mtimeMs > STEP ? seen : '';
    this.#size = size;
    this.#mtime = mtimeMs;
    this.#noteSize(size, mtimeMs);
    return true;
  }

  async readOn(budget: number): Promise<number> {
    if (this.lag === 0) return 0;
    let total = 0;
    let skipped = 0;
    this.#hasHole = false;
    while (total < budget) {
      const wanted = Math.min(this.#buffer.length, budget - total);
      const { offset } = this.reading;
      const bytesRead = this.atOnce
        ? readSync(this.#handle.fd, this.#buffer, 0, wanted, offset)
        : (await this.#handle.read(this.#buffer, 0, wanted, offset)).bytesRead;
      if (bytesRead === 0) break;
      let end = bytesRead;
      // On network file systems the size can arrive before the bytes. A range that stays NUL is a hole.
      if (offset + bytesRead >= this.#size) while (end > 0 && this.#buffer[end - 1] === NUL) end--;
      this.#hasHole = end < bytesRead && (end > 0 || bytesRead < this.#buffer.length);
      if (!this.#hasHole) end = bytesRead;
      const bytes = this.#buffer.subarray(0, end);
      // A hole costs nothing to read, and does not identify the file.
      if (this.reading.isHole && bytes.every(isNul) && skipped < MOST_SKIPPED) skipped += end;
      else total += end;
      if (end > 0) this.reading.take(bytes);
      if (this.#hasHole) break;
    }
    if (total < budget) this.#size = this.reading.offset;
    while (this.#moments.length > 0 && this.#moments[0]!.size <= this.reading.offset) this.#moments.shift();
    return total + skipped;
  }

  async isDeleted(): Promise<boolean> {
    return (await this.#handle.stat()).nlink === 0;
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#handle.close();
  }

  async #startAt(offset: number): Promise<void> {
    if (offset === 0) return;
    const marker = Math.min(offset, MARKER_BYTES);
    this.reading.startAt(offset, await this.#bytesAt(0, Math.min(HEAD_BYTES, offset)), await this.#bytesAt(offset - marker, marker));
  }

  /** The end of the file, or the start of its incomplete last line. */
  async #lastLine(): Promise<number> {
    const from = Math.max(0, this.#size - this.#buffer.length);
    const newline = (await this.#bytesAt(from, this.#size - from)).lastIndexOf(NEWLINE);
    if (newline !== -1) return from + newline + 1;
    // The last line may be longer than the buffer: then its rest will be a line that no format knows.
    return from === 0 ? 0 : this.#size;
  }

  #noteSize(size: number, at: Millis): void {
    if (size <= (this.#moments.at(-1)?.size ?? this.reading.offset)) return;
    this.#moments.push({ size, at });
    if (this.#moments.length > MOST_MOMENTS) this.#moments = this.#moments.filter((_, i) => i % 2 === 0 || i === this.#moments.length - 1);
  }

  async #holds(at: number, expected: Buffer): Promise<boolean> {
    return expected.length === 0 || (await this.#bytesAt(at, expected.length)).equals(expected);
  }

  #bytesAt(at: number, length: number): Buffer | Promise<Buffer> {
    return this.atOnce ? bytesAtOnce(this.#handle.fd, at, length) : bytesAt(this.#handle, at, length);
  }
}

const isNul = (byte: number): boolean => byte === NUL;
