import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/model/clock.js';
import { replay } from '../../src/pipeline/replay.js';
import { runTail } from '../../src/pipeline/tail.js';
import { type Backend, startBackend } from '../support/backend.js';
import { GOLDEN } from '../support/scenario.js';

const BOOT = join(GOLDEN, 'create-succeeds-info');
const BEFORE = Date.parse('2026-11-21T01:42:00Z');
const MID_BOOT = Date.parse('2026-11-21T01:42:35Z');
const AFTER = Date.parse('2026-11-21T01:45:00Z');
const HOUR = 3_600_000;

/** A clock on which a sleep is over at once: everything happens as fast as the disk and the loopback allow. */
class FastClock implements Clock {
  time: number;
  constructor(start: number) {
    this.time = start;
  }
  now = (): number => this.time;
  #waiting: (() => void)[] = [];
  sleep = async (ms: number): Promise<void> => {
    this.time += ms;
    for (const wake of this.#waiting.splice(0)) wake();
    await turn();
  };
  /** When somebody sleeps next: whoever waits for that does not keep the processor busy. */
  next = (): Promise<void> => new Promise((resolve) => this.#waiting.push(resolve));
}

const timeOf = (line: string): number => Date.parse(`${line.slice(0, 10)}T${line.slice(11, 23)}Z`);

let dir: string;
let backend: Backend;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'novaspan-tail-'));
  mkdirSync(join(dir, 'logs'));
  backend = await startBackend();
});
afterEach(async () => {
  await backend.close();
  rmSync(dir, { recursive: true, force: true });
});

/** Appends the boot's lines that were written in a stretch of time, each to its log. */
function write(from: number, to: number): void {
  for (const name of readdirSync(BOOT).filter((each) => each.endsWith('.log'))) {
    let at = Number.NEGATIVE_INFINITY;
    let text = '';
    for (const line of readFileSync(join(BOOT, name), 'utf8').split(/(?<=\n)/)) {
      // What continues a record was written with it.
      at = Number.isNaN(timeOf(line)) ? at : timeOf(line);
      if (at >= from && at < to) text += line;
    }
    appendFileSync(join(dir, 'logs', name), text);
  }
}

interface Life {
  readonly clock: FastClock;
  readonly said: { level: string; msg: string; [field: string]: unknown }[];
  /** Waits until it is so, for as long as the test may take. */
  until(done: () => boolean): Promise<void>;
  /** Lets time pass, by the clock. */
  pass(ms: number): Promise<void>;
  stop(): Promise<number>;
}

/** Starts `tail` at a moment. */
function start(at: number, flags: Record<string, string> = {}, env: Record<string, string> = {}): Life {
  const clock = new FastClock(at);
  const stderr = new PassThrough();
  let text = '';
  stderr.on('data', (chunk) => {
    text += chunk;
  });
  const stop = new AbortController();
  const ended = runTail(
    {
      config: undefined,
      paths: [join(dir, 'logs')],
      flags: { timezone: 'UTC', endpoint: backend.url, 'state-dir': join(dir, 'state'), metrics: 'off', ...flags },
    },
    {
      stdout: new PassThrough(),
      stderr,
      env: { NOVASPAN_CHECKPOINT_INTERVAL: '1s', NOVASPAN_POLL_INTERVAL: '1s', ...env },
      clock,
      signal: stop.signal,
    },
  );
  let isOver = false;
  const over = ended.finally(() => {
    isOver = true;
  });
  over.catch(() => undefined);
  const until = async (done: () => boolean): Promise<void> => {
    while (!done()) {
      if (isOver) await over.then(() => Promise.reject(new Error(`it ended: ${text}`)));
      await Promise.race([clock.next(), over]);
    }
  };
  return {
    clock,
    get said() {
      return text.trim() === ''
        ? []
        : text
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line));
    },
    until,
    async pass(ms) {
      const due = clock.time + ms;
      await until(() => clock.time >= due);
    },
    async stop() {
      stop.abort();
      return ended;
    },
  };
}

const isRepeatedAlike = (): boolean => [...backend.spans.values()].every((texts) => texts.size === 1);

