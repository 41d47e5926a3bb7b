import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives the whole run one folder for what it writes, and fails a run whose tests leave something in it. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'novaspan-tests-'));
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = folder;
  return () => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    // Node.js keeps compiled code there, where it is told to.
    const left = readdirSync(folder).filter((name) => name.startsWith('novaspan'));
    rmSync(folder, { recursive: true });
    if (left.length > 0) throw new Error(`tests leave files behind: ${left.join(', ')}`);
  };
}
