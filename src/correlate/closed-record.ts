import type { ActionInterval, ClosedUnit } from '../lifecycle/closed.js';
import { actions } from '../lifecycle/name.js';
import type { Millis } from '../model/line.js';
import { seconds } from '../model/time.js';
import { AFTERLIFE, LEAD, WAITING } from './times.js';

/** How far lines of one file may go back. */
const DISORDER = seconds(10);

/**
 * How far before the horizon a restart reads, so that everything that began after it is built as it would have been:
 *
 * - LEAD: so far before its start an action's lines may lie, and what tells which other action owns them;
 * - WAITING: so far before a host's other builds count, and so long a line waits for what links it. A process that never
 *   stopped has forgotten what is older;
 * - what one file's lines are out of order by.
 *
 * What reaches further does so for long actions only (lines, causes, builds, ports), and `Saved` holds that.
 */
export const REREAD: Millis = LEAD + WAITING + DISORDER;

/** For how long before the place where reading begins again what ended is to be remembered: later lines of it are late. */
export const REMEMBERED: Millis = AFTERLIFE;

/** `Past` as JSON: its action by name. */
export interface SavedInterval extends Omit<ActionInterval, 'spec'> {
  readonly spec?: string;
}

/** What has been told, as it is remembered: plain JSON. Times in epoch milliseconds. */
export interface ClosedRecord {
  readonly form: ClosedUnit['form'];
  readonly instance: string;
  readonly request: string;
  /** who writes the root; of a fragment, who wrote its first line */
  readonly host: string;
  /** when it began to be open: a thing built again from part of its lines seems to begin before the horizon, too */
  readonly began: Millis;
  /** the earliest of its lines and its start */
  readonly from: Millis;
  /** up to when its lines may lie */
  readonly to: Millis;
  /** what it leaves behind, where that is anything */
  readonly past?: SavedInterval;
}

/** What is to be remembered of a thing that is told. */
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
 * Whether two are the same thing. A line that came too late for the one may be in the other, which is built later: where
 * instance, request and host are the same, it is enough that they overlap. Of fragments there are several of one request.
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

/** An action that this version does not know was none. */
export function restoreInterval({ spec, lock, ...past }: SavedInterval): ActionInterval {
  return {
    ...past,
    end: past.end,
    lock: lock === undefined ? undefined : { ...lock, to: lock.to },
    spec: actions.find(({ name }) => name === spec),
  };
}