describe('the first start', () => {
  it('tells what ends after it, whole, and not what was over before', async () => {
    write(0, MID_BOOT);
    const life = start(MID_BOOT);
    await life.pass(10_000);
    expect(backend.roots).toEqual([]);
    write(MID_BOOT, Number.POSITIVE_INFINITY);
    life.clock.time = AFTER;
    await life.until(() => backend.roots.includes('instance create'));
    expect(await life.stop()).toBe(0);

    await backend.close();
    backend = await startBackend();
    const other = start(AFTER + 60_000, { 'state-dir': join(dir, 'other') });
    await other.pass(120_000);
    await other.stop();
    expect(backend.roots).toEqual([]);
    expect(other.said.some(({ pre_start_traces: not }) => Number(not) > 0)).toBe(true);
  });

  it('says once that what the logs hold already is not exported, and how it would be', async () => {
    const about = ({ said }: Life): string[] => said.flatMap(({ msg }) => (msg.includes('hold lines already') ? [msg] : []));
    write(0, AFTER);
    const life = start(AFTER);
    await life.pass(10_000);
    await life.stop();
    expect(about(life)).toEqual([
      `these logs hold lines already: actions that ended before this start are not exported; to export them, start with --backfill, with no checkpoint in ${join(dir, 'state')}`,
    ]);
    const again = start(AFTER + 60_000);
    await again.pass(10_000);
    await again.stop();
    const backfill = start(AFTER + 60_000, { backfill: 'true', 'state-dir': join(dir, 'other') });
    await backfill.pass(10_000);
    await backfill.stop();
    rmSync(join(dir, 'logs'), { recursive: true });
    mkdirSync(join(dir, 'logs'));
    const empty = start(AFTER, { 'state-dir': join(dir, 'third') });
    await empty.pass(10_000);
    write(0, AFTER);
    await empty.pass(10_000);
    await empty.stop();
    expect([again, backfill, empty].map(about)).toEqual([[], [], []]);
  });

  it('looks back only so far', async () => {
    write(0, MID_BOOT);
    // The boot has been open for an hour: longer than what is looked back by.
    const life = start(MID_BOOT + HOUR);
    await life.pass(5_000);
    write(MID_BOOT, Number.POSITIVE_INFINITY);
    await life.pass(120_000);
    await life.stop();
    expect(backend.roots).not.toContain('instance create');
  });

  it('tells everything with --backfill, the rotated logs first', async () => {
    write(0, MID_BOOT);
    for (const name of readdirSync(join(dir, 'logs'))) {
      const path = join(dir, 'logs', name);
      writeFileSync(`${path}.1.gz`, gzipSync(readFileSync(path)));
      rmSync(path);
    }
    write(MID_BOOT, Number.POSITIVE_INFINITY);
    const life = start(AFTER + 1000 * HOUR, { backfill: 'true' });
    await life.until(() => backend.roots.includes('instance create'));
    await life.stop();
  });
});

it('says once that a zone is wrong, why, and what to set', async () => {
  cpSync(join(GOLDEN, 'rebuild-succeeds-seoul-zone-info'), join(dir, 'logs'), { recursive: true });
  const life = start(AFTER, { backfill: 'true' });
  await life.pass(15 * 60_000);
  await life.stop();
  const wrong = life.said.filter(({ msg }) => msg.includes('look like'));
  expect(wrong).toHaveLength(1);
  expect(wrong[0]).toMatchObject({ level: 'warn', paths: expect.arrayContaining([join(dir, 'logs', 'nova-compute@vm.log')]) });
  expect(wrong[0]!.msg).toMatch(/look like UTC\+9, but were read as UTC: set `timezone: Asia\/Seoul` in the configuration/);
});

