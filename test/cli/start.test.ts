import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { idsText } from '../../src/cli/ids.js';
import { version } from '../../src/export/version.js';

const MAIN = new URL('../../dist/cli/main.js', import.meta.url).pathname;
const INSTANCE = 'b8acd14b-35cc-4931-bd08-129b0bf97b38';
const REQUEST = 'req-5678fc57-4d2e-486d-95b7-7deb6d508747';

const run = (args: readonly string[]) => spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });

describe('what scripts ask for often', () => {
  it('is in one file that starts, which loads parts for all else', () => {
    expect(readdirSync(new URL('../../dist/cli/', import.meta.url)).sort()).toEqual(['main.js', 'main.js.map', 'package.json']);
  });

  it('is the version, and ids, as the commands print them', () => {
    expect(run(['--version'])).toMatchObject({ status: 0, stdout: `novaspan ${version}\n`, stderr: '' });
    expect(run(['version']).stdout).toBe(run(['-V']).stdout);
    expect(run(['trace-id', INSTANCE, REQUEST])).toMatchObject({ status: 0, stdout: idsText(INSTANCE, REQUEST), stderr: '' });
    expect(run(['trace-id', '--', INSTANCE, REQUEST]).stdout).toBe(idsText(INSTANCE, REQUEST));
  });

  it('is refused as the command refuses it', () => {
    const refused = run(['trace-id', INSTANCE, 'x']);

    expect(refused).toMatchObject({ status: 64, stdout: '' });
    expect(refused.stderr).toContain("'x' is not a request id");
  });
});
