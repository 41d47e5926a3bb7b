import { lstatSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { hours, minutes } from '../model/time.js';

const LARGEST = 64 * 1024;
export const LOCALTIME = 'etc/localtime';
const [TIMEZONE, DATE, UTC_DATE, HWCLOCK] = [
  'etc/timezone',
  'sos_commands/date/date',
  'sos_commands/date/date_--utc',
  'sos_commands/date/hwclock',
];
const TIMEDATECTL = ['sos_commands/date/timedatectl', 'sos_commands/systemd/timedatectl'];

/** Files of a sosreport that show the zone of its host. */
export const ZONE_FILES = [...TIMEDATECTL, TIMEZONE, LOCALTIME, DATE, UTC_DATE, HWCLOCK];

const NAME = /(?:^|Time zone: *)(?<zone>UTC|Etc\/UTC|[A-Z][A-Za-z_]+(?:\/[A-Za-z0-9_+-]+)+)(?: \(|\s*$)/m;
const LINK = /(?:^|\/)zoneinfo\/(?:posix\/|right\/)?(?<zone>[A-Z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*)\s*$/;

/**
 * Zones by the last line of a compiled zone file (TZif), with the most common name of each. Also used for
 * abbreviations: `CST` alone may be Shanghai or Chicago. If several zones fit, the first one is taken: it is right at
 * that time.
 */
const ZONES: Readonly<Record<string, string>> = {
  UTC0: 'UTC',
  'KST-9': 'Asia/Seoul',
  'JST-9': 'Asia/Tokyo',
  'CST-8': 'Asia/Shanghai',
  'HKT-8': 'Asia/Hong_Kong',
  '<+08>-8': 'Asia/Singapore',
  'WIB-7': 'Asia/Jakarta',
  '<+07>-7': 'Asia/Ho_Chi_Minh',
  'IST-5:30': 'Asia/Kolkata',
  '<+0545>-5:45': 'Asia/Kathmandu',
  'PKT-5': 'Asia/Karachi',
  '<+04>-4': 'Asia/Dubai',
  '<+0330>-3:30': 'Asia/Tehran',
  'MSK-3': 'Europe/Moscow',
  '<+03>-3': 'Europe/Istanbul',
  'EAT-3': 'Africa/Nairobi',
  'SAST-2': 'Africa/Johannesburg',
  'IST-2IDT,M3.4.4/26,M10.5.0': 'Asia/Jerusalem',
  'EET-2EEST,M3.5.0/3,M10.5.0/4': 'Europe/Helsinki',
  'CET-1CEST,M3.5.0,M10.5.0/3': 'Europe/Berlin',
  'GMT0BST,M3.5.0/1,M10.5.0': 'Europe/London',
  'WET0WEST,M3.5.0/1,M10.5.0': 'Europe/Lisbon',
  '<-03>3': 'America/Sao_Paulo',
  'AST4ADT,M3.2.0,M11.1.0': 'America/Halifax',
  'EST5EDT,M3.2.0,M11.1.0': 'America/New_York',
  'CST6CDT,M3.2.0,M11.1.0': 'America/Chicago',
  CST6: 'America/Mexico_City',
  'MST7MDT,M3.2.0,M11.1.0': 'America/Denver',
  MST7: 'America/Phoenix',
  'PST8PDT,M3.2.0,M11.1.0': 'America/Los_Angeles',
  'AEST-10AEDT,M10.1.0,M4.1.0/3': 'Australia/Sydney',
  'AEST-10': 'Australia/Brisbane',
  'AWST-8': 'Australia/Perth',
  'NZST-12NZDT,M9.5.0,M4.1.0/3': 'Pacific/Auckland',
};

/** Key `KST+540`: an abbreviation, and local minus UTC in minutes. */
const byAbbreviation = new Map<string, string>();
for (const [text, zone] of Object.entries(ZONES)) {
  const [, standard, sign, hour, minute = '0', summer] = /^(<[^>]+>|[A-Z]+)(-?)(\d+)(?::(\d+))?([A-Z]+)?/.exec(text) ?? [];
  const offset = (sign === '-' ? 1 : -1) * (Number(hour) * 60 + Number(minute)) + 0;
  for (const [name, at] of [
    [standard, offset],
    [summer, offset + 60],
  ] as const) {
    const key = `${name?.replaceAll(/[<>]/g, '')}+${at}`;
    if (name !== undefined && !byAbbreviation.has(key)) byAbbreviation.set(key, zone);
  }
}

/**
 * Zone of the host of a sosreport.
 * @returns undefined if the sosreport does not prove it
 */
export function zoneOf(sosreport: string): string | undefined {
  const text = (file: string): string => textOf(join(sosreport, file));
  const named = [...TIMEDATECTL.map((file) => NAME.exec(text(file))), LINK.exec(linkAt(join(sosreport, LOCALTIME)))];
  for (const found of named) if (found !== null) return known(found.groups?.['zone']);
  return (
    compiled(text(LOCALTIME)) ??
    known(NAME.exec(text(TIMEZONE))?.groups?.['zone']) ??
    byClocks(text(DATE!), text(UTC_DATE!), text(HWCLOCK!))
  );
}

/** Filters out zones that this machine does not know: they would end the run. */
function known(zone: string | undefined): string | undefined {
  try {
    if (zone !== undefined) new Intl.DateTimeFormat('en', { timeZone: zone });
    return zone;
  } catch {
    return undefined;
  }
}

/** Target of a link. For a link in a tar, the target was written as the file's content. */
function linkAt(path: string): string {
  try {
    if (lstatSync(path).isSymbolicLink()) return readlinkSync(path);
  } catch {
    return '';
  }
  const text = textOf(path);
  return text.startsWith('TZif') ? '' : text;
}

/** Zone by the last line of a compiled zone file. */
function compiled(text: string): string | undefined {
  const footer = text.startsWith('TZif') ? /\n([^\n]+)\n$/.exec(text)?.[1] : undefined;
  return footer !== undefined && Object.hasOwn(ZONES, footer) ? ZONES[footer] : undefined;
}

const DATE_LINE = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) +(\d+) (\d+:\d\d:\d\d)(?: ([AP]M))? (\S+) (\d{4})\s*$/m;
const HWCLOCK_LINE = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?([+-])(\d\d):(\d\d)\s*$/m;
/** Maximum time between two commands of a sosreport. */
const APART = minutes(5);

/** Zone by local time beside UTC, or by an offset: an abbreviation alone is ambiguous. */
function byClocks(local: string, utc: string, hardware: string): string | undefined {
  const here = readDate(local);
  if (here?.abbreviation === 'UTC') return 'UTC';
  const offset =
    betweenClocks(here?.at, readDate(utc)?.at) ??
    statedOffset(/^([+-])(\d\d)(\d\d)?$/.exec(here?.abbreviation ?? '') ?? HWCLOCK_LINE.exec(hardware));
  if (offset === undefined) return undefined;
  return (
    byAbbreviation.get(`${here?.abbreviation}+${offset / minutes(1)}`) ?? (offset % hours(1) === 0 ? fixed(offset / hours(1)) : undefined)
  );
}

/** A zone with a fixed offset. Right since the last change of summer time, which covers most logs. */
const fixed = (offset: number): string => (offset === 0 ? 'Etc/UTC' : `Etc/GMT${offset > 0 ? '-' : '+'}${Math.abs(offset)}`);

function readDate(text: string): { readonly at: number; readonly abbreviation: string } | undefined {
  const [, month, day, time, half, abbreviation = '', year] = DATE_LINE.exec(text) ?? [];
  const at = Date.parse(`${month} ${day} ${year} ${time}${half === undefined ? '' : ` ${half}`} UTC`);
  return Number.isNaN(at) ? undefined : { at, abbreviation };
}

function betweenClocks(local: number | undefined, utc: number | undefined): number | undefined {
  if (local === undefined || utc === undefined) return undefined;
  const offset = Math.round((local - utc) / minutes(15)) * minutes(15) + 0;
  return Math.abs(local - utc - offset) < APART && Math.abs(offset) <= hours(14) ? offset : undefined;
}

function statedOffset(found: RegExpExecArray | null): number | undefined {
  if (found === null) return undefined;
  const [, sign, hour, minute = '0'] = found;
  return (sign === '-' ? -1 : 1) * (hours(Number(hour)) + minutes(Number(minute))) + 0;
}

/** Text of a small file (latin1); empty if it is missing or too large. */
export function textOf(path: string): string {
  try {
    const found = statSync(path);
    return found.isFile() && found.size <= LARGEST ? readFileSync(path, 'latin1') : '';
  } catch {
    return '';
  }
}
