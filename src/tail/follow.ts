import type { Count } from '../model/counters.js';
import { reasonOf } from '../model/errors.js';
import type { LineSink, Millis } from '../model/line.js';
import { hours, minutes, seconds } from '../model/time.js';
import { GzipFile } from './gzip-file.js';
import { OpenFile } from './open-file.js';
import type { FileRead, LogPosition, Place } from './position.js';
import type { FileInReading } from './reading.js';
import { type Found, filesOf, find, holds, isSame, lookUp, type Named, nowAt } from './siblings.js';
import { findSince, type Since } from './since.js';

/**
 * Where a log is begun: its live file's beginning or end, its oldest rotated file, where reading stopped before, or its first line
 * of a moment or later. `at` lies in one of the position's files, and is not behind what was read of it. `since` is before all lines that
 * are still needed: of a log of which nothing was ever read, files that were last written to before it are passed over.
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
  /** told of a file that is read no more */
  readonly onLeft: (read: FileRead) => void;
}

/** Services that are told to reopen their logs do so within this; until then they write to the old file. */
const PATIENCE: Millis = seconds(10);
/** While the new file is empty the service has not moved to it: an old file costs a descriptor, its lines cost more. */
const PATIENCE_WHILE_EMPTY: Millis = minutes(10);
/** A deleted file holds disk space that nobody sees. */
const PATIENCE_WITH_DELETED: Millis = minutes(10);
const PATIENCE_WITH_BUSY: Millis = hours(1);
/** A log is looked at again after this part of the time for which it has been still ... */
const PAUSE_PART = 60;
/** ... or after this. */
const LONGEST_PAUSE: Millis = seconds(10);
const MOST_DEPARTING = 4;
/** How many files are begun in one poll; one that is empty costs no budget. */
const MOST_MOVES = 16;
/** Files that are remembered although nobody needs them: a deleted one's neighbour tells what comes next. */
const MOST_REMEMBERED = 4;

interface Held {
  readonly file: FileInReading;
  readonly number: number;
  /** what is known to be at its end for good: a copy, a compressed file */
  readonly isWhole: boolean;
  /** whether it was begun under the lasting name */
  readonly wasLive: boolean;
  /** undefined while it has the lasting name */
  lostNameAt: Millis | undefined;
  /** when it last lost its name or gave a byte */
  quietSince: Millis;
}

/**
 * One lasting log: whatever file its name leads to, files that had the name before, until their last line, and those that
 * came and went unseen.
 *
 *     name leads to   A         A          B (empty)     B             B
 *     A is            read      appended   departing     read to end   closed when quiet for PATIENCE
 *     B is                                 left alone    read from its beginning
 *
 * All files go through one sink: a rotation is not seen by what reads the lines. docs/tailing.md has the poll cycle.
 */
export class FollowedLog {
  readonly path: string;
  readonly #options: FollowOptions;
  #sink: LineSink | undefined;
  #begin: Begin | undefined;
  #isBegun = false;
  #begun: Place = { file: 0, offset: 0 };
  /** open, oldest first; the last one is read until it has a successor */
  #held: Held[] = [];
  /** of files that are not open, oldest first */
  #past: FileRead[] = [];
  #next = 0;
  /** where reading goes on, in a file of `#past` that has to be found */
  #todo: Place | undefined;
  #released = 0;
  /** files that were there when the last one was begun, and are older */
  #older = new Set<string>();
  /** when the youngest file was last written to */
  #newest: Millis = 0;
  /** the live file that is empty, and was looked at: nothing comes before it */
  #awaited = '';
  /** the name as of the last poll, where the next one finds the same as long as that stays so */
  #still: NameState | undefined;
  #report: SourceReport | undefined;
  #lookedAt: Millis = Number.NEGATIVE_INFINITY;
  /** when a poll last found something new */
  #changedAt: Millis = Number.NEGATIVE_INFINITY;

  constructor(path: string, options: FollowOptions) {
    this.path = path;
    this.#options = options;
  }

  /** Whether a file is being read as this log. */
  holds(file: { readonly dev: number; readonly ino: number }): boolean {
    return this.#held.some((held) => isSame(held.file, file));
  }

