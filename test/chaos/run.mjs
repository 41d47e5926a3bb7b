// Kills the sidecar while real logs are written, turned over and sent to a backend that is not well, and looks whether the traces are
// those that an undisturbed replay of the same files gives: none lost, none invented, repeats byte for byte the same.
//
//   npm run test:chaos                         200 kills, ten lives of 20, in whole clouds where they are there
//   node test/chaos/run.mjs --kills 20         one life, of the recordings in the repository
//   node test/chaos/run.mjs --seed 7           the life of a seed, again
//   node test/chaos/run.mjs --corpus DIR       other recordings: a folder of scenarios, each a folder of logs; several are taken in turn
//   node test/chaos/run.mjs --whole            whole clouds beside the repository, in turn; where there are none, what is in it
//   node test/chaos/run.mjs --kills 0          nobody is killed
//   node test/chaos/run.mjs --story            with every kill and turn and when it was; --said: with the sidecar's own log
//   node test/chaos/run.mjs --no-disk          without what the disk may do to the checkpoint (disk.mjs)
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';

const MAIN = new URL('../../dist/cli/main.js', import.meta.url).pathname;
/** A life is as long as its logs: more kills than these are more lives. */
const KILLS_PER_LIFE = 20;
/** Where there is memory to be had as a folder, a checkpoint every five seconds of the logs' time does not wait for a disk. */
const ROOT = process.env['TMPDIR'] ?? (existsSync('/dev/shm') ? '/dev/shm' : tmpdir());
/** So many differences are printed. */
const SHOWN = 5;

const { values: options } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    turns: { type: 'string', default: '3' },
    corpus: { type: 'string', multiple: true, default: [] },
    whole: { type: 'boolean' },
    'no-disk': { type: 'boolean' },
    quiet: { type: 'boolean' },
    said: { type: 'boolean' },
    story: { type: 'boolean' },
    keep: { type: 'boolean' },
  },
});
const kills = Number(options.kills);
const turns = Number(options.turns);
const firstSeed = Number(options.seed);

if (!existsSync(MAIN)) {
  console.error(`${MAIN} is missing: run "npm run build" first`);
  process.exit(69);
}
const { readCorpus, wholeClouds } = await import('./corpus.mjs');
const { disk } = await import('./disk.mjs');
const { forget, live } = await import('./world.mjs');
const { differing, lastingSamples, metricsOf } = await import('./metrics.mjs');
const { briefly, compare, difference, spansOf } = await import('./spans.mjs');

/** What each span of an undisturbed replay means, by id. */
function replayed(folder) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'replay', '--timezone', 'UTC', '--format', 'otlp', folder], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  if (status !== 0) throw new Error(`replay ended with ${status}: ${stderr}`);
  const spans = new Map();
  for (const line of stdout.split('\n')) {
    if (line === '') continue;
    for (const { id, means } of spansOf(line)) {
      if (spans.has(id)) throw new Error(`replay gives span ${id} twice`);
      spans.set(id, means);
    }
  }
  return spans;
}

const tracesOf = (ids) => new Set([...ids].map((id) => id.split('/')[0])).size;

/** @returns the faults, as text */
function faultsOf(expected, taken, { lost, invented, changed, unlike }) {
  const shown = (title, ids, say) => {
    if (ids.length === 0) return [];
    return [`${title}: ${ids.length} spans in ${tracesOf(ids)} traces`, ...ids.slice(0, SHOWN).map((id) => `  ${say(id)}`)];
  };
  const means = (id) => taken.get(id).forms[0].means;
  const both = ({ left, right }) => `\n    expected …${left}\n    came     …${right}`;
  return [
    ...shown('lost', lost, (id) => briefly(expected.get(id))),
    ...shown('invented', invented, (id) => briefly(means(id))),
    ...shown('changed', changed, (id) => `${briefly(means(id))}${both(difference(expected.get(id), means(id)))}`),
    ...shown('repeated otherwise', unlike, (id) => {
      const [first, second] = taken.get(id).forms;
      return `${briefly(first.means)}${both(difference(first.bytes, second.bytes))}`;
    }),
  ];
}

