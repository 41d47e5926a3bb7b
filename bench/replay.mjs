// How fast is `novaspan replay`, and how much memory does it take, beside what people use today on the same files in the
// same run: grep, which only finds lines, and Debian's mtail, which counts and measures but joins nothing.
//
//   npm run bench                      200 MB: a set of ten services' files, one nova-compute file, a quiet one
//   npm run bench -- --size 2000       the same with 2 GB
//   npm run bench -- --flat            peak memory of novaspan at 200 MB and at 2 GB
//   npm run bench -- --runs 5 --keep   more runs; leave bench/tmp behind
//   npm run bench -- --main FILE       another build's dist/cli/main.js
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { generate } from './generate.mjs';

const here = (path) => new URL(path, import.meta.url).pathname;
const TMP = here('./tmp/');
const MB = 1e6;

const { values: options } = parseArgs({
  options: {
    size: { type: 'string', default: '200' },
    runs: { type: 'string', default: '3' },
    flat: { type: 'boolean' },
    keep: { type: 'boolean' },
    main: { type: 'string', default: here('../dist/cli/main.js') },
  },
});
const runs = Number(options.runs);
const MAIN = options.main;

const onPath = (tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0;
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

const PEERS = [
  { name: 'grep -c Took', ends: [0, 1], argv: (paths) => ['grep', '-c', 'Took', ...paths] },
  {
    name: 'mtail --one_shot',
    needs: 'mtail',
    argv: (paths) => ['mtail', '--one_shot', '--progs', here('./nova.mtail'), ...paths.flatMap((p) => ['--logs', p])],
  },
];
const NOVASPAN = {
  name: 'novaspan replay',
  argv: (paths) => [process.execPath, MAIN, 'replay', '--timezone', 'UTC', '--format', 'otlp', ...paths],
};

/**
 * Runs a command on one core with its output thrown away. Peak memory is the kernel's own high-water mark, read until the end.
 * Its processor time is read the same way: unlike the time that passes it is hardly changed by what else the core has to do.
 * A peer writes a few bytes to a pipe, since grep stops at its first match when it writes to /dev/null.
 */
async function measure({ argv: argvOf, name, ends = [0] }, paths) {
  const argv = argvOf(paths);
  const began = process.hrtime.bigint();
  const child = spawn('taskset', ['-c', '0', ...argv], { stdio: ['ignore', name === NOVASPAN.name ? 'ignore' : 'pipe', 'pipe'] });
  child.stdout?.resume();
  let complaints = '';
  child.stderr.on('data', (chunk) => {
    complaints = (complaints + chunk).slice(-2000);
  });
  let peakKb = 0;
  let cpu = 0;
  const look = () => {
    try {
      // Hundredths of seconds in user and system mode: the 14th and 15th field, counted behind the name in parentheses.
      const [user, system] = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')
        .slice(11, 13);
      cpu = (Number(user) + Number(system)) / 100;
      peakKb = Math.max(peakKb, Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0));
    } catch {
      // The process is gone; the last reading stands.
    }
  };
  look();
  const watching = setInterval(look, 5);
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  clearInterval(watching);
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  if (!ends.includes(code)) throw new Error(`${argv[0]} ended with ${code}: ${complaints}`);
  return { seconds, cpu, peakKb };
}

/** Reads every file once, so that the first tool does not pay for the disk. */
function warm(paths) {
  const buffer = Buffer.alloc(1 << 20);
  for (const path of paths) {
    const file = openSync(path, 'r');
    while (readSync(file, buffer) > 0);
    closeSync(file);
  }
}

/** What the run is worth: how many traces came out. */
function countTraces(paths) {
  const [node, ...rest] = NOVASPAN.argv(paths);
  const text = execFileSync('sh', ['-c', `"$0" "$@" | grep -o '"traceId":"[0-9a-f]*"' | sort -u | wc -l`, node, ...rest], {
    encoding: 'utf8',
  });
  return Number(text);
}

