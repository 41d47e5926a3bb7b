import { osloLevel, readContext } from '../format/oslo.js';
import { printable } from '../format/prefix.js';
import { Recent } from '../format/recent.js';
import { vlogLevel } from '../format/vlog.js';
import type { Event } from '../lifecycle/event.js';
import type { Level } from '../model/record.js';
import type { Quarter } from './skim/skimmer.js';

/** Maximum number of kept lines of a traceback, and their maximum length. */
const MOST_DETAIL = 120;
const LONGEST_DETAIL = 500;
const LONGEST_LEVEL = 8;
/** In ms. Offsets of time zones change only at multiples of it. */
export const QUARTER = 15 * 60_000;
const HOUR = 4 * QUARTER;
export const UUID_LENGTH = 36;
/** Maximum length of a context that is read: two request ids, a user, a project and their domains. */
export const LONGEST_CONTEXT = 256;

export function quarterOf(quarter: number): Quarter {
  const start = quarter * QUARTER;
  return { hour: Buffer.from(new Date(start).toISOString().slice(0, 16).replace('T', ' ')), start: ((start % HOUR) + HOUR) % HOUR };
}

const same = (text: string): string => text;

/** Shared by all logs, as each cache takes 77 kB and the content is the same. */
export const contexts = new Recent(LONGEST_CONTEXT, (text) => readContext(printable(text)));
export const instances = new Recent(UUID_LENGTH, same);
export const osloLevels = new Recent(LONGEST_LEVEL, osloLevel);
export const vlogLevels = new Recent(LONGEST_LEVEL, vlogLevel);

/** Shared by all records that no traceback can follow. */
export const NO_DETAIL: string[] = [];

/** Levels whose records may report a failure and have a traceback. */
export const isFailure = (level: Level): boolean => level === 'ERROR' || level === 'WARNING' || level === 'CRITICAL';

/** Adds a continuation line, such as one of a traceback, to an event. */
export function addDetail(event: Event, bytes: Buffer, start: number, end: number): void {
  if (event.detail.length < MOST_DETAIL) event.detail.push(printable(bytes.toString('utf8', start, Math.min(end, start + LONGEST_DETAIL))));
}
