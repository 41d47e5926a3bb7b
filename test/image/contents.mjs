// What is in the image: nothing of ours is missing, nothing is there that is not wanted, and how large each part is.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join, relative } from 'node:path';

/** @returns by path from the root: `size` in bytes, `mode`, `uid` */
export function filesOf(root) {
  const files = new Map();
  const enter = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      const { size, mode, uid } = lstatSync(path);
      files.set(relative(root, path), { size: entry.isFile() ? size : 0, mode, uid, isFile: entry.isFile() });
      if (entry.isDirectory()) enter(path);
    }
  };
  enter(root);
  return files;
}

/** Of all that is below a folder of the image: names, modes, owners and bytes. */
export function digestOf(root, folder) {
  const hash = createHash('sha256');
  for (const [path, { mode, uid, isFile }] of [...filesOf(root)].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!path.startsWith(`${folder}/`)) continue;
    hash.update(`${path}\0${mode}\0${uid}\0`);
    if (isFile) hash.update(readFileSync(join(root, path)));
    else if ((mode & 0o170000) === 0o120000) hash.update(readlinkSync(join(root, path)));
  }
  return hash.digest('hex');
}

/** What an engine or buildah puts into every root it works in. */
const OF_ENGINES = /^(proc|sys|dev|run|etc\/(hosts|hostname|resolv\.conf|mtab))(\/|$)/;

/** @param base the files of the base image, as filesOf gives them */
export function checkContents({ root, base, project, say }) {
  const files = filesOf(root);
  const added = [...files.keys()].filter((path) => !base.has(path) && !OF_ENGINES.test(path));
  const isOurs = (path) => /^(opt\/novaspan|var\/lib\/novaspan)(\/|$)/.test(path);
  assert.deepEqual(
    added.filter((path) => !isOurs(path)),
    [],
    'files outside our two folders',
  );
  const changed = [...base.keys()].filter(
    (path) => !OF_ENGINES.test(path) && base.get(path).isFile && files.get(path)?.size !== base.get(path).size,
  );
  assert.deepEqual(changed, [], 'files of the base that are gone or changed');

  const app = readdirSync(join(root, 'opt/novaspan')).sort();
  assert.deepEqual(app, ['LICENSE', 'demo', 'dist', 'package.json', 'test']);

  const scenarios = JSON.parse(readFileSync(join(project, 'demo/scenarios.json'), 'utf8')).map(({ path }) => path);
  const goldens = readdirSync(join(root, 'opt/novaspan/test/golden')).map((name) => `test/golden/${name}`);
  assert.deepEqual(goldens.sort(), scenarios.sort(), 'goldens beside those of the demonstration');
  assert.deepEqual(readdirSync(join(root, 'opt/novaspan/test')), ['golden']);

  const own = [...files].filter(([path]) => path.startsWith('opt/novaspan/'));
  assert.deepEqual(
    own.filter(([, { uid, mode }]) => uid !== 0 || ((mode & 0o170000) !== 0o120000 && (mode & 0o022) !== 0)).map(([path]) => path),
    [],
    'program files that its user could change',
  );
  assert.equal(files.get('var/lib/novaspan').uid, 65532);

  const sum = (within) => [...files].reduce((bytes, [path, { size }]) => bytes + (within(path) ? size : 0), 0);
  const mb = (within) => `${(sum(within) / 1e6).toFixed(1)} MB`;
  const below = (folder) => (path) => path.startsWith(`${folder}/`) || path === folder;
  const isNode = below('usr/local/bin/node');
  say(`all files: ${mb(() => true)}`);
  say(
    `  of these Debian ${mb((path) => !path.startsWith('usr/local/') && !isOurs(path))}, Node.js ${mb(isNode)}, npm ${mb(below('usr/local/lib/node_modules'))}`,
  );
  say(
    `  ours ${mb(isOurs)}: program with its libraries ${mb(below('opt/novaspan/dist'))}, ` +
      `demonstration ${mb((path) => below('opt/novaspan/test')(path) || below('opt/novaspan/demo')(path))}`,
  );
}
