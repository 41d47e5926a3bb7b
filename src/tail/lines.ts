import type { Count } from '../model/counters.js';
import type { LineSink } from '../model/line.js';

/** Cuts the bytes of one log into lines, however they come in pieces. */
export interface LineSplitter {
  /**
   * Hands over every line that `bytes` complete. The bytes are not kept: the caller may use the buffer again.
   *
   * @param offset of the first byte of `bytes` in its file; each piece follows on the one before, until `end`
   */
  push(bytes: Buffer, offset: number): void;
  /**
   * Hands over a last line that no newline ends, and is ready for another file. Only for what will not grow any more:
   * a rotated file, the end of a replay.
   */
  end(): void;
  /** Bytes since the last newline: reading again from so far back gives the same lines. */
  readonly pending: number;
}

/** Reads lines by itself, where it can. */
export interface LineSkimmer {
  /** What it is given next is another piece, though it may be in the same bytes. */
  begin(): void;
  /** @returns where the first line begins that the sink must take; `start` where that is the first one */
  skim(bytes: Buffer, start: number, offset: number): number;
}

export interface LineSplitterOptions {
  readonly sink: LineSink;
  /** Of a longer line, the first so many bytes are handed over once, and the rest is skipped. */
  readonly maxLineBytes?: number;
  readonly count: Count;
  readonly skimmer?: LineSkimmer | undefined;
}

const NEWLINE = 10;
const MIB = 1024 * 1024;
/** Room for the line that a piece's end cuts: none before the first, and given back after a much longer one, as a process follows many logs. */
const CARRY = 4096;
const NO_ROOM = Buffer.alloc(0);

/**
 * Lines are handed out as places in the caller's own bytes. Only the line that a piece's end cuts is copied, and of that
 * one `maxLineBytes` at most, so a log that is one line of 10 GB takes no more memory than any other.
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
  /** The open line was handed over, cut: the rest of it is skipped. */
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

  /** The open line has come to its end. */
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
