import { loadConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import { defaultStateDir } from '../config/state-dir.js';
import { StateFolder } from './checkpoint/checkpoint.js';
import { runSidecar, type SavedState, type TailIo } from './sidecar.js';

export type { TailIo } from './sidecar.js';

/** Options of the command line of `tail`. Environment and configuration file apply to options that are not given. */
export interface TailOptions {
  readonly config: string | undefined;
  readonly paths: readonly string[];
  readonly flags: Readonly<Record<string, string>>;
}

/**
 * Follows logs until the signal, and delivers a trace of every action that ends. A stop is graceful: finished traces
 * are delivered; the rest and open actions are exported after the next start.
 * @returns the exit code
 * @throws OperatorError CONFIG_INVALID, STATE_UNUSABLE, STATE_LOCKED, CHECKPOINT_DAMAGED, CHECKPOINT_NEWER
 */
export async function runTail(options: TailOptions, io: TailIo): Promise<number> {
  const config = loadConfig({ file: options.config, env: io.env, flags: options.flags, paths: options.paths });
  const stateDir = stateDirOf(config, io.env);
  const folder = stateDir === undefined ? undefined : StateFolder.open<SavedState>(stateDir);
  try {
    return await runSidecar({ config, folder, io, configured: options.config ?? 'the configuration (--timezone does the same)' });
  } finally {
    folder?.close();
  }
}

/** Output to stdout is for a person: a later run shows it again, so no state is kept. */
function stateDirOf({ stateDir, output }: Config, env: TailIo['env']): string | undefined {
  const dir = stateDir ?? (output === 'otlp' ? defaultStateDir(env) : 'none');
  return dir === 'none' ? undefined : dir;
}
