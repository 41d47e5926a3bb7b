// `npm run release -- VERSION [--tag]`: stamps the version, commits it, builds everything into out/, and prints the tag to make (makes it with --tag).
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sbomOf } from './sbom.mjs';
import { STAMPED, stamp } from './stamp.mjs';

const ROOT = new URL('..', import.meta.url).pathname;
const OUT = join(ROOT, 'out');
const args = process.argv.slice(2);
const [version] = args.filter((arg) => !arg.startsWith('--'));
const run = (program, given, options) => execFileSync(program, given, { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 27, ...options });
const shown = (program, given, options) => run(program, given, { stdio: 'inherit', ...options });

try {
  release();
} catch (error) {
  console.error(`release: ${error.message}`);
  process.exitCode = 1;
}

function release() {
  if (version === undefined) throw new Error('name the version: npm run release -- 1.2.3 [--tag]');
  if (run('git', ['status', '--porcelain']).trim() !== '')
    throw new Error('the tree has changes that are not committed: commit or stash them first');
  const tag = `v${version}`;
  if (run('git', ['tag', '--list', tag]).trim() !== '') throw new Error(`there is a tag ${tag} already`);

  const files = Object.fromEntries(STAMPED.map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]));
  const stamped = stamp(files, { version, date: new Date().toISOString().slice(0, 10) });
  for (const [path, text] of Object.entries(stamped)) writeFileSync(join(ROOT, path), text);
  run('git', ['add', ...STAMPED]);
  shown('git', ['commit', '--quiet', '--message', `Release ${version}`]);
  build();
  if (args.includes('--tag')) {
    run('git', ['tag', '--annotate', tag, '--message', `novaspan ${version}`]);
    console.log(`made the tag ${tag}; git push origin ${tag} publishes it`);
  } else {
    console.log(`the packages are in out/. The tag to make: git tag --annotate ${tag} --message 'novaspan ${version}'`);
  }
}

function build() {
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT);
  shown('npm', ['run', '--silent', 'packages']);
  shown('npm', ['pack', '--silent', '--pack-destination', OUT]);
  const epoch = run('git', ['log', '-1', '--format=%ct']).trim();
  shown('git', [
    'archive',
    '--format=tar.gz',
    `--prefix=novaspan-${version}/`,
    `--output=${join(OUT, `novaspan-${version}-source.tar.gz`)}`,
    'HEAD',
  ]);
  try {
    shown('xz', ['--keep', '--threads=0', join(OUT, 'novaspan')]);
  } catch {
    console.log('out/novaspan.xz skipped: there is no xz here');
  }
  writeFileSync(join(OUT, `novaspan-${version}.cdx.json`), `${JSON.stringify(sbom(Number(epoch)), undefined, 2)}\n`);
  const names = readdirSync(OUT)
    .filter((name) => name !== 'LICENSE.node')
    .sort();
  const sums = names.map(
    (name) =>
      `${createHash('sha256')
        .update(readFileSync(join(OUT, name)))
        .digest('hex')}  ${name}\n`,
  );
  writeFileSync(join(OUT, 'SHA256SUMS'), sums.join(''));
  for (const kind of ['.deb', '.rpm', '.tgz'])
    if (!names.some((name) => name.endsWith(kind))) console.log(`note: this release has no ${kind}: its builder is not installed here`);
  console.log(names.join('\n'));
}

function sbom(made) {
  const licences = readFileSync(join(ROOT, 'dist/LICENSES.txt'), 'utf8');
  const all = JSON.parse(run('npm', ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only']));
  const node = /^const NODE = '(.*)';$/m.exec(readFileSync(join(ROOT, 'packaging/executable/build.mjs'), 'utf8'))?.[1];
  if (node === undefined || !existsSync(join(OUT, 'novaspan'))) throw new Error('the executable was not built');
  return sbomOf(all, { licences, node, made });
}
