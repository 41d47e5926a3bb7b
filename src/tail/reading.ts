import type { Count } from '../model/counters.js';
import type { LineSink, Millis } from '../model/line.js';
import { createLineSplitter, type LineSplitter } from './lines.js';
import { type FileRead, HEAD_BYTES, hashOf, MARKER_BYTES } from './position.js';
import { joined, lastOf } from './siblings.js';

export interface ReadingOptions {
  readonly sink: LineSink;
  readonly count: Count;
  /** the log's base path */
  readonly path: string;
}

/** A file that is being read, plain or compressed. */
export interface FileInReading {
  readonly dev: number;
  readonly ino: number;
  /** bytes that are there and have not been read, as of the last look; of a compressed file, its size until it is read */
  readonly lag: number;
  /** since when they have been there */
  readonly unreadSince: Millis | undefined;
  /** An incomplete line is there: it is kept until its newline comes. */
  readonly isPartial: boolean;
  readonly reading: Reading;
  /** What is there is still what has been read. @param looks what was found when its name was looked up just now */
  look(now: Millis, looks?: { readonly size: number; readonly mtimeMs: number }): Promise<boolean>;
  /** @returns the bytes read, `budget` at most: fewer only at the end of the file */
  readOn(budget: number): Promise<number>;
  /** Whether no name leads to it any more. */
  isDeleted(): Promise<boolean>;
  close(): Promise<void>;
}

const NUL = 0;
const NEWLINE = 10;

/** How far one file has been read, and by what it will be known again; its lines go to the sink as they are completed. */
export class Reading {
  readonly #options: ReadingOptions;
  readonly #splitter: LineSplitter;
  #offset = 0;
  #isHole = true;
  /** the file's beginning, as far as it has been read */
  #head: Buffer = Buffer.alloc(0);
  /** the bytes before the first that has not been read */
  #recent: Buffer = Buffer.alloc(0);
  /** the bytes before the place */
  #marker: Buffer = Buffer.alloc(0);

  constructor(options: ReadingOptions) {
    this.#options = options;
    this.#splitter = createLineSplitter(options);
  }

  /** The first byte that has not been read. */
  get offset(): number {
    return this.#offset;
  }

  /** Nothing but NUL bytes has been read: they do not identify the file. */
  get isHole(): boolean {
    return this.#isHole;
  }

  /** The beginning of the first line that has not been handed over. */
  get resumeAt(): number {
    return this.#isHole ? 0 : this.#offset - this.#splitter.pending;
  }

  get isPartial(): boolean {
    return this.#splitter.pending > 0;
  }

  get head(): Buffer {
    return this.#head;
  }

  get recent(): Buffer {
    return this.#recent;
  }

  /** Begins behind what was read another time. */
  startAt(offset: number, head: Buffer, marker: Buffer): void {
    this.#offset = offset;
    this.#isHole = false;
    this.#head = head;
    this.#recent = marker;
    this.#marker = marker;
  }

  /** Hands over the lines that the next bytes complete. */
  take(bytes: Buffer): void {
    const before = this.#recent;
    const from = this.#offset;
    this.#track(bytes);
    this.#push(bytes, from);
    const completed = this.resumeAt - from;
    if (completed > 0)
      this.#marker = completed === bytes.length ? this.#recent : lastOf(before, bytes.subarray(0, completed), MARKER_BYTES);
  }

  /** Goes past bytes whose lines were handed over another time. */
  pass(bytes: Buffer): void {
    this.#track(bytes);
    this.#marker = this.#recent;
  }

  /** Hands over an incomplete last line: nothing will come behind it. */
  endLine(): void {
    if (!this.isPartial) return;
    this.#splitter.end();
    this.#marker = this.#recent;
  }

  /** As of the last line that was handed over. */
  handedOver(file: number, { dev, ino }: { readonly dev: number; readonly ino: number }): FileRead {
    const offset = this.resumeAt;
    const head = this.#head.subarray(0, offset);
    return { file, dev, ino, offset, headBytes: head.length, headHash: hashOf(head), markerHash: hashOf(this.#marker) };
  }

  /** As of the last byte that was read: is ahead of `handedOver` while the last line is incomplete. */
  seen(file: number, { dev, ino }: { readonly dev: number; readonly ino: number }): FileRead {
    const head = this.#head;
    return { file, dev, ino, offset: this.#offset, headBytes: head.length, headHash: hashOf(head), markerHash: hashOf(this.#recent) };
  }

  #track(bytes: Buffer): void {
    if (this.#isHole) this.#isHole = bytes.every((byte) => byte === NUL);
    const { length } = this.#head;
    if (length < HEAD_BYTES && this.#offset === length) this.#head = joined(this.#head, bytes.subarray(0, HEAD_BYTES - length));
    this.#recent = lastOf(this.#recent, bytes, MARKER_BYTES);
    this.#offset += bytes.length;
  }

  /** NUL bytes at the beginning of a line are a hole in the file; elsewhere they are kept. */
  #push(bytes: Buffer, from: number): void {
    if (bytes.indexOf(NUL) === -1) return this.#splitter.push(bytes, from);
    let start = 0;
    while (start < bytes.length) {
      if (this.#splitter.pending === 0 && bytes[start] === NUL) {
        const hole = start;
        while (bytes[start] === NUL) start++;
        this.#options.count('nul_bytes', start - hole, this.#options.path);
        continue;
      }
      let end = bytes.indexOf(NUL, start);
      while (end > start && bytes[end - 1] !== NEWLINE) end = bytes.indexOf(NUL, end + 1);
      if (end <= start) end = bytes.length;
      this.#splitter.push(bytes.subarray(start, end), from + start);
      start = end;
    }
  }
}
