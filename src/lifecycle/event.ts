import type { Announcement } from '../catalogue/event.js';
import type { Millis } from '../model/line.js';
import type { LogRecord } from '../model/record.js';

/** A record whose message has been understood: what happened, when, on whose word, and the ids it names. */
export interface Event extends Announcement, Omit<LogRecord, 'message'> {
  /** The lines of the traceback below it, where there is one. Grows while the log is read. */
  readonly detail: string[];
  /** Its time is worked out, to the second at best: uWSGI stamps whole seconds of the request's start. */
  readonly isRough?: true;
  /** The time that its line states, where other lines show a better one. */
  readonly stated?: Millis;
}

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
  if (a.origin.path !== b.origin.path) return a.origin.path < b.origin.path ? -1 : 1;
  return a.origin.offset - b.origin.offset;
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
