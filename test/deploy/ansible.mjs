#!/usr/bin/env node
// `npm run test:ansible`: the role in deploy/ansible, with ansible-core and ansible-lint from PyPI, in a virtual
// environment that is kept in $NOVASPAN_CACHE. Syntax and rules first; then real runs in a copy of this root that
// vanishes (an overlay in a mount namespace), which needs root, Debian and its python3-apt. systemctl is a stand-in
// there, and so is the package, unless NOVASPAN_DEB names one.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { skip } from '../stack/go.mjs';
import { Skip } from '../stack/skip.mjs';
import { virtualEnvironment } from './venv.mjs';

const ROOT = new URL('../..', import.meta.url).pathname;
const ROLES = join(ROOT, 'deploy/ansible');
const WANTED = ['ansible-core>=2.15,<2.20', 'ansible-lint>=24,<27'];

const failed = (what, { stdout, stderr }) => new Error(`${what}\n${stdout}${stderr}`);
const ok = (what) => console.log(`ok: ${what}`);

function checkRules(venv, home) {
  const env = { ...process.env, PATH: `${venv}/bin:${process.env.PATH}`, ANSIBLE_HOME: home, ANSIBLE_ROLES_PATH: join(ROLES, 'roles') };
  const run = (program, ...args) => spawnSync(join(venv, 'bin', program), args, { cwd: ROLES, env, encoding: 'utf8' });
  const syntax = run('ansible-playbook', '--syntax-check', '--inventory', 'localhost,', 'novaspan.yml');
  if (syntax.status !== 0) throw failed('the example cannot be read', syntax);
  ok('the example playbook and the role are read (--syntax-check)');
  const lint = run('ansible-lint', '--offline', '--profile', 'production', 'novaspan.yml', 'roles/novaspan');
  if (lint.status !== 0) throw failed('ansible-lint finds faults', lint);
  ok('ansible-lint finds no fault (profile production)');
}

/** Why there can be no real run here. */
function hindrance() {
  if (process.getuid() !== 0) return 'it needs root';
  for (const program of ['unshare', 'chroot', 'dpkg-deb', 'mount', 'systemd-tmpfiles', 'getfacl'])
    if (spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0) return `there is no ${program} here`;
  if (spawnSync('/usr/bin/python3', ['-c', 'import apt']).status !== 0) return 'there is no python3-apt here';
  if (spawnSync('unshare', ['--mount', '--pid', '--fork', 'true']).status !== 0) return 'there are no namespaces here';
  return undefined;
}

const folder = mkdtempSync(join(tmpdir(), 'novaspan-ansible-'));
try {
  const venv = virtualEnvironment('ansible-2', WANTED);
  checkRules(venv, join(folder, 'home'));
  const why = hindrance();
  if (why !== undefined) skip(`the role was not run: ${why}`);
  const inside = new URL('ansible-runs.mjs', import.meta.url).pathname;
  const args = ['--mount', '--pid', '--fork', '--kill-child', process.execPath, inside, folder, venv];
  const { status } = spawnSync('unshare', args, { stdio: 'inherit' });
  if (status === 75) skip('the role was not run: there are no overlays here');
  if (status !== 0) throw new Error('the role does not do what it should');
  console.log('the Ansible role: passed');
} catch (error) {
  if (!(error instanceof Skip)) throw error;
  console.log(`the Ansible role skipped: ${error.message}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
