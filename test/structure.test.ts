import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { circlesIn, longFilesIn, longFunctionsIn, type Sources } from './support/structure.js';

const ROOT = new URL('..', import.meta.url).pathname;

/** Folders whose programs are held to it. `wasm/skim.ts` is AssemblyScript: it has no closures and is one loop. */
const ROOMS = ['src', 'web', 'bench', 'grafana/source', 'deploy', 'demo', 'docs'];
const sources: Sources = new Map(
  ROOMS.flatMap((room) =>
    (readdirSync(join(ROOT, room), { recursive: true }) as string[])
      .filter((file) => /\.(?:tsx?|mjs)$/.test(file))
      .map((file) => [`${room}/${file}`, readFileSync(join(ROOT, room, file), 'utf8')] as const),
  ),
);

const lines = (count: number, line = '  f();'): string => Array(count).fill(line).join('\n');

describe('imports', () => {
  it('make no circle, types included', () => {
    expect(circlesIn(sources)).toEqual([]);
  });

  it('of made-up files that make one are found', () => {
    const circle = new Map([
      ['src/a.ts', "import type { B } from './b/b.js';\nexport type A = B;"],
      ['src/b/b.ts', "export * from './c.js';"],
      ['src/b/c.ts', "export const load = () => import('../a.js');"],
      ['src/d.tsx', "import { load } from './b/c.js';"],
      ['src/e.ts', "import { readFileSync } from 'node:fs';\n// import './d.js'"],
    ]);
    expect(circlesIn(circle)).toEqual(['src/a.ts <-> src/b/b.ts <-> src/b/c.ts']);
    expect(circlesIn(new Map([...circle].filter(([path]) => path !== 'src/b/b.ts')))).toEqual([]);
  });
});

describe('files', () => {
  it('have at most 400 lines, but for tables of knowledge', () => {
    expect(longFilesIn(sources)).toEqual([]);
  });

  it('that are made up and too long are found, and tables are not', () => {
    const table = `export const messages = defineMessages({\n${lines(400, "  'a.b': { says: ['A {b}'] },")}\n});\n`;
    const files: Sources = new Map([
      ['400.ts', `${lines(400, '// a line')}\n`],
      ['401.ts', `${lines(401, '// a line')}\n`],
      ['table.ts', table],
      ['half.ts', `${table}function f() {\n${lines(200)}\n}\n`],
      ['code-in-table.ts', `export const table = {\n  f: () => {\n${lines(400)}\n  },\n};\n`],
    ]);
    expect(longFilesIn(files)).toEqual(['401.ts', 'half.ts', 'code-in-table.ts']);
  });
});

describe('functions', () => {
  it('have at most 80 lines', () => {
    expect(longFunctionsIn(sources)).toEqual([]);
  });

  it('that are made up and too long are found, of every form', () => {
    const body = (count: number): string => `{\n${lines(count - 2)}\n}`;
    const files: Sources = new Map([
      ['short.ts', `function f() ${body(80)}`],
      ['function.ts', `export function f() ${body(81)}`],
      ['closure.ts', `export const f = () => ${body(81)};`],
      ['nested.ts', `function outer() {\n  const inner = () => ${body(81)};\n}`],
      ['method.ts', `class A {\n  constructor() ${body(81)}\n  get b() ${body(81)}\n}`],
      ['view.tsx', `export const View = () => (\n  <p>\n${lines(80, '    <br />')}\n  </p>\n);`],
      ['argument.mjs', `run(() => ${body(81)});`],
      ['class.ts', `class A {\n${lines(100, '  b() {}')}\n}`],
    ]);
    expect(longFunctionsIn(files)).toEqual([
      'argument.mjs (anonymous)',
      'closure.ts f',
      'function.ts f',
      'method.ts A',
      'method.ts b',
      'nested.ts inner',
      'nested.ts outer',
      'view.tsx View',
    ]);
  });
});

/** `npm run lint` runs knip over the project; here it is run with the same settings over a made-up one. */
describe('what nothing uses', () => {
  const settings = JSON.parse(readFileSync(join(ROOT, 'knip.json'), 'utf8')) as object;

  function unusedIn(files: Readonly<Record<string, string>>, dependencies: readonly string[]): string {
    const folder = mkdtempSync(join(tmpdir(), 'novaspan-knip-'));
    try {
      const packageJson = { name: 'made-up', type: 'module', devDependencies: Object.fromEntries(dependencies.map((name) => [name, '1'])) };
      const all = { ...files, 'package.json': JSON.stringify(packageJson), 'knip.json': JSON.stringify(settings) };
      for (const [path, text] of Object.entries(all)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
      return execFileSync(
        process.execPath,
        [join(ROOT, 'node_modules/knip/bin/knip.js'), '--reporter', 'compact', '--no-config-hints', '--no-exit-code'],
        {
          cwd: folder,
          encoding: 'utf8',
        },
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  it('is found: a file, an export, a type, a package', () => {
    const report = unusedIn(
      {
        'src/cli/main.ts': "import { used } from '../used.js';\nimport 'yaml';\nused();\n",
        'src/used.ts': 'export const used = (): void => local();\nexport const local = (): void => {};\nexport type Nobodys = string;\n',
        'src/forgotten.ts': 'export {};\n',
      },
      ['yaml', 'left-pad'],
    );
    for (const found of ['src/forgotten.ts', 'local', 'Nobodys', 'left-pad']) expect(report).toContain(found);
    for (const used of ['main.ts: ', 'yaml']) expect(report).not.toContain(used);
  });
});
