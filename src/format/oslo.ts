import type { Level } from '../model/record.js';
import { looksLikeStamp, readStamp } from './digits.js';

const SPACE = 32;
const OPEN = 91;
const CLOSE = 93;

/**
 * The parts of a line of oslo.log, as indexes into its bytes. One object per log is reused for every line.
 *
 *     2026-01-14 10:42:22.772 7 INFO nova.compute.manager [None req-… user project - - default default] [instance: 3f…] Took 9.41 …
 *     └──────── stamp ──────┘ │ level └───── logger ─────┘ └───────────── context ─────────────────────┘ └ instance ──┘  └ message
 *                            pid
 */
export interface OsloParts {
  stamp: number;
  pid: number;
  levelStart: number;
  levelEnd: number;
  loggerStart: number;
  loggerEnd: number;
  /** inside the brackets; start and end are equal if there are none, as in the lines of a traceback */
  contextStart: number;
  contextEnd: number;
  /** the first byte of the UUID, or -1 */
  instance: number;
  message: number;
}

/** A new object, to be filled by `scanOslo`. */
export const noParts = (): OsloParts => ({
  stamp: 0,
  pid: 0,
  levelStart: 0,
  levelEnd: 0,
  loggerStart: 0,
  loggerEnd: 0,
  contextStart: 0,
  contextEnd: 0,
  instance: -1,
  message: 0,
});

/**
 * Finds the parts of a line in oslo.log's default format, of any release. The context contains one request id (up to
 * Yoga), two (since Zed), an empty global one, or is `[-]`.
 *
 * @param at index of the first byte of the date; the caller skips prefixes of grep and the like
 * @returns false for a line in any other format, such as a line of a traceback without prefix, a banner or XML
 */
export function scanOslo(bytes: Buffer, at: number, end: number, parts: OsloParts): boolean {
  if (end - at < 30 || !looksLikeStamp(bytes, at, SPACE)) return false;
  parts.stamp = at;
  let i = at + 19;
  while (i < end && bytes[i] !== SPACE) i++;

  let pid = 0;
  const pidStart = ++i;
  for (; i < end && bytes[i] !== SPACE; i++) {
    const digit = bytes[i]! - 48;
    if (digit < 0 || digit > 9) {
      // Lines of DevStack's screen logs have no column for the process id.
      if (i !== pidStart || digit < 17 || digit > 42 || !isLevel(bytes, i, end)) return false;
      pid = screenPid(bytes, i, end);
      i--;
      break;
    }
    pid = pid * 10 + digit;
  }
  if (i === pidStart) return false;
  parts.pid = pid;

  parts.levelStart = ++i;
  while (i < end && bytes[i]! >= 65 && bytes[i]! <= 90) i++;
  if (i === parts.levelStart || bytes[i] !== SPACE) return false;
  parts.levelEnd = i;

  parts.loggerStart = ++i;
  while (i < end && bytes[i] !== SPACE) i++;
  parts.loggerEnd = i;
  if (i === parts.loggerStart) return false;
  i++;

  parts.contextStart = i;
  parts.contextEnd = i;
  // `[instance:` right after the logger is not a context: lines of a traceback begin like this.
  if (bytes[i] === OPEN && bytes[i + 1] !== 105) {
    const close = bytes.indexOf(CLOSE, i);
    if (close === -1 || close >= end) return false;
    parts.contextStart = i + 1;
    parts.contextEnd = close;
    i = close + 1;
    if (bytes[i] === SPACE) i++;
  }
  // `[instance: ` + 36 + `] `
  if (bytes[i] === OPEN && bytes[i + 1] === 105 && bytes[i + 9] === 58 && bytes[i + 47] === CLOSE && i + 48 <= end) {
    parts.instance = i + 11;
    i += bytes[i + 48] === SPACE ? 49 : 48;
  } else parts.instance = -1;
  parts.message = i;
  return true;
}

/** How many bytes at the end of a line may contain the process id in DevStack's screen logs. */
const SUFFIX = 400;
const SCREEN_PID = / from \(pid=(\d{1,10})\) /;

/**
 * The process id of a line of DevStack's screen logs; 0 if it has none, because only DEBUG lines contain it.
 *
 *     2017-01-19 06:14:58.536 DEBUG nova.compute.manager [req-… demo demo] message from (pid=4496) func /path.py:1919
 */
const screenPid = (bytes: Buffer, start: number, end: number): number =>
  Number(SCREEN_PID.exec(bytes.toString('latin1', Math.max(start, end - SUFFIX), end))?.[1] ?? 0);

/** The local wall clock of the line, read as if it were UTC, in ms. */
export const osloStamp = (bytes: Buffer, parts: OsloParts): number => readStamp(bytes, parts.stamp);

const LEVELS: Readonly<Record<string, Level>> = {
  TRACE: 'TRACE',
  DEBUG: 'DEBUG',
  INFO: 'INFO',
  AUDIT: 'AUDIT',
  WARN: 'WARNING',
  WARNING: 'WARNING',
  ERROR: 'ERROR',
  CRITICAL: 'CRITICAL',
  FATAL: 'CRITICAL',
};

