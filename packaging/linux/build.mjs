// `npm run packages`: out/novaspan_VERSION_ARCH.deb and out/novaspan-VERSION-1.ARCH.rpm. Both hold the executable of packaging/executable, so that
// they need no Node.js on the host, and the unit, the user, the configuration, completion and the page for man.
import { join, relative } from 'node:path';
import { inTemporaryFolder, isThere, megabytes, ROOT, run } from '../common.mjs';
import { buildDeb } from './deb.mjs';
import { buildRpm } from './rpm.mjs';

run(process.execPath, [join(ROOT, 'packaging/executable/build.mjs')], { stdio: 'inherit' });
for (const [kind, program, build] of [
  ['.deb', 'dpkg-deb', buildDeb],
  ['.rpm', 'rpmbuild', buildRpm],
]) {
  if (!isThere(program)) {
    console.log(`${kind} skipped: there is no ${program} here`);
    continue;
  }
  const file = await inTemporaryFolder('package', build);
  console.log(`${relative(ROOT, file)}: ${megabytes(file)}`);
}
