import type { Millis } from '../../model/line.js';

/** A time in a wrapper (epoch ms), and its length in the text. */
export interface Instant {
  readonly at: Millis;
  /** it has a fraction of a second */
  readonly isFine: boolean;
  readonly length: number;
}

const INSTANT = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?:Z|([+-])(\d\d):?(\d\d))/;

/** The digits after the decimal point as ms, cut at the microsecond. */
export const fractionOf = (digits: string | undefined): Millis =>
  digits === undefined ? 0 : Number(digits.padEnd(6, '0').slice(0, 6)) / 1000;

/**
 * Parses `2026-11-21T01:50:31.664123456Z`, or a time with an offset such as `+09:00` or `+0900`, at the start of a
 * text.
 */
export function readInstant(text: string): Instant | undefined {
  const found = INSTANT.exec(text);
  if (found === null) return undefined;
  const [whole, year, month, day, hour, minute, second, fraction, sign, offsetHours, offsetMinutes] = found;
  const local = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const offset = sign === undefined ? 0 : (Number(offsetHours) * 60 + Number(offsetMinutes)) * (sign === '-' ? -60_000 : 60_000);
  return { at: local - offset + fractionOf(fraction), isFine: fraction !== undefined, length: whole.length };
}

const QUARTER = 15 * 60_000;
const MINUTE = 60_000;

/**
 * The UTC time of a line's local timestamp, computed with the time at which a wrapper took the line. A line is taken
 * within minutes after it was written, and zones differ by multiples of a quarter of an hour. So the wrapper's time
 * proves the zone, and the timestamp has the exact time.
 *
 *     wrapper  01:50:31.702Z        stamp  10:50:31.664   ─▶  01:50:31.664Z, in +09:00
 *     wrapper  01:50:31.702Z        stamp  01:50:31.664   ─▶  01:50:31.664Z, in UTC
 *
 * If a line was taken more than 14 minutes late, or more than 1 minute early, the result is wrong by quarters of an
 * hour.
 */
export function provenUtc(local: Millis, taken: Millis): Millis {
  return local - Math.ceil((local - taken - MINUTE) / QUARTER) * QUARTER;
}

/**
 * A wall clock without a year, in the year that is nearest to a known time. All in ms, read as if UTC.
 *
 * @param local in the year 2000
 * @param near a wall clock nearby: that of the line before, or the line's own timestamp
 */
export function nearestYear(local: Millis, near: Millis): Millis {
  const year = new Date(near).getUTCFullYear();
  let best = inYear(local, year);
  for (const other of [year - 1, year + 1]) {
    const candidate = inYear(local, other);
    if (Math.abs(candidate - near) < Math.abs(best - near)) best = candidate;
  }
  return best;
}

const DAY = 24 * 60 * MINUTE;

/** As `nearestYear`, if only a latest possible time is known: when the file was last written, or now. */
export function latestYear(local: Millis, limit: Millis): Millis {
  const year = new Date(limit).getUTCFullYear();
  const isLeapDay = new Date(local).getUTCMonth() === 1 && new Date(local).getUTCDate() === 29;
  for (let candidate = year + 1; candidate > year - 9; candidate--) {
    const at = inYear(local, candidate);
    if (at <= limit + DAY && (!isLeapDay || new Date(at).getUTCMonth() === 1)) return at;
  }
  return inYear(local, year);
}

function inYear(local: Millis, year: number): Millis {
  const whole = Math.floor(local);
  const date = new Date(whole);
  return date.setUTCFullYear(year) + (local - whole);
}
