// The sidecar of a compute node in a process of its own, with a writer beside it: test/outage.test.ts runs it with a small heap.
// Its clock is handed in; the requests are real. Where it is told to, it waits for its parent to change the backend.
//
//     node --expose-gc --max-old-space-size=N outage-child.mjs '{"dist", "logs", "golden", "url", "boots", "stops", "limitBytes"}'

import { appendFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';

const { dist, logs, golden, url, boots, stops, limitBytes } = JSON.parse(process.argv[2]);
const { LogFollower } = await import(join(dist, 'pipeline/log-follower.js'));
const { Delivery } = await import(join(dist, 'deliver/delivery.js'));
const { createOtlpHttpExporter } = await import(join(dist, 'export/otlp-http.js'));
const { createLog } = await import(join(dist, 'telemetry/log.js'));

/** Between two boots, and between two looks at the logs. */
const EVERY = 2000;
const STEP = 20_000;

class SteppedClock {
  #sleepers = [];
  constructor(now) {
    this.time = now;
  }
  now = () => this.time;
  sleep = (ms, signal) =>
    new Promise((resolve) => {
      const wake = () => {
        signal?.removeEventListener('abort', wake);
        this.#sleepers = this.#sleepers.filter((each) => each.wake !== wake);
        resolve();
      };
      this.#sleepers.push({ at: this.time + ms, wake });
      signal?.addEventListener('abort', wake);
    });
  pass(ms) {
    this.time += ms;
    for (const { at, wake } of this.#sleepers) if (at <= this.time) wake();
  }
}

/** The lines of the golden boot, to be told again n times: later, and of other instances, requests and ports. */
const INSTANCE = '9c6f25c6-1322-493d-91f3-886f76b155f8';
const IDS = ['9c6f25c6', 'e021590a', '8380d2f3', '89abd3cf', '1c6c6629', 'f73e38a2'];
const STAMP = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d\.\d{3})(Z?)/;
const lines = [];
for (const name of ['nova-compute@vm.log', 'ovn-controller@vm.log', 'ovs-vswitchd@vm.log'])
  for (const text of readFileSync(join(golden, name), 'utf8').trimEnd().split('\n')) {
    const [stamp, day, time, zone] = STAMP.exec(text);
    lines.push({ name, at: Date.parse(`${day}T${time}Z`), zone, rest: text.slice(stamp.length) });
  }
lines.sort((a, b) => a.at - b.at);
if (!lines.some(({ rest }) => rest.includes(INSTANCE))) throw new Error('the golden boot is another one');
const FIRST = lines[0].at;

function tell({ name, at, zone, rest }, n) {
  const iso = new Date(at + n * EVERY).toISOString();
  const stamp = zone === 'Z' ? iso : iso.slice(0, -1).replace('T', ' ');
  const hex = n.toString(16).padStart(8, '0');
  let text = rest;
  for (const [i, id] of IDS.entries()) text = text.replaceAll(id, i + 1 + hex.slice(1));
  return { name, at: at + n * EVERY, text: `${stamp}${text.replaceAll('55:e2:72', hex.slice(2).replace(/(..)(..)(..)/, '$1:$2:$3'))}\n` };
}

mkdirSync(logs, { recursive: true });
for (const name of readdirSync(golden)) if (lines.some((line) => line.name === name)) appendFileSync(join(logs, name), '');

const clock = new SteppedClock(FIRST - 1000);
let pending = [];
let written = 0;
/** Boots begin every two seconds; what is due by now is appended. */
function write() {
  while (written < boots && FIRST + written * EVERY <= clock.time) {
    for (const line of lines) pending.push(tell(line, written));
    written++;
  }
  const due = pending.filter(({ at }) => at <= clock.time).sort((a, b) => a.at - b.at);
  pending = pending.filter(({ at }) => at > clock.time);
  const texts = {};
  for (const { name, text } of due) texts[name] = (texts[name] ?? '') + text;
  for (const [name, text] of Object.entries(texts)) appendFileSync(join(logs, name), text);
}

const counted = {};
const count = (name, by = 1) => {
  counted[name] = (counted[name] ?? 0) + by;
};
let requests = 0;
const otlp = createOtlpHttpExporter({ url });
const exporter = {
  ...otlp,
  async export(trace) {
    requests++;
    try {
      return await otlp.export(trace);
    } finally {
      requests--;
    }
  },
};
const done = { delivered: 0, 'dead-letter': 0, dropped: 0 };
/** What a checkpoint is told of: it lets go of what it need not remember, as the sidecar does every five seconds. */
const waiting = new Set();
const delivery = new Delivery({
  exporter,
  limit: 1_000_000,
  limitBytes,
  clock,
  count,
  log: createLog(process.stderr),
  onSettled: (queued, how) => {
    done[how]++;
    live.settle(queued);
    waiting.delete(queued);
  },
});
const live = new LogFollower({
  logs: [{ paths: [logs], timezone: 'UTC' }],
  host: 'vm',
  start: { from: 'backfill' },
  lines: 'events',
  clock,
  count,
});

const used = () => {
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
};
let paused = 0;
let turns = 0;
const most = { rss: 0, heap: 0, waiting: 0, waitingBytes: 0 };
let base;

/** Does what the sidecar does between two looks at the clock, and lets requests under way be answered. */
async function step() {
  clock.pass(STEP);
  write();
  if (delivery.isFull) paused++;
  else {
    const { traces } = await live.cycle();
    for (const trace of traces) waiting.add(trace);
    delivery.offer(traces);
  }
  do await turn();
  while (requests > 0 && !delivery.isFull);
  if (turns++ % 5 === 0 && !delivery.isFull) live.save([...waiting]);
  most.rss = Math.max(most.rss, process.memoryUsage().rss);
  most.waiting = Math.max(most.waiting, delivery.waiting);
  most.waitingBytes = Math.max(most.waitingBytes, delivery.waitingBytes);
}

let steps = 0;
for (; written < boots; steps++) {
  while (stops.length > 0 && written >= stops[0]) {
    // Before the trouble begins: what it takes when nothing waits.
    base ??= used();
    const answered = new Promise((resolve) => process.once('message', resolve));
    process.send({ at: stops.shift() });
    await answered;
  }
  await step();
  if (steps % 200 === 0 && base !== undefined) most.heap = Math.max(most.heap, used());
}
most.heap = Math.max(most.heap, used());
const atEnd = { waiting: delivery.waiting, waitingBytes: delivery.waitingBytes, backend: delivery.backend, done: { ...done } };
const back = new Promise((resolve) => process.once('message', resolve));
process.send({ at: boots });
await back;

// An hour of the clock without anything new to read: then nothing more will come.
for (let idle = 0; idle < 180; steps++) {
  const before = done.delivered;
  await step();
  while (requests > 0) await turn();
  if (steps % 20 === 0) most.heap = Math.max(most.heap, used());
  idle = done.delivered === before && delivery.waiting === 0 ? idle + 1 : 0;
}
const left = await delivery.drain(10_000);
await live.close();
process.send({ done, left, counted, paused, most, base, end: used(), atEnd, hours: (clock.time - FIRST) / 3_600_000 });
process.disconnect();
