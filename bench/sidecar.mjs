// What does `novaspan tail` cost a host: the memory it takes while a thousand actions are under way, and the processor's time while a
// thousand lines are written every second. Beside what people use today on the same files at the same time: Debian's mtail, which counts
// and measures but joins nothing, and tail with grep, which only finds lines.
//
//   npm run bench:sidecar                        both
//   npm run bench:sidecar -- --only cpu          or memory
//   npm run bench:sidecar -- --seconds 60        how long the processor's time is counted
//   npm run bench:sidecar -- --warm-up 30        and how long is waited before that
//   npm run bench:sidecar -- --rate 1000         lines a second, about
//   npm run bench:sidecar -- --actions 1000      actions under way
//   npm run bench:sidecar -- --node-flags="--cpu-prof --cpu-prof-dir=DIR"
import { spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { copy, recordings, template } from './generate.mjs';

const here = (path) => new URL(path, import.meta.url).pathname;

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    seconds: { type: 'string', default: '60' },
    'warm-up': { type: 'string', default: '30' },
    rate: { type: 'string', default: '1000' },
    actions: { type: 'string', default: '1000' },
    main: { type: 'string', default: here('../dist/cli/main.js') },
    'node-flags': { type: 'string', default: '' },
  },
});
const SECONDS = Number(options.seconds);
const RATE = Number(options.rate);
const ACTIONS = Number(options.actions);

/** A boot at DEBUG with nearly every line kept, of which the first half is written again and again. */
const BOOT = here('../test/golden/create-succeeds-debug/');
const BOOT_BEGINS = Date.parse('2026-11-21T01:50:29.000Z');
const BOOT_HALF_WAY = Date.parse('2026-11-21T01:50:35.500Z');
/** So many boots begin every second. */
const BOOTS_A_SECOND = 20;

/** Logs of a second host: the recording has ten files. */
const SECOND_HOST = ['nova-compute', 'ovn-controller'];
/** Seconds before anything is counted: Node.js starts, V8 compiles. */
const WARM_UP = Number(options['warm-up']);
/** How often the writer writes, as services that flush each line do, but not one by one. */
const WRITES_EVERY = 20;

