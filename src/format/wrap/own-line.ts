import type { Millis } from '../../model/line.js';
import { looksLikeStamp, readStamp } from '../digits.js';

const TAB = 9;
const SPACE = 32;
const COMMA = 44;
const DASH = 45;
const POINT = 46;
const T = 84;
const BAR = 124;

/** Whether a timestamp is that of vlog: a `|` follows it, as in `2026-11-21T01:50:38Z|`. */
export function isVlog(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start + 19; i < end && i < start + 32; i++) if (bytes[i] === BAR) return true;
  return false;
}

/** Whether a line is journalctl's own, such as `-- Boot 4f… --` or `-- Journal begins at …`, or empty. */
export const isBanner = (bytes: Buffer, start: number, end: number): boolean =>
  end === start || (bytes[start] === DASH && bytes[start + 1] === DASH && bytes[start + 2] === SPACE);

/** Whether a line is indented, and so continues the line before. */
export const isIndented = (bytes: Buffer, start: number, end: number): boolean =>
  end > start && ((bytes[start] === SPACE && bytes[start + 1] === SPACE) || bytes[start] === TAB);

/** Whether a byte is `.` or `,`, which separate the fraction of a second. */
export const isFractionMark = (byte: number | undefined): boolean => byte === POINT || byte === COMMA;

/** The bytes with which a line of DevStack begins: a colour, or the first letter of a level. */
const FIRST = Buffer.from('\x1bTDIAWEC');
/** Whether a line may be one of DevStack. */
export const isDevstack = (bytes: Buffer, start: number, end: number): boolean => end > start && FIRST.includes(bytes[start]!);

/** Whether a line contains characters that rsyslog escaped, such as `#012`. */
export function isEscaped(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i + 3 < end; i++) if (bytes[i] === 35 && bytes[i + 1] === 48) return true;
  return false;
}

/** The wall clock of the line's own timestamp, read as if it were UTC, in ms; undefined if it has none. */
export const stampAt = (bytes: Buffer, start: number, end: number): Millis | undefined =>
  end - start >= 20 && (looksLikeStamp(bytes, start, SPACE) || looksLikeStamp(bytes, start, T)) ? readStamp(bytes, start) : undefined;
