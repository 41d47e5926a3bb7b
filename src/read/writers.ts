import { services } from '../catalogue/index.js';
import type { Wrapped } from '../format/wrap/form.js';
import type { LineSink, Millis } from '../model/line.js';
import { hostInName, nameLog, serviceOfIdent } from '../tail/name.js';
import { basePath } from '../tail/rotated.js';
import { LogReader, type ReaderOptions } from './log-reader.js';
import { isRunnerName, MixedLog, type Processes } from './mixed.js';
import type { LineReader, SourceOptions } from './source-options.js';

/** Maximum number of kept writers of one log; any other is identified again at each line. */
const MOST_WRITERS = 1000;
/** Maximum number of services and hosts read from one log; lines of others are counted as of other programs. */
const MOST_READERS = 500;
/** Maximum number of programs counted by name. */
const MOST_NAMED = 50;

/** The writer of a log, by its name or by options. */
export interface LogOwner {
  readonly service: string | undefined;
  readonly host: string | undefined;
}

/** A writer of a log. */
export interface Writer {
  readonly label: string;
  /** undefined for a program that is not read */
  readonly service: string | undefined;
  /** finds the service line by line, if the writer's name does not show it */
  readonly mixed: MixedLog | undefined;
  readonly host: string;
  /**
   * False if its own name is unknown: it is read once it has written a record, which `sudo` under nova's unit never
   * does.
   */
  isProven: boolean;
  reader: LineReader | undefined;
}

/** State that readers share while the log is read. */
interface Reading {
  readonly onBare: LineSink;
  /** number of the file that the current line is in */
  readonly file: () => number;
  readonly isExcerpt: () => boolean;
}

const events = (options: ReaderOptions): LineReader => new LogReader(options);

/** The writers of one log: a reader for each known service, and counters for lines of others. */
export class Writers {
  readonly #options: SourceOptions;
  readonly #owner: LogOwner;
  readonly #reading: Reading;
  readonly #readers = new Map<string, LineReader>();
  readonly #writers = new Map<string, Writer>();
  readonly #mixed = new Map<string, MixedLog>();
  readonly #foreign = new Map<string, number>();
  #foreignLines = 0;

  constructor(options: SourceOptions, owner: LogOwner, reading: Reading) {
    this.#options = options;
    this.#owner = owner;
    this.#reading = reading;
  }

  get readers(): Iterable<LineReader> {
    return this.#readers.values();
  }

  /** The reader, if all lines belong to one writer that was known from the start. */
  get only(): LineReader | undefined {
    return this.#readers.size === 1 && this.#mixed.size === 0 && this.#writers.size === 0 ? [...this.#readers.values()][0] : undefined;
  }

  /** Whether lines of more than one service were read. */
  get isOfSeveral(): boolean {
    return this.#readers.size > 1;
  }

  get isEmpty(): boolean {
    return this.#readers.size === 0;
  }