/** Whether the word at `start` is a log level. */
function isLevel(bytes: Buffer, start: number, end: number): boolean {
  const stop = bytes.indexOf(SPACE, start);
  return stop !== -1 && stop < end && stop - start <= 8 && Object.hasOwn(LEVELS, bytes.toString('latin1', start, stop));
}

/** The level of a word in a line; INFO for an unknown word. */
export const osloLevel = (word: string): Level => LEVELS[word] ?? 'INFO';

/** The ids in the brackets of a line: see `LogRecord`. */
export interface OsloContext {
  readonly requestId: string | undefined;
  readonly globalRequestId: string | undefined;
  readonly twoIds?: true | undefined;
  readonly userId: string | undefined;
  readonly projectId: string | undefined;
}

export const NO_CONTEXT: OsloContext = { requestId: undefined, globalRequestId: undefined, userId: undefined, projectId: undefined };
const word = (text: string | undefined): string | undefined => (text === undefined || text === '-' || text === 'None' ? undefined : text);

/**
 * Reads the brackets of a line. The request's own id is the last `req-…`; a `req-…` before it is the caller's. After it
 * come user and project, in every release; the number of further fields differs.
 */
export function readContext(text: string): OsloContext {
  if (text === '-' || text === '') return NO_CONTEXT;
  const words = firstWords(text.trim());
  let own = -1;
  for (let i = 0; i < words.length && i < 2; i++) if (words[i]!.startsWith('req-')) own = i;
  if (own === -1) return NO_CONTEXT;
  return {
    requestId: words[own],
    globalRequestId: own === 1 ? word(words[0]) : undefined,
    twoIds: own === 1 ? true : undefined,
    // `?`: a custom format without the user. A periodic task has the user `-`.
    userId: words.length === own + 1 ? '?' : word(words[own + 1]),
    projectId: word(words[own + 2]),
  };
}

/** The first four words. Splitting the whole text took a tenth of the time that a line takes. */
function firstWords(text: string): string[] {
  const words: string[] = [];
  let at = 0;
  for (let space = text.indexOf(' '); space !== -1 && words.length < 3; space = text.indexOf(' ', at)) {
    words.push(text.slice(at, space));
    at = space + 1;
  }
  const space = text.indexOf(' ', at);
  words.push(space === -1 ? text.slice(at) : text.slice(at, space));
  return words;
}

const DEVSTACK_SUFFIX = / \{\{(?:\(pid=\d+\) )?[\w<>.]+ \S+\.py:\d+\}\}$/;
const SCREEN_SUFFIX = / from \(pid=\d{1,10}\)$/;
const BRACE = 125;
const CLOSED = 41;

/**
 * Decodes the message of a DEBUG record without the `function path:line` that oslo.log appends, so that wordings do not
 * contain it. The suffix is found in the bytes, because it is often half of the message.
 *
 *     Starting instance... _do_build_and_run_instance /usr/lib/python3/dist-packages/nova/compute/manager.py:2223
 *                         └──────── function ───────┘ └──────────────────────── path ───────────────────────┘
 */
export function debugMessage(bytes: Buffer, start: number, end: number): string {
  if (bytes[end - 1] === BRACE && bytes[end - 2] === BRACE) return withoutDevstackSuffix(bytes.toString('utf8', start, end));
  const stop = suffixStart(bytes, start, end);
  const text = bytes.toString('utf8', start, stop);
  if (stop === end) return text;
  // DevStack's screen logs have ` from (pid=4496)` before the suffix.
  return bytes[stop - 1] === CLOSED ? text.replace(SCREEN_SUFFIX, '').trimEnd() : text.trimEnd();
}

/** @returns the index of the space before `function path:line`, or `end` if there is no such suffix */
function suffixStart(bytes: Buffer, start: number, end: number): number {
  let i = end - 1;
  while (i >= start && bytes[i]! >= 48 && bytes[i]! <= 57) i--;
  // `.py:`
  if (i === end - 1 || i - 3 < start || bytes[i] !== 58 || bytes[i - 1] !== 121 || bytes[i - 2] !== 112 || bytes[i - 3] !== 46) return end;
  i -= 4;
  while (i > start && bytes[i] !== SPACE) i--;
  if (i <= start) return end;
  i--;
  while (i >= start && bytes[i] !== SPACE) i--;
  return i < start ? end : i;
}

function withoutDevstackSuffix(message: string): string {
  const tail = message.length > 400 ? message.slice(-400) : message;
  const cut = DEVSTACK_SUFFIX.exec(tail);
  return cut === null ? message : message.slice(0, message.length - (tail.length - cut.index)).trimEnd();
}

/** As `debugMessage`, for a decoded message. */
export function withoutDebugSuffix(message: string): string {
  const bytes = Buffer.from(message);
  return debugMessage(bytes, 0, bytes.length);
}
