// The path of a line that nobody needs, in AssemblyScript: `npm run wasm` makes src/read/skim/module.ts of it.
// It reads 16 bytes at a time, which JavaScript cannot. It only ever skips lines of which it is sure; at any other it stops, and the
// readers in src/read say what the line is. What it skips, they would have skipped too: test/read/skim.test.ts compares them.
import {
  AT,
  CONTEXT_END,
  CONTEXT_START,
  END,
  FOUND,
  HOUR,
  INSTANCE,
  IS_EVERY,
  IS_OPEN,
  LAST,
  LEVEL_END,
  LEVEL_START,
  LINES,
  LOGGER,
  LOGGER_END,
  LOGGER_START,
  MESSAGE,
  NEW_LOGGER,
  NEWEST,
  NEXT,
  PID,
  RECORDS,
  SLOTS,
  UNRECOGNISED,
  UNUSUAL,
  WANTED,
  WHY,
} from '../src/read/skim/layout';

/** As in src/read/log-reader.ts. */
const QUARTER = 900_000;
const JUMP = 600_000;
/** of the stamp `2026-11-21 01:` */
const HOUR_BYTES = 0x3fff;
/** No line that is skipped is shorter. */
const SHORTEST = 64;
/** As in src/catalogue/beginnings.ts. */
const LONGEST_HOLE = 2048;
const MOST_DIGITS = 9;

const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const ESCAPE = 27;
const SPACE = 32;
const DASH = 45;
const POINT = 46;
const ZERO = 48;
const COLON = 58;
const LESS_THAN = 60;
const A = 65;
const OPEN = 91;
const CLOSE = 93;
const I = 105;
const M = 109;
/** `req-` and `None` as numbers */
const REQ = 0x2d716572;
const NONE = 0x656e6f4e;
const REQUEST_ID = 40;

function byte(at: i32): i32 {
  return load<u8>(at);
}

function isDigit(value: i32): bool {
  return <u32>(value - ZERO) <= 9;
}

/** Where a byte stands first; no later than `stop`, if that is where the search is to end. */
function find(start: i32, value: i32, stop: i32): i32 {
  const wanted = i8x16.splat(<i8>value);
  let at = start;
  for (; at < stop; at += 16) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(at), wanted));
    if (found !== 0) return min(at + ctz(found), stop);
  }
  return stop;
}

/** Whether a text stands in the bytes. */
function isAt(at: i32, text: i32, length: i32): bool {
  let i = 0;
  for (; i + 16 <= length; i += 16) {
    if (i8x16.bitmask(i8x16.ne(v128.load(at + i), v128.load(text + i))) !== 0) return false;
  }
  const different = i8x16.bitmask(i8x16.ne(v128.load(at + i), v128.load(text + i)));
  return (different & ((1 << (length - i)) - 1)) === 0;
}

/** As isLower in src/catalogue/beginnings.ts. */
function isLower(start: i32, end: i32, thousandths: i32): bool {
  let value: i64 = 0;
  let at = start;
  for (; at < end && isDigit(byte(at)); at++) {
    if (at - start >= MOST_DIGITS) return false;
    value = value * 10 + byte(at) - ZERO;
  }
  if (at === start) return false;
  const hasPoint = at < end && byte(at) === POINT;
  if (hasPoint) at++;
  for (let i = 0; i < 3; i++) {
    const isFraction = hasPoint && at < end && isDigit(byte(at));
    value = value * 10 + (isFraction ? byte(at++) - ZERO : 0);
  }
  return value < thousandths;
}

/** As candidatesAt there. A beginning: the next one, its candidates, its mark, how many steps; then the steps. */
function candidatesAt(table: i32, message: i32, end: i32): i32 {
  let beginning = load<i32>(table + 4 * byte(message));
  for (; beginning !== 0; beginning = load<i32>(beginning)) {
    if (!begins(beginning + 12, message, end)) continue;
    const candidates = load<i32>(beginning + 4);
    const mark = load<i32>(beginning + 8);
    return mark === 0 ? candidates : marked(mark, message, end, candidates);
  }
  return 0;
}

/** A step: its width, whether it is a uuid, how long the literal is; then the literal. */
function begins(steps: i32, message: i32, end: i32): bool {
  let step = steps + 4;
  let at = message;
  for (let left = load<i32>(steps); left > 0; left--) {
    const width = load<i32>(step);
    const length = load<i32>(step + 8);
    if (at + width > end || !isAt(at, step + 12, length)) return false;
    if (load<i32>(step + 4) !== 0 && (byte(at + 8) !== DASH || byte(at + 13) !== DASH || byte(at + 18) !== DASH || byte(at + 23) !== DASH))
      return false;
    step += 12 + length;
    at += width;
  }
  return true;
}

