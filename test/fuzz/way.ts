import { Correlator } from '../../src/correlate/correlator.js';
import { toOtlpJson } from '../../src/export/otlp-json.js';
import { createZone } from '../../src/format/zone.js';
import type { LogForm } from '../../src/model/form.js';
import { type LogSource, openSource } from '../../src/read/source.js';
import { createLineSplitter, type LineSplitter } from '../../src/tail/lines.js';
import { buildTrace } from '../../src/trace/build.js';
import { counting } from '../support/scenario.js';
import { mutated, type Random, randomFrom } from './mutate.js';
import { type Cut, catalogueSeeds, cutSeed, recordedSeeds } from './seeds.js';

const START = Date.UTC(2026, 10, 21, 3);
/** Of the logs' time, between two looks at what has closed, and between two sets of ids. */
const ADVANCE_EVERY = 5_000;
const IDS_EVERY = 50_000;
/** Ahead of all others by more than this, a line's date is wrong. */
const AHEAD = 3_600_000;

export const utc = createZone('UTC');
const NEWLINE = Buffer.from('\n');

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

/** A line that something may have happened to. */
export interface Line {
  readonly place: number;
  readonly service: string;
  readonly form: LogForm;
  readonly bytes: Buffer;
  readonly now: number;
  /** It is time to look at what has closed. */
  readonly isDue: boolean;
}

/** So many lines, all within so much of the logs' time; the same of the same seed. */
export function* linesFrom(seed: number, count: number, within: number): Generator<Line> {
  const random = randomFrom(seed);
  const seeds = [...catalogueSeeds(), ...recordedSeeds(40)].map(cutSeed);
  const forms = Object.keys(wrappers) as LogForm[];
  const ids = new Ids(random);
  let previous: Buffer = Buffer.alloc(0);
  let renewed = START;
  let looked = Number.NEGATIVE_INFINITY;
  for (let place = 0; place < count; place++) {
    const now = START + Math.floor((place / count) * within);
    if (now >= renewed + IDS_EVERY) {
      ids.renew();
      renewed = now;
    }
    const isDue = now >= looked + ADVANCE_EVERY;
    if (isDue) looked = now;
    const cut = seeds[random(seeds.length)]!;
    const form: LogForm = random(5) === 0 ? forms[random(forms.length)]! : 'plain';
    const text = ids.fill(cut, now);
    // What wraps a line is hit as often as what is wrapped.
    const wrap = wrappers[form];
    const bytes =
      wrap === undefined || random(2) === 0
        ? mutated(Buffer.from(wrap?.(text, cut.service, now) ?? text), random, previous)
        : Buffer.from(wrap(mutated(Buffer.from(text), random, previous).toString('latin1'), cut.service, now));
    previous = bytes.length < 4096 ? bytes : previous;
    yield { place, service: cut.service, form, bytes, now, isDue };
  }
}

export const shown = ({ place, service, form, bytes }: Line): string => {
  const text = JSON.stringify(bytes.toString('latin1', 0, 2000));
  return `line ${place} of ${service} (${form}), ${bytes.length} bytes: ${text}`;
};

/** The whole way of a line: the logs of a host, what is kept of them, and the traces made of it. */
export class Way {
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

  take({ service, form, bytes, now }: Line): void {
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
