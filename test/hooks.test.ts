import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'novaspan-hooks-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:GIT_|HUSKY|npm_)/.test(name))),
  ...{ GIT_AUTHOR_NAME: 'A', GIT_AUTHOR_EMAIL: 'a@example.org', GIT_COMMITTER_NAME: 'A', GIT_COMMITTER_EMAIL: 'a@example.org' },
  ...{ GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' },
};
const run = (command: string, ...args: readonly string[]) => spawnSync(command, args, { cwd: folder, env, encoding: 'utf8' });

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** A repository with the hook as it is here; what it runs on types is seen, and not run. */
function repository(): void {
  for (const file of ['.husky/pre-commit', 'biome.json', '.gitignore']) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(ROOT, file), join(folder, file));
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  write('.gitignore', 'node_modules\n');
  write('package.json', JSON.stringify({ name: 'x', scripts: { hooks: 'husky', types: 'echo types are looked at' } }, undefined, 2));
  expect(run('git', 'init', '--quiet').status).toBe(0);
  expect(run('npm', 'run', '--silent', 'hooks').status).toBe(0);
}

it('the hook looks at staged files, and at types where code is among them', { skip: spawnSync('git', ['--version']).status !== 0 }, () => {
  repository();
  write('src/bad.ts', "export const a = 'x'\nlet b = 1;\nexport { b };\n");
  write('src/worse.ts', 'var unstaged = 1');
  run('git', 'add', 'src/bad.ts');
  const bad = run('git', 'commit', '-m', 'Bad');
  expect(bad.status).not.toBe(0);
  expect(bad.stdout + bad.stderr).toContain('src/bad.ts');
  expect(bad.stdout + bad.stderr).not.toContain('src/worse.ts');

  write('src/bad.ts', "export const a = 'x';\n");
  run('git', 'add', 'src/bad.ts');
  const good = run('git', 'commit', '-m', 'Good');
  expect({ status: good.status, said: good.stdout + good.stderr }).toMatchObject({
    status: 0,
    said: expect.stringContaining('types are looked at'),
  });

  write('README.md', '# x\n');
  run('git', 'add', 'README.md');
  const prose = run('git', 'commit', '-m', 'Prose');
  expect({ status: prose.status, said: prose.stdout + prose.stderr }).toMatchObject({
    status: 0,
    said: expect.not.stringContaining('types'),
  });
});
