// Does the cost of a boot grow with the number of boots at once? One recorded boot with all its services' lines, N times
// within a second, each with ids of its own.
//
//   npm run bench:growth -- [--counts 10,100,1000] [--main FILE] [--keep]
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { copy, recordings, template } from './generate.mjs';

const here = (path) => new URL(path, import.meta.url).pathname;
const TMP = here('./tmp/growth');

const { values: options } = parseArgs({
  options: {
    counts: { type: 'string', default: '10,100,1000' },
    main: { type: 'string', default: here('../dist/cli/main.js') },
    keep: { type: 'boolean' },
  },
});

const HEAD = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d\.\d{3})/;
const timeOf = (record) => {
  const [, day, time] = HEAD.exec(record);
  return Date.parse(`${day}T${time}Z`);
};
/** Records with the lines that continue them. */
const recordsOf = (text) => text.split(/\n(?=\d{4}-\d\d-\d\d[ T]\d\d:)/).filter((record) => HEAD.test(record));

/** From two seconds before the first boot's claim to three after the line that says how long it took. */
function oneBoot() {
  const files = recordings().map(([file, text]) => [file, recordsOf(text)]);
  const compute = files.find(([file]) => file.startsWith('nova-compute'))[1];
  const claimed = compute.find((record) => record.includes('Claim successful on node'));
  const [, instance] = /\[instance: ([0-9a-f-]{36})\]/.exec(claimed);
  const built = compute.find((record) => record.includes(instance) && record.includes('seconds to build instance'));
  const [from, to] = [timeOf(claimed) - 2_000, timeOf(built) + 3_000];
  return files.map(([file, records]) => [file, records.filter((record) => timeOf(record) >= from && timeOf(record) <= to)]);
}

function write(boot, count) {
  rmSync(TMP, { recursive: true, force: true });
  mkdirSync(TMP, { recursive: true });
  return boot.map(([file, records]) => {
    const path = join(TMP, file);
    const parts = records.map((record) => [timeOf(record), template(record)]);
    const copies = [];
    for (let n = 0; n < count; n++) {
      const shift = Math.floor((n * 1000) / count);
      for (const [at, cut] of parts) copies.push([at + shift, copy(cut, n, shift)]);
    }
    copies.sort(([a], [b]) => a - b);
    writeFileSync(path, copies.map(([, record]) => `${record}\n`).join(''));
    return path;
  });
}

/** Processor time of a whole run in ms, as the shell's `times` tells of its children. */
function cpuOf(paths) {
  const argv = [process.execPath, options.main, 'replay', '--timezone', 'UTC', '--format', 'otlp', '-o', '/dev/null', ...paths];
  const { stdout, stderr } = spawnSync('sh', ['-c', '"$@" >&2; echo "status $?"; times', 'sh', ...argv], { encoding: 'utf8' });
  if (!stdout.startsWith('status 0\n')) throw new Error(stderr);
  const children = stdout.trim().split('\n').at(-1);
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + (Number(minutes) * 60 + Number(seconds)) * 1000,
    0,
  );
}

const boot = oneBoot();
/** What any run costs, however little it reads. */
const start = cpuOf(write(boot, 1));
let before;
console.log('| boots at once | CPU ms | CPU ms a boot, beyond that of one | ratio to the row before |\n| --- | --- | --- | --- |');
for (const count of options.counts.split(',').map(Number)) {
  const cpu = cpuOf(write(boot, count));
  const each = (cpu - start) / count;
  console.log(`| ${count} | ${cpu.toFixed(0)} | ${each.toFixed(2)} | ${before === undefined ? '' : (each / before).toFixed(2)} |`);
  before = each;
}
if (!options.keep) rmSync(TMP, { recursive: true, force: true });
