import { type Found, findInArchives } from '../archive/find.js';
import type { LogSet } from '../tail/discover.js';
import { isGuess } from '../tail/maybe-log.js';
import { whyNotRead } from './peek.js';

/** A log that is not read, and why. */
export interface NotRead {
  readonly path: string;
  readonly why: string;
}

/** Logs under paths: those to read, and those not read. */
export interface FoundLogs extends Found {
  readonly notRead: readonly NotRead[];
  /** Whether a log was chosen by its content, because its name shows no service. */
  isGuessed(set: LogSet): boolean;
}

/** Whether the user named this log itself, and not a folder or archive that contains it. */
export const isNamedBy = (paths: readonly string[], { path, parts }: LogSet): boolean =>
  paths.includes(path) || parts.some((part) => paths.includes(part));

/**
 * Finds logs as `findInArchives` does. Files without a service in their name are kept if their first lines look like a
 * log.
 */
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
