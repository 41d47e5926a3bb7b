// `npm run test:rpm`: the .rpm by rpm and dnf, which Debian carries, in a clean Debian root. No system of Red Hat's family is at hand: what the
// package requires of one is given by an empty package. Installed, verified, edited, upgraded, removed; what is left is what rpm's rules leave.
import assert from 'node:assert/strict';
import { appendFileSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inTemporaryFolder, isThere, OUT, ROOT, run } from '../../packaging/common.mjs';
import { CONFIG } from '../../packaging/linux/contents.mjs';
import { buildRpm } from '../../packaging/linux/rpm.mjs';
import { differences, makeRoot, missing, reporter } from './root.mjs';

const { say, ok } = reporter('rpm');
/** What a removal leaves by rpm's rules: accounts stay, and what was edited. */
const ACCOUNT = ['/etc/group', '/etc/gshadow', '/etc/passwd', '/etc/shadow'];
const KEPT = [
  'ACL of # file: /var/log/nova',
  'ACL of # file: /var/log/nova/nova-compute.log',
  '/etc/novaspan',
  `${CONFIG}.rpmnew`,
  `${CONFIG}.rpmsave`,
  '/var/lib/novaspan',
  '/var/lib/novaspan/checkpoint',
];

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const built = existsSync(OUT)
  ? readdirSync(OUT).find((name) => name.startsWith(`novaspan-${version}-1.`) && name.endsWith('.rpm'))
  : undefined;
const why =
  missing() ?? (built === undefined || !isThere('rpmbuild') ? 'out/ has no .rpm (npm run packages, which needs rpmbuild)' : undefined);
if (why !== undefined) {
  say(`skipped: ${why}`);
} else {
  await inTemporaryFolder('rpm', whole);
  say('passed: all that was asked holds');
}

async function whole(work) {
  const root = makeRoot(join(work, 'root'), ['systemd', 'acl', 'libatomic1', 'rpm', 'dnf'], say);
  const logs = root.at('var/log/nova');
  mkdirSync(logs);
  writeFileSync(join(logs, 'nova-compute.log'), '');
  const put = (file) => {
    copyFileSync(file, root.at(`tmp/${file.split('/').at(-1)}`));
    return `/tmp/${file.split('/').at(-1)}`;
  };
  const dnf = (...args) => root.run('dnf', '--assumeyes', '--disablerepo=*', ...args);
  const verified = () => root.output('sh', '-c', 'rpm --verify novaspan || true').trim();

  assert.throws(() => dnf('install', put(join(OUT, built))), /nothing provides glibc >= 2\.28/);
  say('ok: dnf refuses it where its libraries are not there');
  root.run('rpm', '--install', put(provided(work)));
  const before = root.files();
  dnf('install', put(join(OUT, built)));
  ok(
    /^novaspan \d/.test(root.run('runuser', '-u', 'novaspan', '--', 'novaspan', '--version')),
    'dnf installs it; the user novaspan runs `novaspan`',
  );
  const { mode, gid } = statSync(root.at(CONFIG));
  ok((mode & 0o777) === 0o640 && gid === Number(root.run('id', '--group', 'novaspan')), `${CONFIG} is root:novaspan 0640`);
  ok(/group:novaspan:r-x/.test(root.run('getfacl', '/var/log/nova')), 'the group may read the logs (ACL)');
  ok(verified() === '', 'rpm --verify finds every file as packed');
  root.run('systemd-analyze', 'verify', '--man=no', '/usr/lib/systemd/system/novaspan.service');
  say('ok: systemd-analyze verify has nothing to say of the unit');

  appendFileSync(root.at(CONFIG), '\nhost: vm\n');
  const edited = readFileSync(root.at(CONFIG), 'utf8');
  mkdirSync(root.at('var/lib/novaspan'), { recursive: true });
  writeFileSync(root.at('var/lib/novaspan/checkpoint'), 'kept');
  dnf('upgrade', put(await newer(work)));
  ok(root.output('rpm', '--query', 'novaspan').includes(`${version}-2`), 'a newer release is installed over it');
  ok(readFileSync(root.at(CONFIG), 'utf8') === edited, 'the edited file is kept');
  ok(readFileSync(root.at(`${CONFIG}.rpmnew`), 'utf8').endsWith('# Of the newer release.\n'), 'the new one lies beside it as .rpmnew');
  ok(statSync(root.at(CONFIG)).gid === gid, 'its group is still novaspan');
  root.run('runuser', '-u', 'novaspan', '--', 'cat', CONFIG, '/var/lib/novaspan/checkpoint');
  say('ok: the user novaspan reads its configuration and its checkpoint');

  dnf('remove', 'novaspan');
  const left = differences(before, root.files()).map((line) => /^(?:ACL of # file: )?[^:]+/.exec(line)[0]);
  assert.deepEqual(left.sort(), [...ACCOUNT, ...KEPT].sort());
  ok(true, 'dnf remove leaves the account, the ACLs of logs, the state, and the edited configuration as .rpmsave: nothing else');
}

/** What a host of Red Hat's family has: Debian has it by other names. */
function provided(work) {
  const top = join(work, 'provided');
  mkdirSync(top);
  const lines = [
    ...['Name: of-the-host', 'Version: 1', 'Release: 1', 'Summary: What the host has', 'License: none', 'BuildArch: noarch'],
    'Provides: /bin/sh, glibc = 2.36, libstdc++, libatomic, shadow-utils',
    ...['%description', '-', '%files', ''],
  ];
  writeFileSync(join(top, 'of-the-host.spec'), lines.join('\n'));
  run('rpmbuild', ['-bb', '--quiet', '--define', `_topdir ${top}`, join(top, 'of-the-host.spec')]);
  return join(top, 'RPMS/noarch/of-the-host-1-1.noarch.rpm');
}

/** The same package as a later release, with another default configuration. */
function newer(work) {
  const folder = join(work, 'newer');
  mkdirSync(folder);
  const alter = (staged) => appendFileSync(join(staged, CONFIG), '# Of the newer release.\n');
  return buildRpm(folder, { out: work, release: 2, payload: 'w1.gzdio', alter });
}
