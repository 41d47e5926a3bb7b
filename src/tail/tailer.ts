import type { Clock } from '../model/clock.js';
import type { Count } from '../model/counters.js';
import type { LineSink, Millis } from '../model/line.js';
import { FollowedLog } from './follow.js';
import type { Begin, SourceReport } from './follow-options.js';
import { createLookout } from './lookout.js';
import type { FileRead, LogPosition } from './position.js';

export type { Begin, SourceReport } from './follow-options.js';

export interface TailerOptions {
  /** files, whether they are there yet or not, folders, and globs */
  readonly paths: readonly string[];
  /** The sink of a log that is met for the first time; undefined for a log that is of no interest. */
  readonly open: (path: string) => LineSink | undefined;
  readonly clock: Clock;
  readonly count: Count;
  /** the most that one poll reads of one log */
  readonly maxBytesPerPoll?: number;
  /**
   * Where a log is begun. Asked once for each log that is met, after `open`.
   *
   * @param isFirst whether the log was there at the first poll: what comes later should be begun at its beginning, or where
   *   reading of it stopped another time
   */
  readonly begin: (path: string, isFirst: boolean) => Begin;
  /**
   * Logs that an earlier tailer followed: they are there at the first poll, too, where only rotated files are. Between a rename and
   * the new file no folder and no glob shows them, and what they hold is needed.
   */
  readonly known?: readonly string[];
}

/** What one poll found. */
export interface PollReport {
  /** what was written before then has been read of every source that is `atEnd`: when the poll began, or when a log in it was looked at last */
  readonly at: Millis;
  readonly readBytes: number;
  /** in the order of their names; the same array as in the last report where nothing has changed */
  readonly sources: readonly SourceReport[];
  /** of the given paths those that lead to no log: a file that is not there, a folder or glob with nothing in it */
  readonly missing: readonly string[];
}

export interface Tailer {
  /**
   * One poll cycle: looks for logs, and reads on in each. One at a time; nothing happens between polls.
   *
   * @param budgetOf the most bytes to read of a log this time, 0 for none; undefined for `maxBytesPerPoll`
   * @param isWhole whether to look at every log; otherwise, logs without new lines for long are checked a few per poll cycle
   */
  poll(budgetOf?: (path: string) => number | undefined, isWhole?: boolean): Promise<PollReport>;
  /** How many files are held open. */
  readonly openFiles: number;
  /** How far every log has been read, in the order of their names: to be given to `begin` one day. */
  positions(): LogPosition[];
  /** A log's files with smaller numbers are needed no more: `positions` leaves them out. */
  release(path: string, file: number): void;
  /** Closes all files. Incomplete lines are not handed over. */
  close(): Promise<void>;
}

const MIB = 1024 * 1024;
const PIECE = 256 * 1024;
/** Files that are remembered after their names are gone: they may appear again under a name that a glob matches. */
const MOST_LEFT = 1000;
/** Logs remembered after they have gone: one that comes back goes on with its numbers. */
const MOST_GONE = 1000;

export const createTailer = (options: TailerOptions): Tailer => new FileTailer(options);

/**
 * Follows logs through their rotations. No log waits for another: each is read by `maxBytesPerPoll` at most, one after the other.
 * A log that cannot be read is reported so while the others go on.
 */
class FileTailer implements Tailer {
  readonly #options: TailerOptions;
  readonly #followed = new Map<string, FollowedLog>();
  readonly #sinks = new Map<string, LineSink | undefined>();
  /** files whose names went, by device and inode */
  readonly #left = new Map<string, FileRead>();
  readonly #lookOut: ReturnType<typeof createLookout>;
  readonly #buffer = Buffer.allocUnsafe(PIECE);
  #polls = 0;
  #last: { readonly unmatched: readonly string[]; readonly report: PollReport } | undefined;
  /** in the order of their names; undefined after logs have come or gone */
  #ordered: readonly FollowedLog[] | undefined;

  constructor(options: TailerOptions) {
    this.#options = options;
    this.#lookOut = createLookout(options.paths);
  }

