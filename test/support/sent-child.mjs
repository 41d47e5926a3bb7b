// A sidecar that is sent logs, in a process of its own, which kills itself while it takes them: test/receive/killed.test.ts runs it.
// Its clock is moved by its parent.
//
//     node sent-child.mjs '{"dist", "state", "url", "time", "dies": "half" | "written" | "synced", "after"}'

import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

const { dist, state, url, time, dies, after } = JSON.parse(process.argv[2]);
const { runTail } = await import(join(dist, 'pipeline/tail.js'));

// At the n-th log that it writes to: when half of the lines are written, when all are, when the disk has them.
const handle = await open(process.execPath);
const files = Object.getPrototypeOf(handle);
await handle.close();
const { appendFile, datasync } = files;
let written = 0;
const die = () => process.kill(process.pid, 'SIGKILL');
files.appendFile = async function (bytes) {
  written++;
  if (dies === 'half' && written === after) {
    await appendFile.call(this, bytes.subarray(0, bytes.length / 2));
    die();
  }
  await appendFile.call(this, bytes);
  if (dies === 'written' && written === after) die();
};
files.datasync = async function () {
  await datasync.call(this);
  if (dies === 'synced' && written >= after) die();
};

/** Turns of the sidecar's loop since its clock was moved: some whole ones, and its parent hears that it has looked at its logs. */
const TURNS = 10;
let left = 0;
const clock = {
  time,
  now: () => clock.time,
  sleep: async () => {
    await turn();
    if (left > 0 && --left === 0) process.send({ passed: clock.time });
  },
};
process.on('message', (message) => {
  clock.time = message.time;
  left = TURNS;
});
process.on('disconnect', () => process.exit(0));

const stderr = new PassThrough();
stderr.on('data', (chunk) => {
  for (const line of String(chunk).trim().split('\n')) {
    const { msg, receives, reason } = JSON.parse(line);
    if (msg === 'following logs') process.send({ listens: receives });
    if (reason !== undefined) process.send({ reason });
  }
});
await runTail(
  {
    config: undefined,
    paths: [],
    flags: { timezone: 'UTC', 'state-dir': state, metrics: 'off', receive: '127.0.0.1:0', endpoint: url, backfill: 'true' },
  },
  { stdout: new PassThrough(), stderr, env: { NOVASPAN_CHECKPOINT_INTERVAL: '1ms' }, clock, signal: new AbortController().signal },
);
