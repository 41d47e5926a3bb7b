import { statSync } from 'node:fs';
import { systemClock } from '../model/clock.js';
import type { Millis } from '../model/line.js';
import { seconds } from '../model/time.js';
import { type LiveLogs, liveLogs } from './discover.js';

/**
 * File systems write down times in steps, and those of other machines by another clock: a folder that changed this lately may change
 * once more without its time changing.
 */
const LATELY: Millis = seconds(2);
/** However still the folders are: links may lead elsewhere, and what a network shows may be old. */
const AT_LEAST_EVERY: Millis = seconds(10);

/** Looks for logs, and keeps what it found as long as nothing was added to, or taken from, the folders that it looked into. */
export function createLookout(paths: readonly string[]): () => Promise<LiveLogs> {
  let found: LiveLogs | undefined;
  let folders: readonly (string | undefined)[] = [undefined];
  let seen: string | undefined;
  let lookedAt = 0;
  return async () => {
    // The time of the machine, whatever time its caller lives in: files are stamped with it.
    const now = systemClock.now();
    const state = stateOf(folders, now);
    const isFresh = now >= lookedAt && now - lookedAt < AT_LEAST_EVERY;
    if (found !== undefined && isFresh && state !== undefined && state === seen) return found;
    const into = new Set<string | undefined>();
    found = await liveLogs(paths, (folder) => into.add(folder));
    lookedAt = now;
    // Of other folders than those of the last time it is not known how they were before this look.
    seen = into.size === folders.length && folders.every((folder) => into.has(folder)) ? state : undefined;
    folders = [...into];
    return found;
  };
}

/** How the folders are; undefined where that does not show whether anything has changed. */
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
