import type { LineSink, Millis } from '../model/line.js';
import type { Begin, FollowOptions } from './follow-options.js';
import { GzipFile } from './gzip-file.js';
import { type HeldFile, HeldFiles } from './held-files.js';
import { OpenFile } from './open-file.js';
import { findPlace, PastFiles } from './past-files.js';
import type { FileRead, Place } from './position.js';
import type { FileInReading } from './reading.js';
import { type Found, filesOf, find, holds, isSame, type Named } from './siblings.js';
import { findSince } from './since.js';

/** The next file to open: the file in which reading stopped, or the successor of the youngest. */
type Goal =
  | { readonly next: 'place'; readonly place: Place }
  /** `empty`: the live file, which is empty: it has no successor yet */
  | { readonly next: 'successor'; readonly empty: string | undefined };

const SUCCESSOR: Goal = { next: 'successor', empty: undefined };
const START: Place = { file: 0, offset: 0 };
/** For a file that can be identified only by its bytes. */
const NOWHERE = { dev: -1, ino: -1 };

/** The files of one log: open ones, files already read, and the next one. */
export class LogFiles {
  readonly held: HeldFiles;
  readonly past = new PastFiles();
  readonly #path: string;
  readonly #options: FollowOptions;
  #sink: LineSink | undefined;
  #begin: Begin | undefined;
  #goal: Goal = SUCCESSOR;
  /** number of the next file */
  #next = 0;
  /** files that existed when the last one was opened, and are older */
  #older = new Set<string>();
  /** modification time of the youngest file */
  #newest: Millis = 0;

