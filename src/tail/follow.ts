import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Count } from '../model/counters.js';
import { reasonOf } from '../model/errors.js';
import type { LineSink, Millis } from '../model/line.js';
import { minutes, seconds } from '../model/time.js';
import { OpenFile } from './open-file.js';
import type { Position } from './position.js';

/** What one poll found of one log. */
export interface SourceReport {
  readonly path: string;
  readonly readBytes: number;
  /** bytes that are there and have not been read */
  readonly lagBytes: number;
  /** Nothing was unread when the log was looked at in this poll; an incomplete last line does not count. */
  readonly atEnd: boolean;
  /** The last line is not complete yet: it is kept until its newline comes. */
  readonly partial: boolean;
  readonly readable: boolean;
  /** why the log is not readable */
  readonly reason?: string;
}

export interface FollowOptions {
  /** asked when there is something to read; undefined for a log that is of no interest */
  readonly sink: () => LineSink | undefined;
  readonly count: Count;
  /** lent to every read */
  readonly buffer: Buffer;
  /** where the log's first file is begun: at its beginning too where none of the positions is in it */
  readonly from: 'beginning' | 'end' | readonly Position[];
  /** whether another log is reading this file already, under another name */
  readonly isHeld: (dev: number, ino: number) => boolean;
  /** where reading of this file stopped when its name went; undefined for a file never met */
  readonly leftAt: (dev: number, ino: number) => Position | undefined;
  /** told of a file that is read no more */
  readonly onLeft: (position: Position) => void;
}

/** Services that are told to reopen their logs do so within this; until then they write to the old file. */
const PATIENCE: Millis = seconds(10);
/** While the new file is empty the service has not moved to it: an old file costs a descriptor, its lines cost more. */
const PATIENCE_WHILE_EMPTY: Millis = minutes(10);

interface Departing {
  readonly file: OpenFile;
  /** when it last lost its name or gave a byte */
  quietSince: Millis;
}

type Named = Pick<Stats, 'dev' | 'ino' | 'size' | 'mtimeMs' | 'isFile'>;

/**
 * One lasting log: whatever file its name leads to, and files that had the name before, until their last line.
 *
 *     name leads to   A         A          B (empty)     B             B
 *     A is            current   appended   departing     read to end   closed when quiet for PATIENCE
 *     B is                                 left alone    current, from its beginning
 *
 * All files go through one sink: a rotation is not seen by what reads the lines.
 */
export class FollowedLog {
  readonly path: string;
  readonly #options: FollowOptions;
  #from: FollowOptions['from'];
  #current: OpenFile | undefined;
  #departing: Departing[] = [];

  constructor(path: string, options: FollowOptions) {
    this.path = path;
    this.#options = options;
    this.#from = options.from;
  }

  /** Whether a file is being read as this log. */
  holds(dev: number, ino: number): boolean {
    return this.#files().some((file) => file.dev === dev && file.ino === ino);
  }

  /**
   * Looks and reads on, by `budget` bytes at most.
   *
   * @returns undefined where there is no such log: its name leads nowhere and nothing of it is left to read, it is a
   *   second name of another one, or it is of no interest
   * @throws only what the sink throws
   */
  async poll(budget: number, now: Millis): Promise<SourceReport | undefined> {
    let read = 0;
    try {
      const named = await lookUp(this.path);
      this.#sortOut(named, now);
      for (const old of this.#departing) {
        const bytes = await this.#readOn(old.file, budget - read);
        if (bytes > 0) old.quietSince = now;
        read += bytes;
      }
      const isOldRead = this.#departing.every(({ file }) => file.lag === 0);
      await this.#letGo(named, now);

      const known = this.#current;
      if (isOldRead && named !== undefined && known === undefined) await this.#begin(named);
      // By the time a name is opened it may lead elsewhere: a file that is new is looked at itself.
      const looks = known === undefined ? undefined : named;
      if (isOldRead && this.#current !== undefined) read += await this.#readOn(this.#current, budget - read, looks);
      const files = this.#files();
      if (files.length === 0) return undefined;

      const waiting = this.#current === undefined ? (named?.size ?? 0) : 0;
      const lagBytes = this.#lag() + waiting;
      const partial = files.some(({ isPartial }) => isPartial);
      return { path: this.path, readBytes: read, lagBytes, atEnd: lagBytes === 0, partial, readable: true };
    } catch (error) {
      if (!isOfSystem(error)) throw error;
      this.#options.count('sources_unreadable', 1, this.path);
      return {
        path: this.path,
        readBytes: read,
        lagBytes: this.#lag(),
        atEnd: false,
        partial: false,
        readable: false,
        reason: reasonOf(error),
      };
    }
  }

  /** How far each file has been read, oldest first. */
  positions(): Position[] {
    return this.#files().map((file) => file.position(this.path));
  }

  async close(): Promise<void> {
    for (const file of this.#files()) await file.close();
    this.#current = undefined;
    this.#departing = [];
  }

  #files(): OpenFile[] {
    const old = this.#departing.map(({ file }) => file);
    return this.#current === undefined ? old : [...old, this.#current];
  }

  #lag(): number {
    return this.#files().reduce((sum, { lag }) => sum + lag, 0);
  }

