import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../src/model/clock.js';
import { runTail } from '../../src/pipeline/tail.js';

/** A clock that only the test moves; what sleeps on it wakes at once, so that the sidecar polls as fast as it can. */
class HeldClock implements Clock {
  time: number;
  constructor(start: number) {
    this.time = start;
  }
  now = (): number => this.time;
  /** how often somebody slept: once in each turn of the sidecar's loop, at least */
  slept = 0;
  #waiting: (() => void)[] = [];
  sleep = async (): Promise<void> => {
    this.slept++;
    for (const wake of this.#waiting.splice(0)) wake();
    await turn();
  };
  /** When somebody sleeps next: whoever waits for that does not keep the processor busy. */
  next = (): Promise<void> => new Promise((resolve) => this.#waiting.push(resolve));
}

/** Of the sidecar's loop, each of which reads what there is: a wait of more is for something that does not come. */
const MOST_TURNS = 200_000;

export interface Sidecar {
  readonly clock: HeldClock;
  /** where logs are sent to */
  readonly url: string;
  /** traces that it wrote, as lines of OTLP JSON, in their order */
  readonly traces: string[];
  readonly said: { readonly level: string; readonly msg: string; readonly [field: string]: unknown }[];
  /** Waits until it is so, for as many turns of its loop as any machine needs. */
  until(done: () => boolean): Promise<void>;
  /** Moves its clock, and lets it look at its logs. */
  pass(to: number): Promise<void>;
  /** @returns the status of the answer */
  send(body: Buffer, headers?: Readonly<Record<string, string>>): Promise<number>;
  stop(): Promise<number>;
}

/** A folder for a test's state, which is removed by `remove`. */
export function stateFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'novaspan-receive-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Starts `tail` at a moment, with nothing but a port for logs; it writes traces to its standard output. */
export async function startSidecar(state: string, at: number, env: Readonly<Record<string, string>> = {}): Promise<Sidecar> {
  const clock = new HeldClock(at);
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  let out = '';
  let err = '';
  stdout.on('data', (chunk) => {
    out += chunk;
  });
  stderr.on('data', (chunk) => {
    err += chunk;
  });
  const stop = new AbortController();
  let isOver = false;
  const ended = runTail(
    {
      config: undefined,
      paths: [],
      flags: { timezone: 'UTC', 'state-dir': join(state, 'state'), metrics: 'off', receive: '127.0.0.1:0', backfill: 'true' },
    },
    {
      stdout,
      stderr,
      env: { NOVASPAN_OUTPUT: 'otlp-json', NOVASPAN_CHECKPOINT_INTERVAL: '1s', ...env },
      clock,
      signal: stop.signal,
    },
  ).finally(() => {
    isOver = true;
  });
  ended.catch(() => undefined);
  const linesOf = (text: string): string[] => text.split('\n').slice(0, -1);
  /** A whole turn of its loop, and what follows of it. */
  const turns = async (): Promise<void> => {
    const before = clock.slept;
    await sidecar.until(() => clock.slept > before + 2);
  };
  const sidecar: Omit<Sidecar, 'url'> = {
    clock,
    get traces() {
      return linesOf(out);
    },
    get said() {
      return linesOf(err).map((line) => JSON.parse(line));
    },
    async pass(to) {
      // What was sent is read first: no clock moves on by an hour in the middle of a look at the logs.
      await turns();
      clock.time = to;
      await turns();
    },
    async until(done) {
      const before = clock.slept;
      while (!done()) {
        if (clock.slept - before > MOST_TURNS) throw new Error(`it does not come to that: ${err}`);
        if (isOver) await ended.then(() => Promise.reject(new Error(`it ended: ${err}`)));
        await Promise.race([clock.next(), ended]);
      }
    },
    async send(body, headers = {}) {
      const response = await fetch(url(), {
        method: 'POST',
        body: new Uint8Array(body),
        headers: { 'content-type': 'application/json', ...headers },
      });
      await response.arrayBuffer();
      return response.status;
    },
    async stop() {
      stop.abort();
      return ended;
    },
  };
  const url = (): string => String(sidecar.said.find(({ msg }) => msg === 'following logs')?.['receives']);
  await sidecar.until(() => sidecar.said.some(({ msg }) => msg === 'following logs'));
  return Object.assign(Object.create(sidecar) as typeof sidecar, { url: url() });
}

/** A trace without what tells which file its lines were in: that of the receive buffer is another one. */
export const withoutPlaces = (trace: string): string =>
  trace
    .replace(/\{"key":"log\.file\.path","value":\{"stringValue":"[^"]*"\}\}/g, '"PATH"')
    .replace(/\{"key":"novaspan\.log\.offset","value":\{"intValue":"\d+"\}\}/g, '"OFFSET"');