const listed = (counts) =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');

const given = [...options.corpus, ...(options.whole ? wholeClouds() : [])];
const folders = given.length > 0 ? given : [undefined];
/** A life is of one cloud: hosts of two would share their names. */
const corpora = folders.map((folder) => ({ folder, logs: readCorpus(folder) }));
const total = { kills: 0, restarts: 0, lines: 0, traces: 0, repeats: 0, lost: 0, invented: 0, changed: 0, samples: 0 };
const began = Date.now();
let failed = 0;
const lives = Math.max(corpora.length, Math.ceil(kills / KILLS_PER_LIFE));
for (let life = 0; life < lives; life++) {
  const seed = firstSeed + life;
  const corpus = corpora[life % corpora.length];
  const killed = Math.max(0, Math.min(KILLS_PER_LIFE, kills - life * KILLS_PER_LIFE));
  const folder = mkdtempSync(join(ROOT, 'novaspan-chaos-'));
  const started = Date.now();
  const again = `node test/chaos/run.mjs --kills ${killed} --seed ${seed}${options.turns === '3' ? '' : ` --turns ${turns}`}${corpus.folder === undefined ? '' : ` --corpus ${corpus.folder}`}`;
  try {
    const report = await live({ corpus: corpus.logs, kills: killed, turns, seed, folder });
    const expected = replayed(join(folder, 'logs'));
    const result = compare(expected, report.taken);
    const samples = differing(await metricsOf(join(folder, 'logs')), lastingSamples(report.metrics));
    const faults = [
      ...faultsOf(expected, report.taken, result),
      ...(samples.length === 0 ? [] : [`metrics: ${samples.length} samples differ`, ...samples.slice(0, SHOWN).map((each) => `  ${each}`)]),
    ];
    const sum = Object.values(report.kills).reduce((all, count) => all + count, 0);
    total.kills += sum;
    total.restarts += report.starts - 1;
    total.lines += report.lines;
    total.traces += tracesOf(report.taken.keys());
    total.repeats += result.repeats;
    total.lost += result.lost.length;
    total.invented += result.invented.length;
    total.samples += samples.length;
    total.changed += result.changed.length + result.unlike.length;
    const { requests, ...moods } = report.requests;
    console.log(
      `life ${life + 1} of ${lives}${corpus.folder === undefined ? '' : `, ${basename(corpus.folder)}`}, seed ${seed}, ${((Date.now() - started) / 1000).toFixed(0)} s: ${sum} kills (${listed(report.kills)}); ${report.polls} polls, ${report.turned} turns, ${report.split} lines in two pieces; ${requests} requests (${listed(moods)}); ${expected.size} spans expected`,
    );
    if (!options.quiet && faults.length > 0) for (const text of report.rotations) console.log(`  ${text}`);
    if (options.story) for (const line of report.story) console.log(`  ${line}`);
    if (options.said) for (const line of report.said) console.log(`  ${line}`);
    if (faults.length > 0 || sum !== killed) {
      failed++;
      if (sum !== killed) console.log(`${killed} kills were to come, ${sum} came`);
      console.log(`${faults.join('\n')}\nagain: ${again}`);
    }
  } catch (error) {
    failed++;
    console.log(`life ${life + 1} of ${lives}, seed ${seed}: ${error.stack ?? error}\nagain: ${again}`);
  } finally {
    if (options.keep) console.log(`kept: ${folder}`);
    else forget(folder);
  }
}
const disks = options['no-disk'] ? { passed: 0, failed: 0, skipped: 0 } : await disk();
console.log(
  `chaos: ${total.kills} kills, ${total.restarts} restarts, ${total.lines} lines, ${total.traces} traces, ${total.repeats} repeated spans, ${total.lost} lost, ${total.invented} invented, ${total.changed} changed, ${total.samples} metrics wrong, ${failed} of ${lives} lives failed, ${disks.failed} of ${disks.failed + disks.passed} troubles with the disk failed, seed ${firstSeed}, ${((Date.now() - began) / 1000).toFixed(0)} s`,
);
process.exitCode = failed + disks.failed > 0 ? 1 : 0;
