import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { arch } from 'node:os';
import { join } from 'node:path';
import { OUT, run } from '../common.mjs';
import { CONFIG, description, env, scriptOf, stage, version } from './contents.mjs';

const ARCH = { x64: 'amd64', arm64: 'arm64' }[arch()];
const MAINTAINER = 'The novaspan authors <novaspan@localhost.invalid>';

/** @returns the path of the package in OUT */
export function buildDeb(work) {
  const root = join(work, 'deb');
  stage(root, 'vendor-completions');
  const control = join(root, 'DEBIAN');
  mkdirSync(control);
  const script = (name, from) => {
    writeFileSync(join(control, name), scriptOf(from));
    chmodSync(join(control, name), 0o755);
  };
  script('postinst', 'after-install.sh');
  script('prerm', 'before-remove.sh');
  script('postrm', 'after-remove.sh');
  writeFileSync(join(control, 'conffiles'), `${CONFIG}\n`);
  const [size] = run('du', ['-sk', root]).split('\t');
  writeFileSync(
    join(control, 'control'),
    `${[
      'Package: novaspan',
      `Version: ${version}`,
      `Architecture: ${ARCH}`,
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
  const file = join(OUT, `novaspan_${version}_${ARCH}.deb`);
  run('dpkg-deb', ['--root-owner-group', '-Zxz', '-z3', '--build', root, file], { env });
  return file;
}
