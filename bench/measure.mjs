// What a process costs: processor time as the kernel counts it for a process that has ended, and the kernel's own high-water mark of memory.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { createInterface } from 'node:readline';

export const MB = 1e6;
export const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
export const onPath = (tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0;

const ticksPerSecond = Number(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout);

/** Seconds of a process and of all its threads, in user and system mode. */
export function cpuOf(pid) {
  // The 14th and 15th field, counted behind the name in parentheses.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** MiB; VmRSS or VmHWM, its peak. */
export const memoryOf = (pid, field) =>
  Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;

/** How often a process gave its processor back, which is how often it was woken: all threads, and the main one. */
export function wakeUpsOf(pid) {
  const of = (thread) =>
    Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8'))?.[1] ?? 0);
  return { all: readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => sum + of(thread), 0), main: of(pid) };
}

const childrenOf = (pid) => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);

/** A process and its children. */
export const family = (pid) => [pid, ...childrenOf(pid).flatMap(family)];

const bytesRead = (pid) => Number(/rchar: (\d+)/.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);

/**
 * Ends a program that follows its files for ever: it is done when it has read that many bytes and did nothing for a second.
 * @returns a function that is called again and again
 */
function endsWhenDone(bytes) {
  let [idleSince, before] = [Date.now(), -1];
  return (pid) => {
    const now = cpuOf(pid);
    if (now > before + 0.03 || bytesRead(pid) < bytes) [idleSince, before] = [Date.now(), now];
    else if (Date.now() - idleSince > 1000) process.kill(pid, 'SIGTERM');
  };
}

/**
 * Runs a command, with its output thrown away, and waits for its end.
 * @param core on that core alone; else on all
 * @param ends its exit codes that are no failure
 * @param follows how many bytes it has to read, for a program that does not end by itself
 * @param piped its output goes through a pipe
 * @param withinSeconds it is killed then
 */
export async function timed(argv, { core, ends = [0], follows, piped = false, withinSeconds = 300 } = {}) {
  const whole = core === undefined ? argv : ['taskset', '-c', String(core), ...argv];
  // What it writes goes through a pipe: grep stops at its first match when it writes to /dev/null.
  const child = spawn('bash', ['-c', 'TIMEFORMAT="spent %3R %3U %3S"; time "$@"', 'bash', ...whole], {
    stdio: ['ignore', piped ? 'pipe' : 'ignore', 'pipe'],
  });
  child.stdout?.resume();
  let peakMb = 0;
  let isLate = false;
  const began = Date.now();
  const look = follows === undefined ? () => {} : endsWhenDone(follows);
  const watching = setInterval(() => {
    try {
      const [pid] = childrenOf(child.pid);
      if (pid === undefined) return;
      peakMb = Math.max(peakMb, memoryOf(pid, 'VmHWM'));
      isLate = Date.now() - began > withinSeconds * 1000;
      if (isLate) process.kill(pid, 'SIGKILL');
      look(pid);
    } catch {
      // The process is gone; the last reading stands.
    }
  }, 10);
  let said = '';
  for await (const line of createInterface({ input: child.stderr })) said = (said + line + '\n').slice(-4000);
  const code = child.exitCode ?? (await new Promise((resolve) => child.on('close', resolve)));
  clearInterval(watching);
  const [, seconds, user, system] = /^spent (\S+) (\S+) (\S+)$/m.exec(said) ?? [];
  const hasFailed = isLate || seconds === undefined || !(ends.includes(code) || follows !== undefined);
  const why = isLate ? `not done after ${withinSeconds} s` : `ended with ${code}: ${said}`;
  if (hasFailed) throw new Error(`${argv.slice(0, 3).join(' ')} ${why}`);
  return { seconds: Number(seconds), cpu: Number(user) + Number(system), peakMb, said };
}

/** Reads every file once, so that the first tool does not pay for the disk. */
export function warm(paths) {
  const buffer = Buffer.alloc(1 << 20);
  for (const path of paths) {
    const file = openSync(path, 'r');
    while (readSync(file, buffer) > 0);
    closeSync(file);
  }
}

export function table(head, rows) {
  console.log(`\n| ${head.join(' | ')} |\n|${' --- |'.repeat(head.length)}`);
  for (const row of rows) console.log(`| ${row.join(' | ')} |`);
}
