import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { commands, loadAll } from '../../src/cli/commands.js';
import { manPage } from '../../src/cli/man.js';
import { completionFor, shells } from '../../src/cli/shells.js';

const all = await loadAll(commands);
const folder = mkdtempSync(join(tmpdir(), 'novaspan-tests-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const isThere = (program: string): boolean => spawnSync(program, ['--version']).error === undefined;
const scriptOf = (shell: (typeof shells)[number]): string => {
  const file = join(folder, shell);
  writeFileSync(file, completionFor(shell, all));
  return file;
};

describe.each(shells)('the completion of %s', (shell) => {
  const script = completionFor(shell, all);

  it('has every command and every option', () => {
    for (const { name, options } of all) {
      expect(script).toContain(name);
      for (const option of Object.keys(options)) expect(script, `${name} --${option}`).toMatch(new RegExp(`(?:--|-l )${option}\\b`));
    }
  });

  it.runIf(isThere(shell))('is read by the shell without a fault', () => {
    const { status, stderr } = spawnSync(shell, ['-n', scriptOf(shell)], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });
});

describe.runIf(isThere('bash'))('in bash', () => {
  const completed = (...words: string[]): string[] => {
    const line = `source '${scriptOf('bash')}'; COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _novaspan; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync('bash', ['-c', line], { encoding: 'utf8', cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] })
      .split('\n')
      .filter((word) => word !== '');
  };

  it('a command is completed', () => {
    expect(completed('novaspan', 're')).toEqual(['replay', 'report', 'resend']);
  });

  it('an option of the command is completed, of no other', () => {
    expect(completed('novaspan', 'tail', '--back')).toEqual(['--backfill']);
    expect(completed('novaspan', 'replay', '--back')).toEqual([]);
  });

  it('the value of an option is completed', () => {
    expect(completed('novaspan', 'check', '--format', '')).toEqual(['text', 'json']);
  });

  it('a path is completed where the command takes some', () => {
    writeFileSync(join(folder, 'nova-compute.log'), '');
    expect(completed('novaspan', 'replay', 'nova-')).toEqual(['nova-compute.log']);
    expect(completed('novaspan', 'trace-id', 'nova-')).toEqual([]);
  });
});

describe('the page for man', () => {
  const page = manPage(all);

  it('has every command and every option', () => {
    for (const { name, options } of all) {
      expect(page).toContain(`.SS novaspan ${name.replaceAll('-', '\\-')}`);
      for (const option of Object.keys(options)) expect(page).toContain(`\\fB\\-\\-${option.replaceAll('-', '\\-')}\\fR`);
    }
  });

  it('has no line that roff reads as a request of its own', () => {
    const requests = page.split('\n').filter((line) => line.startsWith('.'));
    expect(requests.filter((line) => !/^\.(?:\\"|TH|SH|SS|PP|TP|ad|B|I|nf|fi|RS|RE)\b|^\.\\"/.test(line))).toEqual([]);
  });

  it.runIf(isThere('groff'))('is set by groff without a warning', () => {
    const { stderr } = spawnSync('groff', ['-man', '-ww', '-Tutf8', '-z'], { input: page, encoding: 'utf8' });
    expect(stderr).toBe('');
  });
});
