import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { inSources } from '../../src/cli/stack.js';

const DIST = new URL('../../dist/', import.meta.url).pathname;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'novaspan-stack-'));
  mkdirSync(join(folder, 'src'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const SOURCE = `interface Wide {
  readonly a: number;
}
export function fault(given: Wide | undefined): number {
  // A comment that the bundle has not.
  return given!.a;
}
console.log = () => undefined;
fault(undefined);
`;

it.each(['esm', 'cjs'] as const)('a place in the bundle is shown as one in the source: %s', (format) => {
  writeFileSync(join(folder, 'src/fault.ts'), SOURCE);
  const outfile = join(folder, 'dist/parts/fault.js');
  buildSync({
    entryPoints: [join(folder, 'src/fault.ts')],
    outfile,
    format,
    sourcemap: true,
    sourcesContent: false,
    minify: true,
    logLevel: 'error',
  });
  writeFileSync(join(folder, 'dist/package.json'), JSON.stringify({ type: format === 'esm' ? 'module' : 'commonjs' }));
  const { stderr } = spawnSync(process.execPath, [outfile], { encoding: 'utf8' });

  expect(stderr).toContain('fault.js:1');
  expect(inSources(stderr)).toMatch(/at \w+ \(src\/fault\.ts:6:17\)\n\s+at (?:[\w.<>]+ \()?src\/fault\.ts:9:1/);
});

it('what has no map stays as it is', () => {
  const stack = `Error: x\n    at f (file://${folder}/none.js:1:2)\n    at node:internal/modules/run_main:1:1\n    at g (${folder}/none.js:3:4)`;
  expect(inSources(stack)).toBe(stack);
});

it('every part of the bundle has a map, which holds no source', () => {
  const parts = readdirSync(join(DIST, 'parts')).filter((name) => name.endsWith('.js'));
  expect(parts.length).toBeGreaterThan(10);
  for (const part of parts) {
    const map = JSON.parse(readFileSync(join(DIST, 'parts', `${part}.map`), 'utf8')) as { sourcesContent?: unknown };
    expect(map.sourcesContent).toBeUndefined();
  }
});
