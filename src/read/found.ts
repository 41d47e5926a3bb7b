import { type Found, findInArchives } from '../archive/find.js';
import type { LogSet } from '../tail/discover.js';
import { isGuess } from '../tail/maybe-log.js';
import { whyNotRead } from './peek.js';

/** A log that was looked at, and why it is not read. */
export interface NotRead {
  readonly path: string;
  readonly why: string;
}

/** What lies under paths and is read, and what is not. */
export interface FoundLogs extends Found {
  readonly notRead: readonly NotRead[];
  /** Whether a log is read by what is in it, as its name says nothing. */
  isGuessed(set: LogSet): boolean;
}

/** Whether somebody asked for this very log, and not for a folder or an archive that it lies in. */
export const isNamedBy = (paths: readonly string[], { path, parts }: LogSet): boolean =>
  paths.includes(path) || parts.some((part) => paths.includes(part));

/** Finds logs as `findInArchives` does. Of files whose names say nothing of a service, those are kept whose first lines look like a log. */
export async function findReadable(
  paths: readonly string[],
  stdin?: AsyncIterable<Buffer | string>,
  signal?: AbortSignal,
): Promise<FoundLogs> {
  const found = await findInArchives(paths, undefined, signal, stdin);
  const guessed = new Set<LogSet>();
  const notRead: NotRead[] = [...found.passedOver];
  const logs: LogSet[] = [];
  try {
    for (const set of found.logs) {
      if (!isNamedBy(paths, set) && isGuess(set.path) && signal?.aborted !== true) {
        const why = await whyNotRead(set.parts.at(-1)!);
        if (why !== undefined) {
          notRead.push({ path: set.path, why });
          continue;
        }
        guessed.add(set);
      }
      logs.push(set);
    }
  } catch (error) {
    found.close();
    throw error;
  }
  return { ...found, logs, notRead, isGuessed: (set) => guessed.has(set) };
}
