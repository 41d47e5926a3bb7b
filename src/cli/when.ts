import { createZone } from '../format/zone.js';
import { usage } from '../model/errors.js';
import type { Millis } from '../model/line.js';
import { hours, minutes, seconds } from '../model/time.js';

const units: readonly (readonly [words: RegExp, millis: Millis])[] = [
  [/^(?:ms|msec|millis|milliseconds?)$/, 1],
  [/^(?:s|secs?|seconds?)$/, seconds(1)],
  [/^(?:m|mins?|minutes?)$/, minutes(1)],
  [/^(?:h|hrs?|hours?)$/, hours(1)],
  [/^(?:d|days?)$/, hours(24)],
  [/^(?:w|weeks?)$/, hours(7 * 24)],
];

const ISO = /^p(?:(\d+(?:\.\d+)?)d)?(?:t(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?)?$/;
const CALENDAR = /^(\d{4})-(\d\d)-(\d\d)(?:[t ](\d\d):(\d\d)(?::(\d\d)([.,]\d{1,9})?)?)?\s*(z|utc|[+-]\d\d:?\d\d)?$/;
const CLOCK = /^(today|yesterday)?\s*(?:(\d\d?):(\d\d)(?::(\d\d))?)?$/;

/** `30s`, `1.5 min`, `1h30m`, `PT2H`; undefined for anything else. */
export function durationIn(text: string): Millis | undefined {
  const low = text.trim().toLowerCase();
  const iso = ISO.exec(low);
  if (iso !== null) {
    const [days, hour, minute, second] = iso.slice(1);
    if (days === undefined && hour === undefined && minute === undefined && second === undefined) return undefined;
    return hours(24 * Number(days ?? 0)) + hours(Number(hour ?? 0)) + minutes(Number(minute ?? 0)) + seconds(Number(second ?? 0));
  }
  if (!/^(?:\d+(?:\.\d+)?\s*[a-z]+\s*)+$/.test(low)) return undefined;
  let sum = 0;
  for (const [, amount, word] of low.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/g)) {
    const unit = units.find(([words]) => words.test(word!));
    if (unit === undefined) return undefined;
    sum += Number(amount) * unit[1];
  }
  return sum;
}

/** Parses a duration of an option. @throws OperatorError USAGE */
export function durationOf(option: string, text: string): Millis {
  const found = durationIn(text);
  if (found !== undefined) return found;
  throw usage(
    `--${option} cannot be '${text}'`,
    `give a number and its unit, such as --${option} 30s, --${option} '2 min' or --${option} PT1H`,
  );
}

/**
 * A moment that an option is given. Local times are in `zone`, an IANA name; relative ones count from `now`.
 *
 *     2026-11-29T04:00:00Z   2026-11-29T13:00+09:00   2026-11-29 04:00   2026-11-29
 *     2 hours ago   1h30m ago   PT2H   today   yesterday   yesterday 22:00   04:00   now
 *
 * @throws OperatorError USAGE
 */
export function momentOf(option: string, text: string, { now, zone }: { readonly now: Millis; readonly zone: string }): Millis {
  const found = momentIn(text.trim().toLowerCase(), now, zone);
  if (found !== undefined && Number.isFinite(found)) return found;
  throw usage(
    `--${option} cannot be '${text}'`,
    `give a time such as 2026-11-29T04:00:00Z, '2026-11-29 04:00' (in the zone of --timezone), '2 hours ago', today or 'yesterday 22:00'`,
  );
}

function momentIn(low: string, now: Millis, zone: string): Millis | undefined {
  if (low === '') return undefined;
  if (low === 'now') return now;
  if (low.endsWith(' ago')) {
    const ago = durationIn(low.slice(0, -' ago'.length));
    return ago === undefined ? undefined : now - ago;
  }
  const iso = low.startsWith('p') ? durationIn(low) : undefined;
  if (iso !== undefined) return now - iso;
  const calendar = CALENDAR.exec(low);
  if (calendar !== null) return calendarTime(calendar, zone);
  const clock = CLOCK.exec(low);
  if (clock === null) return undefined;
  const [, day, hour = '0', minute = '0', second = '0'] = clock;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const today = new Date(localOf(now, zone)).setUTCHours(Number(hour), Number(minute), Number(second), 0);
  return createZone(zone).toUtc(day === 'yesterday' ? today - hours(24) : today, undefined);
}

function calendarTime([, ...fields]: readonly string[], zone: string): Millis | undefined {
  const [year, month, day, hour, minute, second] = fields.slice(0, 6).map((field) => Number(field ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const fraction = Number((fields[6] ?? '0').replace(',', '.'));
  const local = Date.UTC(year, month - 1, day, hour, minute, second);
  const read = new Date(local);
  // Date.UTC makes the 2nd of March of the 30th of February.
  if (read.getUTCMonth() !== month - 1 || read.getUTCDate() !== day || hour > 23 || minute > 59 || second > 59) return undefined;
  const moment = local + seconds(fraction);
  const offset = fields[7];
  if (offset === undefined) return createZone(zone).toUtc(moment, undefined);
  if (offset === 'z' || offset === 'utc') return moment;
  const away = hours(Number(offset.slice(1, 3))) + minutes(Number(offset.slice(-2)));
  return offset.startsWith('-') ? moment + away : moment - away;
}

/** Local time in a zone, as if it were UTC. */
function localOf(utc: Millis, zone: string): Millis {
  const parts: Record<string, number> = {};
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' });
  for (const { type, value } of format.formatToParts(utc)) parts[type] = Number(value);
  return Date.UTC(parts['year'] ?? 1970, (parts['month'] ?? 1) - 1, parts['day'] ?? 1);
}
