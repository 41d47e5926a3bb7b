import { reasonOf } from '../model/errors.js';
import type { Millis } from '../model/line.js';
import { seconds } from '../model/time.js';
import type { FollowOptions, SourceReport } from './follow-options.js';
import { LogFiles } from './log-files.js';
import { OpenFile } from './open-file.js';
import type { LogPosition, Place } from './position.js';
import { isSame, lookUp, type Named, nowAt } from './siblings.js';

/** An unchanged log is checked again after this fraction of the time without a change ... */
const PAUSE_PART = 60;
/** ... but at least this often. */
const LONGEST_PAUSE: Millis = seconds(10);
/** Maximum number of files opened in one poll: empty files use no budget. */
const MOST_MOVES = 16;

/**
 * One log: its live file, its former live files until their last line, and files that appeared and disappeared between two
 * polls.
 *
 *     name leads to   A         A          B (empty)     B             B
 *     A is            read      appended   departing     read to end   closed when quiet for PATIENCE
 *     B is                                 left alone    read from its beginning
 *
 * All files use one sink, so the reader of the lines sees no rotation. docs/tailing.md describes the poll cycle.
 */
export class FollowedLog {
  readonly path: string;
  readonly #options: FollowOptions;
  readonly #files: LogFiles;
  #isBegun = false;
  #begun: Place = { file: 0, offset: 0 };
  /** State of the name at the last poll. If it is the same, the next poll finds the same. Undefined if uncertain. */
  #unchanged: NameState | undefined;
  #report: SourceReport | undefined;
  #lookedAt: Millis = Number.NEGATIVE_INFINITY;
  /** time of the last poll that found something new */
  #changedAt: Millis = Number.NEGATIVE_INFINITY;

  constructor(path: string, options: FollowOptions) {
    this.path = path;
    this.#options = options;
    this.#files = new LogFiles(path, options);
  }

  /** Whether this log reads a file. */
  holds(file: { readonly dev: number; readonly ino: number }): boolean {
    return this.#files.held.holds(file);
  }

  /** Whether the start of reading was decided. */
  get isBegun(): boolean {
    return this.#isBegun;
  }

  /** Number of open files. */
  get openFiles(): number {
    return this.#files.held.all.length;
  }

  /** Whether no file is open. */
  get isIdle(): boolean {
    return this.openFiles === 0;
  }

  /** Result of the last poll. */
  get report(): SourceReport | undefined {
    return this.#report;
  }

  /** Time of the last look. */
  get lookedAt(): Millis {
    return this.#lookedAt;
  }

  /**
   * Checks for a change since the last poll: usually one system call, without a promise.
   * @param isWhole otherwise a long unchanged log is checked less often
   * @returns whether `report` is still valid; if not, call `poll`
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
   * @returns undefined if there is no such log: its name leads nowhere and all was read, it is a second name of another
   * log, or it is not read
   * @throws only errors of the sink
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

  /** @param read receives the number of bytes read, also on failure */
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

  /** @param named the live file, if it has data and is not open yet */
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

  /** How far its files were read, back to the oldest not released; undefined before the first. */
  position(): LogPosition | undefined {
    const files = this.#files.past.neededWith(this.#files.held.reads());
    return files.length === 0 ? undefined : { path: this.path, files };
  }

  /** Releases files with smaller numbers. */
  release(file: number): void {
    this.#files.past.release(file);
  }

  async close(): Promise<void> {
    await this.#files.held.closeAll();
  }

  /** Whether the live file has data and is not open yet. */
  #isWaiting(named: Named | undefined): boolean {
    if (this.#files.isSearching) return named !== undefined;
    // The log's own files are checked first: they are few.
    return named !== undefined && named.size > 0 && !this.holds(named) && !this.#options.isHeld(named);
  }

  /** Whether its file system answers at once, as of the opening of the current file. */
  get #atOnce(): boolean {
    const file = this.#files.youngest?.file;
    return file instanceof OpenFile && file.atOnce;
  }
}

type NameState = Pick<Named, 'dev' | 'ino' | 'size' | 'mtimeMs'>;

/** Only compared values are kept: the whole answer of the system takes a kilobyte per log. */
const stateOfName = ({ dev, ino, size, mtimeMs }: Named): NameState => ({ dev, ino, size, mtimeMs });

const isUntouched = (before: NameState, now: Named | undefined): boolean =>
  isSame(before, now) && before.size === now?.size && before.mtimeMs === now.mtimeMs;

const isSystemError = (error: unknown): boolean => systemReason(error) !== undefined;

/** @returns undefined for an error of the sink, which is not the log's fault */
function systemReason(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const cause = 'syscall' in error ? error : error.cause;
  return cause instanceof Error && 'syscall' in cause ? reasonOf(cause) : undefined;
}
