import { formOf } from '../../format/wrap/index.js';
import type { LogInput } from '../../tail/log-input.js';

/** A line of a file, and its offset. */
export interface RawLine {
  readonly offset: number;
  readonly text: string;
}

const NEWLINE = 10;

/** Whether a line is wanted. @param bytes valid only during the call */
export type Wanted = (bytes: Buffer, start: number, end: number, offset: number) => boolean;

/**
 * The wanted lines of a file, in order and unchanged. Lines that continue a wanted line (a traceback, a dump) are
 * included: a line in no known form continues the one before.
 */
export async function linesOf(input: LogInput, isWanted: Wanted): Promise<RawLine[]> {
  const found: RawLine[] = [];
  let isOn = false;
  let left: Buffer = Buffer.alloc(0);
  let leftAt = 0;
  const line = (bytes: Buffer, start: number, end: number, offset: number): void => {
    if (isWanted(bytes, start, end, offset)) isOn = true;
    else if (isOn) isOn = end > start && formOf(bytes, start, end) === undefined;
    if (isOn) found.push({ offset, text: bytes.toString('utf8', start, end) });
  };
  for (let piece = await input.read(); piece !== undefined; piece = await input.read()) {
    const bytes: Buffer = left.length === 0 ? piece.bytes : Buffer.concat([left, piece.bytes]);
    const at = left.length === 0 ? piece.offset : leftAt;
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      line(bytes, start, end, at + start);
      start = end + 1;
    }
    // The piece is overwritten by the next.
    left = Buffer.from(bytes.subarray(start));
    leftAt = at + start;
  }
  if (left.length > 0) line(left, 0, left.length, leftAt);
  return found;
}

/** Whether a line contains one of several texts. */
export function having(texts: Iterable<string>): (bytes: Buffer, start: number, end: number) => boolean {
  const wanted = [...texts].map((text) => Buffer.from(text));
  return (bytes, start, end) => {
    const line = bytes.subarray(start, end);
    return wanted.some((text) => line.includes(text));
  };
}