/** A mark: its byte, where the hole begins, how many texts. A text: its candidates, inHole, least, how long it is; then the text. */
function marked(mark: i32, message: i32, end: i32, otherwise: i32): i32 {
  const start = message + load<i32>(mark + 4);
  const stop = min(end, start + LONGEST_HOLE);
  const at = start < stop ? find(start, load<i32>(mark), stop) : start;
  let text = mark + 12;
  for (let left = load<i32>(mark + 8); left > 0; left--) {
    const length = load<i32>(text + 12);
    const begin = at - load<i32>(text + 4);
    const behind = begin + length;
    if (begin >= start && behind <= end && isAt(begin, text + 16, length)) {
      const least = load<i32>(text + 8);
      return least > 0 && isLower(behind, end, least) ? 0 : load<i32>(text);
    }
    text += 16 + length;
  }
  return otherwise;
}

/** Whether a request id stands here: no blank, and nothing that is not ASCII. */
function isRequest(at: i32, end: i32): bool {
  if (load<u32>(at) !== REQ || at + REQUEST_ID > end) return false;
  const blank = i8x16.splat(<i8>SPACE);
  const first = i8x16.gt_s(v128.load(at), blank);
  const second = i8x16.gt_s(v128.load(at + 16), blank);
  const third = i8x16.gt_s(v128.load(at + 24), blank);
  return i8x16.all_true(v128.and(v128.and(first, second), third));
}

/** Whether the context says a request, and no user: `req-… - `, behind `None ` or another id. */
function isWithoutUser(start: i32, end: i32): bool {
  let own = start;
  if (load<u32>(own) === NONE && byte(own + 4) === SPACE) own += 5;
  else if (load<u32>(own + REQUEST_ID + 1) === REQ) {
    if (!isRequest(own, end) || byte(own + REQUEST_ID) !== SPACE) return false;
    own += REQUEST_ID + 1;
  }
  const user = own + REQUEST_ID + 1;
  return user + 1 < end && isRequest(own, end) && byte(user - 1) === SPACE && byte(user) === DASH && byte(user + 1) === SPACE;
}

/** The entry of a logger: the next one, whether it is known, its table, how long the name is; then the name. */
function entryOf(loggers: i32, start: i32, end: i32): i32 {
  const length = end - start;
  const slot = ((length * 37) ^ byte(end - 1) ^ (byte((start + end) >> 1) * 5)) & (SLOTS - 1);
  let entry = load<i32>(loggers + 4 * slot);
  while (entry !== 0 && !(load<i32>(entry + 12) === length && isAt(start, entry + 16, length))) entry = load<i32>(entry);
  return entry;
}

/** The time of a line's stamp in the hour, in ms; -1 where it is not of the hour at hand, or not as nearly all are. */
function clockOf(line: i32, hour: v128): i32 {
  if ((i8x16.bitmask(i8x16.eq(v128.load(line), hour)) & HOUR_BYTES) !== HOUR_BYTES) return -1;
  if (byte(line + 16) !== COLON || byte(line + 19) !== POINT || byte(line + 23) !== SPACE) return -1;
  let clock = 0;
  for (let i = 14; i < 23; i++) {
    if (i === 16 || i === 19) continue;
    const digit = byte(line + i) - ZERO;
    if (<u32>digit > 9) return -1;
    clock += digit * (i === 14 ? 600_000 : i === 15 ? 60_000 : i === 17 ? 10_000 : i === 18 ? 1000 : i === 20 ? 100 : i === 21 ? 10 : 1);
  }
  return clock;
}

/**
 * The newline of a line that stands under a record, as one of a traceback or of XML, and can hold none: a stamp has two colons.
 * 0 where it is none, or where a terminal's colours may be around another.
 */
function behindRest(line: i32, stop: i32): i32 {
  const first = byte(line);
  if (first !== SPACE && first !== TAB && first !== LESS_THAN) return 0;
  const colon = i8x16.splat(<i8>COLON);
  const escapes = i8x16.splat(<i8>ESCAPE);
  const newline = i8x16.splat(<i8>NEWLINE);
  let colons = 0;
  for (let at = line; at < stop; at += 16) {
    const bytes = v128.load(at);
    const end = i8x16.bitmask(i8x16.eq(bytes, newline));
    const before = end === 0 ? 0xffff : (end & -end) - 1;
    colons += popcnt(i8x16.bitmask(i8x16.eq(bytes, colon)) & before);
    if (colons > 1 || (i8x16.bitmask(i8x16.eq(bytes, escapes)) & before) !== 0) return 0;
    if (end !== 0) return at + ctz(end) < stop ? at + ctz(end) : 0;
  }
  return 0;
}

/**
 * Skips lines from `start` on that nobody needs, all of them whole and before `stop`, where a newline stands.
 *
 * @param loggers the table of the service's loggers
 * @param quarter where the quarter of an hour at hand begins in its hour, in ms
 * @returns where the first line begins that it does not skip
 */