describe('a restart', () => {
  it('sends nothing again, and tells what was under way', async () => {
    const first = start(BEFORE);
    await first.pass(2000);
    write(0, MID_BOOT);
    first.clock.time = MID_BOOT;
    await first.pass(3000);
    expect(await first.stop()).toBe(0);

    write(MID_BOOT, Number.POSITIVE_INFINITY);
    const second = start(AFTER + HOUR);
    await second.until(() => backend.roots.includes('instance create'));
    await second.pass(120_000);
    await second.stop();
    const { requests } = backend;

    const third = start(AFTER + 2 * HOUR);
    await third.pass(120_000);
    await third.stop();
    expect(backend.requests).toBe(requests);
    expect(backend.roots.filter((name) => name === 'instance create')).toHaveLength(1);
  });

  it('reads the first line after a long silence again', async () => {
    // An hour before, in every log, so that one line alone is not trusted to move the log's time.
    for (const name of readdirSync(BOOT).filter((each) => each.endsWith('.log'))) {
      const idle = name.startsWith('ov')
        ? '2026-11-21T00:42:00.000Z|00001|vlog|INFO|opened log file'
        : '2026-11-21 00:42:00.000 1 INFO oslo.service [-] idle';
      appendFileSync(join(dir, 'logs', name), `${idle}\n`);
    }
    const first = start(BEFORE, { backfill: 'true' });
    await first.pass(2000);
    // Of placement's log this is one line.
    const cut = Date.parse('2026-11-21T01:42:31.300Z');
    write(0, cut);
    first.clock.time = cut;
    await first.pass(2000);
    await first.stop();
    write(cut, Number.POSITIVE_INFINITY);
    const second = start(AFTER + HOUR);
    await second.pass(120_000);
    await second.stop();
    const ids: string[] = [];
    for await (const { spans } of replay({ paths: [join(dir, 'logs')], zone: 'UTC', lines: 'events', count: () => undefined }))
      ids.push(...spans.map(({ traceId, spanId }) => `${traceId} ${spanId}`));
    expect([...backend.spans.keys()].sort()).toEqual(ids.sort());
    expect(isRepeatedAlike()).toBe(true);
  });

  it('sends what the backend had not taken', async () => {
    backend.answer = 503;
    const first = start(BEFORE);
    await first.pass(2000);
    write(0, Number.POSITIVE_INFINITY);
    first.clock.time = AFTER;
    await first.until(() => backend.requests > 2);
    expect(await first.stop()).toBe(0);
    expect(first.said.some(({ level, msg }) => level === 'warn' && msg.includes('the next start exports them'))).toBe(true);

    backend.answer = 200;
    const second = start(AFTER + HOUR);
    await second.until(() => backend.roots.includes('instance create'));
    await second.stop();
    expect(isRepeatedAlike()).toBe(true);
  });

  it('knows nothing where stateDir is none: it is a first start', async () => {
    const first = start(BEFORE, { 'state-dir': 'none' });
    await first.pass(2000);
    write(0, Number.POSITIVE_INFINITY);
    first.clock.time = AFTER;
    await first.until(() => backend.roots.includes('instance create'));
    await first.stop();
    const second = start(AFTER + 60_000, { 'state-dir': 'none' });
    await second.pass(120_000);
    await second.stop();
    expect(backend.roots.filter((name) => name === 'instance create')).toHaveLength(1);
    expect(readdirSync(dir)).toEqual(['logs']);
  });
});

describe('while no more traces find room', () => {
  it('nothing is read, and what waits in the logs is told', async () => {
    backend.answer = 503;
    write(BEFORE, HOUR * 1e6);
    const life = start(AFTER, { backfill: 'true', metrics: '127.0.0.1:0' }, { NOVASPAN_QUEUE: '1' });
    const url = (): unknown => life.said.find(({ msg }) => msg === 'following logs')?.['metrics'];
    await life.until(() => url() !== undefined && backend.requests > 2);
    const log = join(dir, 'logs', 'nova-compute@vm.log');
    const lag = async (): Promise<number> => {
      const text = await (await fetch(new URL('/metrics', String(url())))).text();
      return Number(new RegExp(`^novaspan_source_lag_bytes\\{path="${log}"\\} (\\d+)$`, 'm').exec(text)?.[1]);
    };
    /** Sleeps are over at once on this clock, so it does not tell how often the disk has been looked at. */
    const lagIs = async (bytes: number): Promise<void> => {
      while ((await lag()) !== bytes) await turn();
    };
    await lagIs(0);
    appendFileSync(log, 'a line that nobody reads\n'.repeat(1000));
    await lagIs(25_000);

    backend.answer = 200;
    await life.until(() => backend.spans.size > 0);
    await lagIs(0);
    expect(await life.stop()).toBe(0);
  });
});

