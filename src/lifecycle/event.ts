import type { Announcement } from '../catalogue/event.js';
import type { Millis, Origin } from '../model/line.js';
import type { LogRecord } from '../model/record.js';

/** A record whose message the catalogue knows: what happened, when, who logged it, and the ids that it names. */
export interface Event extends Announcement, Omit<LogRecord, 'message'> {
  /** the lines of the traceback below it, if any; grows while the log is read */
  readonly detail: string[];
  /** its time was computed, and is exact to a second at best: uWSGI logs the start of a request in whole seconds */
  readonly isRough?: true | undefined;
  /** the time in the line itself, if `at` comes from other lines that are more exact; epoch ms */
  readonly stated?: Millis | undefined;
}

/** A copy of the event with another time. Written out, because getters of an event are lost by a spread. */
export const atTime = (at: Millis, event: Event): Event => ({
  kind: event.kind,
  fields: event.fields,
  text: event.text,
  at,
  level: event.level,
  logger: event.logger,
  pid: event.pid,
  requestId: event.requestId,
  globalRequestId: event.globalRequestId,
  twoIds: event.twoIds,
  userId: event.userId,
  projectId: event.projectId,
  service: event.service,
  host: event.host,
  instance: event.instance,
  origin: event.origin,
  detail: event.detail,
  isRough: event.isRough,
  stated: event.stated,
});

/** A line of an action, and the ids of the instance's ports that it is about, whatever name it uses for them. */
export interface Member {
  readonly event: Event;
  readonly ports: readonly string[];
}

/**
 * Orders events by time. Equal times are ordered by host, service and place, so that the order of reading does not
 * matter.
 */
export function inOrder(a: Event, b: Event): number {
  if (a.at !== b.at) return a.at - b.at;
  if (a.host !== b.host) return a.host < b.host ? -1 : 1;
  if (a.service !== b.service) return a.service < b.service ? -1 : 1;
  return byPlace(a.origin, b.origin);
}

/**
 * Orders lines of one log as they were written: by the serial numbers of OVS and OVN, if they have any, because
 * received lines may arrive in another order; otherwise by file, then by offset, because offsets start again at a
 * rotation.
 */
export function byPlace(a: Origin, b: Origin): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  // Each thread numbers its own lines, so numbers of two threads cannot be compared. Comparing their places instead
  // would not be transitive.
  const threadA = a.serial?.thread ?? '';
  const threadB = b.serial?.thread ?? '';
  if (threadA !== threadB) return threadA < threadB ? -1 : 1;
  return (a.serial?.number ?? 0) - (b.serial?.number ?? 0) || a.file - b.file || a.offset - b.offset;
}

/** A numeric field of the line, such as nova's own duration; undefined if it is missing or a text. */
export const numberOf = (event: Event, field: string): number | undefined => {
  const value = event.fields[field];
  return typeof value === 'number' ? value : undefined;
};

/** A text field of the line; undefined if it is missing or a number. */
export const textOf = (event: Event, field: string): string | undefined => {
  const value = event.fields[field];
  return typeof value === 'string' ? value : undefined;
};
