import { formOf } from '../format/wrap/index.js';
import type { LogForm } from '../model/form.js';

/** Maximum number of lines, and of bytes, kept until the form is known. */
const MOST_KEPT = 64;
const MOST_BYTES = 256 * 1024;
/** After so many lines without a form, the log is read as its name says. */
const PATIENCE = 16;

/** A kept line, and its possible form. */
interface Kept {
  readonly bytes: Buffer;
  readonly offset: number;
  readonly file: number;
  readonly form: LogForm | undefined;
}

/** Keeps the first lines of a log until its form is known. */
export class KeptLines {
  #lines: Kept[] = [];
  #bytes = 0;

  get size(): number {
    return this.#lines.length;
  }

  get lines(): readonly unknown[] {
    return this.#lines;
  }

  /** Whether there is no more room. */
  get isFull(): boolean {
    return this.#lines.length >= MOST_KEPT || this.#bytes > MOST_BYTES;
  }

  /** Whether enough lines were kept to go by the name of the log. */
  get isEnough(): boolean {
    return this.#lines.length >= PATIENCE || this.#bytes > MOST_BYTES;
  }

  /** @returns the form that the line shows by itself */
  add(bytes: Buffer, start: number, end: number, offset: number, file: number): LogForm | undefined {
    const form = formOf(bytes, start, end);
    this.#lines.push({ bytes: Buffer.from(bytes.subarray(start, end)), offset, file, form });
    this.#bytes += end - start;
    return form;
  }

  /** Whether a line at this offset directly follows the last kept one. */
  isFollowedAt(offset: number): boolean {
    const last = this.#lines.at(-1);
    return last === undefined || offset - last.offset - last.bytes.length <= LINE_END;
  }

  /** The form of most lines, and their number. */
  favourite(): [form?: LogForm, votes?: number] {
    const votes = new Map<LogForm, number>();
    for (const { form } of this.#lines) if (form !== undefined) votes.set(form, (votes.get(form) ?? 0) + 1);
    return [...votes].sort(([, a], [, b]) => b - a)[0] ?? [];
  }

  /** Returns the lines and empties the store. */
  take(): readonly Kept[] {
    const lines = this.#lines;
    this.#lines = [];
    this.#bytes = 0;
    return lines;
  }
}

/** Maximum length of a line end. */
const LINE_END = 2;
