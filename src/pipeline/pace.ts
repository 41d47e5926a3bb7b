import type { Millis } from '../model/line.js';
import { minutes } from '../model/time.js';
import type { LogStanding } from './live-log.js';

/** The most that one cycle reads of one log while there is much to read, and the least that is worth it. */
const MOST_READ = 1024 * 1024;
const LEAST_READ = 64 * 1024;
/** How far the other logs may go ahead of a journal. How many of its bytes are unread is not known. */
const AHEAD_OF_JOURNAL: Millis = minutes(10);

/** How many bytes of a log one cycle may read; undefined for any number. */
export type Pace = (path: string) => number | undefined;

/**
 * Limits how much of each log one cycle reads, so that all logs reach the same time together when there is much to read.
 *
 * After an outage a small log would otherwise be read to its end while a large one is still in the first hour. The lines of the
 * small log would then wait for the large one until the room for waiting lines is full. How many bytes an hour of a log has is
 * estimated from its unread bytes, which reach up to now.
 */
export function paceOf(standings: readonly LogStanding[], now: Millis, isAfterPause: boolean): Pace {
  const known = new Set(standings.map(({ path }) => path));
  const lagging = standings.flatMap(({ path, lagBytes, behind, readable, newest = now }) => {
    if (!readable || newest >= now || (lagBytes === 0 && behind === undefined)) return [];
    return { path, newest, bytesPerMs: lagBytes === 0 ? undefined : lagBytes / (now - newest) };
  });
  if (lagging.length === 0) return (path) => (isAfterPause && known.has(path) ? LEAST_READ : undefined);
  const stride = Math.min(...lagging.map(({ bytesPerMs }) => (bytesPerMs === undefined ? AHEAD_OF_JOURNAL : MOST_READ / bytesPerMs)));
  const goal = Math.min(...lagging.map(({ newest }) => newest)) + stride;
  const budgets = new Map(
    lagging.map(({ path, newest, bytesPerMs }) => [
      path,
      newest >= goal ? 0 : Math.ceil(Math.min(MOST_READ, Math.max(LEAST_READ, (goal - newest) * (bytesPerMs ?? Number.POSITIVE_INFINITY)))),
    ]),
  );
  return (path) => budgets.get(path) ?? (known.has(path) ? LEAST_READ : undefined);
}