  async poll(budgetOf: (path: string) => number | undefined = () => undefined, isWhole = true): Promise<PollReport> {
    const now = this.#options.clock.now();
    const { logs, unmatched } = await this.#lookOut();
    for (const path of this.#polls === 0 ? [...logs, ...(this.#options.known ?? [])] : logs) if (!this.#followed.has(path)) this.#add(path);
    const all = this.#inOrder();
    const { at, isStill, missing } = await this.#pollEach(all, logs, now, { budgetOf, isWhole });
    if (isStill && this.#last !== undefined && isSameList(unmatched, this.#last.unmatched)) return { ...this.#last.report, at };
    const sources = all.flatMap(({ report }) => report ?? []);
    const readBytes = sources.reduce((sum, each) => sum + each.readBytes, 0);
    const report = { at, readBytes, sources, missing: [...unmatched, ...missing] };
    this.#last = { unmatched, report };
    return report;
  }

  get openFiles(): number {
    return [...this.#followed.values()].reduce((sum, log) => sum + log.openFiles, 0);
  }

  positions(): LogPosition[] {
    return this.#inOrder().flatMap((log) => log.position() ?? []);
  }

  release(path: string, file: number): void {
    this.#followed.get(path)?.release(file);
  }

  async close(): Promise<void> {
    for (const log of this.#followed.values()) await log.close();
    this.#followed.clear();
  }

  /** @param there paths at which logs were found */
  async #pollEach(
    all: readonly FollowedLog[],
    there: readonly string[],
    now: Millis,
    { budgetOf, isWhole }: { readonly budgetOf: (path: string) => number | undefined; readonly isWhole: boolean },
  ): Promise<{ readonly at: Millis; readonly isStill: boolean; readonly missing: readonly string[] }> {
    const { paths, maxBytesPerPoll = MIB } = this.#options;
    let at = now;
    let isStill = true;
    const missing: string[] = [];
    const gone: FollowedLog[] = [];
    // Those that have not been begun come in the order of their names: of two names of one file the first has it.
    for (const log of [...rotated(all.filter(isBegun), this.#polls++), ...all.filter((each) => !isBegun(each))]) {
      if (log.isStill(now, isWhole)) {
        at = Math.min(at, log.lookedAt);
        continue;
      }
      isStill = false;
      if ((await log.poll(budgetOf(log.path) ?? maxBytesPerPoll, now)) !== undefined) continue;
      if (paths.includes(log.path)) missing.push(log.path);
      if (!log.isBegun) this.#forget(log);
      else if (log.isIdle && !there.includes(log.path)) gone.push(log);
    }
    for (const log of gone.slice(0, Math.max(0, gone.length - MOST_GONE))) this.#forget(log);
    return { at, isStill, missing };
  }

  #add(path: string): void {
    const isFirst = this.#polls === 0;
    const { begin, count } = this.#options;
    const log = new FollowedLog(path, {
      sink: () => this.#sinkOf(path),
      begin: () => begin(path, isFirst),
      count,
      buffer: this.#buffer,
      isHeld: (file) => [...this.#followed.values()].some((each) => each.holds(file)),
      leftAt: ({ dev, ino }) => this.#left.get(`${dev}/${ino}`),
      onLeft: (read) => this.#noteLeft(read),
    });
    this.#followed.set(path, log);
    this.#ordered = undefined;
  }

  #forget(log: FollowedLog): void {
    this.#followed.delete(log.path);
    this.#ordered = undefined;
  }

  /** A log that comes back after it was gone goes on with the sink that it had. */
  #sinkOf(path: string): LineSink | undefined {
    if (!this.#sinks.has(path)) this.#sinks.set(path, this.#options.open(path));
    return this.#sinks.get(path);
  }

  #noteLeft(read: FileRead): void {
    const key = `${read.dev}/${read.ino}`;
    this.#left.delete(key);
    this.#left.set(key, read);
    if (this.#left.size > MOST_LEFT) this.#left.delete(this.#left.keys().next().value!);
  }

  #inOrder(): readonly FollowedLog[] {
    this.#ordered ??= [...this.#followed.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
    return this.#ordered;
  }
}

const isSameList = (a: readonly string[], b: readonly string[] | undefined): boolean =>
  a.length === b?.length && a.every((each, i) => each === b[i]);

const isBegun = (log: FollowedLog): boolean => log.isBegun;

/** Each poll begins with another one, so that none is always the last. */
const rotated = <T>(all: readonly T[], poll: number): T[] => {
  const first = all.length === 0 ? 0 : poll % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
};
