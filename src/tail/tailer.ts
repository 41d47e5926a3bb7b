import type { Clock } from '../model/clock.js';
import type { Count } from '../model/counters.js';
import type { LineSink, Millis } from '../model/line.js';
import { FollowedLog } from './follow.js';
import type { Begin, SourceReport } from './follow-options.js';
import { createLogFinder } from './lookout.js';
import type { FileRead, LogPosition } from './position.js';

export type { Begin, SourceReport } from './follow-options.js';

export interface TailerOptions {
  /** files, existing or not, folders, and globs */
  readonly paths: readonly string[];
  /** Returns the sink of a new log; undefined for a log that is not read. */
  readonly open: (path: string) => LineSink | undefined;
  readonly clock: Clock;
  readonly count: Count;
  /** maximum bytes that one poll reads of one log */
  readonly maxBytesPerPoll?: number;
  /**
   * Decides where to begin a log. Called once per log, after `open`.
   * @param isFirst whether the log existed at the first poll; a later log should be begun at its beginning, or where
   * reading stopped before
   */
  readonly begin: (path: string, isFirst: boolean) => Begin;
  /**
   * Logs that an earlier tailer followed: they count as existing at the first poll, even if only rotated files are
   * left. Between a rename and the new file no folder or glob shows them, but their lines are needed.
   */
  readonly known?: readonly string[];
}

/** Result of one poll. */
export interface PollReport {
  /**
   * everything written before this time was read of every source with `atEnd`: the start of the poll, or the last look
   * at a log in it
   */
  readonly at: Millis;
  readonly readBytes: number;
  /** sorted by name; the same array as in the last report if nothing changed */
  readonly sources: readonly SourceReport[];
  /** given paths that lead to no log: a missing file, an empty folder or glob */
  readonly missing: readonly string[];
}

/** Follows some logs. */
export interface Tailer {
  /**
   * One poll cycle: finds logs, and reads on in each, one at a time.
   * @param budgetOf maximum bytes to read of a log this time, 0 for none; undefined for `maxBytesPerPoll`
   * @param isWhole whether to check every log; otherwise long unchanged logs are checked less often
   */
  poll(budgetOf?: (path: string) => number | undefined, isWhole?: boolean): Promise<PollReport>;
  /** Number of open files. */
  readonly openFiles: number;
  /** How far every log was read, sorted by name: input for `begin` of a later process. */
  positions(): LogPosition[];
  /** Releases files of a log with smaller numbers: `positions` leaves them out. */
  release(path: string, file: number): void;
  /** Closes all files. Incomplete lines are not handed over. */
  close(): Promise<void>;
}

const MIB = 1024 * 1024;
const PIECE = 256 * 1024;
/** Number of files kept after their names are gone: they may reappear under a name that a glob matches. */
const MOST_LEFT = 1000;
/** Number of logs kept after they are gone: a log that comes back continues its file numbers. */
const MOST_GONE = 1000;

export const createTailer = (options: TailerOptions): Tailer => new FileTailer(options);

/**
 * Follows logs through rotations. No log waits for another: each is read by `maxBytesPerPoll` at most, in turn. An
 * unreadable log is reported while the others go on.
 */
class FileTailer implements Tailer {
  readonly #options: TailerOptions;
  readonly #followed = new Map<string, FollowedLog>();
  readonly #sinks = new Map<string, LineSink | undefined>();
  /** files that lost their names, by device and inode */
  readonly #left = new Map<string, FileRead>();
  readonly #lookOut: ReturnType<typeof createLogFinder>;
  readonly #buffer = Buffer.allocUnsafe(PIECE);
  #polls = 0;
  #last: { readonly unmatched: readonly string[]; readonly report: PollReport } | undefined;
  /** sorted by name; undefined after logs appeared or disappeared */
  #ordered: readonly FollowedLog[] | undefined;

  constructor(options: TailerOptions) {
    this.#options = options;
    this.#lookOut = createLogFinder(options.paths);
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
    // New logs are begun in the order of their names: of two names for one file, the first has it.
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

  /** A log that comes back continues with its former sink. */
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

/** Each poll begins with another log, so that none is always the last. */
const rotated = <T>(all: readonly T[], poll: number): T[] => {
  const first = all.length === 0 ? 0 : poll % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
};
