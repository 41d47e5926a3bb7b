import { loadConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import { defaultStateDir } from '../config/state-dir.js';
import { StateFolder } from './checkpoint/checkpoint.js';
import { runSidecar, type SavedState, type TailIo } from './sidecar.js';

export type { TailIo } from './sidecar.js';

/** What the command line of `tail` gave. The environment and the configuration file count where it gave nothing. */
export interface TailOptions {
  readonly config: string | undefined;
  readonly paths: readonly string[];
  readonly flags: Readonly<Record<string, string>>;
}

/**
 * Follows logs until it is to stop, and delivers a trace of every action that ends. Stopping is graceful: finished traces
 * are delivered; the rest, and actions under way, are exported after the next start.
 *
 * @returns the exit code
 * @throws OperatorError for a configuration or a state folder that cannot be used
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

/** Output to a pipe is for somebody who looks: a later run shows it again, so nothing is kept. */
function stateDirOf({ stateDir, output }: Config, env: TailIo['env']): string | undefined {
  const dir = stateDir ?? (output === 'otlp' ? defaultStateDir(env) : 'none');
  return dir === 'none' ? undefined : dir;
}