async function compare(title, logs, tools) {
  warm(logs.paths);
  const results = new Map(tools.map((tool) => [tool, []]));
  for (let run = 0; run < runs; run++) for (const tool of tools) results.get(tool).push(await measure(tool, logs.paths));

  const seconds = (tool) => median(results.get(tool).map((r) => r.seconds));
  const own = seconds(NOVASPAN);
  console.log(
    `\n${title}: ${(logs.bytes / MB).toFixed(0)} MB, ${logs.lines} lines, ${logs.paths.length} file(s), ${logs.copies} copies, ${countTraces(logs.paths)} traces\n`,
  );
  console.log('| tool | median s | all s | MB/s | lines/s | CPU s, all | MB per CPU s, best | peak RSS MB | novaspan takes |');
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const tool of tools) {
    const all = results.get(tool);
    const s = seconds(tool);
    const peak = Math.max(...all.map((r) => r.peakKb)) / 1024;
    console.log(
      `| ${tool.name} | ${s.toFixed(2)} | ${all.map((r) => r.seconds.toFixed(2)).join(' ')} | ${(logs.bytes / MB / s).toFixed(1)} | ${Math.round(logs.lines / s)} | ${all.map((r) => r.cpu.toFixed(2)).join(' ')} | ${(logs.bytes / MB / Math.max(0.01, Math.min(...all.map((r) => r.cpu)))).toFixed(1)} | ${peak.toFixed(0)} | ${(own / s).toFixed(2)} x |`,
    );
  }
}

async function flat() {
  console.log('\n| size MB | lines | s | MB/s | CPU s | MB per CPU s | peak RSS MB |\n| --- | --- | --- | --- | --- | --- | --- |');
  const peaks = [];
  for (const size of [200, 2000]) {
    const logs = await generate(`${TMP}set`, size * MB);
    const { seconds, cpu, peakKb } = await measure(NOVASPAN, logs.paths);
    peaks.push(peakKb);
    console.log(
      `| ${(logs.bytes / MB).toFixed(0)} | ${logs.lines} | ${seconds.toFixed(1)} | ${(logs.bytes / MB / seconds).toFixed(1)} | ${cpu.toFixed(2)} | ${(logs.bytes / MB / cpu).toFixed(1)} | ${(peakKb / 1024).toFixed(0)} |`,
    );
  }
  console.log(`\nten times the log, ${(peaks[1] / peaks[0]).toFixed(2)} times the memory`);
}

function availablePeers() {
  if (!onPath('mtail') && process.getuid() === 0 && onPath('apt-get')) {
    console.log('installing mtail (Debian) ...');
    spawnSync('sh', ['-c', 'apt-get install -y mtail || { apt-get update && apt-get install -y mtail; }'], { stdio: 'ignore' });
  }
  return PEERS.filter(({ name, needs }) => {
    const there = needs === undefined || onPath(needs);
    if (!there) console.log(`${name}: skipped, ${needs} is not installed (apt-get install ${needs})`);
    return there;
  });
}

if (!existsSync(MAIN)) {
  console.error(`${MAIN} is missing: run "npm run build" first`);
  process.exitCode = 69;
} else {
  const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: here('..'), encoding: 'utf8' }).stdout?.trim() || 'no commit';
  console.log(
    `${cpus()[0]?.model ?? 'unknown CPU'}, one core of ${cpus().length}; Node ${process.version}; ${commit}; medians of ${runs} runs`,
  );
  try {
    if (options.flat) await flat();
    else {
      const tools = [...availablePeers(), NOVASPAN];
      const bytes = Number(options.size) * MB;
      await compare('A set of files', await generate(`${TMP}set`, bytes), tools);
      if (!options.keep) rmSync(`${TMP}set`, { recursive: true });
      await compare('One file, nova-compute', await generate(`${TMP}one`, bytes, { only: 'nova-compute' }), tools);
      if (!options.keep) rmSync(`${TMP}one`, { recursive: true });
      await compare(
        "One quiet file, nova-compute's periodic tasks",
        await generate(`${TMP}quiet`, bytes, { only: 'nova-compute', quiet: true }),
        tools,
      );
    }
  } finally {
    if (!options.keep) rmSync(TMP, { recursive: true, force: true });
  }
}