  constructor(path: string, options: FollowOptions) {
    this.#path = path;
    this.#options = options;
    const lost = (): void => options.count('files_lost', 1, path);
    this.held = new HeldFiles({ onClosed: (held) => this.#left(held), onLost: lost });
  }

  /** next place to read */
  get place(): Place {
    const [oldest] = this.held.all;
    if (this.#goal.next === 'place' && (oldest === undefined || this.#goal.place.file < oldest.number)) return this.#goal.place;
    if (oldest !== undefined) return { file: oldest.number, offset: oldest.file.reading.resumeAt };
    const { last } = this.past;
    if (last !== undefined) return { file: last.file, offset: last.offset };
    return typeof this.#begin === 'object' && 'at' in this.#begin ? this.#begin.at : START;
  }

  /** Whether the file in which reading must continue is still being searched. */
  get isSearching(): boolean {
    return this.#goal.next === 'place';
  }

  /** The file that was opened last, if open. */
  get youngest(): HeldFile | undefined {
    const last = this.held.all.at(-1);
    return last?.number === this.#next - 1 ? last : undefined;
  }

  /** Opens the first file. @returns false if there is nothing to begin with */
  async start(named: Named | undefined, now: Millis): Promise<boolean> {
    const files = await filesOf(this.#path);
    if (files.length === 0) return false;
    if (named !== undefined && this.#options.isHeld(named)) return false;
    this.#sink ??= this.#options.sink();
    if (this.#sink === undefined) return false;
    this.#begin ??= this.#options.begin();
    return this.#startAt(this.#begin, files, now);
  }

  async #startAt(begin: Begin, files: readonly Found[], now: Millis): Promise<boolean> {
    if (typeof begin === 'object' && 'position' in begin) {
      this.past.restore(begin.position.files);
      this.#next = this.#last + 1;
      this.#goal = { next: 'place', place: begin.at };
      return true;
    }
    const live = files.findIndex(({ isLive }) => isLive);
    const left = live === -1 ? 0 : await this.#leftIn(files[live]!);
    if (left > 0) await this.#open(files, live, left, now);
    else if (begin === 'oldest') await this.#open(files, 0, 0, now);
    else if (typeof begin === 'object') {
      const { file, offset } = await findSince(files, begin);
      await this.#open(files, files.indexOf(file), offset, now);
    } else if (live === -1) {
      // It did not exist when reading began, so none of it is old.
      this.#begin = 'beginning';
      return false;
    } else await this.#open(files, live, begin === 'end' ? 'end' : 0, now);
    return true;
  }

  /**
   * An empty file may have been copied and truncated without a visible change: it is opened again when it is read next.
   */
  async reopenUnread(named: Named | undefined): Promise<void> {
    const last = this.youngest;
    if (last === undefined || !last.wasLive || last.file.reading.offset > 0) return;
    const isUntouched = named?.size === 0 && last.file instanceof OpenFile && last.file.mtime === named.mtimeMs;
    if (isSame(last.file, named) ? isUntouched : await last.file.isDeleted()) return;
    this.held.remove(last);
    this.#next = last.number;
    await last.file.close();
  }

  /** @returns the number of bytes read */
  async readAll(budget: number, now: Millis, named: Named | undefined, isFault: (error: unknown) => boolean): Promise<number> {
    let read = 0;
    for (const held of [...this.held.all]) {
      try {
        const looks = named !== undefined && isSame(held.file, named) ? named : undefined;
        const current = (await held.file.look(now, looks)) ? held : await this.#emptied(held, now);
        if (current === undefined) continue;
        const bytes = await current.file.readOn(budget - read);
        if (bytes > 0) current.quietSince = now;
        read += bytes;
        if (held === this.youngest && held.file instanceof OpenFile && held.file.reading.offset > 0) this.#newest = held.file.mtime;
      } catch (error) {
        if (isFault(error)) await this.giveUp(held);
        throw error;
      }
    }
    return read;
  }

  /** The bytes already read are no longer there. @returns the copy with the rest of the data, if found */
  async #emptied(held: HeldFile, now: Millis): Promise<HeldFile | undefined> {
    this.#options.count('file_resets', 1, this.#path);
    const { reading } = held.file;
    const rotated = (await filesOf(this.#path)).filter(({ isLive }) => !isLive);
    const copy = reading.offset === 0 ? undefined : rotated[await find(rotated, reading.seen(held.number, NOWHERE))];
    if (copy === undefined || this.#options.isHeld(copy)) {
      await this.held.close(held);
      return undefined;
    }
    const file = await this.#openFound(copy, reading.resumeAt, held.number);
    const instead = { ...held, file, isWhole: true, wasLive: false, lostNameAt: now, quietSince: now };
    this.held.replace(held, instead);
    await held.file.close();
    return instead;
  }

  /**
   * Closes a file after a read error, which may be permanent for its descriptor (network file system). The next poll
   * finds the file again.
   */
  async giveUp(held: HeldFile): Promise<void> {
    const isLast = held === this.held.all.at(-1);
    const read = held.file.reading.handedOver(held.number, held.file);
    this.held.remove(held);
    this.past.add(read);
    if (isLast) this.#goal = { next: 'place', place: { file: read.file, offset: read.offset } };
    await held.file.close().catch(() => undefined);
  }

  /** Opens the next file. @returns false if there is none, or it must wait */
  async goOn(named: Named | undefined, now: Millis): Promise<boolean> {
    if (this.#goal.next === 'place') return this.#reopen(await filesOf(this.#path), this.#goal.place, now);
    const last = this.youngest;
    if (last !== undefined && isSame(last.file, named)) return false;
    if (named === undefined && (last === undefined || last.wasLive)) return false;
    if (last !== undefined && named?.size === 0 && this.#goal.empty === keyOf(named)) return false;
    const files = await filesOf(this.#path);
    const { index, isOver } = await this.#after(files);
    const next = files[index];
    if (next === undefined || this.#options.isHeld(next)) return false;
    if (isOver && next.isLive && next.size === 0 && last !== undefined && !last.isWhole) {
      this.#goal = { next: 'successor', empty: keyOf(next) };
      return false;
    }
    if (!isOver) {
      const { file, offset } = this.past.all.findLast((read) => read.file < this.#next)!;
      this.#next = file;
      await this.#open(files, index, offset, now);
      return true;
    }
    await this.#open(files, index, next.isLive ? await this.#leftIn(next) : 0, now);
    return true;
  }

  /**
   * The file after the youngest that was read. That file is identified by its bytes; if it is gone, by an older file
   * that was read; if all are gone, the first new file is taken.
   * @returns `isOver` is false if the index is the youngest file itself: it has its name back
   */
  async #after(files: readonly Found[]): Promise<{ readonly index: number; readonly isOver: boolean }> {
    const held = this.held.all.map(({ file, number }) => ({ read: file.reading.seen(number, file), isOpen: true }));
    const past = this.past.all.filter(({ file, offset }) => file < this.#next && offset > 0).map((read) => ({ read, isOpen: false }));
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

  /** Continues where reading stopped, in the first of the files from there on that can be found. */
  async #reopen(files: readonly Found[], place: Place, now: Millis): Promise<boolean> {
    const begin = this.#begin;
    const isAnyRead = this.past.all.some((read) => read.offset > 0);
    if (typeof begin === 'object' && 'position' in begin && begin.since !== undefined && !isAnyRead) {
      // An empty file has no bytes to identify it: any file written since may be that file.
      const { since } = begin;
      const index = files.findIndex(({ isLive, mtimeMs }) => isLive || mtimeMs >= since);
      return index !== -1 && this.#openAs(place.file, files, index, 0, now);
    }
    const search = await findPlace(this.past, files, place, this.#last);
    if (search.result === 'wait') return false;
    if (search.result === 'found') {
      await this.#openAs(search.number, files, search.index, search.offset, now);
      this.#countLost(search.lost);
      return true;
    }
    // Files opened by this process have known neighbours; files of earlier processes have not.
    const next = this.#newest > 0 ? (await this.#after(files)).index : files.findIndex(({ isLive }) => isLive);
    if (next === -1 || next === files.length) return false;
    await this.#openAs(this.#last + 1, files, next, 0, now);
    this.#countLost(search.lost);
    if (isAnyRead) this.#options.count('file_resets', 1, this.#path);
    return true;
  }

  get #last(): number {
    return Math.max(-1, ...this.past.all.map(({ file }) => file), ...this.held.all.map(({ number }) => number));
  }

  async #openAs(number: number, files: readonly Found[], index: number, offset: number, now: Millis): Promise<true> {
    this.#next = number;
    await this.#open(files, index, offset, now);
    return true;
  }

  /** Opens a file of the log as the next one. Its predecessor is at its end. */
  async #open(files: readonly Found[], index: number, offset: number | 'end', now: Millis): Promise<void> {
    const found = files[index]!;
    const { number, lost } = await this.past.numberOf(found, this.#next);
    this.#countLost(lost);
    const file = await this.#openFound(found, offset, number);
    for (const held of [...this.held.all]) {
      if (held.isWhole || (!held.wasLive && !found.isLive)) await this.held.close(held);
      else held.file.reading.endLine();
    }
    this.past.remove(number);
    this.#next = number + 1;
    const lostNameAt = found.isLive ? undefined : now;
    this.held.add({ file, number, isWhole: found.isGzip, wasLive: found.isLive, lostNameAt, quietSince: now });
    this.#goal = SUCCESSOR;
    this.#older = new Set(files.slice(0, index).map(stateOf));
    this.#newest = found.mtimeMs;
  }

  #openFound(found: Found, offset: number | 'end', number: number): Promise<FileInReading> {
    const { count, buffer } = this.#options;
    const log = this.#sink!;
    const sink: LineSink = (bytes, start, end, at) => log(bytes, start, end, at, number);
    const options = { sink, count, buffer, path: this.#path };
    return found.isGzip ? GzipFile.open(found, offset === 'end' ? 0 : offset, options) : OpenFile.open(found.path, offset, options);
  }

  #left(read: FileRead): void {
    this.past.add(read);
    this.#options.onLeft(read);
  }

  /** Where reading of a file stopped when it lost its name, here or in another log. */
  async #leftIn(found: Found): Promise<number> {
    const left = this.#options.leftAt(found);
    return left !== undefined && (await holds(found, left)) ? left.offset : 0;
  }

  #countLost(files: number): void {
    if (files > 0) this.#options.count('files_lost', files, this.#path);
  }
}

const keyOf = ({ dev, ino }: { readonly dev: number; readonly ino: number }): string => `${dev}/${ino}`;

/** Inode numbers are reused: a file written since then is another one. */
const stateOf = (file: Found): string => `${keyOf(file)}/${file.mtimeMs}`;
