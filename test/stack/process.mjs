// Programs that the stack test starts: on loopback, ended by their own process, none left behind.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const LOG_KEPT = 20_000;
const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

// Below what the system gives to outgoing connections, so that none of those can take a port before its program does.
const PORTS = { from: 20_000, to: 32_000 };
let next = PORTS.from + Math.floor(Math.random() * (PORTS.to - PORTS.from));

/** Ports of 127.0.0.1 that nothing listens on now; none is given twice. */
export async function freePorts(count) {
  const ports = [];
  while (ports.length < count) {
    const port = next;
    next = port + 1 < PORTS.to ? port + 1 : PORTS.from;
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/**
 * Starts a program and waits until all its doors are open: URLs that answer, with whatever status.
 * `stop` ends it (by force after `graceMs`) and waits for its end, `kill` ends it as a crash would; `log` is the end of what it said, `ended` its end.
 */
export async function startProgram(name, binary, args, { env = {}, doors = [], withinMs = 30_000, graceMs = 5000 } = {}) {
  const child = spawn(binary, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      log = (log + text).slice(-LOG_KEPT);
    });
  }
  const ended = new Promise((resolve) => {
    child.on('error', (error) => resolve((log += String(error))));
    child.on('exit', resolve);
  }).finally(() => running.delete(child));

  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  const stop = async () => {
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    await ended;
    clearTimeout(killer);
  };

  const open = async () => (await Promise.all(doors.map(answers))).every(Boolean);
  try {
    await Promise.race([once(child, 'spawn'), ended]);
    await until(
      async () => {
        if (!running.has(child)) throw new Error(`${name} ended by itself`);
        return open();
      },
      { what: `${name} to be ready`, withinMs },
    );
  } catch (error) {
    await kill();
    throw new Error(`${error.message}:\n${log}`);
  }
  return { pid: child.pid, log: () => log, stop, kill, ended };
}

/** Asks until the answer is true (or anything but false and undefined), and gives it. */
export async function until(condition, { what, withinMs = 30_000, everyMs = 100 }) {
  const last = Date.now() + withinMs;
  for (;;) {
    const answer = await condition();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > last) throw new Error(`waited ${withinMs / 1000} s in vain for ${what}`);
    await delay(everyMs);
  }
}

/** Whether something speaks HTTP there. */
async function answers(url) {
  try {
    await (await fetch(url, { headers: { connection: 'close' } })).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}
