import type { Millis } from '../model/line.js';

/** Converts local wall-clock times to UTC for one time zone. All in ms. */
export interface Zone {
  readonly name: string;
  /**
   * @param local the wall clock read as if it were UTC, in milliseconds
   * @param previous the UTC time of the line before, which distinguishes the two passes of a repeated hour
   */
  toUtc(local: Millis, previous: Millis | undefined): Millis;
  /** local minus UTC at a UTC time */
  offsetAt(utc: Millis): Millis;
}

const QUARTER = 15 * 60_000;
const DAY = 24 * 3_600_000;
/** In one file, times go back by some seconds at most. A step back of this length (ms) is a repeated hour. */
const STEP_BACK = 10 * 60_000;

/**
 * Creates the zone with an IANA name. In a repeated hour, a line belongs to the first pass until the order of the file
 * shows that the second one has started. A skipped time is read with the offset before the gap.
 *
 * @throws RangeError for a name that this Node.js does not know
 */
export function createZone(name: string): Zone {
  if (name === 'UTC') return { name, toUtc: (local) => local, offsetAt: () => 0 };
  // Node.js 22 and later accept offsets as zones. An offset has no daylight saving time, so it is wrong for half of the
  // year.
  if (/^[+-]/.test(name)) throw new RangeError(`${name} is an offset, no zone`);
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  /** Local minus UTC at a UTC time. */
  const offsetAt = (utc: Millis): number => {
    const parts: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(utc)) parts[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(utc / 1000) * 1000;
  };
  /** by the number of the quarter of an hour: the offsets with which it exists: one, or two if it is repeated */
  const known = new Map<number, readonly number[]>();
  const offsetsOf = (local: Millis): readonly number[] => {
    const quarter = Math.floor(local / QUARTER);
    const found = known.get(quarter);
    if (found !== undefined) return found;
    const begin = quarter * QUARTER;
    const before = offsetAt(begin - DAY);
    const after = offsetAt(begin + DAY);
    const possible = [...new Set([before, after])].filter((offset) => offsetAt(begin - offset) === offset);
    const offsets = possible.length === 0 ? [before] : possible.sort((a, b) => b - a);
    if (known.size > 10_000) known.clear();
    known.set(quarter, offsets);
    return offsets;
  };

  const asked = new Map<number, number>();

  return {
    name,
    offsetAt(utc) {
      const quarter = Math.floor(utc / QUARTER);
      const found = asked.get(quarter) ?? offsetAt(utc);
      if (asked.size > 10_000) asked.clear();
      asked.set(quarter, found);
      return found;
    },
    toUtc(local, previous) {
      const [first = 0, second] = offsetsOf(local);
      const utc = local - first;
      return second !== undefined && previous !== undefined && utc < previous - STEP_BACK ? local - second : utc;
    },
  };
}
