// `npm run test:release`: a release of a clone, as docs/release.md says: stamp, packages, checksums, the list of parts, the tag; and what is refused.
// Its parts that need no network are in release.test.ts.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOOLS } from '../../packaging/artefacts.mjs';
import { CACHE, inTemporaryFolder, isThere, ROOT, run } from '../../packaging/common.mjs';

const NEXT = '99.1.0';
/** Of the CycloneDX project itself, with the schema. */
const VALIDATOR = ['@cyclonedx/cyclonedx-library@10.3.0', 'ajv@8', 'ajv-formats@3', 'ajv-formats-draft2019@1'];
const ok = (is, what) => {
  assert.ok(is, `not so: ${what}`);
  console.log(`ok: ${what}`);
};

const missing = TOOLS.filter((tool) => !isThere(tool));
if (missing.length > 0) console.log(`the release skipped: there is no ${missing.join(', ')} here`);
else await inTemporaryFolder('release', whole);

async function whole(work) {
  const clone = join(work, 'clone');
  run('git', ['clone', '--quiet', ROOT, clone]);
  const git = (...args) => run('git', args, { cwd: clone }).trim();
  for (const [key, value] of Object.entries({ 'user.name': 'Test', 'user.email': 'test@localhost' })) git('config', key, value);
  // As an author leaves it: a change, described.
  const changelog = join(clone, 'CHANGELOG.md');
  writeFileSync(changelog, readFileSync(changelog, 'utf8').replace('## [Unreleased]\n', '## [Unreleased]\n\n- A change.\n'));
  git('commit', '--quiet', '--all', '--message', 'Change something');
  const head = git('rev-parse', 'HEAD');
  const untouched = () => git('rev-parse', 'HEAD') === head && git('status', '--porcelain') === '' && git('tag', '--list', 'v99*') === '';
  const release = (version, env = process.env) =>
    spawnSync('npm', ['run', '--silent', 'release', '--', ...version], {
      cwd: clone,
      encoding: 'utf8',
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const refused = (version, form, what, env) => {
    const { status, stderr } = release(version, env);
    assert.match(stderr, form);
    // What a program of the build says stands before it.
    const [, ours] = stderr.split(/^release: /m);
    ok(status === 1 && ours !== undefined && !/^ {4}at /m.test(ours), `${what} is refused: ${ours?.trim().split(/\n/).at(-1)}`);
  };

  refused([], /name the version/, 'no version');
  refused(['1.0'], /is no version/, 'half a version');
  writeFileSync(join(clone, 'new.txt'), '');
  refused([NEXT], /commit or stash/, 'a tree with changes');
  renameSync(join(clone, 'new.txt'), join(work, 'new.txt'));
  refused([NEXT], /Nothing is released/, 'a release whose packages cannot be built', {
    ...process.env,
    PATH: `${failing(work)}:${process.env.PATH}`,
  });
  ok(untouched(), 'nothing of these leaves a commit, a tag or a change');

  const { status, stdout, stderr } = release([NEXT]);
  assert.equal(status, 0, stdout + stderr);
  ok(
    git('rev-parse', `v${NEXT}^{commit}`) === git('rev-parse', 'HEAD') && git('rev-parse', 'HEAD~1') === head,
    `v${NEXT} is one commit more, and tagged`,
  );
  ok(git('status', '--porcelain') === '', 'the tree is clean');
  checkArtefacts(join(clone, 'out'), work);
  await checkParts(join(clone, 'out', `novaspan-${NEXT}.cdx.json`));
  refused([NEXT], /there is a tag v99\.1\.0/, 'the same release again');
  console.log('the release: passed');
}

/** A folder with an rpmbuild that fails, as late as it is called. */
function failing(work) {
  const folder = join(work, 'failing');
  mkdirSync(folder);
  writeFileSync(join(folder, 'rpmbuild'), '#!/bin/sh\necho "rpmbuild: no space" >&2\nexit 1\n');
  chmodSync(join(folder, 'rpmbuild'), 0o755);
  return folder;
}

function checkArtefacts(out, work) {
  const names = readdirSync(out);
  const one = (form) => {
    const found = names.filter((name) => form.test(name));
    assert.equal(found.length, 1, `${form}: ${found}`);
    return join(out, found[0]);
  };
  run('sha256sum', ['--check', '--strict', '--quiet', 'SHA256SUMS'], { cwd: out });
  const summed = readFileSync(join(out, 'SHA256SUMS'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.slice(66));
  const published = names.filter((name) => !['SHA256SUMS', 'LICENSE.node'].includes(name));
  assert.deepEqual(summed.sort(), published.sort());
  ok(summed.length === 7, `sha256sum --check: ${summed.length} files, each with its sum`);

  const inTar = (tar, path) => JSON.parse(run('tar', ['--extract', '--to-stdout', '--file', tar, path])).version;
  const versions = {
    deb: run('dpkg-deb', ['--field', one(/^novaspan_.*\.deb$/), 'Version']).trim(),
    rpm: run('rpm', ['--query', '--package', '--queryformat', '%{VERSION}', one(/^novaspan-.*\.rpm$/)]),
    executable: run(one(/^novaspan$/), ['--version'])
      .trim()
      .replace('novaspan ', ''),
    npm: inTar(one(/^novaspan-[\d.]+\.tgz$/), 'package/package.json'),
    source: inTar(one(/-source\.tar\.gz$/), `novaspan-${NEXT}/package.json`),
    parts: JSON.parse(readFileSync(one(/\.cdx\.json$/), 'utf8')).metadata.component.version,
  };
  assert.deepEqual(versions, Object.fromEntries(Object.keys(versions).map((key) => [key, NEXT])));
  ok(true, `${Object.keys(versions).join(', ')}: all are ${NEXT}`);

  cpSync(one(/^novaspan\.xz$/), join(work, 'novaspan.xz'));
  run('xz', ['--decompress', join(work, 'novaspan.xz')]);
  ok(readFileSync(join(work, 'novaspan')).equals(readFileSync(join(out, 'novaspan'))), 'novaspan.xz is the executable');
}

async function checkParts(file) {
  const folder = join(CACHE, 'cyclonedx-10.3.0');
  if (!existsSync(join(folder, 'node_modules'))) {
    mkdirSync(folder, { recursive: true });
    const options = ['--silent', '--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--prefix', folder];
    const { status } = spawnSync('npm', ['install', ...options, ...VALIDATOR], { stdio: 'ignore' });
    if (status !== 0) {
      console.log("the list of parts is not validated: npm cannot install CycloneDX' validator here");
      return;
    }
  }
  // From the folder of the validator, which is no dependency of this project.
  const validate = `
    import { Validation } from '@cyclonedx/cyclonedx-library';
    const text = (await import('node:fs')).readFileSync(process.argv[1], 'utf8');
    const validator = new Validation.JsonStrictValidator(JSON.parse(text).specVersion);
    const broken = await validator.validate(text.replace('"components"', '"component"'));
    if (broken === null) throw new Error('the validator takes anything');
    console.log(JSON.stringify(await validator.validate(text)));`;
  const found = execFileSync(process.execPath, ['--input-type=module', '--eval', validate, file], { cwd: folder, encoding: 'utf8' });
  assert.equal(found.trim(), 'null', found);
  const { specVersion, components } = JSON.parse(readFileSync(file, 'utf8'));
  ok(true, `the list of parts is valid CycloneDX ${specVersion} (strict), with ${components.length} parts`);
}
