// What a release writes into the tree: pure, so that a test can look at it.

/** No `-rc.1`: packages of Debian and Red Hat, and what docs call them, would each spell it in their own way. */
const FORM = /^\d+\.\d+\.\d+$/;

/** Where the version stands besides package.json, package-lock.json and CHANGELOG.md. Each must name the old one. */
export const NAMED_IN = [
  'Dockerfile',
  'deploy/ansible/novaspan.yml',
  'deploy/helm/novaspan/Chart.yaml',
  'deploy/juju/README.md',
  'deploy/kubernetes/kustomization.yaml',
  'deploy/kolla/novaspan.container',
  'deploy/kolla/README.md',
  'deploy/kolla/novaspan.ansible.yaml',
  '.github/ISSUE_TEMPLATE/bug.yaml',
  'docs/deploy.md',
  'README.md',
];
export const STAMPED = ['package.json', 'package-lock.json', 'CHANGELOG.md', ...NAMED_IN];

/**
 * The files of a release.
 *
 * @param files the text of each of STAMPED, by path
 * @param to the new version, and the day as YYYY-MM-DD
 * @returns the same paths, stamped
 */
export function stamp(files, { version, date }) {
  if (!FORM.test(version)) throw new Error(`"${version}" is no version: write it as 1.2.3`);
  const old = JSON.parse(files['package.json']).version;
  // Stamped before and never tagged, so never released: only what changed since then is missing in its section.
  if (old === version) return { ...files, 'CHANGELOG.md': changelogAgain(files['CHANGELOG.md'], version, date) };
  const stamped = {
    'package.json': replaced('package.json', files['package.json'], `"version": "${old}"`, `"version": "${version}"`),
    'package-lock.json': lock(files['package-lock.json'], version),
    'CHANGELOG.md': changelog(files['CHANGELOG.md'], version, date),
  };
  for (const path of NAMED_IN) stamped[path] = named(path, files[path], old, version);
  return stamped;
}

/** What changed since the last release gets its name; what comes next begins empty. */
function changelog(text, version, date) {
  if (!hasUnreleased(text)) throw new Error('CHANGELOG.md has nothing under [Unreleased]: write what changed first');
  if (text.includes(`## [${version}]`)) throw new Error(`CHANGELOG.md has a [${version}] already`);
  return text.replace('## [Unreleased]\n', `## [Unreleased]\n\n## [${version}] - ${date}\n`);
}

/** The same for a version that has its section: its heading moves up, above what was written since. */
function changelogAgain(text, version, date) {
  const heading = new RegExp(`^## \\[${version.replaceAll('.', '\\.')}\\] - .*\\n\\n`, 'm');
  if (!heading.test(text)) throw new Error(`package.json is ${version}, and CHANGELOG.md has no "## [${version}] - DAY"`);
  const rest = text.replace(heading, '');
  return rest.replace('## [Unreleased]\n', `## [Unreleased]\n\n## [${version}] - ${date}\n`);
}

function hasUnreleased(text) {
  const from = text.indexOf('## [Unreleased]\n');
  return from >= 0 && /^(?:-|###) /m.test(text.slice(from).split('\n## ')[0]);
}

/** The two places for the project itself; libraries may have the same version. */
function lock(text, version) {
  const parsed = JSON.parse(text);
  parsed.version = version;
  parsed.packages[''].version = version;
  return `${JSON.stringify(parsed, undefined, 2)}\n`;
}

function replaced(path, text, from, to) {
  if (!text.includes(from)) throw new Error(`${path} does not have ${from}`);
  return text.replace(from, () => to);
}

/** Only where it is ours: behind `novaspan`, `VERSION=`, `newTag:`, `version:` or `appVersion:`. */
function named(path, text, old, version) {
  const form = new RegExp(`(novaspan[:_ -]|VERSION=|newTag: |[vV]ersion: )${old.replaceAll('.', '\\.')}(?![\\d.]*\\d)`, 'g');
  const done = text.replace(form, (_, before) => before + version);
  if (done === text) throw new Error(`${path} does not name ${old}: leave it out of NAMED_IN, or name the version`);
  return done;
}
