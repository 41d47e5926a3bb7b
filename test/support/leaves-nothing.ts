import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The root and each project call this, each with a copy of this module: one folder is enough. */
const MARK = 'NOVASPAN_TESTS_FOLDER';

/** Gives the whole run one folder for what it writes, and fails a run whose tests leave something in it. */
export default function setup(): () => void {
  if (process.env[MARK] !== undefined) return () => undefined;
  const folder = mkdtempSync(join(tmpdir(), 'novaspan-tests-'));
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = folder;
  process.env[MARK] = folder;
  return () => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    delete process.env[MARK];
    // Node.js keeps compiled code there, where it is told to.
    const left = readdirSync(folder).filter((name) => name.startsWith('novaspan'));
    rmSync(folder, { recursive: true });
    if (left.length > 0) throw new Error(`tests leave files behind: ${left.join(', ')}`);
  };
}