export function skim(start: i32, stop: i32, loggers: i32, quarter: i32): i32 {
  let line = start;
  let lines = 0;
  let records = 0;
  let unrecognised = 0;
  let isOpen = load<i32>(IS_OPEN) !== 0;
  const isEvery = load<i32>(IS_EVERY) !== 0;
  let last = load<i32>(LAST);
  let newest = load<i32>(NEWEST);
  let why = UNUSUAL;
  const hour = v128.load(HOUR);
  const blank = i8x16.splat(<i8>(SPACE + 1));
  const close = i8x16.splat(<i8>CLOSE);
  const newline = i8x16.splat(<i8>NEWLINE);
  while (stop - line >= SHORTEST) {
    const rest = isOpen ? 0 : behindRest(line, stop);
    if (rest !== 0) {
      lines++;
      line = rest + 1;
      continue;
    }
    const clock = clockOf(line, hour);
    const at = clock - quarter;
    if (clock < 0 || <u32>at >= <u32>QUARTER || at <= last - QUARTER || at > last + JUMP || at > newest + JUMP) break;

    let i = line + 24;
    const pidStart = i;
    let pid = 0;
    for (; isDigit(byte(i)); i++) pid = pid * 10 + byte(i) - ZERO;
    if (byte(i) !== SPACE || i === pidStart || i - pidStart > MOST_DIGITS) break;
    const level = ++i;
    while (<u32>(byte(i) - A) <= 25) i++;
    if (byte(i) !== SPACE || i === level) break;

    const logger = ++i;
    let found = 0;
    for (; i < stop; i += 16) if ((found = i8x16.bitmask(i8x16.lt_u(v128.load(i), blank))) !== 0) break;
    if (found === 0) break;
    i += ctz(found);
    const loggerEnd = i;
    if (byte(i) !== SPACE || i === logger || byte(i + 1) !== OPEN) break;

    const context = i + 2;
    if (byte(context) === I || byte(context) === CLOSE || byte(context) === ESCAPE) break;
    i = context;
    // There is a newline at `stop` at the latest.
    for (; ; i += 16) {
      const bytes = v128.load(i);
      if ((found = i8x16.bitmask(v128.or(i8x16.eq(bytes, close), i8x16.eq(bytes, newline)))) !== 0) break;
    }
    i += ctz(found);
    const contextEnd = i;
    if (byte(i) !== CLOSE) break;
    if (byte(++i) === SPACE) i++;
    let instance = -1;
    if (byte(i) === OPEN && byte(i + 1) === I) {
      if (byte(i + 9) !== COLON || byte(i + 47) !== CLOSE || byte(i + 48) !== SPACE) break;
      instance = i + 11;
    }
    const next = find(i, NEWLINE, stop);
    if (next === stop) break;
    if (instance !== -1) i += 49;
    const message = i;
    const end = byte(next - 1) === RETURN ? next - 1 : next;
    const before = byte(end - 1);
    if (end <= message || before <= SPACE || before === M || byte(message) === ESCAPE) break;

    const entry = entryOf(loggers, logger, loggerEnd);
    const table = entry === 0 ? 0 : load<i32>(entry + 8);
    let candidates = 0;
    if (table !== 0) {
      candidates = candidatesAt(table, message, end);
      // The last bit: only lines of users are wanted.
      if ((candidates & 1) !== 0 && !isEvery && isWithoutUser(context, contextEnd)) {
        candidates = 0;
        unrecognised++;
      } else if (candidates === 0) unrecognised += load<i32>(entry + 4);
    }
    if (entry === 0 || candidates !== 0 || isEvery) {
      why = entry === 0 ? NEW_LOGGER : WANTED;
      store<i32>(AT, at);
      store<i32>(PID, pid);
      store<i32>(LEVEL_START, level);
      store<i32>(LEVEL_END, logger - 1);
      store<i32>(LOGGER_START, logger);
      store<i32>(LOGGER_END, loggerEnd);
      store<i32>(CONTEXT_START, context);
      store<i32>(CONTEXT_END, contextEnd);
      store<i32>(INSTANCE, instance);
      store<i32>(MESSAGE, message);
      store<i32>(END, end);
      store<i32>(NEXT, next + 1);
      store<i32>(LOGGER, entry);
      store<i32>(FOUND, candidates >> 1);
      break;
    }
    last = at;
    newest = max(newest, at);
    lines++;
    records++;
    isOpen = false;
    line = next + 1;
  }
  store<i32>(LAST, last);
  store<i32>(NEWEST, newest);
  store<i32>(LINES, lines);
  store<i32>(RECORDS, records);
  store<i32>(IS_OPEN, isOpen ? 1 : 0);
  store<i32>(UNRECOGNISED, unrecognised);
  store<i32>(WHY, why);
  return line;
}
