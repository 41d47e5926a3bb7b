import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeModules } from './modules.mjs';

/** The program as JavaScript, file by file, for tests that run it in a process of its own: as the sources are now. */
export async function compiled(): Promise<{ readonly dir: string; remove(): void }> {
  const root = mkdtempSync(join(tmpdir(), 'novaspan-compiled-'));
  symlinkSync(new URL('../../node_modules', import.meta.url).pathname, join(root, 'node_modules'));
  await writeModules(root);
  return { dir: join(root, 'dist'), remove: () => rmSync(root, { recursive: true }) };
}
