// What the .deb and the .rpm hold alike.
import { chmodSync, copyFileSync, lutimesSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { OUT, ROOT, run } from '../common.mjs';

const EXECUTABLE = join(OUT, 'novaspan');
export const CONFIG = '/etc/novaspan/novaspan.yaml';
export const { version, description } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
/** Of the last commit, so that the same tree gives the same package. */
const made = Number(process.env.SOURCE_DATE_EPOCH ?? run('git', ['log', '-1', '--format=%ct']));
export const env = { ...process.env, SOURCE_DATE_EPOCH: String(made) };
export const scriptOf = (name) => readFileSync(join(ROOT, 'packaging/linux', name), 'utf8');

/** Every file of a package but the program, with its mode. Where zsh looks differs. */
function filesOf(zsh) {
  const from = (path) => readFileSync(join(ROOT, path));
  const printed = (...args) => run(EXECUTABLE, args);
  const unit = from('deploy/systemd/novaspan.service')
    .toString()
    .replace('ExecStart=/usr/bin/node /opt/novaspan/dist/cli/main.js ', 'ExecStart=/usr/bin/novaspan ')
    .replace('file:/opt/novaspan/docs/deploy.md', 'man:novaspan(1)');
  if (/\/opt|\/usr\/bin\/node /.test(unit)) throw new Error('the unit names a path that the package does not have');
  return {
    [CONFIG]: [from('deploy/systemd/novaspan.yaml'), 0o640],
    '/usr/lib/systemd/system/novaspan.service': [unit, 0o644],
    '/usr/lib/sysusers.d/novaspan.conf': [from('deploy/systemd/sysusers.conf'), 0o644],
    '/usr/lib/tmpfiles.d/novaspan.conf': [from('deploy/systemd/tmpfiles.conf'), 0o644],
    '/usr/share/bash-completion/completions/novaspan': [printed('completion', 'bash'), 0o644],
    [`/usr/share/zsh/${zsh}/_novaspan`]: [printed('completion', 'zsh'), 0o644],
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

/**
 * Writes them into a folder.
 *
 * @param zsh the folder of completions below /usr/share/zsh
 * @returns their paths
 */
export function stage(root, zsh) {
  const files = filesOf(zsh);
  for (const [path, [content, mode]] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true, mode: 0o755 });
    writeFileSync(join(root, path), content);
    chmodSync(join(root, path), mode);
  }
  mkdirSync(join(root, 'usr/bin'), { recursive: true });
  copyFileSync(EXECUTABLE, join(root, 'usr/bin/novaspan'));
  chmodSync(join(root, 'usr/bin/novaspan'), 0o755);
  chmodSync(join(root, 'etc/novaspan'), 0o750);
  settle(root);
  return [...Object.keys(files), '/usr/bin/novaspan'];
}

/** One time for all: the bytes of a package do not change with the hour. */
function settle(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) settle(path);
    lutimesSync(path, made, made);
  }
}
