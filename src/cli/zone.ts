import { readlinkSync } from 'node:fs';
import { usage } from '../model/errors.js';
import { nearest } from './nearest.js';

/**
 * Zone of the machine, by TZ or /etc/localtime. Checks for UTC first, because loading Intl takes fifteen milliseconds.
 */
export const machineZone = (): string => (isUtc() ? 'UTC' : new Intl.DateTimeFormat().resolvedOptions().timeZone);

function isUtc(): boolean {
  const { TZ } = process.env;
  if (TZ !== undefined) return TZ === 'UTC';
  try {
    return /\/zoneinfo\/(?:Etc\/)?UTC$/.test(readlinkSync('/etc/localtime'));
  } catch {
    return false;
  }
}

/**
 * Value of `--timezone`, else the zone of the machine: one zone for all, and `SERVICE=ZONE` for services that log in
 * another.
 */
export function zonesOf(given: string | undefined): string {
  if (given === undefined) return machineZone();
  const [all, ...single] = given.split(',');
  zoneOf(all);
  for (const part of single) {
    const [service, zone] = part.split('=');
    if (zone === undefined || service?.trim() === '') {
      throw usage(
        `--timezone cannot hold '${part}'`,
        'after the first zone, name services and theirs: --timezone Asia/Seoul,placement=UTC,glance=UTC',
      );
    }
    zoneOf(zone.trim());
  }
  return given;
}

/** The first zone: it applies to all services that are not named. */
export const generalZone = (zones: string): string => zones.split(',')[0]?.trim() ?? 'UTC';

/** The given zone, else the zone of the machine. */
export function zoneOf(given: string | undefined): string {
  if (given === undefined) return machineZone();
  if (given === 'auto') throw usage('--timezone auto is for replay only', 'name the zone; `novaspan check` on the logs says which it is');
  // The first use of a zone takes twenty milliseconds.
  if (given === 'UTC') return given;
  try {
    new Intl.DateTimeFormat('en', { timeZone: given });
    return given;
  } catch {
    const known = Intl.supportedValuesOf('timeZone');
    const meant = nearest(given, [...known, ...known.map((name) => name.split('/').at(-1)!)]);
    const full = known.find((name) => name === meant || name.endsWith(`/${meant}`));
    throw usage(
      `--timezone cannot be '${given}'`,
      `${full === undefined ? '' : `did you mean ${full}? `}allowed: UTC, or an IANA name such as Europe/Berlin or America/New_York (\`timedatectl list-timezones\`); offsets like +02:00 are not: they would be wrong for half of the year`,
    );
  }
}

/** The note that a zone comes from a sosreport. */
export const zoneTaken = (zone: string, host: string | undefined): string =>
  `local times${host === undefined ? '' : ` of ${host}`} are read as ${zone}, as the sosreport says`;
