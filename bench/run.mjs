// How fast is novaspan, and how much memory does it take, beside what people use today on the same files in the same run? It ends with the
// goals, and which of them are met. What counts is processor time, and ratios in one run.
//
//   npm run bench                          200 MB of each kind of log, one run each, and the growths that take seconds: some minutes
//   npm run bench -- --whole               everything that has a goal: five runs each, 2 GB, 5,000 boots at once; more than an hour
//   npm run bench -- --only quiet,start    those parts (below), without those of --whole
//   npm run bench -- --size 800            MB of each kind of log: 200, 800 or 2000
//   npm run bench -- --runs 5              medians of so many runs
//   npm run bench -- --counts 10,100,1000  boots at once
//   npm run bench -- --actions 10,100,1000 boots under way of which the sidecar's memory is measured
//   npm run bench -- --seconds 60          how long the sidecar is measured
//   npm run bench -- --main FILE           another build's dist/cli/main.js
//   npm run bench -- --against FILE        replays beside another build instead of the peers, in turn; can be given again
//   npm run bench -- --keep                leave the logs in bench/tmp
//   npm run bench -- --node-flags="--cpu-prof --cpu-prof-dir=DIR"   for the sidecar
//
// Peers that are not here are skipped, and a sentence says how to get them. NOVASPAN_COLLECTOR=FILE names an OpenTelemetry Collector.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { GOALS, verdict } from './goals.mjs';
import { boots, ports } from './growth.mjs';
import { KINDS } from './logs.mjs';
import { onPath, table } from './measure.mjs';
import { replayJobs, replayKind, replaySizes } from './replay.mjs';
import { files, memory, processor } from './sidecar.mjs';
import { start } from './start.mjs';

const here = (path) => new URL(path, import.meta.url).pathname;
/** Of this run alone: another may run at the same time. */
const TMP = here(`./tmp/${process.pid}/`);

const { values: given } = parseArgs({
  options: {
    whole: { type: 'boolean', default: false },
    only: { type: 'string' },
    size: { type: 'string', default: '200' },
    runs: { type: 'string' },
    counts: { type: 'string' },
    actions: { type: 'string', default: '10,100,1000' },
    seconds: { type: 'string' },
    against: { type: 'string', multiple: true, default: [] },
    main: { type: 'string', default: here('../dist/cli/main.js') },
    'node-flags': { type: 'string', default: '' },
    keep: { type: 'boolean', default: false },
  },
});
const numbers = (text) => text.split(',').map(Number);
const options = {
  tmp: TMP,
  main: given.main,
  against: given.against,
  keep: given.keep,
  size: Number(given.size),
  sizes: [200, 800, 2000],
  runs: Number(given.runs ?? (given.whole ? 5 : 1)),
  counts: numbers(given.counts ?? (given.whole ? '10,100,1000,5000' : '10,100,1000')),
  actions: numbers(given.actions),
  warmUp: given.whole ? 30 : 15,
  seconds: Number(given.seconds ?? (given.whole ? 60 : 20)),
  fileCounts: [12, 100, 1000],
  nodeFlags: given['node-flags'],
};

/** In this order; those of `whole` are left out of a run of some minutes. */
const PARTS = {
  start: { run: start },
  ...Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, { run: (o) => replayKind(kind, o) }])),
  sizes: { run: replaySizes, whole: true },
  jobs: { run: replayJobs, whole: true },
  boots: { run: boots },
  ports: { run: ports },
  files: { run: files },
  sidecar: { run: processor },
  memory: { run: memory },
};

function chosenParts() {
  if (given.only === undefined) return Object.keys(PARTS).filter((name) => given.whole || !PARTS[name].whole);
  const names = given.only.split(',');
  const unknown = names.find((name) => !(name in PARTS));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: there is no such part; there are ${Object.keys(PARTS).join(', ')}`);
  return names;
}

function installMtail() {
  if (onPath('mtail') || process.getuid() !== 0 || !onPath('apt-get')) return;
  console.log('installing mtail (Debian) ...');
  spawnSync('sh', ['-c', 'apt-get install -y mtail || { apt-get update && apt-get install -y mtail; }'], { stdio: 'ignore' });
}

const load = () => loadavg()[0].toFixed(1);

async function main() {
  const parts = chosenParts();
  installMtail();
  mkdirSync(TMP, { recursive: true });
  const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: here('..'), encoding: 'utf8' }).stdout?.trim() || 'no commit';
  console.log(
    `${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, load ${load()}; Node ${process.version}; ${commit}; ${options.runs === 1 ? 'one run each' : `medians of ${options.runs} runs`}`,
  );
  const results = {};
  try {
    for (const name of parts) results[name] = await PARTS[name].run(options);
  } finally {
    if (!given.keep) rmSync(TMP, { recursive: true, force: true });
  }
  const goals = GOALS.filter(({ part }) => given.only === undefined || parts.includes(part));
  console.log(`\nGoals (load at the end: ${load()} on ${cpus().length} cores)`);
  table(
    ['goal', ''],
    goals.map((goal) => [goal.what, verdict(goal, results)]),
  );
}

if (!existsSync(given.main)) {
  console.error(`${given.main} is missing: run "npm run build" first`);
  process.exitCode = 69;
} else {
  await main().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
