import type { Count } from '../../model/counters.js';
import type { LogForm } from '../../model/form.js';
import type { Millis } from '../../model/line.js';
import type { Wrapped } from './form.js';

/** A line whose rest has not arrived. */
interface OpenLine {
  readonly pieces: Buffer[];
  bytes: number;
  /** the offset of its first part in the log, and when the wrapper took it */
  readonly offset: number;
  readonly at: Millis | undefined;
}

/** A complete line, with the offset and the time of its first part. */
export interface JoinedLine {
  readonly bytes: Buffer;
  readonly offset: number;
  readonly at: Millis | undefined;
}

/** How many streams may have an incomplete line at a time: containers have two streams, a journal one per service. */
const MAX_STREAMS = 64;

/** Joins the parts of lines that their wrapper split: docker and Kubernetes at 16 KiB, journald at 48 KiB. */
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

  /** Whether no line is incomplete: then whole lines need not pass through here. */
  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  /** Adds a part or a whole line. @returns the line if it is complete now */
  add({ bytes, start, end, isPart, stream }: Wrapped, offset: number, at: Millis | undefined): JoinedLine | undefined {
    const open = this.#open.get(stream);
    if (!isPart && open === undefined) return { bytes: bytes.subarray(start, end), offset, at };
    const line: OpenLine = open ?? { pieces: [], bytes: 0, offset, at };
    const wanted = Math.min(end - start, this.#maxLineBytes - line.bytes);
    if (line.bytes <= this.#maxLineBytes && line.bytes + end - start > this.#maxLineBytes) this.#count('overlong_lines');
    if (wanted > 0) line.pieces.push(Buffer.from(bytes.subarray(start, start + wanted)));
    // A length above the limit means that the rest is skipped.
    line.bytes = Math.min(line.bytes + end - start, this.#maxLineBytes + 1);
    if (!isPart) {
      this.#open.delete(stream);
      return { bytes: Buffer.concat(line.pieces), offset: line.offset, at: line.at };
    }
    if (open === undefined) {
      if (this.#open.size >= MAX_STREAMS) {
        this.#open.delete(this.#open.keys().next().value!);
        this.#count('malformed_lines', 1, this.#form);
      }
      this.#open.set(stream, line);
    }
    return undefined;
  }

  /** Drops and counts incomplete lines, because the log has ended. */
  end(): void {
    if (this.#open.size > 0) this.#count('malformed_lines', this.#open.size, this.#form);
    this.#open.clear();
  }
}
