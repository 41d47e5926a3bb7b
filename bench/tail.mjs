// What the sidecar's bench starts: a sidecar, its peers, a backend that takes everything, and the writer of the logs.
import { spawn } from 'node:child_process';
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const MTAIL = new URL('./nova.mtail', import.meta.url).pathname;

/** How often the writer writes, as services that flush each line do, but not one by one. */
const WRITES_EVERY = 20;

/** Appends records to files at their times, which are ms from the start. */
export async function write(schedule, folder, isOver) {
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

/** A backend that takes everything, and counts. */
export async function startBackend() {
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

/** Its settings are the defaults, but for what must not touch this machine. */
export function startSidecar({ main, nodeFlags = '' }, folder, logs, backend) {
  const config = join(folder, 'novaspan.yaml');
  writeFileSync(
    config,
    `logs:\n  - path: ${logs}\ntimezone: UTC\notlp: { endpoint: "${backend.url}" }\nstateDir: ${join(folder, 'state')}\ntelemetry: { listen: "127.0.0.1:0" }\n`,
  );
  const flags = nodeFlags.split(' ').filter((flag) => flag !== '');
  const child = spawn(process.execPath, [...flags, main, 'tail', '--config', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  const sidecar = { child, pid: child.pid, said: '' };
  child.stderr.setEncoding('utf8').on('data', (text) => {
    sidecar.said += text;
  });
  sidecar.stop = () =>
    new Promise((resolve) => {
      if (child.exitCode !== null) return resolve(child.exitCode);
      child.once('exit', (code) => resolve(code));
      child.kill('SIGTERM');
    });
  return sidecar;
}

export const PEERS = [
  {
    name: 'mtail',
    needs: 'mtail',
    argv: (logs) => ['mtail', '--progs', MTAIL, '--address', '127.0.0.1', '--port', '0', '--logs', `${logs}/*.log`],
  },
  {
    name: 'tail -F, to grep',
    argv: (logs) => ['sh', '-c', `tail -q -n 0 -F "$0"/*.log 2> "$0/../tail.err" | grep Took > /dev/null`, logs],
  },
];

export function startPeer({ name, argv }, logs) {
  const [command, ...args] = argv(logs);
  return { name, child: spawn(command, args, { stdio: 'ignore', detached: true }) };
}
