import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import ts from 'typescript';

const ROOT = new URL('../../', import.meta.url).pathname;

/** The program as JavaScript, for tests that run it in a process of its own: as the sources are now, whatever `dist` holds. */
export function compiled(): { readonly dir: string; remove(): void } {
  const root = mkdtempSync(join(tmpdir(), 'novaspan-compiled-'));
  cpSync(join(ROOT, 'package.json'), join(root, 'package.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  for (const file of readdirSync(join(ROOT, 'src'), { recursive: true }) as string[]) {
    if (!file.endsWith('.ts')) continue;
    const path = join(root, 'dist', file.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(path), { recursive: true });
    const { outputText } = ts.transpileModule(readFileSync(join(ROOT, 'src', file), 'utf8'), {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
    });
    writeFileSync(path, outputText);
  }
  return { dir: join(root, 'dist'), remove: () => rmSync(root, { recursive: true }) };
}
