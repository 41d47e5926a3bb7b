// What everything that builds or tries packages needs.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

export const ROOT = new URL('..', import.meta.url).pathname;
export const OUT = join(ROOT, 'out');
/** The Node.js in the executable: of the newest release line that has long-term support. */
export const NODE = '26.12.1';
/** What is downloaded or built once. */
export const CACHE = process.env.NOVASPAN_CACHE ?? join(homedir(), '.cache', 'novaspan');

/** Runs a program to its end and gives what it prints; its errors are shown. */
export const run = (program, args, options) =>
  execFileSync(program, args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'inherit'], ...options });

export const isThere = (program) => spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program]).status === 0;

export const megabytes = (path) => `${(statSync(path).size / 1e6).toFixed(1)} MB`;

/** Gives `use` a folder that is removed afterwards. */
export async function inTemporaryFolder(name, use) {
  const folder = mkdtempSync(join(tmpdir(), `novaspan-${name}-`));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
