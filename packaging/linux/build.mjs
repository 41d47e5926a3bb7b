// `npm run packages`: out/novaspan_VERSION_ARCH.deb and out/novaspan-VERSION-1.ARCH.rpm. Both hold the executable of packaging/executable, so that
// they need no Node.js on the host, and the unit, the user, the configuration, completion and the page for man.
import { chmodSync, copyFileSync, lutimesSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { arch } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { inTemporaryFolder, isThere, megabytes, OUT, ROOT, run } from '../common.mjs';

const EXECUTABLE = join(OUT, 'novaspan');
const { version, description } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const ARCHES = { x64: { deb: 'amd64', rpm: 'x86_64' }, arm64: { deb: 'arm64', rpm: 'aarch64' } };
const { deb, rpm } = ARCHES[arch()];
const MAINTAINER = 'The novaspan authors <novaspan@localhost.invalid>';
/** Of the last commit, so that the same tree gives the same package. */
const made = Number(process.env.SOURCE_DATE_EPOCH ?? run('git', ['log', '-1', '--format=%ct']));
const env = { ...process.env, SOURCE_DATE_EPOCH: String(made) };

run(process.execPath, [join(ROOT, 'packaging/executable/build.mjs')], { stdio: 'inherit' });
for (const [kind, program, build] of [
  ['.deb', 'dpkg-deb', buildDeb],
  ['.rpm', 'rpmbuild', buildRpm],
]) {
  if (!isThere(program)) console.log(`${kind} skipped: there is no ${program} here`);
  else await inTemporaryFolder('package', build);
}

function shown(name) {
  console.log(`out/${name}: ${megabytes(join(OUT, name))}`);
}

/** Every file of the package, with its mode. */
function files() {
  const from = (path) => readFileSync(join(ROOT, path));
  const printed = (...args) => run(EXECUTABLE, args);
  const unit = from('deploy/systemd/novaspan.service')
    .toString()
    .replace('ExecStart=/usr/bin/node /opt/novaspan/dist/cli/main.js ', 'ExecStart=/usr/bin/novaspan ')
    .replace('file:/opt/novaspan/docs/deploy.md', 'man:novaspan(1)');
  if (/\/opt|\/usr\/bin\/node /.test(unit)) throw new Error('the unit names a path that the package does not have');
  return {
    '/etc/novaspan/novaspan.yaml': [from('deploy/systemd/novaspan.yaml'), 0o640],
    '/usr/lib/systemd/system/novaspan.service': [unit, 0o644],
    '/usr/lib/sysusers.d/novaspan.conf': [from('deploy/systemd/sysusers.conf'), 0o644],
    '/usr/lib/tmpfiles.d/novaspan.conf': [from('deploy/systemd/tmpfiles.conf'), 0o644],
    '/usr/share/bash-completion/completions/novaspan': [printed('completion', 'bash'), 0o644],
    '/usr/share/zsh/vendor-completions/_novaspan': [printed('completion', 'zsh'), 0o644],
    '/usr/share/fish/vendor_completions.d/novaspan.fish': [printed('completion', 'fish'), 0o644],
    '/usr/share/man/man1/novaspan.1.gz': [gzipSync(printed('help', '--man'), { level: 9 }), 0o644],
    '/usr/share/doc/novaspan/novaspan.env.example': [from('deploy/systemd/novaspan.env'), 0o644],
    '/usr/share/doc/novaspan/read-any-log.conf': [from('deploy/systemd/read-any-log.conf').toString().replace(' /opt/novaspan', ''), 0o644],
    '/usr/share/doc/novaspan/changelog.gz': [gzipSync(from('CHANGELOG.md'), { level: 9 }), 0o644],
    '/usr/share/doc/novaspan/copyright': [
      `${from('LICENSE')}

${from('dist/LICENSES.txt')}
The program also holds Node.js:

${from('out/LICENSE.node')}`,
      0o644,
    ],
  };
}

function stage(root) {
  for (const [path, [content, mode]] of Object.entries(files())) {
    mkdirSync(dirname(join(root, path)), { recursive: true, mode: 0o755 });
    writeFileSync(join(root, path), content);
    chmodSync(join(root, path), mode);
  }
  mkdirSync(join(root, 'usr/bin'), { recursive: true });
  copyFileSync(EXECUTABLE, join(root, 'usr/bin/novaspan'));
  chmodSync(join(root, 'usr/bin/novaspan'), 0o755);
  chmodSync(join(root, 'etc/novaspan'), 0o750);
  settle(root);
}

/** One time for all: the bytes of a package do not change with the hour. */
function settle(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) settle(path);
    lutimesSync(path, made, made);
  }
}

