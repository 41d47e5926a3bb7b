import type { Millis } from '../../model/line.js';
import { looksLikeStamp, readStamp } from '../digits.js';

const TAB = 9;
const SPACE = 32;
const COMMA = 44;
const DASH = 45;
const POINT = 46;
const T = 84;
const BAR = 124;

/** `2026-11-21T01:50:38Z|`: the bar stands behind the time, whatever follows. */
export function isVlog(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start + 19; i < end && i < start + 32; i++) if (bytes[i] === BAR) return true;
  return false;
}

/** `-- Boot 4f… --`, `-- Journal begins at …`: what journalctl says itself. */
export const isBanner = (bytes: Buffer, start: number, end: number): boolean =>
  end === start || (bytes[start] === DASH && bytes[start + 1] === DASH && bytes[start + 2] === SPACE);

export const isUnder = (bytes: Buffer, start: number, end: number): boolean =>
  end > start && ((bytes[start] === SPACE && bytes[start + 1] === SPACE) || bytes[start] === TAB);

export const isMark = (byte: number | undefined): boolean => byte === POINT || byte === COMMA;

/** What a line of DevStack begins with: a colour, or a level. */
const FIRST = Buffer.from('\x1bTDIAWEC');
export const isDevstack = (bytes: Buffer, start: number, end: number): boolean => end > start && FIRST.includes(bytes[start]!);

export function isEscaped(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i + 3 < end; i++) if (bytes[i] === 35 && bytes[i + 1] === 48) return true;
  return false;
}

/** The wall clock of the line's own stamp. */
export const stampAt = (bytes: Buffer, start: number, end: number): Millis | undefined =>
  end - start >= 20 && (looksLikeStamp(bytes, start, SPACE) || looksLikeStamp(bytes, start, T)) ? readStamp(bytes, start) : undefined;
