// `npm run build`: everything that `novaspan` runs, with its libraries, in dist/. One file that starts, and parts that each command loads
// when it needs them: Node.js opens a dozen files in place of four hundred, and a command does not wait for what it does not use.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const ROOT = new URL('.', import.meta.url).pathname;

rmSync(join(ROOT, 'dist'), { recursive: true, force: true });

// A stack in a report names source files (src/cli/stack.ts); what stands in them is in the repository.
const common = {
  absWorkingDir: ROOT,
  outbase: 'src',
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node20.6',
  sourcemap: true,
  sourcesContent: false,
};

const { metafile } = await build({
  ...common,
  entryPoints: [
    { in: 'src/cli/process.ts', out: 'parts/process' },
    // The second thread of `replay --jobs 2`.
    { in: 'src/pipeline/shards/worker.ts', out: 'parts/shard' },
  ],
  // As deep as main.js: each reads the version from `../../package.json`.
  chunkNames: 'parts/[name]-[hash]',
  splitting: true,
  format: 'esm',
  // A library's ES modules first: what nobody uses of them is left out.
  mainFields: ['module', 'main'],
  // Libraries that are CommonJS call `require` for what Node.js brings.
  banner: { js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);" },
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});

// What starts is CommonJS: Node.js loads its loader of ES modules only where there is more to do than to print a version or an id.
await build({
  ...common,
  entryPoints: ['src/cli/main.ts'],
  format: 'cjs',
  define: { 'import.meta.url': 'ownUrl' },
  banner: { js: "const ownUrl = require('node:url').pathToFileURL(__filename).href;" },
  plugins: [
    {
      name: 'parts',
      setup: ({ onResolve }) => onResolve({ filter: /^\.\/process\.js$/ }, () => ({ path: '../parts/process.js', external: true })),
    },
  ],
  logLevel: 'warning',
});
// The page of `novaspan view` and `--format html`: one script and one style, which the server gives or a report holds.
const { metafile: ofPage } = await build({
  absWorkingDir: ROOT,
  entryPoints: [{ in: 'web/main.tsx', out: 'page' }],
  outdir: 'dist/web',
  bundle: true,
  format: 'esm',
  platform: 'browser',
  target: ['chrome123', 'firefox120', 'safari17.5'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  minify: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});
writeFileSync(join(ROOT, 'dist/cli/package.json'), '{ "type": "commonjs" }\n');

writeFileSync(join(ROOT, 'dist/LICENSES.txt'), `dist/ holds code of these libraries:\n\n${licences()}\n`);

/** What the licences of the libraries in a bundle ask to be kept with it. */
function licences() {
  const folders = new Set(
    [metafile, ofPage]
      .flatMap(({ inputs }) => Object.keys(inputs))
      .flatMap((input) => input.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/) ?? []),
  );
  return [...folders]
    .sort()
    .map((folder) => {
      const { license, name, version } = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
      const files = readdirSync(join(ROOT, folder)).filter((file) => /^(?:licen[cs]e|notice|copying)/i.test(file));
      const texts = files.map((file) => readFileSync(join(ROOT, folder, file), 'utf8').trim());
      return [`${name} ${version} (${license})`, ...texts].join('\n\n');
    })
    .join(`\n\n${'-'.repeat(80)}\n\n`);
}
