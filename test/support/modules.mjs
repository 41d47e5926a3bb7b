// src/ as JavaScript, file by file, for tests that run parts of it in a process of their own: dist/ is one bundle, and has no such parts.
//
//   node test/support/modules.mjs     writes build/modules/dist (npm run build:modules)
import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const ROOT = new URL('../../', import.meta.url).pathname;

/**
 * Writes `dist` and the package.json that it reads its version from. Packages are found where `folder` is below ours.
 *
 * @param {string} folder
 */
export async function writeModules(folder) {
  cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  await build({
    absWorkingDir: ROOT,
    entryPoints: readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => `src/${file}`),
    outbase: 'src',
    outdir: join(folder, 'dist'),
    format: 'esm',
    platform: 'node',
    target: 'node20.6',
    logLevel: 'warning',
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await writeModules(join(ROOT, 'build/modules'));
