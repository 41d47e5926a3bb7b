// `npm run test:workflow`: .github/workflows by actionlint, built from the Go module proxy once, with shellcheck for what they run where it is there.
import { spawnSync } from 'node:child_process';
import { ROOT } from '../../packaging/common.mjs';
import { cachedProgram, lastLine, skip } from '../stack/go.mjs';
import { Skip } from '../stack/skip.mjs';

const ACTIONLINT = 'github.com/rhysd/actionlint';
const VERSION = 'v1.7.12';

const build = () =>
  cachedProgram({
    key: `actionlint-${VERSION}`,
    name: 'actionlint',
    say: console.log,
    async build(_, go) {
      await go('mod', 'init', 'novaspan.test/actionlint');
      await go('get', '-tool', `${ACTIONLINT}/cmd/actionlint@${VERSION}`).catch((error) =>
        skip(`the Go module proxy gives no ${ACTIONLINT}@${VERSION}: ${lastLine(error)}`),
      );
      await go('build', '-trimpath', '-ldflags=-s -w', '-o', 'actionlint', `${ACTIONLINT}/cmd/actionlint`);
    },
  });

try {
  const { status } = spawnSync(await build(), [], { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) throw new Error('actionlint finds faults in .github/workflows');
  console.log(`the workflow: actionlint ${VERSION} finds no fault`);
} catch (error) {
  if (!(error instanceof Skip)) throw error;
  console.log(`the workflow skipped: ${error.message}`);
}
