import type { ActionInterval, ClosedUnit } from '../lifecycle/closed.js';
import { actions } from '../lifecycle/name.js';
import type { Millis } from '../model/line.js';
import { seconds } from '../model/time.js';
import { AFTERLIFE, LEAD, WAITING } from './times.js';

/** By how much lines of one file may be out of order. */
const DISORDER = seconds(10);

/**
 * How far before the horizon a restart begins to read, so that everything that began after the horizon is built as
 * without a restart:
 *
 * - LEAD: an action's lines may be this much older than its start, and so may the lines that show which other action
 *   owns them;
 * - WAITING: a line waits this long for the line that links it, and other builds of a host count this far back. A
 *   process that never stopped has forgotten everything older;
 * - DISORDER: lines of one file may be out of order by this much.
 *
 * Only long actions need older lines, causes, builds and ports. `Saved` holds those.
 */
export const REREAD: Millis = LEAD + WAITING + DISORDER;

/**
 * How long before the place where a restart reads again an action must have ended to be dropped: until then its lines
 * may come late.
 */
export const REMEMBERED: Millis = AFTERLIFE;

/** `ActionInterval` as JSON, with the name of its action. */
export interface SavedInterval extends Omit<ActionInterval, 'spec'> {
  readonly spec?: string;
}

/** What is remembered of a closed unit after it was exported: plain JSON, with times in epoch milliseconds. */
export interface ClosedRecord {
  readonly form: ClosedUnit['form'];
  readonly instance: string;
  readonly request: string;
  /** the host that writes the root; for a fragment, the host of its first line */
  readonly host: string;
  /** when it was opened. A unit that is built again from part of its lines seems to begin before the horizon as well */
  readonly began: Millis;
  /** the earliest of its lines and its start */
  readonly from: Millis;
  /** up to when its lines may lie */
  readonly to: Millis;
  /** the interval that it leaves behind, if any */
  readonly past?: SavedInterval;
}

/** The record of a closed unit. */
export function recordOf(unit: ClosedUnit): ClosedRecord {
  const { form, instance, request, began, members } = unit;
  let from = Math.min(unit.start, began);
  let to = unit.end;
  for (const { event } of members) {
    from = Math.min(from, event.at);
    to = Math.max(to, event.at);
  }
  if (form === 'action' || form === 'attempt') to = Math.max(to, unit.until);
  const past = form === 'network-ready' ? undefined : unit.past;
  return { form, instance, request, host: hostOf(unit), began, from, to, ...(past === undefined ? {} : { past: saveInterval(past) }) };
}

function hostOf(unit: ClosedUnit): string {
  switch (unit.form) {
    case 'action':
    case 'attempt':
      return unit.host;
    case 'network-ready':
      return unit.of.host;
    case 'fragment':
      return unit.members[0]?.event.host ?? '';
    default:
      return unit satisfies never;
  }
}

/**
 * Whether two records are of the same unit. A line that came too late for the first may be in the second, which is
 * built later. So if instance, request and host are equal, it is enough that they overlap. One request may have
 * several fragments: these must be equal.
 */
export const isSameRecord = (a: ClosedRecord, b: ClosedRecord): boolean =>
  a.form === b.form &&
  a.instance === b.instance &&
  a.request === b.request &&
  a.host === b.host &&
  (a.form === 'fragment' ? a.from === b.from && a.to === b.to : a.from <= b.to && b.from <= a.to);

export function saveInterval({ spec, ...past }: ActionInterval): SavedInterval {
  return spec === undefined ? past : { ...past, spec: spec.name };
}

/** Without a spec if this version does not know the action. */
export function restoreInterval({ spec, lock, ...past }: SavedInterval): ActionInterval {
  return {
    ...past,
    end: past.end,
    lock: lock === undefined ? undefined : { ...lock, to: lock.to },
    spec: actions.find(({ name }) => name === spec),
  };
}
