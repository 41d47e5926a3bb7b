import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { Correlator } from '../../src/correlate/correlator.js';
import { toOtlpJson } from '../../src/export/otlp-json.js';
import { createZone } from '../../src/format/zone.js';
import type { LogForm } from '../../src/model/form.js';
import { type LogSource, openSource } from '../../src/pipeline/source.js';
import { createLineSplitter, type LineSplitter } from '../../src/tail/lines.js';
import { buildTrace } from '../../src/trace/build.js';
import { counting } from '../support/scenario.js';
import { mutated, type Random, randomFrom } from './mutate.js';
import { type Cut, catalogueSeeds, cutSeed, recordedSeeds } from './seeds.js';

/** So many lines in a run of all tests; NOVASPAN_FUZZ_LINES asks for more, NOVASPAN_FUZZ_SEED for others. */
const LINES = Number(process.env['NOVASPAN_FUZZ_LINES'] ?? 1_000_000);
const SEED = Number(process.env['NOVASPAN_FUZZ_SEED'] ?? 20_261_121);
/** of a processor, for one line of up to a megabyte */
const MOST_MS = 5;
/** how much more may be kept at the end than in the middle, of any size of log */
const MOST_GROWTH = 8 * 1024 * 1024;
const START = Date.UTC(2026, 10, 21, 3);
/** A line every 10 ms: an hour of a busy cloud is 360,000 of them. */
const STEP = 10;
/** Lines between two looks at what has closed, and between two sets of ids. */
const ADVANCE_EVERY = 500;
const IDS_EVERY = 5_000;

