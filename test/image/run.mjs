// Builds the image from the Dockerfile without an engine and without a registry of images, and looks at what came of it. README.md says how.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BASE, makeBase, npmVolumes } from './base.mjs';
import { checkContents, digestOf, filesOf } from './contents.mjs';
import { checkRuns } from './runs.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const IMAGE = 'localhost/novaspan';
const say = (text) => console.log(`image: ${text}`);

const missing = ['buildah', 'mmdebstrap', 'unshare', 'setpriv'].filter((tool) => !isThere(tool));
if (process.getuid() !== 0) missing.push('root');
if (missing.length > 0) {
  say(`skipped: this needs ${missing.join(', ')}`);
  process.exit(0);
}

const twice = process.argv.includes('--twice');
const work = mkdtempSync(join(tmpdir(), 'novaspan-image-'));
const options = ['--root', join(work, 'store'), '--runroot', join(work, 'run'), '--storage-driver', 'overlay'];
const buildah = (...args) =>
  execFileSync('buildah', [...options, ...args], { maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'inherit'] }).toString();

try {
  const { node, npm } = makeBase(buildah, say);
  say(`the base is Debian bookworm with Node.js ${node} and npm ${npm}, in place of ${BASE}`);
  const base = mounted(BASE, filesOf);

  const built = build();
  if (twice) {
    const first = mounted(IMAGE, (root) => digestOf(root, 'opt'));
    build('--no-cache');
    const second = mounted(IMAGE, (root) => digestOf(root, 'opt'));
    say(first === second ? 'built twice, /opt has the same files, modes and bytes' : 'built twice, /opt DIFFERS');
    if (first !== second) process.exitCode = 1;
  }
  say(`built in ${built.toFixed(0)} s`);

  const config = JSON.parse(buildah('inspect', '--type', 'image', IMAGE)).OCIv1.config;
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const container = buildah('from', '--pull-never', IMAGE).trim();
  const root = buildah('mount', container).trim();
  checkContents({ root, base, project: ROOT, say });
  await checkRuns({ root, config, version, work, project: ROOT, say });
  buildah('umount', container);
  buildah('rm', container);
  say('passed: all that was asked holds');
} finally {
  execFileSync('buildah', [...options, 'rm', '--all'], { stdio: 'ignore' });
  execFileSync('buildah', [...options, 'rmi', '--all', '--force'], { stdio: 'ignore' });
  rmSync(work, { recursive: true, force: true });
}

/** @returns how long it took, in seconds */
function build(...more) {
  const began = Date.now();
  const volumes = npmVolumes(work).flatMap((volume) => ['--volume', volume]);
  const args = ['bud', '--quiet', '--isolation', 'chroot', '--pull-never', '--format', 'docker', '--timestamp', '0', '--tag', IMAGE];
  buildah(...args, '--build-arg', `NODE_IMAGE=${BASE}`, ...volumes, ...more, ROOT);
  return (Date.now() - began) / 1000;
}

/** What a look at an image's files gives. */
function mounted(image, look) {
  const container = buildah('from', '--pull-never', image).trim();
  try {
    return look(buildah('mount', container).trim());
  } finally {
    buildah('umount', container);
    buildah('rm', container);
  }
}

function isThere(tool) {
  try {
    execFileSync('sh', ['-c', `command -v ${tool}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
