import { looksLikeStamp } from './digits.js';

/**
 * What others put before and around a service's own line, in any order. What carried a line, such as syslog or a container's
 * runtime, is taken off by `wrap/`.
 *
 *     ./nova-compute.log:2023-02-06 03:12:05.652 …                       grep
 *     25547:2018-08-09 09:19:08.040 …                                    grep -n, of one file
 *     nova-api.log.1.2017-05-16_13:53:08 2017-05-16 00:00:00.008 …       an archive
 *     2025-05-14 11:56:05.811568 2025-05-14 11:56:05.811 2805 INFO …     Apache: ErrorLogFormat "%{cu}t %M"
 *     > 2026-01-14 …                                                     a quotation
 *     \x1b[00;32m2026-01-14 … \x1b[00m                                   a terminal's colours
 */

const ESCAPE = 27;
const SPACE = 32;
const TAB = 9;
const QUOTE = 62;
const COLON = 58;
const DASH = 45;
const POINT = 46;
const COMMA = 44;
const SLASH = 47;
const OPEN = 91;
const SEMICOLON = 59;
const M = 109;
const T = 84;
const Z = 90;
/** How far a file's name may reach. */
const FARTHEST = 300;
const LONGEST_NUMBER = 9;
/** Prefixes before one line: a quotation of what grep found in what Apache wrote is three. */
const MOST_PREFIXES = 6;
/** Bytes that no file name has which is put before a line. */
const NOT_IN_NAMES = new Set(Buffer.from('"\'{}<>|[](),=`'));

/**
 * Colours as they are, and as others write the escape: rsyslog (`#033`), Apache (`\x1b`), `less` and `cat -v` (`^[`). A page
 * on the web leaves out the escape: the rest is a colour where it is one that oslo.log uses.
 */
const COLOUR = /(?:\x1b|#033|\\x1b|\\033|\\u001b|\^\[)\[[0-9;]*[mK]|\[0[01](?:;3\d)?m/gi;
/** Nothing that a terminal obeys, but for the tabs and newlines of a traceback. */
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]+/g;
const MARKED = /[\x00-\x08\x0b-\x1f\x7f-\x9f]|\[[0-9;]{0,8}[mK]/;

export const withoutColour = (text: string): string => text.replace(COLOUR, '');

/** A text of a log as it may be shown: without colours, and without any control character. */
export function printable(text: string): string {
  if (!MARKED.test(text)) return text;
  const plain = withoutColour(text);
  return CONTROL.test(plain) ? plain.replace(CONTROLS, '') : plain;
}

/** Whether a line ends with a colour, as each line does that oslo.log writes to a terminal. Nearly all lines fail at the first byte. */
export function endsInColour(bytes: Buffer, start: number, end: number): boolean {
  if (bytes[end - 1] !== M) return false;
  let i = end - 2;
  while (i > start && (isDigit(bytes[i]!) || bytes[i] === SEMICOLON)) i--;
  return i > start && bytes[i] === OPEN && (i < end - 2 || bytes[i - 1] === ESCAPE);
}

/** Whether there may be colours in a line that is no record as it stands: in its first bytes, where the record would begin, or at its end. */
function hasColour(bytes: Buffer, start: number, end: number): boolean {
  if (endsInColour(bytes, start, end)) return true;
  const stop = Math.min(end, start + FARTHEST);
  for (let i = start; i < stop; i++) if (bytes[i] === ESCAPE || (bytes[i] === M && endsInColour(bytes, start, i + 1))) return true;
  return false;
}

/** @returns a copy of the line without colours, or undefined where it has none */
export function uncoloured(bytes: Buffer, start: number, end: number): Buffer | undefined {
  return hasColour(bytes, start, end) ? Buffer.from(withoutColour(bytes.toString('utf8', start, end))) : undefined;
}

/** Where a line begins that was indented, or quoted in a mail: the index of its first other byte. */
export function behindIndent(bytes: Buffer, start: number, end: number): number {
  let i = start;
  while (i < end && (bytes[i] === SPACE || bytes[i] === TAB || (bytes[i] === QUOTE && (bytes[i + 1] === SPACE || bytes[i + 1] === QUOTE))))
    i++;
  return i;
}

export const hasStamp = (bytes: Buffer, at: number): boolean => looksLikeStamp(bytes, at, SPACE) || looksLikeStamp(bytes, at, T);

/** Where a time ends that stands before a line, as Apache writes it, or `start`. */
export function behindTime(bytes: Buffer, start: number, end: number): number {
  if (end - start < 20 || !hasStamp(bytes, start)) return start;
  let i = start + 19;
  if (bytes[i] === POINT || bytes[i] === COMMA) i++;
  while (i < end && isDigit(bytes[i]!)) i++;
  if (bytes[i] === Z) i++;
  return bytes[i] === SPACE && i > start + 19 ? i + 1 : start;
}

/**
 * Where a file's name ends that grep or an archive put before a line, with the number of the line if there is one.
 *
 * @param isBegin whether a line can begin there
 * @returns `start` where there is none
 */
export function behindFileName(
  bytes: Buffer,
  start: number,
  end: number,
  isBegin: (bytes: Buffer, at: number, end: number) => boolean,
): number {
  const stop = Math.min(end, start + FARTHEST);
  for (let i = start; i < stop; i++) {
    const byte = bytes[i]!;
    if (byte < SPACE || NOT_IN_NAMES.has(byte)) return start;
    if (byte === SPACE) return i > start && isBegin(bytes, i + 1, end) ? i + 1 : start;
    if ((byte !== COLON && byte !== DASH) || i === start) continue;
    if (isBegin(bytes, i + 1, end)) return i + 1;
    const number = behindNumber(bytes, i + 1, end);
    if (number > i + 1 && isBegin(bytes, number, end)) return number;
  }
  return start;
}

/** `25547:`, `25548-`: the number of a line, before it. @returns `start` where there is none */
export function behindNumber(bytes: Buffer, start: number, end: number): number {
  let i = start;
  while (i < end && i - start <= LONGEST_NUMBER && isDigit(bytes[i]!)) i++;
  return i > start && (bytes[i] === COLON || bytes[i] === DASH) ? i + 1 : start;
}

/**
 * Tries a line behind each prefix that it has.
 *
 * @returns the first index at which `isRecord` holds, or -1
 */
export function behindPrefixes(bytes: Buffer, start: number, end: number, isRecord: (at: number) => boolean): number {
  let at = start;
  for (let n = 0; n < MOST_PREFIXES; n++) {
    const next = behindOne(bytes, at, end);
    if (next === at) return -1;
    at = next;
    if (isRecord(at)) return at;
  }
  return -1;
}

function behindOne(bytes: Buffer, start: number, end: number): number {
  const indented = behindIndent(bytes, start, end);
  if (indented > start) return indented;
  const timed = behindTime(bytes, start, end);
  return timed > start ? timed : behindFileName(bytes, start, end, isBegin);
}

const isBegin = (bytes: Buffer, at: number, end: number): boolean => hasStamp(bytes, behindIndent(bytes, at, end));

/** Whether a name that was put before a line is a file's, and not a word or the number of the line. */
export function isFileName(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] === POINT || bytes[i] === SLASH) return true;
  return false;
}

const isDigit = (byte: number): boolean => byte >= 48 && byte <= 57;