function buildDeb(work) {
  const root = join(work, 'deb');
  stage(root);
  const control = join(root, 'DEBIAN');
  mkdirSync(control);
  const script = (name, from) => {
    writeFileSync(join(control, name), readFileSync(join(ROOT, 'packaging/linux', from)));
    chmodSync(join(control, name), 0o755);
  };
  script('postinst', 'after-install.sh');
  script('prerm', 'before-remove.sh');
  script('postrm', 'after-remove.sh');
  writeFileSync(join(control, 'conffiles'), '/etc/novaspan/novaspan.yaml\n');
  const [size] = run('du', ['-sk', root]).split('\t');
  writeFileSync(
    join(control, 'control'),
    `${[
      'Package: novaspan',
      `Version: ${version}`,
      `Architecture: ${deb}`,
      `Maintainer: ${MAINTAINER}`,
      `Installed-Size: ${size}`,
      // What Node.js is linked with; systems have all but libatomic1.
      'Depends: libc6 (>= 2.28), libstdc++6, libatomic1',
      'Recommends: systemd, acl',
      'Section: net',
      'Priority: optional',
      `Description: OpenTelemetry traces of OpenStack actions, from logs`,
      ` ${description}.`,
      ' It follows logs as a sidecar, reads archives, and serves a local page.',
    ].join('\n')}\n`,
  );
  const name = `novaspan_${version}_${deb}.deb`;
  run('dpkg-deb', ['--root-owner-group', '-Zxz', '-z3', '--build', root, join(OUT, name)], { env });
  shown(name);
}

function buildRpm(top) {
  const root = join(top, 'staged');
  stage(root);
  const script = (from) => readFileSync(join(ROOT, 'packaging/linux', from), 'utf8');
  const listed = [...Object.keys(files()), '/usr/bin/novaspan'].map((path) =>
    path === '/etc/novaspan/novaspan.yaml' ? `%config(noreplace) ${path}` : path.startsWith('/usr/share/doc/') ? `%doc ${path}` : path,
  );
  const spec = join(top, 'novaspan.spec');
  writeFileSync(
    spec,
    `${[
      'Name: novaspan',
      `Version: ${version}`,
      'Release: 1',
      `Summary: OpenTelemetry traces of OpenStack actions, from logs`,
      'License: Apache-2.0',
      // The executable ends with what it carries: nothing may be stripped from it, and its libraries are those of Node.js.
      '%global __os_install_post %{nil}',
      '%global debug_package %{nil}',
      '%define _build_id_links none',
      '%global use_source_date_epoch_as_buildtime 1',
      'AutoReqProv: no',
      'Requires: glibc >= 2.28, libstdc++, libatomic, shadow-utils',
      '%description',
      `${description}.`,
      '%post',
      script('after-install.sh'),
      '%preun',
      script('before-remove.sh'),
      '%postun',
      script('after-remove.sh'),
      '%files',
      '%defattr(-,root,root,-)',
      '%dir %attr(0750,root,root) /etc/novaspan',
      ...listed,
    ].join('\n')}\n`,
  );
  const defines = { _topdir: top, _rpmdir: join(top, 'rpms'), _binary_payload: 'w3.xzdio' };
  const defined = Object.entries(defines).flatMap(([name, value]) => ['--define', `${name} ${value}`]);
  run('rpmbuild', ['-bb', '--quiet', '--target', rpm, '--buildroot', root, ...defined, '--noclean', spec], { env });
  const name = `novaspan-${version}-1.${rpm}.rpm`;
  renameSync(join(top, 'rpms', rpm, name), join(OUT, name));
  shown(name);
}
