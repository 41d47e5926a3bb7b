// `npm run release -- VERSION`: stamps the version, commits it, builds everything into out/, and makes the tag (docs/release.md).

import { buildAll, TOOLS } from './artefacts.mjs';
import { isThere, ROOT } from './common.mjs';
import { release } from './steps.mjs';

// An interrupted program of the build ends the build as a failed one does, which is then undone.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});

try {
  const [version, ...others] = process.argv.slice(2);
  if (version === undefined || others.length > 0) throw new Error('name the version and nothing else: npm run release -- 1.2.3');
  const missing = TOOLS.filter((tool) => !isThere(tool));
  if (missing.length > 0)
    throw new Error(`a release has every package, and there is no ${missing.join(', ')} here: install what has it first`);
  release(version, { root: ROOT, build: buildAll, date: new Date().toISOString().slice(0, 10), say: console.log });
} catch (error) {
  console.error(`release: ${error.message}`);
  process.exitCode = 1;
}
