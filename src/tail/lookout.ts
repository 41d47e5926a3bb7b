import { statSync } from 'node:fs';
import { systemClock } from '../model/clock.js';
import type { Millis } from '../model/line.js';
import { seconds } from '../model/time.js';
import { type LiveLogs, liveLogs } from './discover.js';

/**
 * File times have a limited resolution, and those of other machines another clock: a folder changed this recently may
 * change again without a new time.
 */
const LATELY: Millis = seconds(2);
/** Maximum age of the result: links may change their target, and network file systems may be late. */
const AT_LEAST_EVERY: Millis = seconds(10);

/**
 * Finds logs, and reuses the result until an entry of one of the searched folders changes.
 * @param time clock of this machine: file times are compared with it
 */
export function createLogFinder(paths: readonly string[], time: () => Millis = systemClock.now): () => Promise<LiveLogs> {
  let found: LiveLogs | undefined;
  let folders: readonly (string | undefined)[] = [undefined];
  let seen: string | undefined;
  let lookedAt = 0;
  return async () => {
    const now = time();
    const state = stateOf(folders, now);
    const isFresh = now >= lookedAt && now - lookedAt < AT_LEAST_EVERY;
    if (found !== undefined && isFresh && state !== undefined && state === seen) return found;
    const into = new Set<string | undefined>();
    found = await liveLogs(paths, (folder) => into.add(folder));
    lookedAt = now;
    // For folders that were not searched last time, the earlier state is unknown.
    seen = into.size === folders.length && folders.every((folder) => into.has(folder)) ? state : undefined;
    folders = [...into];
    return found;
  };
}

/** State of the folders; undefined if it cannot prove that nothing changed. */
function stateOf(folders: readonly (string | undefined)[], now: Millis): string | undefined {
  let state = '';
  for (const folder of folders) {
    if (folder === undefined) return undefined;
    try {
      const found = statSync(folder, { throwIfNoEntry: false });
      if (found !== undefined && now - Math.max(found.mtimeMs, found.ctimeMs) < LATELY) return undefined;
      state += found === undefined ? '-\n' : `${found.dev}/${found.ino}/${found.mtimeMs}/${found.ctimeMs}\n`;
    } catch {
      return undefined;
    }
  }
  return state;
}
