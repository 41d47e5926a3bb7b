import type { Clock } from '../model/clock.js';
import type { Count } from '../model/counters.js';
import type { LineSink, Millis } from '../model/line.js';
import { type Begin, FollowedLog, type SourceReport } from './follow.js';
import { createLookout } from './lookout.js';
import type { FileRead, LogPosition } from './position.js';

export type { Begin, SourceReport } from './follow.js';

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
   * @param isWhole whether to look at every log; otherwise, those that have been still for long are looked at in turn
   */
  poll(budgetOf?: (path: string) => number | undefined, isWhole?: boolean): Promise<PollReport>;
  /** How many files are held open. */
  readonly openFiles: number;
  /** How far every log has been read, in the order of their names: to be given to `begin` one day. */
  positions(): LogPosition[];
  /** A log's files with smaller numbers are needed no more: `positions` leaves them out. */
  release(path: string, file: number): void;
  /** Lets go of all files. What was not read stays unread; incomplete lines are not handed over. */
  close(): Promise<void>;
}

const MIB = 1024 * 1024;
const PIECE = 256 * 1024;
/** Files remembered after their names went: they may turn up again under a name that a glob matches. */
const MOST_LEFT = 1000;
/** Logs remembered after they have gone: one that comes back goes on with its numbers. */
const MOST_GONE = 1000;

/**
 * Follows logs through their rotations. No log waits for another: each is read by `maxBytesPerPoll` at most, in turn,
 * and a log that cannot be read is said to be so while the others go on.
 */
export function createTailer({ paths, open, clock, count, maxBytesPerPoll = MIB, begin, known = [] }: TailerOptions): Tailer {
  const followed = new Map<string, FollowedLog>();
  const sinks = new Map<string, LineSink | undefined>();
  const left = new Map<string, FileRead>();
  const lookOut = createLookout(paths);
  const buffer = Buffer.allocUnsafe(PIECE);
  let polls = 0;
  let last: { readonly unmatched: readonly string[]; readonly report: PollReport } | undefined;

  /** A log that comes back after it was gone goes on with the sink that it had. */
  const sinkOf = (path: string): LineSink | undefined => {
    if (!sinks.has(path)) sinks.set(path, open(path));
    return sinks.get(path);
  };

  const follow = (path: string): FollowedLog => {
    const isFirst = polls === 0;
    return new FollowedLog(path, {
      sink: () => sinkOf(path),
      begin: () => begin(path, isFirst),
      count,
      buffer,
      isHeld: (file) => [...followed.values()].some((log) => log.holds(file)),
      leftAt: ({ dev, ino }) => left.get(`${dev}/${ino}`),
      onLeft(read) {
        const key = `${read.dev}/${read.ino}`;
        left.delete(key);
        left.set(key, read);
        if (left.size > MOST_LEFT) left.delete(left.keys().next().value!);
      },
    });
  };

  /** in the order of their names; undefined after logs have come or gone */
  let ordered: readonly FollowedLog[] | undefined;
  const inOrder = (): readonly FollowedLog[] => {
    ordered ??= [...followed.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
    return ordered;
  };
  const add = (path: string): void => {
    followed.set(path, follow(path));
    ordered = undefined;
  };
  const forget = (log: FollowedLog): void => {
    followed.delete(log.path);
    ordered = undefined;
  };

  return {
    async poll(budgetOf = () => undefined, isWhole = true) {
      const now = clock.now();
      const { logs, unmatched } = await lookOut();
      for (const path of polls === 0 ? [...logs, ...known] : logs) if (!followed.has(path)) add(path);

      let at = now;
      let isStill = isSameList(unmatched, last?.unmatched);
      const missing = [...unmatched];
      const gone: FollowedLog[] = [];
      // Those that have not been begun come in the order of their names: of two names of one file the first has it.
      const all = inOrder();
      for (const log of [...inTurn(all.filter(isBegun), polls++), ...all.filter((log) => !isBegun(log))]) {
        if (log.isStill(now, isWhole)) {
          at = Math.min(at, log.lookedAt);
          continue;
        }
        isStill = false;
        if ((await log.poll(budgetOf(log.path) ?? maxBytesPerPoll, now)) !== undefined) continue;
        if (paths.includes(log.path)) missing.push(log.path);
        if (!log.isBegun) forget(log);
        else if (log.isIdle && !logs.includes(log.path)) gone.push(log);
      }
      for (const log of gone.slice(0, Math.max(0, gone.length - MOST_GONE))) forget(log);
      if (isStill && last !== undefined) return { ...last.report, at };
      const sources = all.flatMap(({ report }) => report ?? []);
      const report = { at, readBytes: sources.reduce((sum, { readBytes }) => sum + readBytes, 0), sources, missing };
      last = { unmatched, report };
      return report;
    },

    get openFiles() {
      return [...followed.values()].reduce((sum, log) => sum + log.openFiles, 0);
    },

    positions: () => inOrder().flatMap((log) => log.position() ?? []),

    release(path, file) {
      followed.get(path)?.release(file);
    },

    async close() {
      for (const log of followed.values()) await log.close();
      followed.clear();
    },
  };
}

const isSameList = (a: readonly string[], b: readonly string[] | undefined): boolean =>
  a.length === b?.length && a.every((each, i) => each === b[i]);

const isBegun = (log: FollowedLog): boolean => log.isBegun;

/** The first one is another one at each poll, so that none is always the last. */
const inTurn = <T>(all: readonly T[], turn: number): T[] => {
  const first = all.length === 0 ? 0 : turn % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
};
