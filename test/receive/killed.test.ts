import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { toOtlpJson } from '../../src/export/otlp-json.js';
import { hours, seconds } from '../../src/model/time.js';
import { replay } from '../../src/pipeline/replay.js';
import { findLogs } from '../../src/tail/discover.js';
import { type Backend, startBackend } from '../support/backend.js';
import { compiled } from '../support/compiled.js';
import { asJson, type Sent } from '../support/otlp-logs.js';
import { counting, GOLDEN } from '../support/scenario.js';
import { stateFolder, withoutPlaces } from './sidecar.js';

const SCENARIO = join(GOLDEN, 'create-succeeds-debug');
const CHILD = new URL('../support/sent-child.mjs', import.meta.url).pathname;
const STAMP = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d\.\d{3})/;
const BATCH = 25;

let program: Awaited<ReturnType<typeof compiled>>;
let state: ReturnType<typeof stateFolder>;
let backend: Backend;
let child: ChildProcess | undefined;
beforeAll(async () => {
  program = await compiled();
});
afterAll(() => program.remove());
beforeEach(async () => {
  state = stateFolder();
  backend = await startBackend();
});
afterEach(async () => {
  await kill();
  await backend.close();
  state.remove();
});

async function kill(): Promise<void> {
  const killed = child;
  child = undefined;
  if (killed === undefined || killed.exitCode !== null || killed.signalCode !== null) return;
  killed.kill('SIGKILL');
  await once(killed, 'exit');
}

/** How it will die: in the middle of a write, behind it, and before it can answer; after so many logs that it wrote to. */
const DEATHS = [
  { dies: 'synced', after: 1 },
  { dies: 'half', after: 2 },
  { dies: 'written', after: 9 },
  { dies: 'half', after: 13 },
  { dies: 'synced', after: 17 },
  { dies: 'written', after: 1 },
  { dies: 'half', after: 25 },
  { dies: 'synced', after: 6 },
] as const;

/** @returns where it listens */
async function start(time: number, death: (typeof DEATHS)[number] | undefined): Promise<string> {
  child = fork(CHILD, [JSON.stringify({ dist: program.dir, state: join(state.path, 'state'), url: backend.url, time, ...death })], {
    execArgv: [],
  });
  for (;;) {
    const [{ listens }] = (await once(child, 'message')) as [{ readonly listens?: string }];
    if (listens !== undefined) return listens;
  }
}

/** Moves its clock, and lets it look at its logs. */
async function pass(time: number): Promise<void> {
  child!.send({ time });
  for (;;) {
    const [{ passed }] = (await once(child!, 'message')) as [{ readonly passed?: number }];
    if (passed === time) return;
  }
}

/** All lines of the scenario, in the order of their times. */
async function linesOf(): Promise<(Sent & { readonly at: number })[]> {
  const all: (Sent & { readonly at: number })[] = [];
  for (const { path } of await findLogs([SCENARIO])) {
    let at = 0;
    for (const line of readFileSync(path, 'utf8').split('\n').slice(0, -1)) {
      const stamp = STAMP.exec(line);
      if (stamp !== null) at = Math.max(at, Date.parse(`${stamp[1]}T${stamp[2]}Z`));
      all.push({ line, file: `/var/log/${basename(path).replace('@vm', '')}`, at });
    }
  }
  return all.sort((a, b) => a.at - b.at);
}

it('killed at any moment, and sent again what it did not answer, it tells the same traces', async () => {
  const expected = new Set<string>();
  for await (const trace of replay({ paths: [SCENARIO], zone: 'UTC', lines: 'events', count: counting().count }))
    for (const { scopeSpans } of JSON.parse(withoutPlaces(toOtlpJson(trace))).resourceSpans)
      for (const { spans } of scopeSpans)
        for (const span of spans)
          expected.add(`${span.traceId} ${span.spanId} ${span.startTimeUnixNano} ${span.endTimeUnixNano} ${span.events?.length ?? 0}`);

  const lines = await linesOf();
  const requests: Buffer[] = [];
  for (let at = 0; at < lines.length; at += BATCH) requests.push(asJson([{ host: 'vm', records: lines.slice(at, at + BATCH) }]));
  const last = lines.at(-1)!.at;
  let time = last + seconds(5);
  const deaths = [...DEATHS];
  let url = await start(time, deaths.shift());
  let died = 0;
  for (const body of requests) {
    for (;;) {
      const status = await fetch(url, { method: 'POST', body: new Uint8Array(body), headers: { 'content-type': 'application/json' } }).then(
        (response) => response.status,
        () => undefined,
      );
      if (status === 200) break;
      expect(status).toBeUndefined();
      await kill();
      died++;
      url = await start(time, deaths.shift());
    }
  }
  for (let hour = 1; hour <= 15; hour++) {
    time = last + hours(hour);
    await pass(time);
  }
  const heard = (): string[] =>
    [...backend.spans.values()].flatMap((texts) =>
      [...texts].map((text) => {
        const span = JSON.parse(text);
        return `${span.traceId} ${span.spanId} ${span.startTimeUnixNano} ${span.endTimeUnixNano} ${span.events?.length ?? 0}`;
      }),
    );
  for (let wait = 0; new Set(heard()).size < expected.size && wait < 10_000; wait++) await pass(time);
  expect([...new Set(heard())].sort()).toEqual([...expected].sort());
  expect(died).toBe(DEATHS.length);
});
