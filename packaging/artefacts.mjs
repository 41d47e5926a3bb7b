// All that a release publishes, in out/.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NODE, OUT, ROOT, run } from './common.mjs';
import { sbomOf } from './sbom.mjs';

/** Without one of these a package would be missing. */
export const TOOLS = ['dpkg-deb', 'rpmbuild', 'strip', 'xz'];

export function buildAll(version) {
  const shown = (program, ...args) => run(program, args, { stdio: 'inherit' });
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT);
  // What the lock file names, not what happens to be installed.
  shown('npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error');
  shown('npm', 'run', '--silent', 'packages');
  shown('npm', 'pack', '--silent', '--pack-destination', OUT);
  const source = `novaspan-${version}-source.tar.gz`;
  shown('git', 'archive', '--format=tar.gz', `--prefix=novaspan-${version}/`, `--output=${join(OUT, source)}`, 'HEAD');
  shown('xz', '--keep', '--threads=0', join(OUT, 'novaspan'));
  writeFileSync(join(OUT, `novaspan-${version}.cdx.json`), `${JSON.stringify(sbom(), undefined, 2)}\n`);

  const names = readdirSync(OUT).filter((name) => name !== 'LICENSE.node');
  for (const ending of ['.deb', '.rpm', `-${version}.tgz`])
    if (!names.some((name) => name.includes(version) && name.endsWith(ending))) throw new Error(`no ${ending} of ${version} was built`);
  const sumOf = (name) =>
    createHash('sha256')
      .update(readFileSync(join(OUT, name)))
      .digest('hex');
  writeFileSync(join(OUT, 'SHA256SUMS'), names.map((name) => `${sumOf(name)}  ${name}\n`).join(''));
  console.log(names.join('\n'));
}

function sbom() {
  const licences = readFileSync(join(ROOT, 'dist/LICENSES.txt'), 'utf8');
  const all = JSON.parse(run('npm', ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only']));
  if (!existsSync(join(OUT, 'novaspan'))) throw new Error('the executable was not built');
  return sbomOf(all, { licences, node: NODE, made: Number(run('git', ['log', '-1', '--format=%ct'])) });
}
