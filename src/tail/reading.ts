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

/** A file being read, plain or compressed. */
export interface FileInReading {
  readonly dev: number;
  readonly ino: number;
  /** unread bytes as of the last look; for a compressed file its size until it is read */
  readonly lag: number;
  /** since when there are unread bytes */
  readonly unreadSince: Millis | undefined;
  /** There is an incomplete line: it is kept until its newline. */
  readonly isPartial: boolean;
  readonly reading: Reading;
  /** Whether the content is still that which was read. @param looks result of a fresh lookup of its name */
  look(now: Millis, looks?: { readonly size: number; readonly mtimeMs: number }): Promise<boolean>;
  /** @returns number of bytes read, `budget` at most: fewer only at the end of the file */
  readOn(budget: number): Promise<number>;
  /** Whether no name leads to it. */
  isDeleted(): Promise<boolean>;
  close(): Promise<void>;
}

const NUL = 0;
const NEWLINE = 10;

/** How far one file was read, and how it is identified later. Passes completed lines to the sink. */
export class Reading {
  readonly #options: ReadingOptions;
  readonly #splitter: LineSplitter;
  #offset = 0;
  #isHole = true;
  /** start of the file, as far as read */
  #head: Buffer = Buffer.alloc(0);
  /** the bytes before the next to read */
  #recent: Buffer = Buffer.alloc(0);
  /** the bytes before the place */
  #marker: Buffer = Buffer.alloc(0);

  constructor(options: ReadingOptions) {
    this.#options = options;
    this.#splitter = createLineSplitter(options);
  }

  /** Offset of the first unread byte. */
  get offset(): number {
    return this.#offset;
  }

  /** Only NUL bytes were read: they do not identify the file. */
  get isHole(): boolean {
    return this.#isHole;
  }

  /** Start of the first line that was not handed over. */
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

  /** Starts after bytes that were read before. */
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

  /** Skips bytes whose lines were handed over before. */
  pass(bytes: Buffer): void {
    this.#track(bytes);
    this.#marker = this.#recent;
  }

  /** Hands over an incomplete last line: the file will not grow. */
  endLine(): void {
    if (!this.isPartial) return;
    this.#splitter.end();
    this.#marker = this.#recent;
  }

  /** State as of the last line handed over. */
  handedOver(file: number, { dev, ino }: { readonly dev: number; readonly ino: number }): FileRead {
    const offset = this.resumeAt;
    const head = this.#head.subarray(0, offset);
    return { file, dev, ino, offset, headBytes: head.length, headHash: hashOf(head), markerHash: hashOf(this.#marker) };
  }

  /** State as of the last byte read: ahead of `handedOver` while the last line is incomplete. */
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

  /** NUL bytes at the start of a line are a hole in the file; elsewhere they are kept. */
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
