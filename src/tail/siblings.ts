import { readSync, statSync } from 'node:fs';
import { type FileHandle, open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type FileRead, hashOf, MARKER_BYTES } from './position.js';
import { openLog } from './read-file.js';
import { isPackedName, rotatedNames } from './rotated.js';

/** One file of a log on disk. */
export interface Found {
  readonly path: string;
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
  readonly mtimeMs: number;
  readonly isGzip: boolean;
  /** whether it is at the log's base path */
  readonly isLive: boolean;
}

/** Result of stat for a name. */
export interface Named {
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
  readonly mtimeMs: number;
  isFile(): boolean;
}

/** Whether two names lead to the same file, by device and inode. */
export const isSame = (
  a: { readonly dev: number; readonly ino: number },
  b: { readonly dev: number; readonly ino: number } | undefined,
): boolean => a.dev === b?.dev && a.ino === b.ino;

/**
 * Looks a name up.
 * @param atOnce whether its file system answers at once
 * @returns undefined for a missing file
 */
export async function lookUp(path: string, atOnce = false): Promise<Named | undefined> {
  try {
    return atOnce ? statSync(path, { throwIfNoEntry: false }) : await stat(path);
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** The same without a thread, for a file system that answers at once; undefined also on errors. */
export function nowAt(path: string): Named | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

const isGone = (error: unknown): boolean => {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
};

/** Files of a log in age order, the live one last: those beside its name, and, for a link, those beside its target. */
export async function filesOf(path: string): Promise<Found[]> {
  const live = await lookUp(path);
  const found = await rotatedFrom(path);
  if (live !== undefined) {
    const target = await realpath(path).catch(() => path);
    if (basename(target) !== basename(path)) found.push(...(await rotatedFrom(target)));
    const { dev, ino, size, mtimeMs } = live;
    found.push({ path, dev, ino, size, mtimeMs, isGzip: false, isLive: true });
  }
  return found;
}

async function rotatedFrom(path: string): Promise<Found[]> {
  const folder = dirname(path);
  const names = await readdir(folder).catch((error) => {
    if (isGone(error)) return [];
    throw error;
  });
  const found: Found[] = [];
  for (const name of rotatedNames(basename(path), names)) {
    const file = join(folder, name);
    const named = await lookUp(file);
    if (named === undefined || !named.isFile()) continue;
    const { dev, ino, size, mtimeMs } = named;
    found.push({ path: file, dev, ino, size, mtimeMs, isGzip: isPackedName(name), isLive: false });
  }
  return found;
}

/**
 * Finds the file that was read. If several have its bytes, the one with its inode number, else the oldest: reading a
 * line twice is better than losing it.
 * @param isOpen its descriptor is open, so its inode number cannot be reused
 * @returns -1 if none is
 */
export async function find(files: readonly Found[], read: FileRead, isOpen = false): Promise<number> {
  const hinted = files.findIndex((file) => isSame(file, read));
  if (hinted !== -1 && (isOpen || (read.offset === 0 && !files[hinted]!.isGzip))) return hinted;
  if (read.offset === 0) return -1;
  if (hinted !== -1 && (await holds(files[hinted]!, read))) return hinted;
  for (const [i, file] of files.entries()) if (i !== hinted && (await holds(file, read))) return i;
  return -1;
}

/** Whether a file has the bytes that identify the one that was read. A missing file has not. */
export async function holds(file: Found, read: FileRead): Promise<boolean> {
  if (read.offset === 0) return isSame(file, read);
  try {
    return await (file.isGzip ? unpacksTo(file.path, read) : reads(file, read));
  } catch (error) {
    if (isGone((error as Error).cause ?? error)) return false;
    throw error;
  }
}

async function reads({ path, size }: Found, { offset, headBytes, headHash, markerHash }: FileRead): Promise<boolean> {
  if (size < offset) return false;
  const handle = await open(path, 'r');
  try {
    if (hashOf(await bytesAt(handle, 0, headBytes)) !== headHash) return false;
    const marker = Math.min(offset, MARKER_BYTES);
    return hashOf(await bytesAt(handle, offset - marker, marker)) === markerHash;
  } finally {
    await handle.close();
  }
}

async function unpacksTo(path: string, { offset, headBytes, headHash, markerHash }: FileRead): Promise<boolean> {
  const input = await openLog(path);
  try {
    let head = Buffer.alloc(0);
    let recent = Buffer.alloc(0);
    for (let piece = await input.read(); piece !== undefined; piece = await input.read()) {
      if (head.length < headBytes) {
        head = Buffer.concat([head, piece.bytes.subarray(0, headBytes - head.length)]);
        if (head.length === headBytes && hashOf(head) !== headHash) return false;
      }
      const bytes = piece.bytes.subarray(0, offset - piece.offset);
      recent = lastOf(recent, bytes, MARKER_BYTES);
      if (piece.offset + bytes.length === offset) return head.length === headBytes && hashOf(recent) === markerHash;
    }
    return false;
  } finally {
    await input.close();
  }
}

/** The last bytes of two adjacent buffers, as a copy. */
export function lastOf(before: Buffer, bytes: Buffer, length: number): Buffer<ArrayBuffer> {
  if (bytes.length >= length) return joined(EMPTY, bytes.subarray(bytes.length - length));
  return joined(before.subarray(Math.max(0, before.length + bytes.length - length)), bytes);
}

/** Both buffers as one copy in its own memory: Buffer.concat() uses a pool, which would keep 8 KiB alive. */
export function joined(before: Buffer, bytes: Buffer): Buffer<ArrayBuffer> {
  const all = Buffer.alloc(before.length + bytes.length);
  before.copy(all);
  bytes.copy(all, before.length);
  return all;
}

const EMPTY = Buffer.alloc(0);

/** Fewer bytes if the file is shorter. */
export async function bytesAt(handle: FileHandle, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, at + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

/** The same without a thread, for a file system that answers at once. */
export function bytesAtOnce(fd: number, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const read = readSync(fd, bytes, filled, length - filled, at + filled);
    if (read === 0) break;
    filled += read;
  }
  return bytes.subarray(0, filled);
}
