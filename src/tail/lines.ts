import type { Count } from '../model/counters.js';
import type { LineSink } from '../model/line.js';

/** Splits the bytes of one log into lines. */
export interface LineSplitter {
  /**
   * Hands over every line that `bytes` completes. The bytes are not kept, so the caller may reuse the buffer.
   * @param offset of the first byte of `bytes` in its file; pieces must be adjacent until `end`
   */
  push(bytes: Buffer, offset: number): void;
  /**
   * Hands over a last line without a newline, and resets for another file. Only for files that do not grow: a rotated
   * file, or the end of a replay.
   */
  end(): void;
  /** Bytes since the last newline: reading again from so far back gives the same lines. */
  readonly pending: number;
}

/** Reads lines by itself, where it can. */
export interface LineSkimmer {
  /** Announces a new piece, which may be in the same bytes as the last one. */
  begin(): void;
  /** @returns start of the first line that the sink must take; `start` if that is the first one */
  skim(bytes: Buffer, start: number, offset: number): number;
}

export interface LineSplitterOptions {
  readonly sink: LineSink;
  /** Of a longer line, the first bytes are handed over once, and the rest is skipped. */
  readonly maxLineBytes?: number;
  readonly count: Count;
  readonly skimmer?: LineSkimmer | undefined;
}

const NEWLINE = 10;
const MIB = 1024 * 1024;
/**
 * Initial room for the line at the end of a piece. It is released after a much longer line, as a process follows many
 * logs.
 */
const CARRY = 4096;
const NO_ROOM = Buffer.alloc(0);

/**
 * Passes lines on as offsets in the caller's bytes. Only a line that crosses the end of a piece is copied, `maxLineBytes` at
 * most, so a line of 10 GB takes no more memory than others.
 *
 *     piece 1           piece 2
 *     aaaa\nbbbb\ncc    cc\ndddd\n
 *     └ in place ┘└ carried ┘└ in place
 */
export function createLineSplitter({ sink, maxLineBytes = MIB, count, skimmer }: LineSplitterOptions): LineSplitter {
  let carry: Buffer = NO_ROOM;
  let carried = 0;
  /** bytes of the open line so far, skipped ones included */
  let pending = 0;
  let openAt = 0;
  /** The start of the open line was handed over: the rest is skipped. */
  let skipping = false;

  const handOver = (): void => {
    const line = carry;
    const length = carried;
    carried = 0;
    if (line.length > 16 * CARRY) carry = Buffer.allocUnsafe(CARRY);
    sink(line, 0, length, openAt);
  };

  /** Adds a piece of a line, without its newline. */
  const keep = (bytes: Buffer, start: number, end: number, offset: number): void => {
    if (pending === 0) openAt = offset;
    pending += end - start;
    if (skipping) return;
    const wanted = Math.min(end - start, maxLineBytes - carried);
    if (carried + wanted > carry.length) {
      const roomier = Buffer.allocUnsafe(Math.min(maxLineBytes, Math.max(CARRY, 2 * carry.length, carried + wanted)));
      carry.copy(roomier, 0, 0, carried);
      carry = roomier;
    }
    carried += bytes.copy(carry, carried, start, start + wanted);
    if (pending > maxLineBytes) {
      skipping = true;
      count('overlong_lines');
      handOver();
    }
  };

  /** Ends the open line. */
  const complete = (): void => {
    pending = 0;
    if (skipping) skipping = false;
    else handOver();
  };

  return {
    get pending() {
      return pending;
    },

    push(bytes, offset) {
      let start = 0;
      if (pending > 0) {
        const end = bytes.indexOf(NEWLINE);
        keep(bytes, 0, end === -1 ? bytes.length : end, offset);
        if (end === -1) return;
        complete();
        start = end + 1;
      }
      skimmer?.begin();
      for (;;) {
        if (skimmer !== undefined) start = skimmer.skim(bytes, start, offset + start);
        const end = bytes.indexOf(NEWLINE, start);
        if (end === -1) break;
        if (end - start <= maxLineBytes) sink(bytes, start, end, offset + start);
        else {
          count('overlong_lines');
          sink(bytes, start, start + maxLineBytes, offset + start);
        }
        start = end + 1;
      }
      if (start < bytes.length) keep(bytes, start, bytes.length, offset + start);
    },

    end() {
      if (pending > 0) complete();
    },
  };
}
