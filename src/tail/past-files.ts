import type { FileRead, Place } from './position.js';
import { type Found, find, holds } from './siblings.js';

/**
 * Number of files kept although none of their lines is needed: the neighbour of a deleted file shows what comes next.
 */
const MOST_REMEMBERED = 4;

/** Files of one log that were read and are closed, oldest first. */
export class PastFiles {
  #files: FileRead[] = [];
  /** files with smaller numbers are not needed */
  #released = 0;

  get all(): readonly FileRead[] {
    return this.#files;
  }

  get last(): FileRead | undefined {
    return this.#files.at(-1);
  }

  /** Takes the files that a previous process had read. */
  restore(files: readonly FileRead[]): void {
    this.#files = [...files];
  }

  add(read: FileRead): void {
    this.#files = [...this.#files.filter(({ file }) => file !== read.file), read].sort((a, b) => a.file - b.file);
    this.#forget();
  }

  remove(number: number): void {
    this.#files = this.#files.filter((read) => read.file !== number);
  }

  release(number: number): void {
    this.#released = Math.max(this.#released, number);
    this.#forget();
  }

  /** Files that a restart must know, together with the open ones. */
  neededWith(open: readonly FileRead[]): FileRead[] {
    const files = [...this.#files.filter(({ file }) => !open.some((other) => other.file === file)), ...open].sort(
      (a, b) => a.file - b.file,
    );
    const needed = files.filter(({ file }) => file >= this.#released);
    // At least one of them must have bytes that identify it.
    const known = files.findLast(({ file, offset }) => file < this.#released && offset > 0);
    if (known !== undefined && !((needed[0]?.offset ?? 0) > 0)) needed.unshift(known);
    return needed;
  }

  /**
   * Finds a past file among files on disk.
   * A file of which nothing was read is identified by its inode number alone. It counts only if it is not after the
   * files that followed it.
   */
  async find(files: readonly Found[], read: FileRead): Promise<number> {
    const at = await find(files, read);
    if (at === -1 || read.offset > 0) return at;
    for (const later of this.#files.filter(({ file, offset }) => file > read.file && offset > 0)) {
      const next = await find(files, later);
      if (next !== -1) return at < next ? at : -1;
    }
    return at;
  }

  /**
   * Number of a file to open: its number before a restart, else the next one.
   * @returns `lost`: number of files that should precede it and are missing
   */
  async numberOf(found: Found, next: number): Promise<{ readonly number: number; readonly lost: number }> {
    const ahead = this.#files.filter(({ file }) => file >= next);
    for (const read of ahead) {
      if (!(await holds(found, read))) continue;
      return { number: read.file, lost: ahead.filter((other) => other.file < read.file && other.offset > 0).length };
    }
    return { number: next, lost: 0 };
  }

  #forget(): void {
    const known = this.#files.findLast(({ file, offset }) => file < this.#released && offset > 0);
    const most = this.#files.length - MOST_REMEMBERED;
    this.#files = this.#files.filter((read, i) => read.file >= this.#released || read === known || i >= most);
  }
}

/** Result of the search for the next file. */
export type Search =
  | {
      readonly result: 'found';
      /** index in the searched files */
      readonly index: number;
      readonly number: number;
      readonly offset: number;
      /** number of files that should precede it and are missing */
      readonly lost: number;
    }
  /** the last file read is there, and no later one yet */
  | { readonly result: 'wait' }
  /** none of the files that were read can be found */
  | { readonly result: 'none'; readonly lost: number };

/**
 * Finds the file in which reading stopped, or the first later file that can be found.
 * @param last the highest number of any file
 */
export async function findPlace(past: PastFiles, files: readonly Found[], { file: from, offset }: Place, last: number): Promise<Search> {
  const before = past.all.filter(({ file }) => file < from);
  const anchors = before.toReversed();
  let lost = 0;
  for (const read of past.all.filter(({ file }) => file >= from)) {
    const anchor = before.findLast((other) => other.offset > 0);
    if (read.offset > 0 || anchor === undefined) {
      const index = await past.find(files, read);
      const at = read.file === from ? Math.min(offset, read.offset) : 0;
      if (index !== -1) return { result: 'found', index, number: read.file, offset: at, lost };
      if (read.offset > 0 || past.all.length === 1) lost++;
    } else {
      const index = await find(files, anchor);
      if (index !== -1 && index + 1 === files.length) return { result: 'wait' };
      if (index !== -1) return { result: 'found', index: index + 1, number: read.file, offset: 0, lost };
    }
    before.push(read);
  }
  for (const anchor of anchors) {
    const index = await find(files, anchor);
    if (index !== -1 && index + 1 < files.length) return { result: 'found', index: index + 1, number: last + 1, offset: 0, lost };
  }
  return { result: 'none', lost };
}
