import type { Millis } from '../model/line.js';
import { minutes } from '../model/time.js';
import type { LogStanding } from './live-log.js';

/** Maximum and minimum bytes that one cycle reads of one log during catching up. */
const MOST_READ = 1024 * 1024;
const LEAST_READ = 64 * 1024;
/** How far other logs may be ahead of a journal, whose number of unread bytes is unknown. */
const AHEAD_OF_JOURNAL: Millis = minutes(10);

/** Maximum bytes to read of a log in one cycle; undefined for no limit. */
export type Pace = (path: string) => number | undefined;

/**
 * Limits the reading of each log during catching up, so that all logs reach the same time together.
 * Without the limit, a small log would be read to its end while a large one is still in the first hour, and the small
 * log's lines would fill the memory for waiting lines. The bytes per hour of a log are estimated from its unread bytes,
 * which reach up to now.
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