describe('the checkpoint', () => {
  it('that cannot be written any more is said once, and nothing stops', async () => {
    const life = start(BEFORE);
    await life.pass(3000);
    // As soon as no file of that name is being written.
    await life.until(() => {
      try {
        mkdirSync(join(dir, 'state', 'checkpoint.new'));
        return true;
      } catch {
        return false;
      }
    });
    write(0, Number.POSITIVE_INFINITY);
    life.clock.time = AFTER;
    await life.until(() => backend.roots.includes('instance create'));
    await life.pass(20_000);
    const isAboutIt = ({ msg }: { msg: string }): boolean => msg.includes('checkpoint');
    expect(life.said.filter(isAboutIt)).toHaveLength(1);
    rmSync(join(dir, 'state', 'checkpoint.new'), { recursive: true });
    await life.until(() => life.said.filter(isAboutIt).length === 2);
    await life.stop();
    expect(readdirSync(join(dir, 'state'))).toContain('checkpoint');
  });

  it('that is damaged stops the start, with a remedy', async () => {
    mkdirSync(join(dir, 'state'));
    writeFileSync(join(dir, 'state', 'checkpoint'), 'nonsense');
    await expect(start(BEFORE).stop()).rejects.toMatchObject({ code: 'CHECKPOINT_DAMAGED' });
    // The folder is free again.
    rmSync(join(dir, 'state', 'checkpoint'));
    const life = start(BEFORE);
    await life.pass(2000);
    expect(await life.stop()).toBe(0);
  });

  it('is one process’s at a time', async () => {
    const life = start(BEFORE);
    await life.pass(2000);
    await expect(start(BEFORE).stop()).rejects.toMatchObject({ code: 'STATE_LOCKED' });
    await life.stop();
  });
});

it('shows what it finds on a page, where view.listen says so', async () => {
  write(0, MID_BOOT);
  const life = start(MID_BOOT, {}, { NOVASPAN_VIEW_LISTEN: '127.0.0.1:0' });
  await life.pass(5_000);
  const url = String(life.said.find(({ view }) => view !== undefined)?.['view']);
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  write(MID_BOOT, Number.POSITIVE_INFINITY);
  life.clock.time = AFTER;
  await life.until(() => backend.roots.includes('instance create'));
  expect(await (await fetch(`${url}/api/services`)).text()).toContain('nova-compute');
  expect(await life.stop()).toBe(0);
  await expect(fetch(url)).rejects.toThrow();
});

describe('logLevel: debug', () => {
  const decisionsOf = ({ said }: Life): typeof said => said.filter(({ msg }) => msg.startsWith('decision: '));

  it('says of each action what is decided, from its first line to the backend', async () => {
    const life = start(BEFORE, { 'log-level': 'debug' });
    await life.pass(5000);
    write(0, Number.POSITIVE_INFINITY);
    life.clock.time = AFTER;
    await life.until(() => backend.roots.includes('instance create'));
    await life.pass(120_000);
    await life.stop();

    const of = decisionsOf(life).filter(({ instance }) => instance === '9c6f25c6-1322-493d-91f3-886f76b155f8');
    expect(of.filter(({ form }) => form !== 'network-ready').map(({ msg }) => msg.slice('decision: '.length))).toEqual(
      expect.arrayContaining(['opened', 'named', 'ended', 'closed', 'sent to the queue', 'delivered']),
    );
    expect(of.every(({ level }) => level === 'debug')).toBe(true);
    expect(of.find(({ msg }) => msg === 'decision: opened')).toMatchObject({
      request: 'req-e021590a-1cc3-4adc-bd85-76c1c9d2aa62',
      line: { service: 'nova-compute', path: join(dir, 'logs/nova-compute@vm.log'), offset: expect.any(Number) },
    });
    expect(life.said.find(({ msg }) => msg.startsWith('all logs are read up to'))).toMatchObject({ readTo: expect.any(String) });
  });

  it('says why what was over before the first start is not sent', async () => {
    write(0, AFTER);
    const life = start(AFTER + 60_000, {}, { NOVASPAN_LOG_LEVEL: 'debug' });
    await life.until(() => decisionsOf(life).some(({ msg }) => msg === 'decision: not sent: before the start'));
    await life.stop();
    expect(decisionsOf(life).find(({ msg }) => msg.includes('before the start'))).toMatchObject({
      why: expect.stringContaining('--backfill'),
    });
  });

  it('at any other level says nothing of them', async () => {
    write(0, AFTER);
    const life = start(AFTER, { backfill: 'true' });
    await life.until(() => backend.roots.includes('instance create'));
    await life.stop();
    expect(decisionsOf(life)).toEqual([]);
    const quiet = start(AFTER, { 'log-level': 'error', 'state-dir': join(dir, 'other') });
    await quiet.pass(5000);
    await quiet.stop();
    expect(quiet.said).toEqual([]);
  });
});
