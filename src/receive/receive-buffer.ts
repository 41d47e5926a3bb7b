import { mkdir, readdir, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../model/clock.js';
import { syncFolder } from '../model/durable.js';
import type { Millis } from '../model/line.js';
import { hours } from '../model/time.js';
import { BufferedLog, type FileId } from './buffered-log.js';
import type { SentLog } from './record.js';
import { Requests } from './requests.js';

export interface ReceiveBufferOptions {
  /** its own folder, created if needed */
  readonly folder: string;
  /** maximum bytes of all files */
  readonly mostBytes: number;
  readonly clock: Clock;
  /** Maximum number of logs; records of further logs are rejected. */
  readonly mostLogs?: number;
  /** Returns the free disk space in bytes; default: that of the file system. */
  readonly freeBytes?: (folder: string) => Promise<number>;
}

/** Lines of a request for one log. */
export interface Lines {
  readonly log: SentLog;
  /** whole lines, each with its newline */
  readonly bytes: Buffer;
}

/** Oldest needed place of a log. Earlier lines can be removed. */
export interface Needed {
  /** the log's base path */
  readonly path: string;
  /** the oldest file that is needed */
  readonly oldest: FileId;
  /** offset in that file before which nothing is needed */
  readonly upTo: number;
}

const MOST_LOGS = 1000;
/** Files are rotated at a size at which all live files together take this fraction of the buffer. */
const SHARE = 4;
const SMALLEST_FILE = 64 * 1024;
const LARGEST_FILE = 16 * 1024 * 1024;
/** Disk space left free for novaspan's checkpoint and other programs, in bytes. */
const LEFT_FREE = 64 * 1024 * 1024;
/** A log without new lines for this long, and without needed lines, is removed: pods come and go. */
const IDLE: Millis = hours(24);

/**
 * Stores received lines as files that a tailer follows. A request is synced before its sender gets the answer, and all
 * rules for followed logs apply (docs/decisions/0011-logs-by-otlp.md).
 *
 *     FOLDER/requests                                                        accepted requests
 *     FOLDER/cmp1/nova-compute.log-3f2a9c1e/nova-compute@cmp1.log            being written
 *     FOLDER/cmp1/nova-compute.log-3f2a9c1e/nova-compute@cmp1.log-20261121-013204123
 *     FOLDER/HOST/NAME-HASH/SERVICE@HOST.log
 */
export class ReceiveBuffer {
  readonly #options: ReceiveBufferOptions;
  readonly #requests: Requests;
  readonly #logs: Map<string, { readonly log: BufferedLog; cameAt: Millis }>;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(options: ReceiveBufferOptions, requests: Requests, logs: Map<string, { readonly log: BufferedLog; cameAt: Millis }>) {
    this.#options = options;
    this.#requests = requests;
    this.#logs = logs;
  }

  /** Creates the folder, or loads its content. Call it before its files are read. @throws the system's error */
  static async open(options: ReceiveBufferOptions): Promise<ReceiveBuffer> {
    const { folder } = options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const logs = new Map<string, { readonly log: BufferedLog; cameAt: Millis }>();
    for (const host of await foldersIn(folder)) {
      for (const name of await foldersIn(join(folder, host))) {
        const path = join(folder, host, name);
        const file = (await readdir(path)).find((each) => each.includes(`@${host}.log`));
        if (file === undefined) continue;
        const live = join(path, file.slice(0, file.indexOf(`@${host}.log`) + `@${host}.log`.length));
        logs.set(`${host}/${name}`, { log: await BufferedLog.open(live), cameAt: (await stat(join(path, file))).mtimeMs });
      }
    }
    return new ReceiveBuffer(options, await Requests.open(join(folder, 'requests')), logs);
  }

  get bytes(): number {
    let bytes = 0;
    for (const { log } of this.#logs.values()) bytes += log.bytes;
    return bytes;
  }

  get logs(): number {
    return this.#logs.size;
  }

  /** Whether a log exists, or there is room for it. */
  hasRoomFor({ key }: SentLog, others = 0): boolean {
    return this.#logs.has(key) || this.#logs.size + others < (this.#options.mostLogs ?? MOST_LOGS);
  }

  /**
   * Appends the lines of a request, after those of earlier requests.
   * @param hash of the request: one that was accepted before is not written again
   * @returns `taken` when the lines are synced; `full` if nothing was written
   * @throws the system's error: the sender must repeat the request, and writing continues where it stopped
   */
  append(hash: string, lines: readonly Lines[]): Promise<'taken' | 'repeated' | 'full'> {
    return this.#queued(() => this.#append(hash, lines));
  }

  /** Removes lines that are no longer needed. @throws the system's error */
  release(needed: readonly Needed[]): Promise<void> {
    return this.#queued(() => this.#release(needed));
  }

  /** Resolves when all started tasks have ended. */
  async settled(): Promise<void> {
    await this.#last;
  }

  /** Runs one task at a time: writing, rotation and removal never overlap. */
  #queued<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #append(hash: string, lines: readonly Lines[]): Promise<'taken' | 'repeated' | 'full'> {
    if (this.#requests.isTaken(hash)) return 'repeated';
    const { clock, mostBytes } = this.#options;
    const size = lines.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (this.bytes + size > mostBytes || (await this.#freeBytes()) < size + LEFT_FREE) return 'full';

    const logs: { readonly log: BufferedLog; readonly key: string; readonly bytes: Buffer }[] = [];
    for (const { log: sent, bytes } of lines) logs.push({ log: await this.#logOf(sent), key: sent.key, bytes });
    const share = Math.min(LARGEST_FILE, Math.max(SMALLEST_FILE, mostBytes / SHARE / this.#logs.size));
    for (const { log } of logs) await log.rotateIfDue(share, clock.now());

    const begun = this.#requests.begun(hash);
    if (begun === undefined) await this.#requests.begin(hash, new Map(logs.map(({ key, log }) => [key, log.end!])));
    for (const { key, log, bytes } of logs) await log.append(bytes, begun?.get(key));
    await this.#requests.taken(hash);
    return 'taken';
  }

  async #release(needed: readonly Needed[]): Promise<void> {
    const now = this.#options.clock.now();
    const byPath = new Map(needed.map((each) => [each.path, each]));
    for (const [key, { log, cameAt }] of this.#logs) {
      const need = byPath.get(log.path);
      if (need === undefined) continue;
      await log.release(need.oldest);
      const { end } = log;
      const isSpent = end?.dev === need.oldest.dev && end.ino === need.oldest.ino && end.offset === need.upTo;
      if (!isSpent || now - cameAt < IDLE) continue;
      this.#logs.delete(key);
      await rm(dirname(log.path), { recursive: true, force: true });
    }
  }

  async #logOf({ key, service, host }: SentLog): Promise<BufferedLog> {
    const known = this.#logs.get(key);
    if (known !== undefined) {
      known.cameAt = this.#options.clock.now();
      return known.log;
    }
    const { folder, clock } = this.#options;
    const path = join(folder, key);
    await mkdir(path, { recursive: true, mode: 0o700 });
    await syncFolder(dirname(path));
    await syncFolder(folder);
    const log = await BufferedLog.open(join(path, `${service}@${host}.log`));
    this.#logs.set(key, { log, cameAt: clock.now() });
    return log;
  }

  async #freeBytes(): Promise<number> {
    const { folder, freeBytes = freeOf } = this.#options;
    return freeBytes(folder);
  }
}

async function freeOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

const foldersIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => name);
