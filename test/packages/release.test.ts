import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
// @ts-expect-error: plain modules of the packaging, without types
import { bundled, sbomOf } from '../../packaging/sbom.mjs';
// @ts-expect-error
import { NAMED_IN, STAMPED, stamp } from '../../packaging/stamp.mjs';
// @ts-expect-error
import { release } from '../../packaging/steps.mjs';

const ROOT = new URL('../../', import.meta.url).pathname;
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const tree = (): Record<string, string> => Object.fromEntries((STAMPED as string[]).map((path) => [path, read(path)]));
const NEXT = { version: '99.1.0', date: '2030-01-31' };
const { version: now } = JSON.parse(read('package.json'));

describe('the stamp of a release', () => {
  const before = tree();
  before['CHANGELOG.md'] = before['CHANGELOG.md']!.replace('## [Unreleased]\n', '## [Unreleased]\n\n- A change.\n');
  const after: Record<string, string> = stamp(before, NEXT);

  it('names the new version in package.json and its lock, and nothing else there', () => {
    for (const path of ['package.json', 'package-lock.json']) {
      const [is, was] = [JSON.parse(after[path]!), JSON.parse(before[path]!)];
      expect(is.version).toBe('99.1.0');
      was.version = is.version;
      if (was.packages !== undefined) was.packages[''].version = is.version;
      expect(is).toEqual(was);
      expect(after[path]!.split('\n').length).toBe(before[path]!.split('\n').length);
    }
  });

  it('gives what is unreleased its name and day, below a new empty section', () => {
    expect(after['CHANGELOG.md']).toContain('## [Unreleased]\n\n## [99.1.0] - 2030-01-31\n\n- A change.\n');
  });

  it.each(NAMED_IN as string[])('%s names the new version only', (path) => {
    expect(after[path]).toContain('99.1.0');
    expect(after[path]).not.toMatch(new RegExp(`novaspan[:_ -]${now.replaceAll('.', '\\.')}`));
  });

  it('no other file that is read before an installation names the version', () => {
    const form = `(novaspan[:_ -]|VERSION=|newTag: )${now.replaceAll('.', '\\.')}`;
    const found = execFileSync('git', ['grep', '--name-only', '-E', form, '--', 'deploy', 'docs', 'README.md', 'Dockerfile', '.github'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    const places = found.trim().split('\n');
    expect(places.filter((path) => !(NAMED_IN as string[]).includes(path) && !path.startsWith('docs/decisions/'))).toEqual([]);
  });

  it('moves the heading of a version that was stamped and not released above what changed since', () => {
    const again: Record<string, string> = stamp(
      { ...after, 'CHANGELOG.md': after['CHANGELOG.md']!.replace('## [Unreleased]\n', '## [Unreleased]\n\n- A later change.\n') },
      { ...NEXT, date: '2030-02-01' },
    );
    expect(again['CHANGELOG.md']).toContain('## [Unreleased]\n\n## [99.1.0] - 2030-02-01\n\n- A later change.\n\n- A change.\n');
    expect({ ...again, 'CHANGELOG.md': '' }).toEqual({ ...after, 'CHANGELOG.md': '' });
    expect(stamp(after, NEXT)).toEqual(after);
  });

  it('refuses what is no version, and a release without changes', () => {
    for (const version of ['1.0', 'v1.0.0', '1.0.0-rc.1']) expect(() => stamp(before, { ...NEXT, version })).toThrow(/is no version/);
    expect(() => stamp({ ...before, 'CHANGELOG.md': '## [Unreleased]\n\n## [0.1.0]\n\n- Old.\n' }, NEXT)).toThrow(/nothing under/);
  });
});

describe('the steps of a release', () => {
  let root: string;
  let built: string[];
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  /** What it built of, or how it failed. */
  const build = () => built.push(git('log', '-1', '--format=%s'));
  const run = (version: string, building: () => unknown = build) =>
    release(version, { root, build: building, date: NEXT.date, say: () => {} });
  const isAsBefore = (head: string) => {
    expect(git('rev-parse', 'HEAD')).toBe(head);
    expect(git('status', '--porcelain')).toBe('');
    expect(git('tag')).toBe('');
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'novaspan-release-'));
    built = [];
    for (const [path, text] of Object.entries(tree())) write(path, text);
    write('CHANGELOG.md', read('CHANGELOG.md').replace('## [Unreleased]\n', '## [Unreleased]\n\n- A change.\n'));
    git('init', '--quiet');
    const config = {
      'user.name': 'a',
      'user.email': 'a@localhost',
      'core.hooksPath': '/dev/null',
      'commit.gpgSign': 'false',
      'tag.gpgSign': 'false',
    };
    for (const [key, value] of Object.entries(config)) git('config', key, value);
    git('add', '.');
    git('commit', '--quiet', '--message', 'Begin');
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('commits the stamp, builds of it, tags it', () => {
    run('99.1.0');
    expect(built).toEqual(['Release 99.1.0']);
    expect(git('status', '--porcelain')).toBe('');
    expect(git('cat-file', '-t', 'v99.1.0')).toBe('tag');
    expect(git('rev-parse', 'v99.1.0^{commit}')).toBe(git('rev-parse', 'HEAD'));
    expect(git('diff', '--name-only', 'HEAD~1').split('\n').sort()).toEqual([...STAMPED].sort());
  });

  it('refuses a version with a tag, and a tree with changes', () => {
    run('99.1.0');
    expect(() => run('99.1.0')).toThrow('99.1.0 is released: there is a tag v99.1.0. Take the next version');
    write('new.txt', '');
    expect(() => run('99.2.0')).toThrow('changes that are not committed; commit or stash them first:\n?? new.txt');
    expect(built.length).toBe(1);
  });

  it('takes the commit back where a step fails, and makes no tag', () => {
    const head = git('rev-parse', 'HEAD');
    const failing = () => {
      throw new Error('no rpmbuild');
    };
    expect(() => run('99.1.0', failing)).toThrow(/^no rpmbuild\nNothing is released: .* no tag v99\.1\.0$/);
    isAsBefore(head);
    expect(() => run('99.1.0', () => write('README.md', ''))).toThrow(/the build changed files/);
    isAsBefore(head);
    write('.git/refusing/pre-commit', '#!/bin/sh\nexit 1\n');
    chmodSync(join(root, '.git/refusing/pre-commit'), 0o755);
    git('config', 'core.hooksPath', '.git/refusing');
    expect(() => run('99.1.0')).toThrow(/Nothing is released/);
    isAsBefore(head);
  });

  it('releases a version that was stamped before, with what changed since', () => {
    run(now);
    expect(git('log', '-1', '--format=%s', `v${now}`)).toBe(`Release ${now}`);
    expect(git('diff', '--name-only', 'HEAD~1')).toBe('CHANGELOG.md');
    expect(git('show', 'HEAD:CHANGELOG.md')).toContain(`## [Unreleased]\n\n## [${now}] - ${NEXT.date}\n\n- A change.\n`);
    git('tag', '--delete', `v${now}`);
    const head = git('rev-parse', 'HEAD');
    run(now);
    expect(git('rev-parse', `v${now}^{commit}`)).toBe(head);
  });
});

describe('the bill of materials', () => {
  const licences = read('dist/LICENSES.txt');

  it('lists the libraries whose licences are shipped, and Node.js', () => {
    const all = JSON.parse(
      execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'], {
        cwd: ROOT,
        encoding: 'utf8',
        maxBuffer: 2 ** 27,
      }),
    );
    const { components, dependencies, metadata } = sbomOf(all, { licences, node: '26.12.1', made: 0 });
    const refs = components.map((component: { 'bom-ref': string }) => component['bom-ref']);
    expect(bundled(licences).length).toBeGreaterThan(15);
    expect(refs.sort()).toEqual([...bundled(licences), 'node@26.12.1'].sort());
    expect(dependencies[0].dependsOn.toSorted()).toEqual(refs);
    expect(metadata.component).toMatchObject({ name: 'novaspan', type: 'application' });
  });

  it('fails where a shipped library is not in the list of npm', () => {
    expect(() => sbomOf({ metadata: { component: {} }, components: [], dependencies: [] }, { licences, node: '1', made: 0 })).toThrow(
      /has no/,
    );
  });
});
