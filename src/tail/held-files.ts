import type { Millis } from '../model/line.js';
import { hours, minutes, seconds } from '../model/time.js';
import { OpenFile } from './open-file.js';
import type { FileRead } from './position.js';
import type { FileInReading } from './reading.js';
import { isSame, type Named } from './siblings.js';

/** Services reopen their logs within this time after a rotation. Until then they write to the old file. */
const PATIENCE: Millis = seconds(10);
/**
 * While the new file is empty the service still writes to the old one. An open file costs a descriptor; lost lines cost
 * more.
 */
const PATIENCE_WHILE_EMPTY: Millis = minutes(10);
/** An open deleted file uses disk space that `du` does not show. */
const PATIENCE_WITH_DELETED: Millis = minutes(10);
const PATIENCE_WITH_BUSY: Millis = hours(1);
const MOST_DEPARTING = 4;

/** An open file of a log, and its role. */
export interface HeldFile {
  readonly file: FileInReading;
  readonly number: number;
  /** the file does not grow: a copy, or a compressed file */
  readonly isWhole: boolean;
  /** it had the log's name when it was opened */
  readonly wasLive: boolean;
  /** undefined while it has the log's name */
  lostNameAt: Millis | undefined;
  /** time when it last lost its name or grew */
  quietSince: Millis;
}

export interface HeldFilesOptions {
  readonly onClosed: (read: FileRead) => void;
  /** called when a file is closed before its end */
  readonly onLost: () => void;
}

/** The open files of one log, oldest first. The last one is read until it has a successor. */
export class HeldFiles {
  readonly #options: HeldFilesOptions;
  #files: HeldFile[] = [];

  constructor(options: HeldFilesOptions) {
    this.#options = options;
  }

  get all(): readonly HeldFile[] {
    return this.#files;
  }

  /** unread bytes */
  get lag(): number {
    return this.#files.reduce((sum, { file }) => sum + file.lag, 0);
  }

  holds(file: { readonly dev: number; readonly ino: number }): boolean {
    return this.#files.some((held) => isSame(held.file, file));
  }

  /** Whether one file is open, has the log's name, and has been read to its end. */
  isSettled(named: Named | undefined): named is Named {
    const [held, ...others] = this.#files;
    return others.length === 0 && held?.file instanceof OpenFile && isSame(held.file, named) && held.file.isSettled;
  }

  add(held: HeldFile): void {
    this.#files.push(held);
  }

  remove(held: HeldFile): void {
    this.#files = this.#files.filter((other) => other !== held);
  }

  replace(held: HeldFile, instead: HeldFile): void {
    this.#files[this.#files.indexOf(held)] = instead;
  }

  /** How far each file was read. */
  reads(): FileRead[] {
    return this.#files.map(({ file, number }) => file.reading.handedOver(number, file));
  }

  /** Notes which file has the name now, and which files lost it. */
  noteNames(named: Named | undefined, now: Millis): void {
    for (const held of this.#files) {
      if (isSame(held.file, named)) held.lostNameAt = undefined;
      else if (held.lostNameAt === undefined) {
        held.lostNameAt = now;
        held.quietSince = now;
      }
    }
  }

  /**
   * Closes old files that have been quiet for long enough, or open for too long.
   * @param isWaiting the file with the name is still empty
   * @param giveUp called for the last file, which must be found again
   */
  async closeOld(isWaiting: boolean, now: Millis, giveUp: (held: HeldFile) => Promise<void>): Promise<void> {
    for (const held of this.#files.filter(({ lostNameAt }) => lostNameAt !== undefined)) {
      const isLast = held === this.#files.at(-1);
      const patience = isLast && isWaiting ? PATIENCE_WHILE_EMPTY : PATIENCE;
      const isQuiet = held.file.lag === 0 && now - held.quietSince >= patience;
      const age = now - held.lostNameAt!;
      const isTooLong = (age >= PATIENCE_WITH_BUSY && !isLast) || (age >= PATIENCE_WITH_DELETED && (await held.file.isDeleted()));
      if (isQuiet) await this.close(held);
      else if (isTooLong && isLast && held.file.lag > 0) await giveUp(held);
      else if (isTooLong) {
        this.#options.onLost();
        await this.close(held);
      }
    }
    const old = this.#files.filter(({ lostNameAt }) => lostNameAt !== undefined).sort((a, b) => a.quietSince - b.quietSince);
    for (const held of old.slice(0, Math.max(0, old.length - MOST_DEPARTING))) {
      if (held.file.lag > 0) this.#options.onLost();
      await this.close(held);
    }
  }

  async close(held: HeldFile): Promise<void> {
    held.file.reading.endLine();
    this.remove(held);
    this.#options.onClosed(held.file.reading.handedOver(held.number, held.file));
    await held.file.close();
  }

  async closeAll(): Promise<void> {
    for (const { file } of this.#files) await file.close();
    this.#files = [];
  }
}