const STAMP = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d\.\d{3})/;
const ticksPerSecond = Number(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout);
const onPath = (tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0;

/** The records of a text with their times: a line without a stamp goes with the one before it. */
function recordsOf(text) {
  const records = [];
  let newest = Number.NEGATIVE_INFINITY;
  for (const line of text.split(/(?<=\n)/)) {
    const stamp = STAMP.exec(line);
    if (stamp === null && records.length > 0) records.at(-1).text += line;
    else if (stamp !== null) {
      newest = Math.max(newest, Date.parse(`${stamp[1]}T${stamp[2]}Z`));
      records.push({ at: newest, text: line });
    }
  }
  return records;
}

const linesIn = (text) => text.split('\n').length - 1;

/** Appends records to files at their times, which are ms from the start. @returns the lines written from `from` on */
async function write(schedule, folder, isOver) {
  const files = new Map();
  const began = Date.now();
  let at = 0;
  while (!isOver() && at < schedule.length) {
    const now = Date.now() - began;
    const pieces = new Map();
    for (; at < schedule.length && schedule[at].at <= now; at++) {
      const { file, text } = schedule[at];
      pieces.set(file, (pieces.get(file) ?? '') + text());
    }
    for (const [file, text] of pieces) {
      if (!files.has(file)) files.set(file, openSync(join(folder, file), 'a'));
      writeSync(files.get(file), text);
    }
    await delay(WRITES_EVERY);
  }
  for (const file of files.values()) closeSync(file);
}

/** Seconds of a process and of all its threads, in user and system mode. */
function cpuOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

const memoryOf = (pid, field) =>
  Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;

/** A backend that takes everything, and counts. */
async function startBackend() {
  let traces = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      traces++;
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    get traces() {
      return traces;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function startSidecar(folder, logs, backend) {
  const config = join(folder, 'novaspan.yaml');
  // Its settings are the defaults, but for what must not touch this machine.
  const keepsState = existsSync(join(options.main, '../../config/state-dir.js'));
  writeFileSync(
    config,
    `logs:\n  - path: ${logs}\ntimezone: UTC\notlp: { endpoint: "${backend.url}" }\n${keepsState ? `stateDir: ${join(folder, 'state')}\ntelemetry: { listen: "127.0.0.1:0" }\n` : ''}`,
  );
  const flags = options['node-flags'].split(' ').filter((flag) => flag !== '');
  const child = spawn(process.execPath, [...flags, options.main, 'tail', '--config', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  const sidecar = { child, pid: child.pid, said: '' };
  child.stderr.setEncoding('utf8').on('data', (text) => {
    sidecar.said += text;
  });
  sidecar.stop = () =>
    new Promise((resolve) => {
      child.once('exit', (code) => resolve(code));
      child.kill('SIGTERM');
    });
  return sidecar;
}

/** What its own log says it left open when it stopped. */
const leftOpen = (said) => Number(/"actions":(\d+)[^\n]*still under way/.exec(said)?.[1] ?? Number.NaN);

async function memory(folder) {
  const logs = join(folder, 'logs');
  const records = readdirSync(BOOT)
    .filter((name) => name.endsWith('.log'))
    .flatMap((file) =>
      recordsOf(readFileSync(join(BOOT, file), 'utf8'))
        .filter(({ at }) => at >= BOOT_BEGINS && at < BOOT_HALF_WAY)
        .map(({ at, text }) => ({ file, at, parts: template(text), lines: linesIn(text) })),
    );
  makeLogs(logs);
  const schedule = [];
  const backend = await startBackend();
  const sidecar = startSidecar(folder, logs, backend);
  await delay(5000);
  const idle = memoryOf(sidecar.pid, 'VmRSS');
  const began = Date.now();
  for (let boot = 1; boot <= ACTIONS; boot++) {
    const from = (boot / BOOTS_A_SECOND) * 1000;
    for (const { file, at, parts } of records) {
      const after = from + at - BOOT_BEGINS;
      schedule.push({ at: after, file, text: () => copy(parts, boot, began + after - at) });
    }
  }
  schedule.sort((a, b) => a.at - b.at);
  await write(schedule, logs, () => sidecar.child.exitCode !== null);
  const busy = memoryOf(sidecar.pid, 'VmRSS');
  const spentBefore = cpuOf(sidecar.pid);
  await delay(30_000);
  const spent = cpuOf(sidecar.pid) - spentBefore;
  const settled = memoryOf(sidecar.pid, 'VmRSS');
  const peak = memoryOf(sidecar.pid, 'VmHWM');
  const { traces } = backend;
  await sidecar.stop();
  backend.close();
  const lines = records.reduce((sum, record) => sum + record.lines, 0);
  console.log(
    `\nMemory: ${readdirSync(logs).length} files, ${ACTIONS} boots begun, ${lines} lines of each, ${BOOTS_A_SECOND} boots a second; ${leftOpen(sidecar.said)} actions under way at the end, ${traces} traces sent\n`,
  );
  console.log('| | RSS MB |\n| --- | --- |');
  console.log(`| nothing read yet | ${idle.toFixed(1)} |\n| when the last line is written | ${busy.toFixed(1)} |`);
  console.log(
    `| 30 s later, in which nothing was written and ${spent.toFixed(2)} CPU s were spent | ${settled.toFixed(1)} |\n| peak | ${peak.toFixed(1)} |`,
  );
}

/** Twelve empty logs: the recording's ten, and a second host's. */
function makeLogs(folder) {
  mkdirSync(folder, { recursive: true });
  const names = recordings().map(([name]) => name);
  for (const name of [...names, ...SECOND_HOST.map((service) => `${service}@vm2.log`)]) writeFileSync(join(folder, name), '');
}

const PEERS = [
  {
    name: 'mtail',
    needs: 'mtail',
    argv: (logs) => ['mtail', '--progs', here('./nova.mtail'), '--address', '127.0.0.1', '--port', '0', '--logs', `${logs}/*.log`],
  },
  {
    name: 'tail -F, to grep',
    argv: (logs) => ['sh', '-c', `tail -q -n 0 -F "$0"/*.log 2> "$0/../tail.err" | grep Took > /dev/null`, logs],
  },
];

/** A process and its children. */
function family(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  return [pid, ...children.flatMap(family)];
}

/**
 * A thousand lines a second as a large installation has them: the recording is read at its own pace, by many readers at once, each
 * from another minute on and with ids of its own. So actions last as long as they did.
 */
function busyMix(seconds, seed = 1) {
  const all = recordings().flatMap(([file, text]) => recordsOf(text).map((record) => ({ ...record, file })));
  all.sort((a, b) => a.at - b.at);
  const from = all[0].at;
  const length = all.at(-1).at - from;
  const perSecond = all.reduce((sum, { text }) => sum + linesIn(text), 0) / (length / 1000);
  const readers = Math.round(RATE / perSecond);
  const parts = all.map(({ text }) => template(text));
  const schedule = [];
  for (let n = 1; n <= readers; n++) {
    const offset = Math.floor((length * ((n + seed * 0.37) % readers)) / readers);
    const toHost2 = n % 4 === 0;
    for (const [index, { at, file }] of all.entries()) {
      const after = (at - from - offset + length) % length;
      if (after >= seconds * 1000) continue;
      const isTheirs = toHost2 && SECOND_HOST.some((service) => file.startsWith(`${service}@`));
      schedule.push({ after, at, file: isTheirs ? file.replace('@vm.', '@vm2.') : file, parts: parts[index], n });
    }
  }
  return { schedule: schedule.sort((a, b) => a.after - b.after), readers };
}

async function processor(folder) {
  const logs = join(folder, 'logs');
  const { schedule: mix, readers } = busyMix(WARM_UP + SECONDS + 2);
  makeLogs(logs);
  const backend = await startBackend();
  const sidecar = startSidecar(folder, logs, backend);
  const peers = PEERS.filter(({ needs, name }) => {
    const isThere = needs === undefined || onPath(needs);
    if (!isThere) console.log(`${name}: skipped, ${needs} is not installed (apt-get install ${needs})`);
    return isThere;
  }).map(({ name, argv }) => {
    const [command, ...args] = argv(logs);
    const child = spawn(command, args, { stdio: 'ignore', detached: true });
    return { name, child };
  });
  await delay(3000);

  const began = Date.now();
  let lines = 0;
  let bytes = 0;
  const schedule = mix.map(({ after, at, file, parts, n }) => ({
    at: after,
    file,
    text() {
      const text = copy(parts, n, began + after - at);
      lines += linesIn(text);
      bytes += text.length;
      return text;
    },
  }));
  let isOver = false;
  const writing = write(schedule, logs, () => isOver);
  await delay(WARM_UP * 1000);
  const cpu = ({ child }) => family(child.pid).reduce((sum, pid) => sum + cpuOf(pid), 0);
  const tools = [{ name: 'novaspan tail', child: sidecar.child }, ...peers];
  const before = tools.map(cpu);
  const start = { at: Date.now(), lines, bytes, traces: backend.traces };
  await delay(SECONDS * 1000);
  const spent = tools.map((tool, i) => cpu(tool) - before[i]);
  const seconds = (Date.now() - start.at) / 1000;
  const rss = tools.map(({ child }) => family(child.pid).reduce((sum, pid) => sum + memoryOf(pid, 'VmRSS'), 0));
  const counted = { lines: lines - start.lines, bytes: bytes - start.bytes, traces: backend.traces - start.traces };
  isOver = true;
  await writing;
  for (const { child } of peers) process.kill(-child.pid);
  await sidecar.stop();
  backend.close();

  console.log(
    `\nProcessor: ${readdirSync(logs).length} files, ${(counted.lines / seconds).toFixed(0)} lines/s, ${(counted.bytes / seconds / 1000).toFixed(0)} kB/s at DEBUG for ${seconds.toFixed(0)} s, ${readers} readers of the recording; ${counted.traces} traces sent\n`,
  );
  console.log('| tool | CPU s | of a core | RSS MB | novaspan takes |\n| --- | --- | --- | --- | --- |');
  for (const [i, { name }] of tools.entries())
    console.log(
      `| ${name} | ${spent[i].toFixed(2)} | ${((100 * spent[i]) / seconds).toFixed(2)} % | ${rss[i].toFixed(0)} | ${(spent[0] / Math.max(spent[i], 0.01)).toFixed(1)} x |`,
    );
}

if (!existsSync(options.main)) {
  console.error(`${options.main} is missing: run "npm run build" first`);
  process.exitCode = 69;
} else {
  const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: here('..'), encoding: 'utf8' }).stdout?.trim() || 'no commit';
  console.log(`${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores; Node ${process.version}; ${commit}`);
  for (const [name, run] of Object.entries({ cpu: processor, memory })) {
    if (options.only !== undefined && options.only !== name) continue;
    const folder = mkdtempSync(join(tmpdir(), 'novaspan-bench-'));
    try {
      await run(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}
