import { basename } from 'node:path';
import type { Origin } from '../model/line.js';

/** Maximum number of lines between reading a line and making its event. */
const REMEMBERED = 1 << 16;

/** Counts the lines of a log's files, to give the line number of an event. */
export class LineNumbers {
  readonly #names: readonly string[];
  readonly #files = new Uint32Array(REMEMBERED);
  readonly #offsets = new Float64Array(REMEMBERED);
  readonly #lines = new Float64Array(REMEMBERED);
  #seen = 0;
  #file = 0;
  #line = 0;

  /** @param parts the files of the log, in reading order */
  constructor(parts: readonly string[]) {
    this.#names = parts.map((part) => (part === '-' ? '-' : basename(part)));
  }

  /** Counts a line. @param file number of the file, from 1 */
  begin(file: number, offset: number): void {
    this.#line = file === this.#file ? this.#line + 1 : 1;
    this.#file = file;
    const place = this.#seen++ % REMEMBERED;
    this.#files[place] = file;
    this.#offsets[place] = offset;
    this.#lines[place] = this.#line;
  }

  /** Adds file name and line number to an origin, if the line was read recently. */
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
