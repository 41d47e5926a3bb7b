import { reasonOf } from '../model/errors.js';
import type { Millis } from '../model/line.js';
import { seconds } from '../model/time.js';
import type { FollowOptions, SourceReport } from './follow-options.js';
import { LogFiles } from './log-files.js';
import { OpenFile } from './open-file.js';
import type { LogPosition, Place } from './position.js';
import { isSame, lookUp, type Named, nowAt } from './siblings.js';

/** A log is looked at again after this part of the time for which it has not changed ... */
const PAUSE_PART = 60;
/** ... or after this. */
const LONGEST_PAUSE: Millis = seconds(10);
/** How many files are opened in one poll: an empty one costs no budget. */
const MOST_MOVES = 16;

/**
 * One log: the file that its name leads to, files that had the name before, until their last line, and those that came and
 * went between two polls.
 *
 *     name leads to   A         A          B (empty)     B             B
 *     A is            read      appended   departing     read to end   closed when quiet for PATIENCE
 *     B is                                 left alone    read from its beginning
 *
 * All files go through one sink: what reads the lines does not see a rotation. docs/tailing.md has the poll cycle.
 */
export class FollowedLog {
  readonly path: string;
  readonly #options: FollowOptions;
  readonly #files: LogFiles;
  #isBegun = false;
  #begun: Place = { file: 0, offset: 0 };
  /** The state of the name at the last poll. While it stays so, the next poll finds the same. Undefined where that is not certain. */
  #unchanged: NameState | undefined;
  #report: SourceReport | undefined;
  #lookedAt: Millis = Number.NEGATIVE_INFINITY;
  /** when a poll last found something new */
  #changedAt: Millis = Number.NEGATIVE_INFINITY;

  constructor(path: string, options: FollowOptions) {
    this.path = path;
    this.#options = options;
    this.#files = new LogFiles(path, options);
  }

  /** Whether a file is being read as this log. */
  holds(file: { readonly dev: number; readonly ino: number }): boolean {
    return this.#files.held.holds(file);
  }

  /** Whether it has been decided where to begin. */
  get isBegun(): boolean {
    return this.#isBegun;
  }

  /** How many of its files are open. */
  get openFiles(): number {
    return this.#files.held.all.length;
  }

  /** Whether nothing is open. */
  get isIdle(): boolean {
    return this.openFiles === 0;
  }

  /** What the last poll found. */
  get report(): SourceReport | undefined {
    return this.#report;
  }

  /** When it was last looked at. */
  get lookedAt(): Millis {
    return this.#lookedAt;
  }

