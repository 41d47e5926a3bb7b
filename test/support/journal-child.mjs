// A sidecar that follows the journal, in a process of its own, which kills itself somewhere: test/journal/killed.test.ts runs it.
// Its clock is moved by its parent, who hears when the entries up to the one that it names have been read.
//
//     node journal-child.mjs '{"dist", "state", "url", "time", "dies": "line" | "torn" | "written" | "renamed" | "sent" | "answered", "after"}'

import fs from 'node:fs';
import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

const { dist, state, url, time, dies, after = 0 } = JSON.parse(process.argv[2]);

let left = after;
/** Dies at the n-th time that it comes by here. */
function pass(place, tear = () => undefined) {
  if (place !== dies || --left > 0) return;
  tear();
  process.kill(process.pid, 'SIGKILL');
  // The signal is on its way to all threads: nothing more is done here.
  for (;;);
}

// Checkpoints: half of one is on the disk, all of it is and it has no name yet, it has its name.
const handle = await fs.promises.open(process.execPath);
const files = Object.getPrototypeOf(handle);
await handle.close();
const { writeFile } = files;
files.writeFile = async function (data) {
  pass('torn', () => fs.writeSync(this.fd, data.slice(0, data.length / 2)));
  await writeFile.call(this, data);
};
const { rename } = fs.promises;
fs.promises.rename = async (...paths) => {
  pass('written');
  await rename(...paths);
  pass('renamed');
};
// Traces: one has been sent and nobody knows whether it was taken, or it is known and in no checkpoint.
const { request } = http;
http.request = (...args) => {
  const sent = request(...args);
  sent.once('finish', () => pass('sent'));
  sent.once('response', () => pass('answered'));
  return sent;
};
syncBuiltinESMExports();

// Entries of the journal: the n-th has been taken out of the pipe.
const { JournalProcess } = await import(join(dist, 'journal/process.js'));
const { read } = JournalProcess.prototype;
let seen = 0;
JournalProcess.prototype.read = function () {
  const line = read.call(this);
  if (line === undefined) return undefined;
  seen = Math.max(seen, Number.parseInt(/"s=1;i=([0-9a-f]+)/.exec(line)?.[1] ?? '0', 16));
  pass('line');
  return line;
};

/** Turns of the sidecar's loop since all entries were read: some whole ones, and its parent hears of it. */
const TURNS = 10;
let asked;
const clock = {
  time,
  now: () => clock.time,
  sleep: async () => {
    await turn();
    if (asked === undefined || seen < asked.entry || --asked.turns > 0) return;
    asked = undefined;
    process.send({ passed: clock.time });
  },
};
process.on('message', (message) => {
  clock.time = message.time;
  asked = { entry: message.entry, turns: TURNS };
});
process.on('disconnect', () => process.exit(0));

const stderr = new PassThrough();
stderr.on('data', (chunk) => {
  for (const line of String(chunk).trim().split('\n')) {
    const { msg, level } = JSON.parse(line);
    if (msg === 'following logs') process.send({ ready: true });
    if (level === 'warn' || level === 'error') process.send({ warned: line });
  }
});
const { runTail } = await import(join(dist, 'pipeline/tail.js'));
await runTail(
  {
    config: undefined,
    paths: ['journal:'],
    flags: { timezone: 'UTC', host: 'localhost', 'state-dir': state, metrics: 'off', endpoint: url, backfill: 'true' },
  },
  {
    stdout: new PassThrough(),
    stderr,
    env: { ...process.env, NOVASPAN_CHECKPOINT_INTERVAL: '1ms' },
    clock,
    signal: new AbortController().signal,
  },
);
