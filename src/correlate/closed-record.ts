import type { ActionInterval, ClosedUnit } from '../lifecycle/closed.js';
import { actions } from '../lifecycle/name.js';
import type { Millis } from '../model/line.js';
import { seconds } from '../model/time.js';
import { LATE_LINE_WINDOW, LEAD, LINK_TIMEOUT } from './times.js';

/** How far lines of one file may be out of order (ms). */
const DISORDER = seconds(10);

/**
 * How far (ms) before the horizon a restarted process starts to read, so that units that opened after the horizon are
 * built as without a restart:
 *
 * - LEAD: an action's lines may be this much older than its start, and so may the lines that show which other action
 *   owns them;
 * - LINK_TIMEOUT: a line waits this long for the line that links it, and other builds of a host count this far back. A
 *   process without a restart has dropped everything older;
 * - DISORDER: lines of one file may be out of order by this much.
 *
 * Only long actions need older lines, causes, builds and ports. `Saved` holds those.
 */
export const REREAD_LEAD: Millis = LEAD + LINK_TIMEOUT + DISORDER;

/**
 * How long (ms) a record of an exported action is kept before the place where a restart would read again: late lines
 * may still arrive.
 */
export const RECORD_LIFETIME: Millis = LATE_LINE_WINDOW;

/** `ActionInterval` as JSON; `spec` is the name of its action. */
export interface SavedInterval extends Omit<ActionInterval, 'spec'> {
  readonly spec?: string;
}

/** The record of a closed unit after its export: plain JSON, with times in epoch ms. */
export interface ClosedRecord {
  readonly form: ClosedUnit['form'];
  readonly instance: string;
  readonly request: string;
  /** the host that writes the root; for a fragment, the host of its first line */
  readonly host: string;
  /** when it was opened; a unit that is built again from part of its lines also opens before the horizon */
  readonly began: Millis;
  /** the earliest of its lines and its start */
  readonly from: Millis;
  /** the latest time at which it may have lines */
  readonly to: Millis;
  /** its interval, if it has one */
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
 * Whether two records describe the same unit. If it is built again later, it may contain lines that came too late the
 * first time. So it is enough that instance, request and host are equal and that the times overlap. One request may
 * have several fragments: their times must be equal.
 */
export const isSameRecord = (a: ClosedRecord, b: ClosedRecord): boolean =>
  a.form === b.form &&
  a.instance === b.instance &&
  a.request === b.request &&
  a.host === b.host &&
  (a.form === 'fragment' ? a.from === b.from && a.to === b.to : a.from <= b.to && b.from <= a.to);

/** The interval as JSON. */
export function saveInterval({ spec, ...past }: ActionInterval): SavedInterval {
  return spec === undefined ? past : { ...past, spec: spec.name };
}

/** Reads an interval from JSON. It has no spec if this version does not know the action. */
export function restoreInterval({ spec, lock, ...past }: SavedInterval): ActionInterval {
  return {
    ...past,
    end: past.end,
    lock: lock === undefined ? undefined : { ...lock, to: lock.to },
    spec: actions.find(({ name }) => name === spec),
  };
}
