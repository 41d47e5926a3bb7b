import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = new URL('../../', import.meta.url).pathname;

const writtenAt = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.NEGATIVE_INFINITY;

/**
 * The program as JavaScript, for tests that run it in a process of its own: as the sources are now. What `npm run build` made of a source
 * since it was last changed is taken from `dist`, the rest is compiled.
 */
export async function compiled(): Promise<{ readonly dir: string; remove(): void }> {
  const root = mkdtempSync(join(tmpdir(), 'novaspan-compiled-'));
  cpSync(join(ROOT, 'package.json'), join(root, 'package.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  for (const file of readdirSync(join(ROOT, 'src'), { recursive: true }) as string[]) {
    if (!file.endsWith('.ts')) continue;
    const source = join(ROOT, 'src', file);
    const script = join('dist', file.replace(/\.ts$/, '.js'));
    const path = join(root, script);
    mkdirSync(dirname(path), { recursive: true });
    if (writtenAt(join(ROOT, script)) > writtenAt(source)) cpSync(join(ROOT, script), path);
    else writeFileSync(path, await compile(readFileSync(source, 'utf8')));
  }
  return { dir: join(root, 'dist'), remove: () => rmSync(root, { recursive: true }) };
}

async function compile(source: string): Promise<string> {
  const { default: ts } = await import('typescript');
  return ts.transpileModule(source, { compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext } }).outputText;
}
