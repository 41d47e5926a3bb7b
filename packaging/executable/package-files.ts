import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { getAsset, getAssetKeys } from 'node:sea';

// In place of src/model/package-files.ts: in the executable the files are assets of it.

export const packageText = (path: string): string => getAsset(path, 'utf8');

let folder: string | undefined;

export function packageFolder(path: string): string {
  folder ??= unpacked();
  return join(folder, path);
}

function unpacked(): string {
  const made = mkdtempSync(join(tmpdir(), 'novaspan-'));
  process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  for (const key of getAssetKeys().filter((name) => name.startsWith('demo/') || name.startsWith('test/'))) {
    mkdirSync(join(made, dirname(key)), { recursive: true });
    writeFileSync(join(made, key), new Uint8Array(getAsset(key)));
  }
  return made;
}
