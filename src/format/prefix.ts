import { looksLikeStamp } from './digits.js';

/**
 * Prefixes and colours around a service's own line, in any order. `wrap/` removes the wrappers of transports such as
 * syslog or a container runtime.
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
/** The longest file name before a line (bytes). */
const MAX_NAME_BYTES = 300;
const MAX_NUMBER = 9;
/** The maximum number of prefixes before one line. A mail that quotes grep's output for a log of Apache has three. */
const MAX_PREFIXES = 6;
/** Bytes that do not occur in a file name before a line. */
const NOT_IN_NAMES = new Set(Buffer.from('"\'{}<>|[](),=`'));

/**
 * Colours of a terminal, also with an escaped ESC: by rsyslog (`#033`), Apache (`\x1b`), `less` and `cat -v` (`^[`). On
 * web pages the ESC is missing: then only oslo.log's own colours count.
 */
const COLOUR = /(?:\x1b|#033|\\{1,2}(?:x1b|033|u001b)|\^\[)\[[0-9;]*[mK]|\[0[01](?:;3\d)?m/gi;
/** Control characters, except for tab and newline, which tracebacks contain. */
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]+/g;
const MARKED = /[\x00-\x08\x0b-\x1f\x7f-\x9f]|\[[0-9;]{0,8}[mK]/;

/** The text without colours. */
export const withoutColour = (text: string): string => text.replace(COLOUR, '');

/** A text of a log that is safe to show: without colours and control characters. */
export function printable(text: string): string {
  if (!MARKED.test(text)) return text;
  const plain = withoutColour(text);
  return CONTROL.test(plain) ? plain.replace(CONTROLS, '') : plain;
}

/** Whether a line ends with a colour code, as oslo.log's lines for a terminal do. */
export function endsInColour(bytes: Buffer, start: number, end: number): boolean {
  if (bytes[end - 1] !== M) return false;
  let i = end - 2;
  while (i > start && (isDigit(bytes[i]!) || bytes[i] === SEMICOLON)) i--;
  return bytes[i] === OPEN && (i < end - 2 || bytes[i - 1] === ESCAPE);
}

/** Whether a line has a colour code near its start or at its end. */
function hasColour(bytes: Buffer, start: number, end: number): boolean {
  if (endsInColour(bytes, start, end)) return true;
  const stop = Math.min(end, start + MAX_NAME_BYTES);
  for (let i = start; i < stop; i++) if (bytes[i] === ESCAPE || (bytes[i] === M && endsInColour(bytes, start, i + 1))) return true;
  return false;
}

/** @returns a copy of the line without colours; undefined if it has none */
export function uncoloured(bytes: Buffer, start: number, end: number): Buffer | undefined {
  return hasColour(bytes, start, end) ? Buffer.from(withoutColour(bytes.toString('utf8', start, end))) : undefined;
}

/** The index after the indentation or the quotation marks of a mail. */
export function skipIndent(bytes: Buffer, start: number, end: number): number {
  let i = start;
  while (i < end && (bytes[i] === SPACE || bytes[i] === TAB || (bytes[i] === QUOTE && (bytes[i + 1] === SPACE || bytes[i + 1] === QUOTE))))
    i++;
  return i;
}

/** Whether a date and a time are at this place. */
export const hasStamp = (bytes: Buffer, at: number): boolean => looksLikeStamp(bytes, at, SPACE) || looksLikeStamp(bytes, at, T);

/** The index after a timestamp of Apache before the line; `start` if there is none. */
export function skipTime(bytes: Buffer, start: number, end: number): number {
  if (end - start < 20 || !hasStamp(bytes, start)) return start;
  let i = start + 19;
  if (bytes[i] === POINT || bytes[i] === COMMA) i++;
  while (i < end && isDigit(bytes[i]!)) i++;
  if (bytes[i] === Z) i++;
  return bytes[i] === SPACE && i > start + 19 ? i + 1 : start;
}

/**
 * The index after a file name that grep or an archive put before the line, and after the line number if there is one.
 *
 * @param isBegin whether a line can begin at an index
 * @returns `start` if there is no file name
 */
export function skipFileName(
  bytes: Buffer,
  start: number,
  end: number,
  isBegin: (bytes: Buffer, at: number, end: number) => boolean,
): number {
  const stop = Math.min(end, start + MAX_NAME_BYTES);
  for (let i = start; i < stop; i++) {
    const byte = bytes[i]!;
    if (byte < SPACE || NOT_IN_NAMES.has(byte)) return start;
    if (byte === SPACE) return i > start && isBegin(bytes, i + 1, end) ? i + 1 : start;
    if ((byte !== COLON && byte !== DASH) || i === start) continue;
    if (isBegin(bytes, i + 1, end)) return i + 1;
    const number = skipLineNumber(bytes, i + 1, end);
    if (number > i + 1 && isBegin(bytes, number, end)) return number;
  }
  return start;
}

/** The index after a line number such as `25547:` or `25548-`; `start` if there is none. */
export function skipLineNumber(bytes: Buffer, start: number, end: number): number {
  let i = start;
  while (i < end && i - start <= MAX_NUMBER && isDigit(bytes[i]!)) i++;
  return i > start && (bytes[i] === COLON || bytes[i] === DASH) ? i + 1 : start;
}

/**
 * Skips one prefix after the other until a record begins.
 *
 * @returns the first index at which `isRecord` holds, or -1
 */
export function skipPrefixes(bytes: Buffer, start: number, end: number, isRecord: (at: number) => boolean): number {
  let at = start;
  for (let n = 0; n < MAX_PREFIXES; n++) {
    const next = skipOne(bytes, at, end);
    if (next === at) return -1;
    at = next;
    if (isRecord(at)) return at;
  }
  return -1;
}

function skipOne(bytes: Buffer, start: number, end: number): number {
  const indented = skipIndent(bytes, start, end);
  if (indented > start) return indented;
  const timed = skipTime(bytes, start, end);
  return timed > start ? timed : skipFileName(bytes, start, end, isBegin);
}

const isBegin = (bytes: Buffer, at: number, end: number): boolean => hasStamp(bytes, skipIndent(bytes, at, end));

/** Whether a name before a line is a file name, and not a word or a line number. */
export function isFileName(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] === POINT || bytes[i] === SLASH) return true;
  return false;
}

const isDigit = (byte: number): boolean => byte >= 48 && byte <= 57;
