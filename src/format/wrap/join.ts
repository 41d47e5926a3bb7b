import type { Count } from '../../model/counters.js';
import type { LogForm } from '../../model/form.js';
import type { Millis } from '../../model/line.js';
import type { Wrapped } from './form.js';

/** A line of which more is to come. */
interface OpenLine {
  readonly pieces: Buffer[];
  bytes: number;
  /** where its first part stands in the log, and when that was taken */
  readonly offset: number;
  readonly at: Millis | undefined;
}

export interface JoinedLine {
  readonly bytes: Buffer;
  readonly offset: number;
  readonly at: Millis | undefined;
}

/** Streams of which parts are kept at once: containers have two, a journal has one for each service. */
const MOST_STREAMS = 64;

/** Puts lines together that their wrapper cut: at 16 KiB docker and Kubernetes, at 48 KiB journald. */
export class Joiner {
  readonly #open = new Map<string, OpenLine>();
  readonly #maxLineBytes: number;
  readonly #count: Count;
  readonly #form: LogForm;

  constructor(maxLineBytes: number, count: Count, form: LogForm) {
    this.#maxLineBytes = maxLineBytes;
    this.#count = count;
    this.#form = form;
  }

  /** Whether nothing is open: then a whole line need not come here. */
  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  /** Takes a part, or a whole line. @returns the line that is now complete */
  add({ bytes, start, end, isPart, stream }: Wrapped, offset: number, at: Millis | undefined): JoinedLine | undefined {
    const open = this.#open.get(stream);
    if (!isPart && open === undefined) return { bytes: bytes.subarray(start, end), offset, at };
    const line: OpenLine = open ?? { pieces: [], bytes: 0, offset, at };
    const wanted = Math.min(end - start, this.#maxLineBytes - line.bytes);
    if (line.bytes <= this.#maxLineBytes && line.bytes + end - start > this.#maxLineBytes) this.#count('overlong_lines');
    if (wanted > 0) line.pieces.push(Buffer.from(bytes.subarray(start, start + wanted)));
    // One more than the limit means that the rest is skipped.
    line.bytes = Math.min(line.bytes + end - start, this.#maxLineBytes + 1);
    if (!isPart) {
      this.#open.delete(stream);
      return { bytes: Buffer.concat(line.pieces), offset: line.offset, at: line.at };
    }
    if (open === undefined) {
      if (this.#open.size >= MOST_STREAMS) {
        this.#open.delete(this.#open.keys().next().value!);
        this.#count('malformed_lines', 1, this.#form);
      }
      this.#open.set(stream, line);
    }
    return undefined;
  }

  /** The log is at its end: what was open lacks its rest for good. */
  end(): void {
    if (this.#open.size > 0) this.#count('malformed_lines', this.#open.size, this.#form);
    this.#open.clear();
  }
}
