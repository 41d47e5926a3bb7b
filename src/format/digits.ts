// Readers of digits at fixed places in bytes: the hot path parses a date without decoding it to a string.

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 48 && byte <= 57;

const two = (bytes: Buffer, at: number): number => (bytes[at]! - 48) * 10 + bytes[at + 1]! - 48;

/**
 *     2026-11-21 01:50:31.664      2026-11-21T01:50:31Z
 *     └─ 10 ───┘ └─ 8 ──┘
 *
 * @returns whether the 19 bytes from `at` have the shape of a date and a time with `separator` between them
 */
export function looksLikeStamp(bytes: Buffer, at: number, separator: number): boolean {
  return (
    bytes[at + 4] === 45 &&
    bytes[at + 7] === 45 &&
    bytes[at + 10] === separator &&
    bytes[at + 13] === 58 &&
    bytes[at + 16] === 58 &&
    isDigit(bytes[at]) &&
    isDigit(bytes[at + 3]) &&
    isDigit(bytes[at + 18])
  );
}

/** Cache: midnight of the last date. A log has few days. In damaged dates, month and day may have any value. */
let lastYear = -1;
let lastMonth = -1;
let lastDay = -1;
let lastMidnight = 0;

/**
 * The wall clock of a timestamp for which `looksLikeStamp` is true, read as if it were UTC, in ms. Digits of a fraction
 * after `.` or `,` are read down to the microsecond.
 */
export function readStamp(bytes: Buffer, at: number): number {
  const year = two(bytes, at) * 100 + two(bytes, at + 2);
  const month = two(bytes, at + 5);
  const day = two(bytes, at + 8);
  if (day !== lastDay || month !== lastMonth || year !== lastYear) {
    lastMidnight = Date.UTC(year, month - 1, day);
    lastYear = year;
    lastMonth = month;
    lastDay = day;
  }
  const clock = two(bytes, at + 11) * 3_600_000 + two(bytes, at + 14) * 60_000 + two(bytes, at + 17) * 1000;
  let micros = 0;
  const separator = bytes[at + 19];
  if (separator === 46 || separator === 44) {
    let i = at + 20;
    for (; i < at + 26 && isDigit(bytes[i]); i++) micros = micros * 10 + bytes[i]! - 48;
    for (; i < at + 26; i++) micros *= 10;
  }
  return lastMidnight + clock + micros / 1000;
}
