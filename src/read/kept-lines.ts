import { formOf } from '../format/wrap/index.js';
import type { LogForm } from '../model/form.js';

/** Lines that are kept while it is not clear what they are, and their bytes. */
const MOST_KEPT = 64;
const MOST_BYTES = 256 * 1024;
/** Lines that say nothing of their form before a log is taken for what its name says. */
const PATIENCE = 16;

/** A line that is kept, and what it may be. */
interface Kept {
  readonly bytes: Buffer;
  readonly offset: number;
  readonly file: number;
  readonly form: LogForm | undefined;
}

/** Lines of which it is not clear yet what form they are of: they are read once it is. */
export class KeptLines {
  #lines: Kept[] = [];
  #bytes = 0;

  get size(): number {
    return this.#lines.length;
  }

  get lines(): readonly unknown[] {
    return this.#lines;
  }

  /** No more are kept: there is no room. */
  get isFull(): boolean {
    return this.#lines.length >= MOST_KEPT || this.#bytes > MOST_BYTES;
  }

  /** So many have been kept that the log may be taken for what its name says. */
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

  /** Whether a line that begins at this place comes right behind the last one kept. */
  isFollowedAt(offset: number): boolean {
    const last = this.#lines.at(-1);
    return last === undefined || offset - last.offset - last.bytes.length <= LINE_END;
  }

  /** The form that most of the lines are of, and how many are. */
  favourite(): [form?: LogForm, votes?: number] {
    const votes = new Map<LogForm, number>();
    for (const { form } of this.#lines) if (form !== undefined) votes.set(form, (votes.get(form) ?? 0) + 1);
    return [...votes].sort(([, a], [, b]) => b - a)[0] ?? [];
  }

  /** Hands over the lines, and keeps them no longer. */
  take(): readonly Kept[] {
    const lines = this.#lines;
    this.#lines = [];
    this.#bytes = 0;
    return lines;
  }
}

/** What ends a line is no longer. */
const LINE_END = 2;
