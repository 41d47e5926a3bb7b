// The role on a host, again and again: a new one, one that has all, one whose configuration changes. Started by
// ansible.mjs in a mount namespace of its own: node ansible-runs.mjs FOLDER VENV
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';

const ROOT = new URL('../..', import.meta.url).pathname;
const [folder, venv] = process.argv.slice(2);
const host = join(folder, 'host');
const SECRET = 'Bearer%20secret-"token"';
const NO_OVERLAY = 75;

function must(program, ...args) {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}${stdout}`);
  return stdout;
}
const ok = (what) => console.log(`ok: ${what}`);
const on = (path) => join(host, path);
const text = (path) => readFileSync(on(path), 'utf8');
const modeOf = (path) => (statSync(on(path)).mode & 0o777).toString(8);

/** All that is written goes to memory, and is gone with this namespace. */
function makeHost() {
  mkdirSync(join(folder, 'memory'));
  must('mount', '-t', 'tmpfs', 'tmpfs', join(folder, 'memory'));
  const [upper, work] = ['upper', 'work'].map((name) => join(folder, 'memory', name));
  for (const each of [upper, work, host]) mkdirSync(each);
  try {
    must('mount', '-t', 'overlay', 'overlay', '-o', `lowerdir=/,upperdir=${upper},workdir=${work}`, host);
  } catch {
    process.exit(NO_OVERLAY);
  }
  must('mount', '-t', 'proc', 'proc', on('proc'));
  must('mount', '--rbind', '/dev', on('dev'));
  for (const path of ['tmp', 'run']) must('mount', '-t', 'tmpfs', 'tmpfs', on(path));
  mkdirSync(on(venv), { recursive: true });
  must('mount', '--bind', venv, on(venv));
  // A novaspan of this machine is none of the host's.
  for (const path of ['etc/novaspan', 'var/cache/novaspan', 'usr/bin/novaspan']) rmSync(on(path), { recursive: true, force: true });
  cpSync(join(ROOT, 'deploy/ansible'), on('tmp/ansible'), { recursive: true });
}

function write(root, path, content, mode = 0o644) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
  chmodSync(join(root, path), mode);
}

/** With the scripts and files of the real package, and a program that only knows `check`. */
function makePackage(to) {
  if (process.env.NOVASPAN_DEB !== undefined) return copyFileSync(process.env.NOVASPAN_DEB, to);
  const root = join(folder, 'memory/package');
  const from = (path) => readFileSync(join(ROOT, path));
  write(root, 'usr/bin/novaspan', '#!/bin/sh\n! grep -q "^nonsense" "$3" || exit 78\n', 0o755);
  write(root, 'usr/lib/systemd/system/novaspan.service', from('deploy/systemd/novaspan.service'));
  write(root, 'usr/lib/sysusers.d/novaspan.conf', from('deploy/systemd/sysusers.conf'));
  write(root, 'usr/lib/tmpfiles.d/novaspan.conf', from('deploy/systemd/tmpfiles.conf'));
  write(root, 'etc/novaspan/novaspan.yaml', from('deploy/systemd/novaspan.yaml'), 0o640);
  write(root, 'DEBIAN/conffiles', '/etc/novaspan/novaspan.yaml\n');
  write(root, 'DEBIAN/postinst', from('packaging/linux/after-install.sh'), 0o755);
  const fields = { Package: 'novaspan', Version: '0.1.0', Architecture: 'all', Maintainer: 'nobody <nobody@localhost.invalid>' };
  write(
    root,
    'DEBIAN/control',
    `${Object.entries({ ...fields, Description: 'a stand-in' })
      .map((each) => each.join(': '))
      .join('\n')}\n`,
  );
  must('dpkg-deb', '--root-owner-group', '--build', root, to);
}

/** Remembers what it was asked to do, and answers as systemd does. */
function makeSystemctl() {
  const is = (file, yes, no) => `$([ -e /tmp/${file} ] && echo ${yes} || echo ${no})`;
  write(
    host,
    'usr/bin/systemctl',
    `#!/bin/sh
case "$1" in
  show) echo LoadState=loaded; echo "ActiveState=${is('active', 'active', 'inactive')}" ;;
  is-enabled) echo "${is('enabled', 'enabled', 'disabled')}"; [ -e /tmp/enabled ] ;;
  is-active) echo "${is('active', 'active', 'inactive')}"; [ -e /tmp/active ] ;;
  enable) touch /tmp/enabled; echo enable >> /tmp/calls ;;
  start | restart) touch /tmp/active; echo "$1" >> /tmp/calls ;;
  *) echo "$1" >> /tmp/calls ;;
