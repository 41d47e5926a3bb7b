// The sidecar under test: `tail` of dist/, in a process of its own, with a clock that its parent moves and a fuse that its parent lights.
// Messages: to the parent { poll }, { sleep, until }, { awake }, { flights }, { ended }; from it { now, wake, fuse }, { stop }.

import fs from 'node:fs';
import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';

const { now: begun, seed, config, env, stateDir, fuse: firstFuse } = JSON.parse(process.argv[2]);

let now = begun;
/** { of: 'any' or 'state', after: calls, when: 'before', 'torn' or 'after' }: this process kills itself then */
let fuse = firstFuse;

const tell = (message) => process.connected && process.send(message);

// --- the fuse: between any two system calls on files, or in the midst of one -----------------------------------------------------

const stateFiles = new WeakSet();
const stateFds = new Set();
const isOfState = (path) => stateDir !== undefined && String(path).startsWith(stateDir);

function die() {
  process.kill(process.pid, 'SIGKILL');
  // The signal is on its way to all threads: nothing more is done here.
  for (;;);
}

/** Whether the fuse ends at this call. */
function burns(ofState) {
  if (fuse === undefined || (fuse.of === 'state' && !ofState)) return false;
  return fuse.after-- <= 0;
}

function around(ofState, run, tear) {
  if (!burns(ofState)) return run();
  if (fuse.when === 'before') die();
  if (fuse.when === 'torn' && tear !== undefined) {
    tear();
    die();
  }
  const result = run();
  if (typeof result?.then === 'function') return result.then(die, die);
  die();
}

const half = (data) => (typeof data === 'string' ? data.slice(0, data.length / 2) : data.subarray(0, data.length / 2));

for (const name of [
  'open',
  'rename',
  'unlink',
  'stat',
  'lstat',
  'readdir',
  'mkdir',
  'rm',
  'readFile',
  'writeFile',
  'copyFile',
  'access',
  'realpath',
]) {
  const original = fs.promises[name];
  fs.promises[name] = (path, ...rest) => {
    const ofState = isOfState(path) || (name === 'rename' && isOfState(rest[0]));
    const tear = name === 'writeFile' ? () => fs.writeFileSync(path, half(rest[0])) : undefined;
    const result = around(ofState, () => original(path, ...rest), tear);
    if (name !== 'open' || !ofState) return result;
    return result.then((handle) => {
      stateFiles.add(handle);
      return handle;
    });
  };
}
for (const name of [
  'openSync',
  'renameSync',
  'unlinkSync',
  'statSync',
  'mkdirSync',
  'rmSync',
  'readdirSync',
  'readFileSync',
  'writeFileSync',
]) {
  const original = fs[name];
  fs[name] = (path, ...rest) => {
    const ofState = isOfState(path);
    const result = around(ofState, () => original(path, ...rest));
    if (name === 'openSync') {
      if (ofState) stateFds.add(result);
      else stateFds.delete(result);
    }
    return result;
  };
}
for (const name of ['writeSync', 'fsyncSync', 'fdatasyncSync', 'closeSync', 'readSync', 'ftruncateSync', 'fstatSync']) {
  const original = fs[name];
  const tear = name === 'writeSync' ? original : undefined;
  fs[name] = (fd, ...rest) => around(stateFds.has(fd), () => original(fd, ...rest), tear && (() => tear(fd, half(rest[0]))));
}
const sample = await fs.promises.open(process.execPath);
const FileHandle = Object.getPrototypeOf(sample);
await sample.close();
for (const name of ['read', 'write', 'writeFile', 'sync', 'datasync', 'stat', 'truncate', 'close']) {
  const original = FileHandle[name];
  FileHandle[name] = function (...args) {
    const tear = name.startsWith('write') ? () => fs.writeSync(this.fd, half(args[0])) : undefined;
    return around(stateFiles.has(this), () => original.apply(this, args), tear);
  };
}

// --- requests under way, so that the clock can wait for them ---------------------------------------------------------------------

let flights = 0;
const { request } = http;
http.request = (...args) => {
  const sent = request(...args);
  tell({ flights: ++flights });
  sent.once('close', () => tell({ flights: --flights }));
  return sent;
};
syncBuiltinESMExports();

// --- the clock -------------------------------------------------------------------------------------------------------------------

const sleepers = new Map();
let sleeps = 0;
const clock = {
  now: () => now,
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const id = ++sleeps;
      const until = now + ms;
      const wake = () => {
        if (!sleepers.delete(id)) return;
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = () => {
        tell({ awake: id });
        wake();
      };
      sleepers.set(id, wake);
      signal?.addEventListener('abort', giveUp);
      // What a poll has set going (a request) is under way before the clock moves on.
      // Of all that sleeps only the poll is ended by the signal to stop; how long its pause is depends on what it read.
      const isPoll = signal === stopping.signal;
      const report = () => tell(isPoll ? { poll: id, until } : { sleep: id, until });
      if (isPoll) setImmediate(() => setImmediate(report));
      else report();
    }),
};

const stopping = new AbortController();
process.on('message', (message) => {
  if (message.stop) return stopping.abort();
  now = message.now;
  fuse = message.fuse ?? fuse;
  for (const id of message.wake) sleepers.get(id)?.();
});
// Without its parent it has no clock.
process.on('disconnect', () => process.exit(70));

// --- tail ------------------------------------------------------------------------------------------------------------------------

let state = seed;
Math.random = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};

const { runTail } = await import('../../build/modules/dist/pipeline/tail.js');
let ended;
try {
  ended = {
    code: await runTail(
      { config, paths: [], flags: {} },
      { stdout: process.stdout, stderr: process.stderr, env, clock, signal: stopping.signal },
    ),
  };
} catch (error) {
  ended = { code: error.exitCode ?? 70, error: String(error.stack ?? error), errorCode: error.code };
}
process.send({ ended }, () => process.exit(ended.code));
