import type { Count } from '../model/counters.js';
import type { LineSink, Millis } from '../model/line.js';
import type { FileRead, LogPosition, Place } from './position.js';
import type { Since } from './since.js';

/**
 * Where a log is begun: its live file's beginning or end, its oldest rotated file, where reading stopped before, or its first line
 * of a moment or later. `at` lies in one of the position's files, and is not behind what was read of it. `since` is before all lines that
 * are still needed: of a log of which nothing was ever read, files that were last written to before it are skipped.
 */
export type Begin =
  | 'beginning'
  | 'end'
  | 'oldest'
  | { readonly position: LogPosition; readonly at: Place; readonly since?: Millis }
  | Since;

/** What one poll found of one log. */
export interface SourceReport {
  readonly path: string;
  /** When it was looked at before this poll. */
  readonly lookedAtBefore?: Millis;
  readonly readBytes: number;
  /** bytes that are there and have not been read */
  readonly lagBytes: number;
  /** since when the oldest of them have been there; undefined where there are none */
  readonly unreadSince?: Millis;
  /** when the newest was written that has been read, where there may be more and its bytes are not known; undefined elsewhere */
  readonly behind?: Millis;
  /** what was found to be missing in this poll, and how reading goes on */
  readonly lost?: string;
  /** Nothing was unread when the log was looked at in this poll; an incomplete last line does not count. */
  readonly atEnd: boolean;
  /** The last line is not complete yet: it is kept until its newline comes. */
  readonly partial: boolean;
  /** where reading began */
  readonly begun: Place;
  /** where reading goes on: all lines before it have been handed over */
  readonly place: Place;
  readonly readable: boolean;
  /** why the log is not readable */
  readonly reason?: string;
}

export interface FollowOptions {
  /** asked when there is something to read; undefined for a log that is of no interest */
  readonly sink: () => LineSink | undefined;
  /** asked once, when there is something to read */
  readonly begin: () => Begin;
  readonly count: Count;
  /** lent to every read */
  readonly buffer: Buffer;
  /** whether a log is reading this file already, under whatever name */
  readonly isHeld: (file: { readonly dev: number; readonly ino: number }) => boolean;
  /** where reading of this file stopped when its name went; undefined for a file never met */
  readonly leftAt: (file: { readonly dev: number; readonly ino: number }) => FileRead | undefined;
  /** called with a file that is no longer read */
  readonly onLeft: (read: FileRead) => void;
}
