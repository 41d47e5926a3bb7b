import type { Workers } from '../../read/uwsgi.js';
import type { Run } from '../run.js';
import { digestOf } from './digest.js';
import type { Asked } from './jobs.js';

/** Maximum length of a line that is kept until its end. The rest of a longer line is skipped. */
const LONGEST = 1024 * 1024;

/**
 * A hash of the state that decides the further output of a run, except what is handed over and compared at the end:
 * vlog line numbers, hosts that print allocations, and uWSGI workers.
 * @throws Error if the output depends on more
 */
export function wholeOf({ sources, correlator }: Run, onText?: (text: string) => void): string {
  const logs = sources.map(({ path, begun, done, input, offset, parts, splitter, unfolder, reader }) => {
    const whole = reader.comparableState;
    if (whole === undefined || (!done && !unfolder.isAsWritten))
      throw new Error(`reading ${path} depends on more than its first and last lines`);
    if (splitter.pending > LONGEST) throw new Error(`a line of ${path} is too long`);
    return [path, begun, done, input === undefined ? undefined : offset, parts, splitter.pending, whole];
  });
  return digestOf([logs, correlator.comparableState], onText);
}

function* workersIn({ sources }: Run): Generator<readonly [path: string, workers: Workers]> {
  for (const { path, reader } of sources) for (const { workers } of reader.readers) if (workers !== undefined) yield [path, workers];
}

/** State of the uWSGI workers, by log and process. */
export function workersOf(run: Run): ReadonlyMap<string, string> {
  const known = new Map<string, string>();
  for (const [path, workers] of workersIn(run)) for (const [pid, worker] of workers.known) known.set(`${path} ${pid}`, digestOf(worker));
  return known;
}

/** Starts to record which workers serve requests. */
export function resetUsedWorkers(run: Run): void {
  for (const [, { asked }] of workersIn(run)) asked.clear();
}

/** Workers that served requests. */
export const usedWorkers = (run: Run): Asked[] =>
  Array.from(workersIn(run), ([path, { asked, known }]) => ({ path, pids: [...asked], known: known.size }));

/** Whether both threads had the same state of these workers, and neither dropped any for lack of room. */
export function hasSameWorkers(run: Run, theirs: ReadonlyMap<string, string>, all: readonly Asked[]): boolean {
  const ours = workersOf(run);
  return [...workersIn(run)].every(([path, workers]) => {
    const asked = all.find((each) => each.path === path);
    if (asked === undefined || asked.pids.length === 0) return true;
    return workers.hasRoomFor(asked.known) && asked.pids.every((pid) => ours.get(`${path} ${pid}`) === theirs.get(`${path} ${pid}`));
  });
}