  /** Whether it has been told where to begin. */
  get isBegun(): boolean {
    return this.#isBegun;
  }

  /** How many of its files are open. */
  get openFiles(): number {
    return this.#held.length;
  }

  /** Whether nothing is open. */
  get isIdle(): boolean {
    return this.#held.length === 0;
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
   * @param isWhole Otherwise, a log that has been still for long is not looked at each time.
   * @returns whether `report` holds; where not, `poll` has to see
   */
  isStill(now: Millis, isWhole: boolean): boolean {
    if (this.#still === undefined) return false;
    const pause = Math.min(LONGEST_PAUSE, (now - this.#changedAt) / PAUSE_PART);
    if (!isWhole && now >= this.#lookedAt && now - this.#lookedAt < pause) return true;
    if (!isUntouched(this.#still, nowAt(this.path))) return false;
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
    this.#still = undefined;
    this.#report = await this.#poll(budget, now);
    this.#lookedAt = now;
    if (this.#still === undefined) this.#changedAt = now;
    return this.#report;
  }

  async #poll(budget: number, now: Millis): Promise<SourceReport | undefined> {
    let read = 0;
    try {
      const named = await lookUp(this.path, this.#atOnce);
      const isNew = !this.#isBegun;
      if (isNew && !(await this.#start(named, now))) return undefined;
      this.#sortOut(named, now);
      if (!isNew) await this.#reopenUnread(named);
      let moves = 0;
      do read += await this.#readAll(budget - read, now, moves === 0 ? named : undefined);
      while (this.#lag() === 0 && ++moves < MOST_MOVES && (await this.#goOn(named, now)));
      await this.#letGo(named, now);
      const isWaiting = this.#isWaiting(named);
      if (this.#held.length === 0 && !isWaiting) return undefined;
      const lagBytes = this.#lag() + (isWaiting ? named!.size : 0);
      const unread = this.#held.flatMap(({ file }) => file.unreadSince ?? []);
      if (isWaiting && unread.length === 0) unread.push(named!.mtimeMs);
      const report: SourceReport = {
        path: this.path,
        ...(!isNew && { lookedAtBefore: this.#lookedAt }),
        readBytes: read,
        lagBytes,
        ...(unread.length > 0 && { unreadSince: Math.min(...unread) }),
        atEnd: lagBytes === 0 && this.#todo === undefined && moves < MOST_MOVES,
        partial: this.#held.some(({ file }) => file.isPartial),
        begun: this.#begun,
        place: this.#place,
        readable: true,
      };
      if (read === 0 && report.atEnd && !report.partial && this.#isSettled(named)) this.#still = stateOfName(named);
      return report;
    } catch (error) {
      const reason = systemReason(error);
      if (reason === undefined) throw error;
      this.#options.count('sources_unreadable', 1, this.path);
      const lagBytes = this.#lag();
      return {
        path: this.path,
        readBytes: read,
        lagBytes,
        atEnd: false,
        partial: false,
        begun: this.#begun,
        place: this.#place,
        readable: false,
        reason,
      };
    }
  }

  /** How far its files have been read, back to the oldest that was not released; undefined where none has been begun. */
  position(): LogPosition | undefined {
    const open = this.#held.map(({ file, number }) => file.reading.handedOver(number, file));
    const files = [...this.#past.filter(({ file }) => !open.some((other) => other.file === file)), ...open].sort((a, b) => a.file - b.file);
    const needed = files.filter(({ file }) => file >= this.#released);
    // One by whose bytes something can be found has to be among them.
    const known = files.findLast(({ file, offset }) => file < this.#released && offset > 0);
    if (known !== undefined && !((needed[0]?.offset ?? 0) > 0)) needed.unshift(known);
    return needed.length === 0 ? undefined : { path: this.path, files: needed };
  }

  /** Files with smaller numbers are needed no more. */
  release(file: number): void {
    this.#released = Math.max(this.#released, file);
    this.#forget();
  }

  async close(): Promise<void> {
    for (const { file } of this.#held) await file.close();
    this.#held = [];
  }

  get #place(): Place {
    const held = this.#held[0];
    if (this.#todo !== undefined && (held === undefined || this.#todo.file < held.number)) return this.#todo;
    if (held !== undefined) return { file: held.number, offset: held.file.reading.resumeAt };
    const last = this.#past.at(-1);
    if (last !== undefined) return { file: last.file, offset: last.offset };
    return typeof this.#begin === 'object' && 'at' in this.#begin ? this.#begin.at : { file: 0, offset: 0 };
  }

  #lag(): number {
    return this.#held.reduce((sum, { file }) => sum + file.lag, 0);
  }

  /** Whether one file is open, the one that has the name, and what has been read of it is what is there for good. */
  #isSettled(named: Named | undefined): named is Named {
    const [held, ...others] = this.#held;
    return others.length === 0 && held?.file instanceof OpenFile && isSame(held.file, named) && held.file.isSettled;
  }

  /** Whether the live file has something, and has not been begun. */
  #isWaiting(named: Named | undefined): boolean {
    if (this.#todo !== undefined) return named !== undefined;
    // Its own files first, as there are few: those of all logs are asked for each log, at each poll.
    return named !== undefined && named.size > 0 && !this.holds(named) && !this.#options.isHeld(named);
  }

  /** @returns false where there is nothing to begin */
  async #start(named: Named | undefined, now: Millis): Promise<boolean> {
    const files = await filesOf(this.path);
    if (files.length === 0) return false;
    if (named !== undefined && this.#options.isHeld(named)) return false;
    this.#sink ??= this.#options.sink();
    if (this.#sink === undefined) return false;
    this.#begin ??= this.#options.begin();
    const begin = this.#begin;
    const live = files.findIndex(({ isLive }) => isLive);
    if (typeof begin === 'object' && 'position' in begin) {
      this.#past = [...begin.position.files];
      this.#next = this.#last + 1;
      this.#todo = begin.at;
    } else if (live !== -1 && (await this.#leftIn(files[live]!)) > 0) await this.#open(files, live, await this.#leftIn(files[live]!), now);
    else if (begin === 'oldest') await this.#open(files, 0, 0, now);
    else if (typeof begin === 'object') {
      const { file, offset } = await findSince(files, begin);
      await this.#open(files, files.indexOf(file), offset, now);
    } else if (live === -1) {
      // It was not there when reading began: nothing of it is old.
      this.#begin = 'beginning';
      return false;
    } else await this.#open(files, live, begin === 'end' ? 'end' : 0, now);
    this.#isBegun = true;
    this.#begun = this.#place;
    return true;
  }

  /** Sees which file has the name now, and which has lost it. */
  #sortOut(named: Named | undefined, now: Millis): void {
    for (const held of this.#held) {
      if (isSame(held.file, named)) held.lostNameAt = undefined;
      else if (held.lostNameAt === undefined) {
        held.lostNameAt = now;
        held.quietSince = now;
      }
    }
  }

  /** Of a file that was empty it cannot be told whether it was copied and emptied since: it is begun anew, in its turn. */
  async #reopenUnread(named: Named | undefined): Promise<void> {
    const last = this.#youngest;
    if (last === undefined || !last.wasLive || last.file.reading.offset > 0) return;
    const isUntouched = named?.size === 0 && last.file instanceof OpenFile && last.file.mtime === named.mtimeMs;
    if (isSame(last.file, named) ? isUntouched : await last.file.isDeleted()) return;
    this.#held.pop();
    this.#next = last.number;
    await last.file.close();
  }

  async #readAll(budget: number, now: Millis, named: Named | undefined): Promise<number> {
    let read = 0;
    for (const held of [...this.#held]) {
      try {
        const looks = named !== undefined && isSame(held.file, named) ? named : undefined;
        const current = (await held.file.look(now, looks)) ? held : await this.#emptied(held, now);
        if (current === undefined) continue;
        const bytes = await current.file.readOn(budget - read);
        if (bytes > 0) current.quietSince = now;
        read += bytes;
        if (held === this.#youngest && held.file instanceof OpenFile && held.file.reading.offset > 0) this.#newest = held.file.mtime;
      } catch (error) {
        if (systemReason(error) !== undefined) await this.#giveUp(held);
        throw error;
      }
    }
    return read;
  }

  /** What was read is not there any more. @returns the copy that was made of it, where there is one: it has what was not read */
  async #emptied(held: Held, now: Millis): Promise<Held | undefined> {
    this.#options.count('file_resets', 1, this.path);
    const { reading } = held.file;
    const rotated = (await filesOf(this.path)).filter(({ isLive }) => !isLive);
    const copy = reading.offset === 0 ? undefined : rotated[await find(rotated, reading.seen(held.number, NOWHERE))];
    if (copy === undefined || this.#options.isHeld(copy)) {
      await this.#close(held);
      return undefined;
    }
    const file = await this.#openFound(copy, reading.resumeAt, held.number);
    const instead = { ...held, file, isWhole: true, wasLive: false, lostNameAt: now, quietSince: now };
    this.#held[this.#held.indexOf(held)] = instead;
    await held.file.close();
    return instead;
  }

  /** A descriptor that failed (a network file system) may fail for good: the next poll finds the file again, and goes on. */
  async #giveUp(held: Held): Promise<void> {
    const isLast = held === this.#held.at(-1);
    const read = held.file.reading.handedOver(held.number, held.file);
    this.#held = this.#held.filter((other) => other !== held);
    this.#remember(read);
    if (isLast) this.#todo = { file: read.file, offset: read.offset };
    await held.file.close().catch(() => undefined);
  }

  /** Begins the file that comes after the last one. @returns false where there is none, or it is to be left alone yet */
  async #goOn(named: Named | undefined, now: Millis): Promise<boolean> {
    const last = this.#youngest;
    if (last !== undefined && isSame(last.file, named) && this.#todo === undefined) return false;
    if (this.#todo === undefined && named === undefined && (last === undefined || last.wasLive)) return false;
    if (this.#todo === undefined && last !== undefined && named?.size === 0 && this.#awaited === keyOf(named)) return false;
    const files = await filesOf(this.path);
    if (this.#todo !== undefined) return this.#reopen(files, this.#todo, now);

    const { index, isOver } = await this.#after(files);
    const next = files[index];
    if (next === undefined || this.#options.isHeld(next)) return false;
    if (isOver && next.isLive && next.size === 0 && last !== undefined && !last.isWhole) {
      this.#awaited = keyOf(next);
      return false;
    }
    if (!isOver) {
      const { file, offset } = this.#past.findLast((read) => read.file < this.#next)!;
      this.#next = file;
      await this.#open(files, index, offset, now);
      return true;
    }
    await this.#open(files, index, next.isLive ? await this.#leftIn(next) : 0, now);
    return true;
  }

  /**
   * The file after the youngest that was read: after the one that was, by its bytes; where it is gone, after an older one
   * that was read; where all are gone, the first that is new.
   *
   * @returns `isOver` false where the index is of the youngest that was read itself: it has its name back
   */
  async #after(files: readonly Found[]): Promise<{ readonly index: number; readonly isOver: boolean }> {
    const held = this.#held.map(({ file, number }) => ({ read: file.reading.seen(number, file), isOpen: true }));
    const past = this.#past.filter(({ file, offset }) => file < this.#next && offset > 0).map((read) => ({ read, isOpen: false }));
    const all = [...held, ...past].sort((a, b) => b.read.file - a.read.file);
    for (const each of all) {
      const at = await find(files, each.read, each.isOpen);
      if (at === -1) continue;
      const isBack = each === all[0] && !each.isOpen && files[at]!.isLive;
      return isBack ? { index: at, isOver: false } : { index: at + 1, isOver: true };
    }
    const known = files.findLastIndex((file) => this.#older.has(stateOf(file)));
    if (known !== -1) return { index: known + 1, isOver: true };
    return { index: files.findIndex(({ isLive, mtimeMs }) => isLive || mtimeMs >= Math.floor(this.#newest)), isOver: true };
  }

  /** Goes on where reading stopped, in the first of the files from there on that can be found. */
  async #reopen(files: readonly Found[], { file: from, offset }: Place, now: Millis): Promise<boolean> {
    let lost = 0;
    const go = async (index: number, number: number, at: number): Promise<true> => {
      this.#next = number;
      await this.#open(files, index, at, now);
      if (lost > 0) this.#options.count('files_lost', lost, this.path);
      return true;
    };
    const begin = this.#begin;
    if (typeof begin === 'object' && 'position' in begin && begin.since !== undefined && this.#past.every((read) => read.offset === 0)) {
      // An empty file has no bytes by which it could be known again: whatever was written to since may be what became of it.
      const { since } = begin;
      const index = files.findIndex(({ isLive, mtimeMs }) => isLive || mtimeMs >= since);
      return index !== -1 && go(index, from, 0);
    }
    const before = this.#past.filter(({ file }) => file < from);
    for (const read of this.#past.filter(({ file }) => file >= from)) {
      const anchor = before.findLast((other) => other.offset > 0);
      if (read.offset > 0 || anchor === undefined) {
        const at = await this.#findFrom(files, read);
        if (at !== -1) return go(at, read.file, read.file === from ? Math.min(offset, read.offset) : 0);
        if (read.offset > 0 || this.#past.length === 1) lost++;
      } else {
        const at = await find(files, anchor);
        if (at !== -1) return at + 1 < files.length && go(at + 1, read.file, 0);
      }
      before.push(read);
    }
    for (const anchor of before.filter((read) => read.file < from).reverse()) {
      const at = await find(files, anchor);
      if (at !== -1 && at + 1 < files.length) return go(at + 1, this.#last + 1, 0);
    }
    // What this process has begun itself has neighbours that it knows; of what was read before it, it knows nothing else.
    const next = this.#newest > 0 ? (await this.#after(files)).index : files.findIndex(({ isLive }) => isLive);
    if (next === -1 || next === files.length) return false;
    const isReset = this.#past.some((read) => read.offset > 0);
    await go(next, this.#last + 1, 0);
    if (isReset) this.#options.count('file_resets', 1, this.path);
    return true;
  }

  /** The file that was begun last, if it is open. */
  get #youngest(): Held | undefined {
    const last = this.#held.at(-1);
    return last?.number === this.#next - 1 ? last : undefined;
  }

  /** Whether its name leads to a file system that answers at once, as it did when the file that is being read was opened. */
  get #atOnce(): boolean {
    const file = this.#youngest?.file;
    return file instanceof OpenFile && file.atOnce;
  }

  get #last(): number {
    return Math.max(-1, ...this.#past.map(({ file }) => file), ...this.#held.map(({ number }) => number));
  }

  /** A file of which nothing was read is known by its inode number alone: no more than that it may not be behind those that followed it. */
  async #findFrom(files: readonly Found[], read: FileRead): Promise<number> {
    const at = await find(files, read);
    if (at === -1 || read.offset > 0) return at;
    for (const later of this.#past.filter(({ file, offset }) => file > read.file && offset > 0)) {
      const next = await find(files, later);
      if (next !== -1) return at < next ? at : -1;
    }
    return at;
  }

  /** Opens one of the log's files as the next; what came before is at its end. */
  async #open(files: readonly Found[], index: number, offset: number | 'end', now: Millis): Promise<void> {
    const found = files[index]!;
    const number = await this.#numberOf(found);
    const file = await this.#openFound(found, offset, number);
    for (const held of [...this.#held]) {
      if (held.isWhole || (!held.wasLive && !found.isLive)) await this.#close(held);
      else held.file.reading.endLine();
    }
    this.#past = this.#past.filter((read) => read.file !== number);
    this.#next = number + 1;
    this.#held.push({
      file,
      number,
      isWhole: found.isGzip,
      wasLive: found.isLive,
      lostNameAt: found.isLive ? undefined : now,
      quietSince: now,
    });
    this.#todo = undefined;
    this.#older = new Set(files.slice(0, index).map(stateOf));
    this.#newest = found.mtimeMs;
    this.#awaited = '';
  }

  /** A file that was read before a restart gets the number that it had; what should have come between is lost. */
  async #numberOf(found: Found): Promise<number> {
    const ahead = this.#past.filter(({ file }) => file >= this.#next);
    for (const read of ahead) {
      if (!(await holds(found, read))) continue;
      const lost = ahead.filter((other) => other.file < read.file && other.offset > 0).length;
      if (lost > 0) this.#options.count('files_lost', lost, this.path);
      return read.file;
    }
    return this.#next;
  }

  #openFound(found: Found, offset: number | 'end', number: number): Promise<FileInReading> {
    const { count, buffer } = this.#options;
    const log = this.#sink!;
    const sink: LineSink = (bytes, start, end, at) => log(bytes, start, end, at, number);
    const options = { sink, count, buffer, path: this.path };
    return found.isGzip ? GzipFile.open(found, offset === 'end' ? 0 : offset, options) : OpenFile.open(found.path, offset, options);
  }

  /** Where reading of a file stopped when it lost its name, or another log's. */
  async #leftIn(found: Found): Promise<number> {
    const left = this.#options.leftAt(found);
    return left !== undefined && (await holds(found, left)) ? left.offset : 0;
  }

  /** Closes old files that have been quiet for long enough, or held for too long. */
  async #letGo(named: Named | undefined, now: Millis): Promise<void> {
    const departing = this.#held.filter(({ lostNameAt }) => lostNameAt !== undefined);
    const isWaiting = named?.size === 0 && !this.#options.isHeld(named);
    for (const held of departing) {
      const isLast = held === this.#held.at(-1);
      const patience = isLast && isWaiting ? PATIENCE_WHILE_EMPTY : PATIENCE;
      const isQuiet = held.file.lag === 0 && now - held.quietSince >= patience;
      const age = now - held.lostNameAt!;
      const isTooLong = (age >= PATIENCE_WITH_BUSY && !isLast) || (age >= PATIENCE_WITH_DELETED && (await held.file.isDeleted()));
      if (isQuiet) await this.#close(held);
      else if (isTooLong && isLast && held.file.lag > 0) await this.#giveUp(held);
      else if (isTooLong) {
        this.#options.count('files_lost', 1, this.path);
        await this.#close(held);
      }
    }
    const old = this.#held.filter(({ lostNameAt }) => lostNameAt !== undefined).sort((a, b) => a.quietSince - b.quietSince);
    for (const held of old.slice(0, Math.max(0, old.length - MOST_DEPARTING))) {
      if (held.file.lag > 0) this.#options.count('files_lost', 1, this.path);
      await this.#close(held);
    }
  }

  async #close(held: Held): Promise<void> {
    held.file.reading.endLine();
    this.#held = this.#held.filter((other) => other !== held);
    const read = held.file.reading.handedOver(held.number, held.file);
    this.#remember(read);
    this.#options.onLeft(read);
    await held.file.close();
  }

  #remember(read: FileRead): void {
    this.#past = [...this.#past.filter(({ file }) => file !== read.file), read].sort((a, b) => a.file - b.file);
    this.#forget();
  }

  #forget(): void {
    const known = this.#past.findLast(({ file, offset }) => file < this.#released && offset > 0);
    const most = this.#past.length - MOST_REMEMBERED;
    this.#past = this.#past.filter((read, i) => read.file >= this.#released || read === known || i >= most);
  }
}

const keyOf = ({ dev, ino }: { readonly dev: number; readonly ino: number }): string => `${dev}/${ino}`;

type NameState = Pick<Named, 'dev' | 'ino' | 'size' | 'mtimeMs'>;

/** Of what the system says only what is compared: the rest is a kilobyte for each log. */
const stateOfName = ({ dev, ino, size, mtimeMs }: Named): NameState => ({ dev, ino, size, mtimeMs });

const isUntouched = (before: NameState, now: Named | undefined): boolean =>
  isSame(before, now) && before.size === now?.size && before.mtimeMs === now.mtimeMs;

/** Inode numbers are used again: a file that was written to since is another one. */
const stateOf = (file: Found): string => `${keyOf(file)}/${file.mtimeMs}`;

/** For what is to be known by its bytes alone. */
const NOWHERE = { dev: -1, ino: -1 };

/** @returns undefined for what a sink throws, which is not the log's fault */
function systemReason(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const cause = 'syscall' in error ? error : error.cause;
  return cause instanceof Error && 'syscall' in cause ? reasonOf(cause) : undefined;
}
