// The order of a release in git: what is refused, what is committed, and what a failure takes back.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { STAMPED, stamp } from './stamp.mjs';

/**
 * Commits the stamp, builds from that commit, and tags it. Whatever fails, there is no tag, and the branch is where it was.
 *
 * @param build builds and checks all that is published, from the tree as it is; it may not change what is tracked
 * @param date the day of the release, as YYYY-MM-DD
 */
export function release(version, { root, build, date, say }) {
  const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  const tag = `v${version}`;
  if (git('tag', '--list', tag) !== '') throw new Error(`${version} is released: there is a tag ${tag}. Take the next version`);
  const changes = git('status', '--porcelain');
  if (changes !== '') throw new Error(`there are changes that are not committed; commit or stash them first:\n${changes}`);

  const before = git('rev-parse', 'HEAD');
  const files = Object.fromEntries(STAMPED.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
  const stamped = stamp(files, { version, date });
  try {
    for (const [path, text] of Object.entries(stamped)) writeFileSync(join(root, path), text);
    if (git('status', '--porcelain') === '') say(`${version} is stamped already: commit ${before.slice(0, 12)} is released as it is`);
    else git('commit', '--quiet', '--all', '--message', `Release ${version}`);
    build(version);
    const changed = git('status', '--porcelain');
    if (changed !== '') throw new Error(`the build changed files, so the tag would not be what was built:\n${changed}`);
    git('tag', '--annotate', tag, '--message', `novaspan ${version}`);
  } catch (error) {
    git('reset', '--quiet', '--hard', before);
    throw new Error(`${error.message}\nNothing is released: the branch is again at ${before.slice(0, 12)}, and there is no tag ${tag}`);
  }
  say(`the tag ${tag} is made, and the files to publish are in out/. To publish: git push --follow-tags`);
}
