import type { Announcement } from '../catalogue/event.js';
import type { Millis, Origin } from '../model/line.js';
import type { LogRecord } from '../model/record.js';

/** A record whose message has been understood: what happened, when, on whose word, and the ids it names. */
export interface Event extends Announcement, Omit<LogRecord, 'message'> {
  /** The lines of the traceback below it, where there is one. Grows while the log is read. */
  readonly detail: string[];
  /** Its time is worked out, to the second at best: uWSGI stamps whole seconds of the request's start. */
  readonly isRough?: true | undefined;
  /** The time that its line states, where other lines show a better one. */
  readonly stated?: Millis | undefined;
}

/** The event as of another moment. Written out, not spread: an event may give what it says only when it is asked. */
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

/** A line of an action, and the ports of the instance that it is about, by whatever name it calls them. */
export interface Member {
  readonly event: Event;
  readonly ports: readonly string[];
}

/** Event time first; then whatever makes the order of equal times the same in every run, whichever file was read first. */
export function inOrder(a: Event, b: Event): number {
  if (a.at !== b.at) return a.at - b.at;
  if (a.host !== b.host) return a.host < b.host ? -1 : 1;
  if (a.service !== b.service) return a.service < b.service ? -1 : 1;
  return byPlace(a.origin, b.origin);
}

/**
 * Lines of one log in the order in which they were written: by the numbers of OVS and OVN where they have some, as lines that were sent
 * may have come in another order; else by the file, then the place in it, as offsets begin anew at a rotation.
 */
export function byPlace(a: Origin, b: Origin): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  // Each thread counts its own lines: of two threads the numbers say nothing, and to ask the place there would give no order of three.
  const threadA = a.serial?.thread ?? '';
  const threadB = b.serial?.thread ?? '';
  if (threadA !== threadB) return threadA < threadB ? -1 : 1;
  return (a.serial?.number ?? 0) - (b.serial?.number ?? 0) || a.file - b.file || a.offset - b.offset;
}

/** A number that the line states, such as nova's own duration. */
export const numberOf = (event: Event, field: string): number | undefined => {
  const value = event.fields[field];
  return typeof value === 'number' ? value : undefined;
};

export const textOf = (event: Event, field: string): string | undefined => {
  const value = event.fields[field];
  return typeof value === 'string' ? value : undefined;
};
