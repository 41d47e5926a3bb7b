import { basename } from 'node:path';
import type { Origin } from '../model/line.js';

/** Lines that a reader may keep back before it makes events of them are fewer. */
const REMEMBERED = 1 << 16;

/** Counts the lines of a log's files, so that an event's place in them can be given as a number. */
export class LineNumbers {
  readonly #names: readonly string[];
  readonly #files = new Uint32Array(REMEMBERED);
  readonly #offsets = new Float64Array(REMEMBERED);
  readonly #lines = new Float64Array(REMEMBERED);
  #seen = 0;
  #file = 0;
  #line = 0;

  /** @param parts the log's files, in the order in which they are read */
  constructor(parts: readonly string[]) {
    this.#names = parts.map((part) => (part === '-' ? '-' : basename(part)));
  }

  /** A line begins. @param file which of the files it is in, from 1 */
  begin(file: number, offset: number): void {
    this.#line = file === this.#file ? this.#line + 1 : 1;
    this.#file = file;
    const place = this.#seen++ % REMEMBERED;
    this.#files[place] = file;
    this.#offsets[place] = offset;
    this.#lines[place] = this.#line;
  }

  /** The origin with its file's name and its line's number, where that line is not long past. */
  numbered(origin: Origin): Origin {
    let low = Math.max(0, this.#seen - REMEMBERED);
    let high = this.#seen;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const place = middle % REMEMBERED;
      const file = this.#files[place]!;
      if (file < origin.file || (file === origin.file && this.#offsets[place]! <= origin.offset)) low = middle + 1;
      else high = middle;
    }
    const place = (low - 1) % REMEMBERED;
    const name = this.#names[origin.file - 1];
    if (low === 0 || this.#files[place] !== origin.file || name === undefined) return origin;
    return { ...origin, name, line: this.#lines[place]! };
  }
}
