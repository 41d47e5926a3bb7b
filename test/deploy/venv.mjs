// Programs from PyPI, in a virtual environment that is made once and kept in $NOVASPAN_CACHE.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, skip } from '../stack/go.mjs';

/** The folder of an environment with these packages; `key` is its name in the cache, another one for other packages. */
export function virtualEnvironment(key, packages) {
  const folder = join(CACHE, key);
  const made = join(folder, 'made');
  if (existsSync(made)) return folder;
  if (spawnSync('python3', ['-m', 'venv', '--help']).status !== 0) skip('there is no Python with venv here');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(CACHE, { recursive: true });
  console.log(`installing ${packages.join(', ')} into ${folder} (once)`);
  for (const [program, ...args] of [
    ['python3', '-m', 'venv', folder],
    [join(folder, 'bin/pip'), 'install', '--quiet', '--disable-pip-version-check', ...packages],
  ]) {
    const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
    if (status !== 0) skip(`${packages[0]} cannot be installed: ${stderr?.trim().split('\n').at(-1)}`);
  }
  writeFileSync(made, '');
  return folder;
}
