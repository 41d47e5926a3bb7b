import type { Count } from '../model/counters.js';
import type { LineSink, Millis } from '../model/line.js';
import type { FileRead, LogPosition, Place } from './position.js';
import type { Since } from './since.js';

/**
 * Where to begin a log: at the beginning or end of its live file, at its oldest rotated file, where reading stopped
 * before, or at its first line since a time. `at` is in one of the position's files, and not after the bytes already
 * read. `since` is before all lines still needed: if nothing of the log was ever read, files last written before it are
 * skipped.
 */
export type Begin =
  | 'beginning'
  | 'end'
  | 'oldest'
  | { readonly position: LogPosition; readonly at: Place; readonly since?: Millis }
  | Since;

/** Result of one poll of one log. */
export interface SourceReport {
  readonly path: string;
  /** Time of the look before this poll. */
  readonly lookedAtBefore?: Millis;
  readonly readBytes: number;
  /** unread bytes */
  readonly lagBytes: number;
  /** since when the oldest unread byte has existed; undefined without unread bytes */
  readonly unreadSince?: Millis;
  /** time of writing of the newest entry read, if there may be more and the bytes are unknown; undefined elsewhere */
  readonly behind?: Millis;
  /** data found missing in this poll, and how reading continues */
  readonly lost?: string;
  /** All was read when the log was looked at in this poll; an incomplete last line does not count. */
  readonly atEnd: boolean;
  /** The last line is incomplete: it is kept until its newline. */
  readonly partial: boolean;
  /** where reading began */
  readonly begun: Place;
  /** next place to read: all lines before it have been handed over */
  readonly place: Place;
  readonly readable: boolean;
  /** why the log is not readable */
  readonly reason?: string;
}

export interface FollowOptions {
  /** called when there is something to read; undefined for a log that is not read */
  readonly sink: () => LineSink | undefined;
  /** called once, when there is something to read */
  readonly begin: () => Begin;
  readonly count: Count;
  /** shared by all reads */
  readonly buffer: Buffer;
  /** whether another log already reads this file, under any name */
  readonly isHeld: (file: { readonly dev: number; readonly ino: number }) => boolean;
  /** where reading of this file stopped when its name disappeared; undefined for an unknown file */
  readonly leftAt: (file: { readonly dev: number; readonly ino: number }) => FileRead | undefined;
  /** called with a file that is no longer read */
  readonly onLeft: (read: FileRead) => void;
}
