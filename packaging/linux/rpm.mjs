import { copyFileSync, writeFileSync } from 'node:fs';
import { arch } from 'node:os';
import { join } from 'node:path';
import { OUT, run } from '../common.mjs';
import { CONFIG, description, env, scriptOf, stage, version } from './contents.mjs';

const ARCH = { x64: 'x86_64', arm64: 'aarch64' }[arch()];

/** Removed with the package where no other package has them. */
const FOLDERS = [
  '/usr/share/doc/novaspan',
  '/usr/share/bash-completion',
  '/usr/share/bash-completion/completions',
  '/usr/share/zsh',
  '/usr/share/zsh/site-functions',
  '/usr/share/fish',
  '/usr/share/fish/vendor_completions.d',
];

/**
 * @param release of the same version
 * @param alter is given the folder of all files before they are packed
 * @returns the path of the package in `out`
 */
export function buildRpm(top, { out = OUT, release = 1, payload = 'w3.xzdio', alter = () => {} } = {}) {
  const root = join(top, 'staged');
  // The group comes with after-install.sh, so that its files are not as packed.
  const config = `%config(noreplace) %verify(not group) ${CONFIG}`;
  const listed = stage(root, 'site-functions').map((path) =>
    path === CONFIG ? config : path.startsWith('/usr/share/doc/') ? `%doc ${path}` : path,
  );
  alter(root);
  const spec = join(top, 'novaspan.spec');
  writeFileSync(
    spec,
    `${[
      'Name: novaspan',
      `Version: ${version}`,
      `Release: ${release}`,
      `Summary: OpenTelemetry traces of OpenStack actions, from logs`,
      'License: Apache-2.0',
      // The executable ends with what it carries: nothing may be stripped from it, and its libraries are those of Node.js.
      '%global __os_install_post %{nil}',
      '%global debug_package %{nil}',
      '%define _build_id_links none',
      '%global use_source_date_epoch_as_buildtime 1',
      'AutoReqProv: no',
      'Requires: glibc >= 2.28, libstdc++, libatomic',
      'Requires(post): shadow-utils',
      'Recommends: systemd, acl',
      '%description',
      `${description}.`,
      '%post',
      scriptOf('after-install.sh'),
      '%preun',
      scriptOf('before-remove.sh'),
      '%postun',
      scriptOf('after-remove.sh'),
      '%files',
      '%defattr(-,root,root,-)',
      '%dir %attr(0750,root,root) %verify(not group) /etc/novaspan',
      ...FOLDERS.map((folder) => `%dir ${folder}`),
      ...listed,
    ].join('\n')}\n`,
  );
  const defines = { _topdir: top, _rpmdir: join(top, 'rpms'), _binary_payload: payload };
  const defined = Object.entries(defines).flatMap(([name, value]) => ['--define', `${name} ${value}`]);
  run('rpmbuild', ['-bb', '--quiet', '--target', ARCH, '--buildroot', root, ...defined, '--noclean', spec], { env });
  const name = `novaspan-${version}-${release}.${ARCH}.rpm`;
  copyFileSync(join(top, 'rpms', ARCH, name), join(out, name));
  return join(out, name);
}
