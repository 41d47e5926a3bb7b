import type { Clock } from '../model/clock.js';
import type { Count } from '../model/counters.js';
import type { LineSink, Millis } from '../model/line.js';
import { liveLogs } from './discover.js';
import { FollowedLog, type FollowOptions, type SourceReport } from './follow.js';
import type { Position } from './position.js';

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
   * Where logs are begun that are there at the first poll; positions are those that an earlier tailer gave, and a log
   * that is not among them is begun at its beginning, as is every log that comes later.
   */
  readonly startAt: FollowOptions['from'];
}

/** What one poll found. */
export interface PollReport {
  /** when the poll began: what was written before then has been read of every source that is `atEnd` */
  readonly at: Millis;
  readonly readBytes: number;
  /** in the order of their names */
  readonly sources: readonly SourceReport[];
  /** of the given paths those that lead to no log: a file that is not there, a folder or glob with nothing in it */
  readonly missing: readonly string[];
}

export interface Tailer {
  /** One poll cycle: looks for logs, and reads on in each. One at a time; nothing happens between polls. */
  poll(): Promise<PollReport>;
  /** How far every file has been read, oldest first for each log: to be handed in as `startAt` one day. */
  positions(): Position[];
  /** Lets go of all files. What was not read stays unread; incomplete lines are not handed over. */
  close(): Promise<void>;
}

const MIB = 1024 * 1024;
const PIECE = 256 * 1024;
/** Files remembered after their names went: they may turn up again under a name that a glob matches. */
const MOST_LEFT = 1000;

/**
 * Follows logs through their rotations. No log waits for another: each is read by `maxBytesPerPoll` at most, in turn,
 * and a log that cannot be read is said to be so while the others go on.
 */
export function createTailer({ paths, open, clock, count, maxBytesPerPoll = MIB, startAt }: TailerOptions): Tailer {
  const followed = new Map<string, FollowedLog>();
  const sinks = new Map<string, LineSink | undefined>();
  const left = new Map<string, Position>();
  const buffer = Buffer.allocUnsafe(PIECE);
  let isFirst = true;

  /** A log that comes back after it was gone goes on with the sink that it had. */
  const sinkOf = (path: string): LineSink | undefined => {
    if (!sinks.has(path)) sinks.set(path, open(path));
    return sinks.get(path);
  };

  const follow = (path: string): FollowedLog =>
    new FollowedLog(path, {
      sink: () => sinkOf(path),
      count,
      buffer,
      from: isFirst ? startAt : 'beginning',
      isHeld: (dev, ino) => [...followed.values()].some((log) => log.holds(dev, ino)),
      leftAt: (dev, ino) => left.get(`${dev}/${ino}`),
      onLeft(position) {
        const key = `${position.dev}/${position.ino}`;
        left.delete(key);
        left.set(key, position);
        if (left.size > MOST_LEFT) left.delete(left.keys().next().value!);
      },
    });

  return {
    async poll() {
      const at = clock.now();
      const { logs, unmatched } = await liveLogs(paths);
      for (const path of logs) if (!followed.has(path)) followed.set(path, follow(path));
      isFirst = false;

      const sources: SourceReport[] = [];
      const missing = [...unmatched];
      for (const log of byPath(followed.values())) {
        const report = await log.poll(maxBytesPerPoll, at);
        if (report !== undefined) {
          sources.push(report);
          continue;
        }
        followed.delete(log.path);
        if (paths.includes(log.path)) missing.push(log.path);
      }
      return { at, readBytes: sources.reduce((sum, { readBytes }) => sum + readBytes, 0), sources, missing };
    },

    positions: () => byPath(followed.values()).flatMap((log) => log.positions()),

    async close() {
      for (const log of followed.values()) await log.close();
      followed.clear();
    },
  };
}

const byPath = (logs: Iterable<FollowedLog>): FollowedLog[] => [...logs].sort((a, b) => (a.path < b.path ? -1 : 1));
