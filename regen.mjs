// `npm run regen`: everything that is made of the tables, made again. What changed is in `git diff`: read it before you commit.
//
// Only what a change of the source changes is here. The WebAssembly module has `npm run wasm`: it needs a compiler of its own.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { globSync } from 'tinyglobby';

const cwd = new URL('.', import.meta.url).pathname;

/** Tests that compare with a file or a text beside them, and write it again when asked to. */
const snapshots = globSync('test/**/*.test.ts', { cwd, ignore: ['test/{stack,browser}/**'] })
  .filter((file) => /\.toMatch(?:File|Inline)?Snapshot\(/.test(readFileSync(new URL(file, import.meta.url), 'utf8')))
  .sort();

const steps = [
  { makes: 'docs', command: ['npm', 'run', '--silent', 'docs'] },
  { makes: 'dashboards and alerts', command: ['npm', 'run', '--silent', 'grafana'] },
  // vitest takes a word behind `--update` for its value: it stands last.
  { makes: 'expected traces and texts of tests', command: ['npx', 'vitest', 'run', '--reporter=dot', ...snapshots, '--update'] },
];

const failed = steps.filter(({ makes, command: [program, ...args] }) => {
  console.log(`== ${makes}`);
  return spawnSync(program, args, { cwd, stdio: 'inherit' }).status !== 0;
});

for (const { makes } of failed) console.error(`regen: FAILED: ${makes}: what is above says why`);
process.exitCode = failed.length === 0 ? 0 : 1;
if (failed.length === 0) spawnSync('git', ['status', '--short'], { cwd, stdio: 'inherit' });
