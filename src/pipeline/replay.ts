import type { FinishedTrace } from '../model/span.js';
import type { ReadOptions } from './read-options.js';
import { Run } from './run.js';
import type { Jobs } from './shards/jobs.js';

export interface ReplayOptions extends ReadOptions {
  /** How many threads share the work; one where the logs or the options do not allow it. */
  readonly jobs?: Jobs | undefined;
}

/**
 * Reads logs from end to end and gives the traces of their actions, in the order in which they closed. The logs are
 * merged by time: always the one that is furthest behind is read on, so that memory does not grow with their size.
 *
 * @throws OperatorError for paths that cannot be read, or a log whose service is unknown
 */
export async function* replay(options: ReplayOptions): AsyncGenerator<FinishedTrace> {
  // Loaded only where there are some: what reads them takes a tenth of a second to load.
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