esac
`,
    0o755,
  );
}

/** Runs the role, and says what it changed. */
function play(config, { check = false, fails = false, file = '/tmp/novaspan_0.1.0_all.deb' } = {}) {
  rmSync(on('tmp/calls'), { force: true });
  writeFileSync(
    on('tmp/play.yml'),
    JSON.stringify([{ hosts: 'all', connection: 'local', gather_facts: false, roles: [{ role: 'novaspan' }] }]),
  );
  const vars = {
    ansible_python_interpreter: '/usr/bin/python3',
    novaspan_package: file,
    novaspan_config: config,
    novaspan_environment: { OTEL_EXPORTER_OTLP_HEADERS: `authorization=${SECRET}` },
    novaspan_groups: ['games'],
    novaspan_acl_folders: ['/var/log/other'],
  };
  writeFileSync(on('tmp/vars.json'), JSON.stringify(vars));
  const env = [
    `PATH=${venv}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    'HOME=/tmp/home',
    'LC_ALL=C.UTF-8',
    'ANSIBLE_ROLES_PATH=/tmp/ansible/roles',
    'ANSIBLE_NOCOLOR=1',
  ];
  const args = [
    '--inventory',
    'localhost,',
    '--extra-vars',
    '@/tmp/vars.json',
    '--diff',
    '-vvv',
    ...(check ? ['--check'] : []),
    '/tmp/play.yml',
  ];
  const { status, stdout, stderr } = spawnSync('chroot', [host, '/usr/bin/env', '-i', ...env, 'ansible-playbook', ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  const all = `${stdout}${stderr}`;
  if ((status !== 0) !== fails) throw new Error(`the role ${fails ? 'did not fail' : 'failed'}:\n${all.slice(-6000)}`);
  assert.doesNotMatch(all, /secret-/, 'a secret was shown');
  return {
    changed: Number(/changed=(\d+)/.exec(stdout)?.[1]),
    calls: existsSync(on('tmp/calls')) ? text('tmp/calls').trim().split('\n') : [],
  };
}

/** Gives a folder on loopback, in a process of its own: this one waits for each run. It ends with this namespace. */
async function serve(what) {
  const program = `require('node:http')
    .createServer((request, response) => response.end(require('node:fs').readFileSync(${JSON.stringify(what)} + request.url)))
    .listen(0, '127.0.0.1', function () { console.log(this.address().port); });`;
  const server = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = await once(server.stdout, 'data');
  return `http://127.0.0.1:${String(port).trim()}`;
}

makeHost();
makeSystemctl();
makePackage(on('tmp/novaspan_0.1.0_all.deb'));
mkdirSync(on('var/log/other'));

const config = { ...parse(readFileSync(join(ROOT, 'deploy/systemd/novaspan.yaml'), 'utf8')), host: 'cmp1' };
const startsIn = ({ calls }) => calls.filter((call) => /start/.test(call)).length;

const url = `${await serve(on('tmp'))}/novaspan_0.1.0_all.deb`;
play(config, { check: true });
play(config, { check: true, file: url });
for (const path of ['usr/bin/novaspan', 'etc/novaspan', 'var/cache/novaspan']) assert.equal(existsSync(on(path)), false, path);
ok('check mode on a new host changes nothing');

play(config, { file: '', fails: true });
ok('without a package it says that novaspan is not there');

const first = play(config);
assert.deepEqual(parse(text('etc/novaspan/novaspan.yaml')), config);
assert.deepEqual([modeOf('etc/novaspan/novaspan.yaml'), modeOf('etc/novaspan/novaspan.env')], ['640', '600']);
assert.match(text('etc/novaspan/novaspan.env'), /^OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer%20secret-\\"token\\""$/m);
assert.equal(must('chroot', host, 'stat', '--format', '%U:%G', '/etc/novaspan/novaspan.yaml').trim(), 'root:novaspan');
assert.match(must('chroot', host, 'id', '-nG', 'novaspan'), /\bgames\b/);
assert.match(text('etc/tmpfiles.d/novaspan-logs.conf'), /^a\+ \/var\/log\/other - - - - group:novaspan:r-x/m);
assert.match(must('chroot', host, 'getfacl', '--omit-header', '--absolute-names', '/var/log/other'), /^default:group:novaspan:r--/m);
assert.deepEqual([startsIn(first), first.calls.includes('enable'), existsSync(on('tmp/active'))], [1, true, true]);
ok(`a new host has package, configuration, environment, groups, ACLs and a service that runs (${first.changed} changes)`);

assert.deepEqual(play(config), { changed: 0, calls: [] });
ok('the second run changes nothing, and restarts nothing');
assert.deepEqual(play(config, { check: true }), { changed: 0, calls: [] });

rmSync(on('var/cache/novaspan'), { recursive: true });
assert.deepEqual(play(config, { file: url }), { changed: 2, calls: [] });
assert.equal(existsSync(on('var/cache/novaspan/novaspan_0.1.0_all.deb')), true);
assert.deepEqual(play(config, { file: url }), { changed: 0, calls: [] });
ok('a package from a URL is fetched once');

const other = { ...config, timezone: 'Asia/Seoul' };
assert.deepEqual(play(other, { check: true }).calls, []);
assert.equal(parse(text('etc/novaspan/novaspan.yaml')).timezone, undefined);
ok('check mode of a change changes nothing');
const second = play(other);
assert.equal(parse(text('etc/novaspan/novaspan.yaml')).timezone, 'Asia/Seoul');
assert.deepEqual([second.changed, startsIn(second)], [2, 1]);
ok('a change of the configuration restarts it, once');

for (let i = 0; i < 2; i++) assert.deepEqual(play({ ...config, nonsense: 1 }, { fails: true }).calls, []);
assert.deepEqual(parse(text('etc/novaspan/novaspan.yaml')), other);
ok('a configuration with a fault is refused, and stays so');
process.exit(0);