/** Ahead of all others by more than this, a line's date is wrong. */
const AHEAD = 3_600_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What is kept after everything that can go has gone. */
function kept(): number {
  for (let turn = 0; turn < 3; turn++) collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The ids of a while: few, so that lines meet. */
class Ids {
  readonly #random: Random;
  #instances: string[] = [];
  #requests: string[] = [];
  #others: string[] = [];

  constructor(random: Random) {
    this.#random = random;
    this.renew();
  }

  renew(): void {
    this.#instances = Array.from({ length: 12 }, () => this.#uuid());
    this.#requests = Array.from({ length: 12 }, () => `req-${this.#uuid()}`);
    this.#others = Array.from({ length: 24 }, () => this.#uuid());
  }

  fill({ pieces }: Cut, now: number): string {
    let text = '';
    // Ids of one line belong together as those of another line of the same action do.
    const which = this.#random(12);
    for (const piece of pieces) text += this.#value(piece, which, now);
    return text;
  }

  #value(mark: string, which: number, now: number): string {
    switch (mark) {
      case 'STAMP':
        return new Date(now).toISOString().slice(0, 23).replace('T', ' ');
      case 'STAMPTZ':
        return new Date(now).toISOString();
      case 'REQUEST':
        return this.#requests[which]!;
      case 'INSTANCE':
        return this.#instances[which]!;
      case 'ID':
        return this.#random(2) === 0 ? this.#instances[which]! : this.#others[2 * which + this.#random(2)]!;
      case 'USER':
      case 'PROJECT':
        return '4ffd406b476c40ac99ad03adedfc02e9';
      default:
        return mark;
    }
  }

  #uuid(): string {
    const hex = Array.from({ length: 8 }, () => this.#random(65_536).toString(16).padStart(4, '0')).join('');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }
}

/** What wraps lines, as the parsers of `format/wrap` know it. */
const wrappers: Partial<Record<LogForm, (text: string, service: string, now: number) => string>> = {
  cri: (text, _, now) => `${new Date(now).toISOString().replace('Z', '000000Z')} stdout F ${text}`,
  docker: (text, _, now) => JSON.stringify({ log: `${text}\n`, stream: 'stdout', time: new Date(now).toISOString() }),
  syslog: (text, service, now) => `${new Date(now).toISOString().replace('Z', '000+00:00')} vm ${service}[7]: ${text}`,
  'journal-json': (text, service, now) =>
    JSON.stringify({ MESSAGE: text, __REALTIME_TIMESTAMP: `${now}000`, _HOSTNAME: 'vm', SYSLOG_IDENTIFIER: service, _PID: '7' }),
};

/** The whole way of a line: the logs of a host, what is kept of them, and the traces made of it. */
class Way {
  readonly counted: Record<string, number>;
  readonly #count;
  readonly #correlator: Correlator;
  readonly #sources = new Map<string, { readonly source: LogSource; readonly splitter: LineSplitter; offset: number }>();
  #now = START;
  traces = 0;

  constructor() {
    const { count, counted } = counting();
    this.#count = count;
    this.counted = counted;
    this.#correlator = new Correlator(count);
  }

  take(service: string, form: LogForm, bytes: Buffer, now: number): void {
    this.#now = now;
    const log = this.#logOf(service, form);
    log.splitter.push(bytes, log.offset);
    log.splitter.push(NEWLINE, log.offset + bytes.length);
    log.offset += bytes.length + 1;
  }

  advance(): void {
    for (const { source } of this.#sources.values()) source.flushCounts();
    for (const closed of this.#correlator.advance(this.#now - 10_000)) {
      const trace = buildTrace(closed, { lines: 'events', reads: () => true, count: this.#count });
      toOtlpJson(trace);
      this.traces++;
    }
  }

  #logOf(service: string, form: LogForm) {
    const name = `${service}/${form}`;
    let log = this.#sources.get(name);
    if (log === undefined) {
      const source = openSource({
        path: `/var/log/${form}/${service}@vm.log`,
        service,
        form,
        isNamed: true,
        anyHost: 'vm',
        zone: () => utc,
        latest: () => this.#now,
        count: this.#count,
        onEvent: (event) => {
          // Those dated far ahead stay for good, which the test below is about.
          if (event.at < this.#now + AHEAD) this.#correlator.accept(event);
        },
      })!;
      log = { source, splitter: createLineSplitter({ sink: source.line, count: this.#count }), offset: 0 };
      this.#sources.set(name, log);
    }
    return log;
  }
}

const utc = createZone('UTC');
const NEWLINE = Buffer.from('\n');

const cpuMs = (run: () => void): number => {
  const { user, system } = process.cpuUsage();
  run();
  const after = process.cpuUsage();
  return (after.user - user + after.system - system) / 1000;
};

/** A megabyte of JSON, full of escapes: what is done with a long line of a journal before any of our code sees it. */
const YARDSTICK = JSON.stringify({ MESSAGE: 'a line of a log, "quoted"\n'.repeat(34_000) });
/** What that takes on a machine on which `MOST_MS` holds as it stands. */
const YARDSTICK_MS = 2.1;

/**
 * A line that took long is taken again, so that neither the system nor a collection of garbage is blamed on it; beside the
 * yardstick, so that a machine in a slow hour is not either.
 *
 * @returns how long it took: at the first time that it was short enough, else at best
 */
function leastCpuMs(run: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < 200; turn++) {
    const slowness = Math.max(1, cpuMs(() => JSON.parse(YARDSTICK)) / YARDSTICK_MS);
    least = Math.min(least, cpuMs(run) / slowness);
    if (least <= MOST_MS) break;
  }
  return least;
}

const shown = (bytes: Buffer): string =>
  bytes.length > 2000
    ? `${JSON.stringify(bytes.toString('latin1', 0, 2000))}… of ${bytes.length} bytes`
    : JSON.stringify(bytes.toString('latin1'));

describe(`${LINES} lines that something has happened to`, () => {
  it('throw nothing, take no time and leave nothing behind', { timeout: 1_800_000 }, () => {
    const random = randomFrom(SEED);
    const seeds = [...catalogueSeeds(), ...recordedSeeds(40)].map(cutSeed);
    const forms = Object.keys(wrappers) as LogForm[];
    const ids = new Ids(random);
    const way = new Way();
    const faults: string[] = [];
    let inTheMiddle = 0;
    let slowest = 0;
    let previous: Buffer = Buffer.alloc(0);

    for (let line = 0; line < LINES; line++) {
      const now = START + line * STEP;
      if (line % IDS_EVERY === 0) ids.renew();
      const seed = seeds[random(seeds.length)]!;
      const form: LogForm = random(5) === 0 ? forms[random(forms.length)]! : 'plain';
      const text = ids.fill(seed, now);
      // What wraps a line is hit as often as what is wrapped.
      const wrap = wrappers[form];
      const bytes =
        wrap === undefined || random(2) === 0
          ? mutated(Buffer.from(wrap?.(text, seed.service, now) ?? text), random, previous)
          : Buffer.from(wrap(mutated(Buffer.from(text), random, previous).toString('latin1'), seed.service, now));
      previous = bytes.length < 4096 ? bytes : previous;
      try {
        const start = performance.now();
        way.take(seed.service, form, bytes, now);
        const took = performance.now() - start;
        if (took > MOST_MS) {
          const cpu = leastCpuMs(() => way.take(seed.service, form, bytes, now));
          if (cpu > MOST_MS) faults.push(`line ${line} of ${seed.service} (${form}) took ${cpu} ms: ${shown(bytes)}`);
          slowest = Math.max(slowest, cpu);
        } else slowest = Math.max(slowest, took);
        if (line % ADVANCE_EVERY === 0) way.advance();
      } catch (error) {
        faults.push(`line ${line} of ${seed.service} (${form}): ${(error as Error).stack}\n${shown(bytes)}`);
      }
      if (faults.length > 5) break;
      if (line === LINES >> 1) inTheMiddle = kept();
    }
    const growth = kept() - inTheMiddle;
    if (process.env['NOVASPAN_FUZZ_LINES'] !== undefined) console.log({ slowest, inTheMiddle, growth, traces: way.traces });
    expect(faults).toEqual([]);
    expect(way.traces, 'actions are still found among them').toBeGreaterThan(LINES / 10_000);
    expect(growth, 'bytes kept since the middle').toBeLessThan(MOST_GROWTH);
  });
});

// Known, and in docs/security.md: what waits goes by its age, and such lines have none.
it('lines of a far future do not fill the waiting room beyond its size', () => {
  const correlator = new Correlator(() => undefined);
  const line = (at: string, port: number): string => `${at}Z|00001|binding|INFO|Claiming lport ${uuidOf(port)} for this chassis.\n`;
  const source = openSource({
    path: 'ovn-controller@vm.log',
    isNamed: true,
    anyHost: 'vm',
    zone: () => utc,
    latest: () => START,
    count: () => undefined,
    onEvent: (event) => correlator.accept(event),
  })!;
  const splitter = createLineSplitter({ sink: source.line, count: () => undefined });
  let offset = 0;
  for (let port = 0; port < 51_000; port++) {
    const bytes = Buffer.from(line('9999-01-01T00:00:00.000', port));
    splitter.push(bytes, offset);
    offset += bytes.length;
  }
  expect(correlator.kept, 'all of them are kept until the watermark moves').toBeGreaterThan(0);
  for (let minute = 0; minute < 20; minute++) correlator.advance(START + minute * 60_000);
  expect(correlator.kept).toBeLessThanOrEqual(50_000);
});

const uuidOf = (number: number): string => `${number.toString(16).padStart(8, '0')}-6d53-4a53-9d4b-0d5d1f0e9a11`;
