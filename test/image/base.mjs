// A stand-in for node:24-bookworm-slim where no registry of images can be reached: Debian from its own archive, Node.js and npm from npm.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

const CACHE = process.env.NOVASPAN_CACHE ?? join(homedir(), '.cache', 'novaspan');
const TAR = join(CACHE, 'bookworm-slim.tar');

/** What the -slim images of Debian leave out. */
const LEFT_OUT = ['doc', 'man', 'locale', 'info', 'groff', 'lintian', 'linda'];

/** The stand-in's name, as the Dockerfile has it. */
export const BASE = 'docker.io/library/node:24-bookworm-slim';

/**
 * Makes the stand-in an image of buildah's store.
 *
 * @param buildah runs buildah with these arguments and gives what it prints
 * @returns what it is made of, to be told beside every figure
 */
export function makeBase(buildah, say) {
  debian(say);
  const work = mkdtempSync(join(tmpdir(), 'novaspan-base-'));
  try {
    const { node, npm } = nodeAndNpm(work, say);
    const container = buildah('from', 'scratch').trim();
    buildah('add', '--quiet', container, TAR, '/');
    buildah('add', '--quiet', container, node.path, '/usr/local/bin/node');
    buildah('add', '--quiet', container, npm.path, '/usr/local/lib/node_modules/npm');
    const root = buildah('mount', container).trim();
    // Links as Node.js' own archive has them; the official image has its user `node`.
    for (const name of ['npm', 'npx'])
      execFileSync('ln', ['-s', `../lib/node_modules/npm/bin/${name}-cli.js`, join(root, 'usr/local/bin', name)]);
    execFileSync('chroot', [root, 'useradd', '--uid', '1000', '--shell', '/bin/bash', '--create-home', 'node']);
    buildah('umount', container);
    buildah('config', '--env', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', '--cmd', 'node', container);
    buildah('commit', '--quiet', '--rm', container, BASE);
    return { node: node.version, npm: npm.version };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function debian(say) {
  if (existsSync(TAR)) return;
  say(`unpacking Debian bookworm into ${CACHE} (once; a minute or two)`);
  mkdirSync(CACHE, { recursive: true });
  const options = [
    ...LEFT_OUT.map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`),
    '--dpkgopt=path-include=/usr/share/doc/*/copyright',
    // Else the package usrmerge makes the links of /bin and /lib, and all of Perl comes with it.
    '--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr',
  ];
  const made = `${TAR}.${process.pid}.tar`;
  execFileSync('nice', ['mmdebstrap', '--quiet', '--variant=minbase', ...options, 'bookworm', made], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  renameSync(made, TAR);
}

function nodeAndNpm(work, say) {
  say('fetching Node.js 24 and npm 11');
  writeFileSync(join(work, 'package.json'), '{}');
  const arch = process.arch === 'arm64' ? 'arm64' : 'x64';
  npmRun(work, ['install', '--silent', '--no-save', '--no-package-lock', `node-linux-${arch}@24`, 'npm@11']);
  const node = join(work, `node_modules/node-linux-${arch}/bin/node`);
  const npm = join(work, 'node_modules/npm');
  return {
    node: { path: node, version: execFileSync(node, ['--version']).toString().trim() },
    npm: {
      path: npm,
      version: execFileSync(node, [join(npm, 'bin/npm-cli.js'), '--version'])
        .toString()
        .trim(),
    },
  };
}

const npmRun = (cwd, args) => execFileSync('npm', args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] }).toString();

/**
 * What npm must be told inside the build to reach the registry that it reaches here: nothing else of its configuration goes in.
 *
 * @param folder where the file for it may be written
 * @returns volumes for buildah
 */
export function npmVolumes(folder) {
  const get = (key) => npmRun(folder, ['config', 'get', key]).trim();
  const certificates = get('cafile');
  const hasOwn = certificates !== '' && certificates !== 'null' && certificates !== 'undefined';
  const file = join(folder, 'npmrc');
  writeFileSync(file, [`registry=${get('registry')}`, ...(hasOwn ? ['cafile=/etc/npm-certificates.pem'] : []), ''].join('\n'));
  return [`${file}:/usr/local/etc/npmrc:ro`, ...(hasOwn ? [`${certificates}:/etc/npm-certificates.pem:ro`] : [])];
}
