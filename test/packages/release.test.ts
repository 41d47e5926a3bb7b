import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
// @ts-expect-error: plain modules of the packaging, without types
import { bundled, sbomOf } from '../../packaging/sbom.mjs';
// @ts-expect-error
import { NAMED_IN, STAMPED, stamp } from '../../packaging/stamp.mjs';

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

  it('refuses what is no version, the version that is there, and a release without changes', () => {
    expect(() => stamp(before, { ...NEXT, version: '1.0' })).toThrow(/is no version/);
    expect(() => stamp(before, { ...NEXT, version: now })).toThrow(/already/);
    expect(() => stamp({ ...before, 'CHANGELOG.md': '## [Unreleased]\n\n## [0.1.0]\n\n- Old.\n' }, NEXT)).toThrow(/nothing under/);
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
