import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';

/** A maker of paths in a folder of the running test's own, which is removed after it. */
export function temporaryFolder(): (...names: string[]) => string {
  let folder: string | undefined;
  afterEach(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    folder = undefined;
  });
  return (...names) => {
    folder ??= mkdtempSync(join(tmpdir(), 'novaspan_tail_'));
    return join(folder, ...names);
  };
}
