// Compiles skim.ts, and writes what comes out into src/, where it is committed.
//
//   npm run wasm            writes src/read/skim/module.ts
//   npm run wasm:check      fails where that file is not what skim.ts gives
import { readFileSync, writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const ROOT = new URL('..', import.meta.url).pathname;

const MODULE = `${ROOT}src/read/skim/module.ts`;

/** @returns the text of src/read/skim/module.ts */
async function moduleText() {
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

const text = await moduleText();
if (!process.argv.includes('--check')) writeFileSync(MODULE, text);
else if (readFileSync(MODULE, 'utf8') !== text) {
  console.error('src/read/skim/module.ts is not what wasm/skim.ts gives: run "npm run wasm"');
  process.exitCode = 1;
}
