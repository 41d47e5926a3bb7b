// How much of a processor does `novaspan replay` take beside its peers on the same files in the same run? All on one core, in turn.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { KINDS } from './logs.mjs';
import { MB, median, table, timed, warm } from './measure.mjs';
import { availablePeers } from './peers.mjs';

const ARGS = ['--timezone', 'UTC', '--format', 'otlp'];

/** One process reads, where `replay` can use more. */
const hasJobs = (main) => execFileSync(process.execPath, [main, 'replay', '--help'], { encoding: 'utf8' }).includes('--jobs');

export function novaspan(main, jobs = 1) {
  const jobsArgs = hasJobs(main) ? ['--jobs', String(jobs)] : [];
  return { id: 'novaspan', name: 'novaspan replay', argv: (paths) => [process.execPath, main, 'replay', ...ARGS, ...jobsArgs, ...paths] };
}

/** Runs the tools in turn, so that what else the machine does falls on all of them. */
async function measure(tools, logs, runs) {
  const all = tools.map(() => []);
  for (let run = 0; run < runs; run++) {
    for (const [i, { argv, ends, piped, follows }] of tools.entries())
      all[i].push(await timed(argv(logs.paths), { core: 0, ends, piped, follows: follows ? logs.bytes : undefined }));
  }
  return all.map((of) => ({
    cpu: median(of.map(({ cpu }) => cpu)),
    peakMb: Math.max(...of.map(({ peakMb }) => peakMb)),
    said: of.at(-1).said,
  }));
}

/** The actions that it shows, by what it says of them at the end. */
const actionsIn = (said) =>
  [...(/^(.*?) from /m.exec(said)?.[1] ?? '').matchAll(/([\d,]+) (?!parts)/g)].reduce(
    (sum, [, n]) => sum + Number(n.replaceAll(',', '')),
    0,
  );

export async function replayKind(kind, { tmp, size, runs, main, against, keep }) {
  const { title, make } = KINDS[kind];
  const folder = `${tmp}${kind}`;
  const logs = make(folder, size * MB);
  warm(logs.paths);
  const others = against.map((other) => ({ ...novaspan(other), id: other, name: other }));
  const tools = [novaspan(main), ...(others.length > 0 ? others : availablePeers())];
  const measured = await measure(tools, logs, runs);
  const results = Object.fromEntries(tools.map(({ id }, i) => [id, measured[i]]));
  const own = results.novaspan;
  const actions = actionsIn(own.said);
  console.log(`\n${title}: ${(logs.bytes / MB).toFixed(0)} MB, ${logs.lines} lines, ${logs.paths.length} file(s), ${actions} actions`);
  table(
    ['tool', 'CPU s', 'MB per CPU s', 'lines per CPU s', 'peak RSS MB', "its CPU / novaspan's"],
    tools.map(({ id, name }) => {
      const { cpu, peakMb } = results[id];
      return [
        name,
        cpu.toFixed(2),
        (logs.bytes / MB / cpu).toFixed(0),
        Math.round(logs.lines / cpu),
        peakMb.toFixed(0),
        `${(cpu / own.cpu).toFixed(2)} x`,
      ];
    }),
  );
  if (!keep) rmSync(folder, { recursive: true });
  return { mb: logs.bytes / MB, tools: results };
}

/** In processor time and in memory: does ten times the log cost ten times as much? */
export async function replaySizes({ tmp, sizes, runs, main, keep }) {
  const folder = `${tmp}sizes`;
  const mtail = availablePeers().find(({ id }) => id === 'mtail');
  const rows = [];
  for (const size of sizes) {
    const logs = KINDS.set.make(folder, size * MB);
    warm(logs.paths);
    // What is measured of the largest is growth, not speed.
    const isLast = size === sizes.at(-1);
    const tools = [novaspan(main), ...(mtail === undefined || isLast ? [] : [mtail])];
    const [own, peer] = await measure(tools, logs, isLast ? 1 : runs);
    rows.push({ size, mb: logs.bytes / MB, own, peer });
    if (!keep) rmSync(folder, { recursive: true });
  }
  console.log('\nGrowth with the size of the log: ten services, dense');
  table(
    ['MB', 'CPU s', 'MB per CPU s', 'MB per CPU s since the row before', 'peak RSS MB', 'mtail, CPU s'],
    rows.map(({ mb, own, peer }, i) => [
      mb.toFixed(0),
      own.cpu.toFixed(2),
      (mb / own.cpu).toFixed(0),
      i === 0 ? '' : ((mb - rows[i - 1].mb) / (own.cpu - rows[i - 1].own.cpu)).toFixed(0),
      own.peakMb.toFixed(0),
      peer === undefined ? '' : peer.cpu.toFixed(2),
    ]),
  );
  return rows;
}

/** Two cores: the time that passes, which means nothing where others use them. */
export async function replayJobs({ tmp, runs, main, keep }) {
  if (!hasJobs(main)) {
    console.log('\nTwo cores: skipped, this `replay` has no --jobs');
    return undefined;
  }
  const folder = `${tmp}jobs`;
  const logs = KINDS.set.make(folder, 800 * MB);
  warm(logs.paths);
  const of = { 1: [], 2: [] };
  for (let run = 0; run < runs; run++) for (const jobs of [1, 2]) of[jobs].push(await timed(novaspan(main, jobs).argv(logs.paths)));
  if (!keep) rmSync(folder, { recursive: true });
  const rows = [1, 2].map((jobs) => ({
    jobs,
    seconds: median(of[jobs].map((r) => r.seconds)),
    cpu: median(of[jobs].map((r) => r.cpu)),
    peakMb: Math.max(...of[jobs].map((r) => r.peakMb)),
  }));
  console.log(`\nTwo cores: ${(logs.bytes / MB).toFixed(0)} MB, dense`);
  table(
    ['--jobs', 's that passed', 'CPU s', 'peak RSS MB'],
    rows.map(({ jobs, seconds, cpu, peakMb }) => [jobs, seconds.toFixed(2), cpu.toFixed(2), peakMb.toFixed(0)]),
  );
  return rows[0].seconds / rows[1].seconds;
}
