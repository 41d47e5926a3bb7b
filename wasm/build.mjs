// `npm run wasm`: compiles skim.ts, and writes what comes out into src/, where it is committed.
import { writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const ROOT = new URL('..', import.meta.url).pathname;

/** @returns the text of src/read/skim/module.ts */
export async function moduleText() {
  let binary;
  const { error, stderr } = await asc.main(
    ['wasm/skim.ts', '--baseDir', ROOT, '-O3', '--runtime', 'stub', '--enable', 'simd', '--noAssert', '--importMemory', '-o', 'skim.wasm'],
    { writeFile: (name, contents) => name.endsWith('.wasm') && (binary = contents) },
  );
  if (error !== null) throw new Error(stderr.toString());
  const lines = Buffer.from(binary)
    .toString('base64')
    .match(/.{1,120}/g);
  return `// Made from wasm/skim.ts by \`npm run wasm\`; do not edit.\nexport const MODULE =\n${lines.map((line) => `  '${line}'`).join(' +\n')};\n`;
}

if (process.argv[1] === import.meta.filename || process.argv[1]?.endsWith('wasm/build.mjs'))
  writeFileSync(`${ROOT}src/read/skim/module.ts`, await moduleText());
