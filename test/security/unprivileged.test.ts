import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GOLDEN } from '../support/scenario.js';
import { temporaryFolder } from '../tail/temporary.js';

const MAIN = new URL('../../dist/cli/main.js', import.meta.url).pathname;
const NOBODY = 65_534;
const at = temporaryFolder();

const asNobody = (...args: string[]) =>
  spawnSync(process.execPath, [MAIN, ...args], {
    uid: NOBODY,
    gid: NOBODY,
    env: { PATH: process.env['PATH'] },
    encoding: 'utf8',
    cwd: '/',
  });
const canRun = process.getuid?.() === 0 && existsSync(MAIN) && asNobody('--version').status === 0;

function logs(mode: number): string {
  mkdirSync(at('log'), { mode: 0o755 });
  const file = at('log', 'nova-compute@vm.log');
  copyFileSync(join(GOLDEN, 'create-succeeds-info', 'nova-compute@vm.log'), file);
  chmodSync(file, mode);
  // Folders of tests are their user's own.
  for (let folder = at('log'); folder !== '/tmp' && folder !== '/'; folder = join(folder, '..')) chmodSync(folder, 0o755);
  return file;
}

describe.skipIf(!canRun)('a user who owns nothing', () => {
  it('reads logs that it may only read', () => {
    const { status, stdout, stderr } = asNobody('replay', '--format', 'json', '--timezone', 'UTC', logs(0o444));
    expect(stderr).not.toContain('LOG_UNREADABLE');
    expect(status).toBe(0);
    expect(stdout).toContain('instance create');
  });

  it('is told which log it may not read', () => {
    const file = logs(0o400);
    const { status, stderr } = asNobody('replay', '--timezone', 'UTC', file);
    expect(status).toBe(66);
    expect(stderr).toContain('LOG_UNREADABLE');
    expect(stderr).toContain(file);
  });
});
