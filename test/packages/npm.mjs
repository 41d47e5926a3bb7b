// `npm run test:npm`: what `npm pack` gives in a clone of this tree, installed for everyone into a folder of its own, runs as `novaspan` on the PATH.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = new URL('../..', import.meta.url).pathname;
const work = mkdtempSync(join(tmpdir(), 'novaspan-npm-'));
const run = (program, args, options = {}) =>
  execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], ...options });
const expect = (is, what) => {
  if (!is) throw new Error(what);
  console.log(`ok: ${what}`);
};

try {
  const tree = join(work, 'tree');
  // What is tracked, as it stands: no dist/, which only the packing may make.
  for (const path of run('git', ['ls-files', '-z'], { cwd: ROOT }).split('\0').filter(Boolean)) cpSync(join(ROOT, path), join(tree, path));
  cpSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'), { recursive: true, verbatimSymlinks: true });
  const [packed] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', work], { cwd: tree }));
  expect(
    packed.files.some(({ path }) => path === 'dist/cli/main.js'),
    'the package holds dist/',
  );
  console.log(`${packed.filename}: ${(packed.size / 1e6).toFixed(1)} MB, ${packed.files.length} files`);

  const prefix = join(work, 'prefix');
  run('npm', ['install', '--global', '--offline', '--no-audit', '--no-fund', '--prefix', prefix, join(work, packed.filename)]);
  const env = { PATH: `${join(prefix, 'bin')}:${process.env.PATH}`, HOME: work };
  const novaspan = (...args) => run('novaspan', args, { cwd: work, env });
  expect(novaspan('--version').trim() === `novaspan ${packed.version}`, '`novaspan --version` is the version of the package');
  expect(novaspan('demo').includes('boot of b8acd14b on vm took 8.4 s'), '`novaspan demo` shows its traces');
  expect(novaspan('completion', 'bash').includes('complete -F _novaspan novaspan'), '`novaspan completion bash` prints a script');
} finally {
  rmSync(work, { recursive: true, force: true });
}