  /** Whether lines of a service are read, of the given host. */
  reads(service: string, host?: string): boolean {
    for (const reader of this.#readers.values())
      if (reader.service === service && (host === undefined || reader.host === host)) return true;
    return false;
  }

  /** The newest time of any line. */
  get newest(): Millis | undefined {
    let newest: Millis | undefined;
    for (const reader of this.#readers.values())
      if (reader.newest !== undefined && (newest === undefined || reader.newest > newest)) newest = reader.newest;
    return newest;
  }

  get isUnsure(): boolean {
    for (const { isUnsure } of this.#readers.values()) if (isUnsure) return true;
    return false;
  }

  /** Forgets writers that are not read: a wrapper may name another host than assumed. */
  forgetUnread(): void {
    if (this.newest !== undefined || this.#hostGiven !== undefined) return;
    this.#readers.clear();
    this.#writers.clear();
  }

  /** Host of lines that name none. */
  get plainHost(): string {
    return this.#owner.host ?? this.#options.anyHost;
  }

  get #hostGiven(): string | undefined {
    return hostInName(this.#options.path) ?? this.#options.host;
  }

  /** Reader of a service's lines; undefined if its messages are unknown, or without room. */
  readerOf(service: string | undefined, host: string): LineReader | undefined {
    return service !== undefined && this.#isRead(service, host) ? this.readerFor(service, host) : undefined;
  }

  /** Writer of a wrapped line. */
  writerOf({ idents, host, file }: Wrapped): Writer {
    const key = `${host ?? ''} ${idents.length === 1 ? idents[0] : idents.join(' ')}${file === undefined ? '' : ` ${file}`}`;
    const known = this.#writers.get(key);
    if (known !== undefined) return known;
    const writer = this.#newWriter(key, idents, host, file);
    if (this.#writers.size < MOST_WRITERS) this.#writers.set(key, writer);
    return writer;
  }

  #newWriter(key: string, idents: readonly string[], host: string | undefined, file: string | undefined): Writer {
    const named = idents.map((ident) => serviceOfIdent(ident));
    const place = named.findIndex((service) => service !== undefined);
    const found = file === undefined ? undefined : nameLog(basePath(file));
    const service = place === -1 ? (found?.service ?? this.#owner.service) : named[place];
    const writtenOn = this.#hostGiven ?? host ?? (file === undefined ? undefined : hostOfFile(file)) ?? this.plainHost;
    return {
      label: idents[0] === undefined || this.#writers.size >= MOST_NAMED ? 'others' : idents[0],
      service: service !== undefined && this.#isRead(service, writtenOn) ? service : undefined,
      mixed: service === undefined && idents.every(isRunnerName) ? this.mixedOf(key) : undefined,
      host: writtenOn,
      isProven: idents.length === 0 || place === 0,
      reader: undefined,
    };
  }

  /** Services of processes known from their own lines, by writer. */
  get processes(): Readonly<Record<string, Processes>> {
    const known = [...this.#mixed].map(([key, mixed]) => [key, mixed.processes] as const);
    return Object.fromEntries(known.filter(([, processes]) => processes.length > 0));
  }

  /**
   * Finds the service of each line of a writer whose name does not show it. @param key the writer; empty for the log
   * itself
   */
  mixedOf(key: string, own?: string): MixedLog {
    let mixed = this.#mixed.get(key);
    if (mixed === undefined) {
      mixed = new MixedLog(own, this.#options.knownProcesses?.[key]);
      if (this.#mixed.size < MOST_WRITERS) this.#mixed.set(key, mixed);
    }
    return mixed;
  }

  #isRead(service: string, host: string): boolean {
    return services.includes(service) && (this.#readers.size < MOST_READERS || this.#readers.has(keyOf(service, host)));
  }

  /** Reader of a service's lines, existing or new. */
  readerFor(service: string, host: string): LineReader {
    const key = keyOf(service, host);
    const known = this.#readers.get(key);
    if (known !== undefined) return known;
    const { path, zone, after, count, catalogue, onEvent, readerFor = events } = this.#options;
    const { onBare, file, isExcerpt } = this.#reading;
    const given = { service, host, path, file, zone: zone(service), after, count, catalogue, onEvent, onBare };
    const reader = readerFor({ ...given, isExcerpt: isExcerpt() });
    this.#readers.set(key, reader);
    return reader;
  }

  /** Counts a line of a writer that is not read. */
  countForeign(label: string): void {
    this.#foreignLines++;
    this.#foreign.set(label, (this.#foreign.get(label) ?? 0) + 1);
  }

  /** Reports the counters since the last call. */
  flushCounts(): void {
    for (const reader of this.#readers.values()) reader.flushCounts();
    if (this.#foreignLines === 0) return;
    this.#options.count('lines', this.#foreignLines);
    for (const [label, lines] of this.#foreign) this.#options.count('other_program_lines', lines, label);
    this.#foreign.clear();
    this.#foreignLines = 0;
  }
}

/** Host in the path of a file. */
const hostOfFile = (file: string): string | undefined => nameLog(basePath(file), { service: 'any' })?.host;

const keyOf = (service: string, host: string): string => `${service}@${host}`;
