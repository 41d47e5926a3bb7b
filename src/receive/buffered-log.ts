import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { syncFolder } from '../model/durable.js';
import type { Millis } from '../model/line.js';

/** Identifies a file, whatever its name. */
export interface FileId {
  readonly dev: number;
  readonly ino: number;
}

/** A place in a file. */
export interface FilePlace extends FileId {
  readonly offset: number;
}

interface BufferedFile extends FileId {
  readonly path: string;
  size: number;
  /** A sync failed: the content may be lost after a power cut. */
  isDoubtful?: true;
}

const NEWLINE = 10;
const NOTHING = Buffer.alloc(0);
/** `NAME.log-20261121-013204123`: the name of logrotate's `dateext`, with the time in milliseconds. */
const ROTATED = /-(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)(\d{3})$/;
/** Bytes searched at once, from the end of a file, for the newline of its last whole line. */
const PIECE = 64 * 1024;

/**
 * One log of the receive buffer: the file being written, and older ones. It is written and rotated (rename and create) like
 * the log of a service, so that a tailer follows it as any other.
 *
 * A partial write leaves an incomplete line. The tailer may have read it already, so it is never removed: the next write
 * starts with the rest of the line. After a crash no tailer has it, and it is removed.
 */
export class BufferedLog {
  readonly path: string;
  /** oldest first; the last is the one being written */
  #files: BufferedFile[];
  #unwritten: Buffer = NOTHING;

  private constructor(path: string, files: BufferedFile[]) {
    this.path = path;
    this.#files = files;
  }

  /**
   * Opens the files of a log. Call it before they are read: a line that a crash left incomplete is removed. @throws the
   * system's error
   */
  static async open(path: string): Promise<BufferedLog> {
    const folder = dirname(path);
    const names = (await readdir(folder)).filter(
      (name) => name === basename(path) || (name.startsWith(basename(path)) && ROTATED.test(name)),
    );
    const files: BufferedFile[] = [];
    // The name without a suffix is the shortest, and sorts first.
    for (const name of names.sort()) {
      const { dev, ino, size } = await stat(join(folder, name));
      files.push({ path: join(folder, name), dev, ino, size });
    }
    if (files[0]?.path === path) files.push(files.shift()!);
    const live = files.at(-1);
    if (live?.path === path) live.size = await cutTornLine(path);
    return new BufferedLog(path, files);
  }

  get bytes(): number {
    return this.#files.reduce((sum, { size }) => sum + size, 0);
  }

  /** Place of the next line; undefined before the first file. */
  get end(): FilePlace | undefined {
    const live = this.#live;
    return live === undefined ? undefined : { dev: live.dev, ino: live.ino, offset: live.size };
  }

  get #live(): BufferedFile | undefined {
    const last = this.#files.at(-1);
    return last?.path === this.path ? last : undefined;
  }

  /**
   * Starts a new file if the current one has reached its size, or its content is uncertain.
   * @throws the system's error
   */
  async rotateIfDue(mostBytes: number, now: Millis): Promise<void> {
    const live = this.#live;
    if (live !== undefined && (live.isDoubtful || (live.size >= mostBytes && this.#unwritten.length === 0))) {
      const path = `${this.path}-${suffixOf(Math.max(now, this.#lastRotation + 1))}`;
      await rename(this.path, path);
      this.#files[this.#files.length - 1] = { ...live, path };
      this.#unwritten = NOTHING;
    } else if (live !== undefined) return;
    const handle = await open(this.path, 'a', 0o600);
    try {
      const { dev, ino, size } = await handle.stat();
      this.#files.push({ path: this.path, dev, ino, size });
    } finally {
      await handle.close();
    }
    await syncFolder(dirname(this.path));
  }

  /**
   * Appends whole lines, and waits until they are synced.
   * @param begun where an earlier attempt to write the same lines began: bytes already there are not written again
   * @throws the system's error. The written part stays; call again with `begun` and the same lines to continue
   */
  async append(lines: Buffer, begun: FilePlace | undefined): Promise<void> {
    const live = this.#live!;
    const handle = await open(this.path, 'a+', 0o600);
    try {
      await this.#write(handle, live, this.#unwritten);
      const rest = lines.subarray(begun === undefined ? 0 : await this.#alreadyThere(lines, begun));
      await this.#write(handle, live, rest);
      live.isDoubtful = true;
      await handle.datasync();
      delete live.isDoubtful;
    } finally {
      await handle.close().catch(() => undefined);
    }
  }

  /** Removes the files older than `oldest`; none if that file is not here. @throws the system's error */
  async release(oldest: FileId): Promise<void> {
    const first = this.#files.findIndex(({ dev, ino }) => dev === oldest.dev && ino === oldest.ino);
    for (const file of this.#files.slice(0, Math.max(0, first))) {
      await rm(file.path, { force: true });
      this.#files = this.#files.filter((other) => other !== file);
    }
  }

  get #lastRotation(): Millis {
    return Math.max(0, ...this.#files.map(({ path }) => turnOf(path)));
  }

  async #write(handle: FileHandle, live: BufferedFile, bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return;
    const before = live.size;
    try {
      await handle.appendFile(bytes);
      live.size = before + bytes.length;
      this.#unwritten = NOTHING;
    } catch (error) {
      live.size = (await handle.stat()).size;
      const written = live.size - before;
      const isTorn = written > 0 && written < bytes.length && bytes[written - 1] !== NEWLINE;
      if (isTorn) this.#unwritten = bytes.subarray(written, bytes.indexOf(NEWLINE, written) + 1);
      else if (written > 0) this.#unwritten = NOTHING;
      throw error;
    }
  }

  /** Number of bytes of these lines, as whole lines, that an earlier attempt already wrote. */
  async #alreadyThere(lines: Buffer, { dev, ino, offset }: FilePlace): Promise<number> {
    const file = this.#files.find((each) => each.dev === dev && each.ino === ino);
    if (file === undefined || file.isDoubtful || file.size <= offset) return 0;
    const handle = await open(file.path, 'r');
    try {
      const there = Buffer.alloc(Math.min(lines.length, file.size - offset));
      const { bytesRead } = await handle.read(there, 0, there.length, offset);
      let same = 0;
      while (same < bytesRead && there[same] === lines[same]) same++;
      return lines.subarray(0, same).lastIndexOf(NEWLINE) + 1;
    } finally {
      await handle.close();
    }
  }
}

/** Removes bytes after the last newline. @returns the size without them */
async function cutTornLine(path: string): Promise<number> {
  const handle = await open(path, 'r+');
  try {
    const { size } = await handle.stat();
    const piece = Buffer.alloc(PIECE);
    for (let end = size; end > 0; ) {
      const from = Math.max(0, end - PIECE);
      const { bytesRead } = await handle.read(piece, 0, end - from, from);
      const newline = piece.subarray(0, bytesRead).lastIndexOf(NEWLINE);
      end = newline === -1 ? from : from + newline + 1;
      if (newline !== -1 || end === 0) {
        if (end < size) await handle.truncate(end);
        return end;
      }
    }
    return size;
  } finally {
    await handle.close();
  }
}

/** `20261121-013204123` */
const suffixOf = (at: Millis): string =>
  new Date(at)
    .toISOString()
    .replace(/[-:.Z]/g, '')
    .replace('T', '-');

function turnOf(path: string): Millis {
  const [, ...parts] = ROTATED.exec(path) ?? [];
  if (parts.length === 0) return 0;
  const [year, month, day, hour, minute, second, millis] = parts;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${millis}Z`);
}
