import { statSync } from 'node:fs';
import type { Millis } from '../model/line.js';

/** Journal paths: `journal:`, `journal:UNIT,FIELD=VALUE`, `journal:/path/to/folder-or-file`. */
const SCHEME = 'journal:';
const MATCH = /^[A-Z_][A-Z0-9_]*=/;

/** Fields that the form journal-json reads; journalctl adds cursor and time. */
const FIELDS = [
  'MESSAGE',
  'CONTAINER_NAME',
  'SYSLOG_IDENTIFIER',
  '_SYSTEMD_UNIT',
  '_COMM',
  '_SOURCE_REALTIME_TIMESTAMP',
  '_HOSTNAME',
  '_PID',
  'SYSLOG_PID',
  '_LINE_BREAK',
  'CONTAINER_PARTIAL_MESSAGE',
  '_STREAM_ID',
];

/** Start of reading: the oldest entry, a time, or after a known entry. */
export type From = 'oldest' | { readonly since: Millis } | { readonly cursor: string };

export const isJournalPath = (path: string): boolean => path.startsWith(SCHEME);

/**
 * Base path of the journal as a log. `@` separates a host in names of logs, but not in names of units, so it is
 * replaced.
 */
export const journalName = (path: string): string => path.replaceAll('@', '%40');

/** Arguments of journalctl for the newest entries. */
export const newestArguments = (path: string, entries: number): string[] => [
  `--lines=${entries}`,
  ...journalArguments(path, 'oldest', false),
];

/** Arguments of journalctl. */
export function journalArguments(path: string, from: From, follow: boolean): string[] {
  const args = ['--output=json', '--all', '--no-pager', '--quiet', `--output-fields=${FIELDS.join(',')}`];
  // Without --no-tail, --follow begins with the last ten entries.
  if (follow) args.push('--follow', '--no-tail');
  if (from !== 'oldest') args.push('since' in from ? `--since=@${(from.since / 1000).toFixed(3)}` : `--cursor=${from.cursor}`);
  return [...args, ...selected(path.slice(SCHEME.length))];
}

function selected(what: string): string[] {
  // No name of a unit has a slash.
  if (what.includes('/') && !MATCH.test(what)) {
    const isFolder = statSync(what, { throwIfNoEntry: false })?.isDirectory() ?? !what.endsWith('.journal');
    return [`--${isFolder ? 'directory' : 'file'}=${what}`];
  }
  const names = what.split(',').filter((name) => name !== '');
  if (!names.some((name) => MATCH.test(name))) return names.map((name) => `--unit=${name}`);
  // journalctl joins --unit and matches by "and"; "+" is its "or".
  return names.flatMap((name, i) => [...(i === 0 ? [] : ['+']), MATCH.test(name) ? name : `_SYSTEMD_UNIT=${withSuffix(name)}`]);
}

const withSuffix = (unit: string): string => (/\.[a-z]+$/.test(unit) ? unit : `${unit}.service`);
