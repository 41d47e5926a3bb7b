import type { FinishedTrace } from '../model/span.js';
import type { ReadOptions } from './read-options.js';
import { Run } from './run.js';
import type { Jobs } from './shards/jobs.js';

export interface ReplayOptions extends ReadOptions {
  /** Number of threads; one thread is used if the logs or options do not allow more. */
  readonly jobs?: Jobs | undefined;
}

/**
 * Reads logs from start to end and returns the traces of their actions, in the order of closing. It always continues
 * the log that is furthest behind, so memory does not grow with the size of the logs.
 * @throws OperatorError LOG_UNREADABLE, LOG_UNKNOWN, USAGE
 */
export async function* replay(options: ReplayOptions): AsyncGenerator<FinishedTrace> {
  // Loaded on demand: the archive code takes a tenth of a second.
  const rules = options.rules === undefined ? undefined : (await import('../read/rules.js')).loadRules(options.rules);
  const run = new Run(options, rules);
  try {
    if (!(await run.open())) return;
    const how = yield* options.jobs === undefined
      ? run.read(() => false)
      : (await import('./shards/first.js')).readInShards(run, options.jobs);
    if (how === 'end') run.end();
  } finally {
    await run.close();
  }
}