  /**
   * Looks whether anything has changed since the last poll: one call of the system, without a promise, for most logs most of the time.
   *
   * @param isWhole otherwise, a log that has not changed for long is not looked at each time
   * @returns whether `report` holds; where not, `poll` has to see
   */
  isStill(now: Millis, isWhole: boolean): boolean {
    if (this.#unchanged === undefined) return false;
    const pause = Math.min(LONGEST_PAUSE, (now - this.#changedAt) / PAUSE_PART);
    if (!isWhole && now >= this.#lookedAt && now - this.#lookedAt < pause) return true;
    if (!isUntouched(this.#unchanged, nowAt(this.path))) return false;
    this.#lookedAt = now;
    return true;
  }

  /**
   * Looks and reads on, by `budget` bytes at most.
   *
   * @returns undefined where there is no such log: its name leads nowhere and nothing of it is left to read, it is a
   *   second name of another one, or it is of no interest
   * @throws only what the sink throws
   */
  async poll(budget: number, now: Millis): Promise<SourceReport | undefined> {
    this.#unchanged = undefined;
    const read = { bytes: 0 };
    try {
      this.#report = await this.#poll(budget, now, read);
    } catch (error) {
      const reason = systemReason(error);
      if (reason === undefined) throw error;
      this.#report = this.#unreadable(reason, read.bytes);
    }
    this.#lookedAt = now;
    if (this.#unchanged === undefined) this.#changedAt = now;
    return this.#report;
  }

  /** @param read Takes how many bytes were read, also where this fails. */
  async #poll(budget: number, now: Millis, read: { bytes: number }): Promise<SourceReport | undefined> {
    const files = this.#files;
    const { held } = files;
    const named = await lookUp(this.path, this.#atOnce);
    const isNew = !this.#isBegun;
    if (isNew) {
      if (!(await files.start(named, now))) return undefined;
      this.#isBegun = true;
      this.#begun = files.place;
    }
    held.noteNames(named, now);
    if (!isNew) await files.reopenUnread(named);
    let moves = 0;
    do read.bytes += await files.readAll(budget - read.bytes, now, moves === 0 ? named : undefined, isSystemError);
    while (held.lag === 0 && ++moves < MOST_MOVES && (await files.goOn(named, now)));
    await held.closeOld(named?.size === 0 && !this.#options.isHeld(named), now, (each) => files.giveUp(each));
    const isWaiting = this.#isWaiting(named);
    if (held.all.length === 0 && !isWaiting) return undefined;
    const report = this.#found({ named: isWaiting ? named : undefined, isNew, readBytes: read.bytes, isDone: moves < MOST_MOVES });
    if (read.bytes === 0 && report.atEnd && !report.partial && held.isSettled(named)) this.#unchanged = stateOfName(named);
    return report;
  }

  /** @param named the live file, where it has something and has not been opened */
  #found(poll: {
    readonly named: Named | undefined;
    readonly isNew: boolean;
    readonly readBytes: number;
    readonly isDone: boolean;
  }): SourceReport {
    const { named, isNew, readBytes, isDone } = poll;
    const { held, isSearching, place } = this.#files;
    const lagBytes = held.lag + (named?.size ?? 0);
    const unread = held.all.flatMap(({ file }) => file.unreadSince ?? []);
    if (named !== undefined && unread.length === 0) unread.push(named.mtimeMs);
    return {
      path: this.path,
      ...(!isNew && { lookedAtBefore: this.#lookedAt }),
      readBytes,
      lagBytes,
      ...(unread.length > 0 && { unreadSince: Math.min(...unread) }),
      atEnd: lagBytes === 0 && !isSearching && isDone,
      partial: held.all.some(({ file }) => file.isPartial),
      begun: this.#begun,
      place,
      readable: true,
    };
  }

  #unreadable(reason: string, readBytes: number): SourceReport {
    this.#options.count('sources_unreadable', 1, this.path);
    const { held, place } = this.#files;
    const lagBytes = held.lag;
    const { path } = this;
    return { path, readBytes, lagBytes, atEnd: false, partial: false, begun: this.#begun, place, readable: false, reason };
  }

  /** How far its files have been read, back to the oldest that was not released; undefined where none has been opened. */
  position(): LogPosition | undefined {
    const files = this.#files.past.neededWith(this.#files.held.reads());
    return files.length === 0 ? undefined : { path: this.path, files };
  }

  /** Files with smaller numbers are not needed any more. */
  release(file: number): void {
    this.#files.past.release(file);
  }

  async close(): Promise<void> {
    await this.#files.held.closeAll();
  }

  /** Whether the live file has something, and has not been opened. */
  #isWaiting(named: Named | undefined): boolean {
    if (this.#files.isSearching) return named !== undefined;
    // Its own files first, as there are few: those of all logs are asked for each log, at each poll.
    return named !== undefined && named.size > 0 && !this.holds(named) && !this.#options.isHeld(named);
  }

  /** Whether its name leads to a file system that answers at once, as it did when the file that is being read was opened. */
  get #atOnce(): boolean {
    const file = this.#files.youngest?.file;
    return file instanceof OpenFile && file.atOnce;
  }
}

type NameState = Pick<Named, 'dev' | 'ino' | 'size' | 'mtimeMs'>;

/** Only what is compared is kept: the whole answer of the system takes a kilobyte for each log. */
const stateOfName = ({ dev, ino, size, mtimeMs }: Named): NameState => ({ dev, ino, size, mtimeMs });

const isUntouched = (before: NameState, now: Named | undefined): boolean =>
  isSame(before, now) && before.size === now?.size && before.mtimeMs === now.mtimeMs;

const isSystemError = (error: unknown): boolean => systemReason(error) !== undefined;

/** @returns undefined for what a sink throws, which is not the log's fault */
function systemReason(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const cause = 'syscall' in error ? error : error.cause;
  return cause instanceof Error && 'syscall' in cause ? reasonOf(cause) : undefined;
}
