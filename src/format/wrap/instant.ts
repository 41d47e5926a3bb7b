import type { Millis } from '../../model/line.js';

/** A moment that a wrapper prints, and where it ends in the text. */
export interface Instant {
  readonly at: Millis;
  /** It is finer than a second. */
  readonly isFine: boolean;
  readonly length: number;
}

const INSTANT = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?:Z|([+-])(\d\d):?(\d\d))/;

/** Digits behind the point, as ms; nothing finer than a microsecond is kept. */
export const fractionOf = (digits: string | undefined): Millis =>
  digits === undefined ? 0 : Number(digits.padEnd(6, '0').slice(0, 6)) / 1000;

/** `2026-11-21T01:50:31.664123456Z`, or with an offset such as `+09:00` or `+0900`. */
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
 * The UTC time of a line's own local stamp, by a wrapper that knows when it took the line. A line is taken within minutes
 * after it was written, and zones differ by quarters of an hour: so the wrapper proves the zone, and the stamp says when.
 *
 *     wrapper  01:50:31.702Z        stamp  10:50:31.664   ─▶  01:50:31.664Z, in +09:00
 *     wrapper  01:50:31.702Z        stamp  01:50:31.664   ─▶  01:50:31.664Z, in UTC
 *
 * A line that was taken over 14 minutes late, or over 1 minute early, is put hours or quarters off.
 */
export function provenUtc(local: Millis, taken: Millis): Millis {
  return local - Math.ceil((local - taken - MINUTE) / QUARTER) * QUARTER;
}

/**
 * The year of a wall clock that prints none: the one that puts it nearest to a time that is known.
 *
 * @param local of the year 2000
 * @param near a wall clock nearby: the line before, or the line's own stamp
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

/** The same where nothing is known but a time that it cannot lie after: when the file was last written, or now. */
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
