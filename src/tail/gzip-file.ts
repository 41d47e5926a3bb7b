import type { LogInput, Piece } from './log-input.js';
import { openLog } from './read-file.js';
import { type FileInReading, Reading, type ReadingOptions } from './reading.js';
import type { Found } from './siblings.js';

/** One compressed file of a log, unpacked piece by piece. It does not grow. */
export class GzipFile implements FileInReading {
  readonly dev: number;
  readonly ino: number;
  readonly reading: Reading;
  readonly #input: LogInput;
  readonly #found: Found;
  readonly #options: ReadingOptions;
  /** unpacked bytes that are not read yet */
  #rest: Buffer = Buffer.alloc(0);
  #isEnded = false;

  private constructor(input: LogInput, found: Found, options: ReadingOptions) {
    this.#input = input;
    this.#found = found;
    this.#options = options;
    this.reading = new Reading(options);
    this.dev = found.dev;
    this.ino = found.ino;
  }

  /** Opens a file at the start of a line. @throws OperatorError LOG_UNREADABLE */
  static async open(found: Found, offset: number, options: ReadingOptions): Promise<GzipFile> {
    const file = new GzipFile(await openLog(found.path), found, options);
    while (file.reading.offset < offset && (await file.#fill())) {
      const bytes = file.#rest.subarray(0, offset - file.reading.offset);
      file.#rest = file.#rest.subarray(bytes.length);
      file.reading.pass(bytes);
    }
    return file;
  }

  get lag(): number {
    return this.#isEnded ? 0 : Math.max(1, this.#found.size);
  }

  get unreadSince(): number | undefined {
    return this.#isEnded ? undefined : this.#found.mtimeMs;
  }

  get isPartial(): boolean {
    return false;
  }

  async look(): Promise<boolean> {
    return true;
  }

  async readOn(budget: number): Promise<number> {
    let total = 0;
    while (total < budget && (await this.#fill())) {
      const bytes = this.#rest.subarray(0, budget - total);
      this.#rest = this.#rest.subarray(bytes.length);
      this.reading.take(bytes);
      total += bytes.length;
    }
    return total;
  }

  async isDeleted(): Promise<boolean> {
    return false;
  }

  async close(): Promise<void> {
    await this.#input.close();
  }

  /** @returns false at the end */
  async #fill(): Promise<boolean> {
    if (this.#rest.length > 0) return true;
    if (this.#isEnded) return false;
    const piece: Piece | undefined = await this.#input.read();
    if (piece !== undefined) {
      this.#rest = piece.bytes;
      return true;
    }
    this.#isEnded = true;
    if (this.#input.fault !== undefined) this.#options.count('cut_off_logs', 1, this.#options.path);
    return false;
  }
}