  /** Sees which file has the name now, and which has lost it. */
  #sortOut(named: Named | undefined, now: Millis): void {
    const isNamed = (file: OpenFile): boolean => file.dev === named?.dev && file.ino === named.ino;
    if (this.#current !== undefined && !isNamed(this.#current)) {
      this.#departing.push({ file: this.#current, quietSince: now });
      this.#current = undefined;
    }
    const back = this.#departing.find(({ file }) => isNamed(file));
    if (back !== undefined && this.#current === undefined) {
      this.#departing = this.#departing.filter((other) => other !== back);
      this.#current = back.file;
    }
  }

  /** Closes old files that have been quiet for long enough. */
  async #letGo(named: Named | undefined, now: Millis): Promise<void> {
    const patience = named?.size === 0 ? PATIENCE_WHILE_EMPTY : PATIENCE;
    for (const old of [...this.#departing]) {
      if (old.file.lag > 0 || now - old.quietSince < patience) continue;
      await old.file.endLine();
      this.#departing = this.#departing.filter((other) => other !== old);
      this.#options.onLeft(old.file.position(this.path));
      await old.file.close();
    }
  }

  /** Opens the file that has the name now, unless its writer is still at the old one. */
  async #begin(named: Named): Promise<void> {
    if (this.#departing.length > 0 && named.size === 0) return;
    if (this.#options.isHeld(named.dev, named.ino)) return;
    const { buffer, count } = this.#options;
    const sink = this.#options.sink();
    if (sink === undefined) return;
    if (!named.isFile()) throw notAFile();
    const file = await OpenFile.open(this.path, { sink, count, buffer });
    try {
      for (const old of this.#departing) await old.file.endLine();
      await this.#goToStart(file);
    } catch (error) {
      await file.close();
      throw error;
    }
    this.#from = 'beginning';
    this.#current = file;
  }

  async #goToStart(file: OpenFile): Promise<void> {
    const left = this.#options.leftAt(file.dev, file.ino);
    if (left !== undefined && (await file.resume(left))) return;
    if (this.#from === 'end') return file.skipToEnd();
    if (this.#from === 'beginning') return;
    const mine = this.#from.filter(({ path }) => path === this.path);
    for (const position of mine.reverse()) if (await file.resume(position)) return;
    if (mine.some(({ offset }) => offset > 0)) this.#options.count('file_resets', 1, this.path);
  }

  /** Every poll looks, with or without room to read: what it says of the end is always of now. `looks` are those of this poll. */
  async #readOn(file: OpenFile, budget: number, looks?: Named): Promise<number> {
    try {
      if (!(await file.look(looks))) {
        this.#options.count('file_resets', 1, this.path);
        file.restart();
      }
      return await file.readOn(budget);
    } catch (error) {
      if (isOfSystem(error)) await this.#giveUp(file);
      throw error;
    }
  }

  /** A descriptor that failed (a network file system) may fail for good: the next poll opens the file anew, and goes on. */
  async #giveUp(file: OpenFile): Promise<void> {
    if (file === this.#current) {
      this.#from = [file.position(this.path)];
      this.#current = undefined;
    }
    this.#departing = this.#departing.filter((old) => old.file !== file);
    await file.close().catch(() => undefined);
  }
}

/** @returns undefined for a name that leads nowhere */
async function lookUp(path: string): Promise<Named | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

const notAFile = (): Error => Object.assign(new Error('it is not a file'), { syscall: 'open' });

/** Told apart from what a sink throws, which is not the log's fault. */
const isOfSystem = (error: unknown): boolean => error instanceof Error && 'syscall' in error;
