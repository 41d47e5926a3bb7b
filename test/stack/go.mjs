// Programs made from the Go module proxy, once: kept in $NOVASPAN_CACHE, by default ~/.cache/novaspan.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CACHE } from '../../packaging/common.mjs';
import { Skip } from './skip.mjs';

export { CACHE };

const run = promisify(execFile);

/**
 * The path of a program. When the cache has none, `build(dir, go)` makes `dir/<name>` in an empty folder; `go(...args)` runs Go there and
 * gives what it prints. `key` is the folder in the cache: it names all that the program depends on.
 */
export async function cachedProgram({ key, name, say, build }) {
  const binary = join(CACHE, key, name);
  if (existsSync(binary)) return binary;

  const dir = join(CACHE, `build-${key}-${process.pid}`);
  const env = { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '-buildvcs=false' };
  const go = async (...args) => (await quietly('go', args, { cwd: dir, env })).stdout;
  mkdirSync(dir, { recursive: true });
  try {
    await go('version').catch(() => skip('there is no Go here'));
    say(`building ${key} into ${CACHE} (once; some minutes)`);
    await build(dir, go);
    mkdirSync(join(CACHE, key), { recursive: true });
    renameSync(join(dir, name), binary);
    return binary;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Runs a command at low priority, so that a build does not starve what else runs here. */
function quietly(command, args, options) {
  const running = run(command, args, { maxBuffer: 64 * 1024 * 1024, ...options });
  if (running.child.pid !== undefined) setPriority(running.child.pid, 10);
  return running;
}

export const skip = (why) => {
  throw new Skip(why);
};

/** Go says what is wrong at the end of its errors, or with -json in a field. */
export function lastLine({ stdout, stderr, message }) {
  const told = /"Error": "(.*)"/.exec(stdout ?? '')?.[1] ?? (stderr || message);
  return told
    .trim()
    .split(/\n|\\n/)
    .at(-1)
    .trim();
}
