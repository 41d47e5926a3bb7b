import { type Catalogue, services } from '../catalogue/index.js';
import { looksLikeStamp } from '../format/digits.js';
import type { Wrapped } from '../format/wrap/form.js';
import { formCalled, formOf } from '../format/wrap/index.js';
import { Unwrapper } from '../format/wrap/unwrapper.js';
import type { Zone } from '../format/zone.js';
import type { Event } from '../lifecycle/event.js';
import type { Count } from '../model/counters.js';
import type { LogForm } from '../model/form.js';
import type { LineSink, Millis } from '../model/line.js';
import { hostInName, isJournal, nameLog, serviceOfIdent } from '../tail/name.js';
import { lastingName } from '../tail/rotated.js';
import { LogReader, type ReaderOptions, type Zoning } from './log-reader.js';
import { MixedLog, saysNothing } from './mixed.js';

/** Reads the lines of one of those who write to a log. */
export interface LineReader {
  readonly service: string;
  readonly host: string;
  /** the newest time of any line so far */
  readonly newest: Millis | undefined;
  /** Whether the last line is so far ahead that it is not clear yet whether it moves `newest`. */
  readonly isUnsure?: boolean;
  /** what the time of the last line rests on */
  readonly zoning?: Zoning;
  /**
   * Takes one line. As LineSink.
   *
   * @param at its UTC time, where what wraps it knows better than its own stamp
   * @param isProven that time needed no zone
   */
  readonly line: (bytes: Buffer, start: number, end: number, offset: number, at?: Millis, isProven?: boolean) => void;
  /** A piece of the log is over: hands over what has been counted. */
  flushCounts(): void;
}

/** One of those whose lines are in a log. */
export interface Writing {
  readonly service: string;
  readonly host: string;
}

export interface SourceOptions {
  /** the log's lasting name */
  readonly path: string;
  readonly service?: string | undefined;
  readonly host?: string | undefined;
  /** told from its lines where it is not given */
  readonly form?: LogForm | undefined;
  /** how they were written when they were last read: holds until they show another form */
  readonly likelyForm?: LogForm | undefined;
  /** who wrote to it before now, where its name does not tell: what is read here must not depend on who writes first */
  readonly knownWriters?: readonly Writing[] | undefined;
  /** a time shortly before the first line, where it is known: tells the two passes of a repeated hour apart */
  readonly after?: Millis | undefined;
  /** The operator named this very log: it is read where its lines, and not its name, say whose they are. */
  readonly isNamed: boolean;
  /** whose lines they are where nothing says */
  readonly anyHost: string;
  /** of a service's own lines; without one, of what wraps them */
  readonly zone: (service?: string) => Zone;
  /** a time that no line lies after, for wrappers that print no year */
  readonly latest: () => Millis;
  readonly count: Count;
  /** with what users added to it; else novaspan's own */
  readonly catalogue?: Catalogue | undefined;
  readonly onEvent: (event: Event, zoning: Zoning) => void;
  /** Makes what reads a writer's lines, where it is not the reader that gives events. */
  readonly readerFor?: ((options: ReaderOptions) => LineReader) | undefined;
  /** Told of the lines of a plain log of which nothing says whose they are. */
  readonly onUnknown?: LineSink | undefined;
}

const events = (options: ReaderOptions): LineReader => new LogReader(options);

/** Lines that must fit one other form, and none the log's own between them, before the log is read as that. */
const RUN = 8;
/** Lines that are kept while it is not clear what they are, and their bytes. */
const MOST_KEPT = 64;
const MOST_BYTES = 256 * 1024;
/** Lines that say nothing of their form before a log is taken for what its name says. */
const PATIENCE = 16;
/** Writers of one log that are remembered; who any other is, is found out at each of its lines. */
const MOST_WRITERS = 1000;
/** Services on hosts that are read out of one log; what others write is counted as foreign. */
const MOST_READERS = 500;
/** Names of programs that are counted by name. */
const MOST_NAMED = 50;

/** A line that is kept, and what it may be. */
interface Kept {
  readonly bytes: Buffer;
  readonly offset: number;
  readonly file: number;
  readonly form: LogForm | undefined;
}

/** One of those who write into a log. */
interface Writer {
  readonly label: string;
  /** undefined for a program that is not read */
  readonly service: string | undefined;
  /** tells it line by line, where the writer's name does not */
  readonly mixed: MixedLog | undefined;
  readonly host: string;
  /** False where its own name is not known: it is read once it has written a record, which `sudo` under nova's unit never does. */
  isProven: boolean;
  reader: LineReader | undefined;
}

/**
 * Reads one lasting log, whatever form it is in: plain, of one service; or wrapped, then perhaps of several services and
 * hosts, each with a reader of its own.
 *
 *     undecided ──2 lines of a form, or the end of a piece──▶ plain | wrapped
 *     plain     ──8 lines in a row that are of a form───────▶ wrapped
 *     wrapped   ──8 lines of another form, none of its own──▶ plain | wrapped
 *
 * Lines by which a change was seen are read again as what they are: none is lost.
 */
export class LogSource {
  readonly path: string;
  readonly #options: SourceOptions;
  readonly #name: { readonly service: string | undefined; readonly host: string | undefined };
  readonly #readers = new Map<string, LineReader>();
  readonly #writers = new Map<string, Writer>();
  #form: LogForm | undefined;
  #unwrapper: Unwrapper | undefined;
  #sink: LineSink;
  #kept: Kept[] = [];
  #keptBytes = 0;
  /** which of the log's files the line at hand is of */
  #file = 0;
  #foreign = new Map<string, number>();
  #foreignLines = 0;
  #isUnknown = false;
  /** whether unknown lines have been counted as a log's of which nothing says whose it is */
  #isToldUnknown = false;

  /** @param name what the log's own name, or the operator, says of its writer */
  constructor(options: SourceOptions, name: { readonly service: string | undefined; readonly host: string | undefined }) {
    this.path = options.path;
    this.#options = options;
    this.#name = name;
    this.#sink = this.#undecided;
    const form = options.form ?? options.likelyForm;
    if (form !== undefined) this.#become(form);
    // So that a log is known to be read before its first line.
    else if (name.service !== undefined) this.#readerFor(name.service, this.#plainHost);
    for (const { service, host } of options.knownWriters ?? []) this.#readerFor(service, host);
  }

  /** Takes one line. */
  readonly line: LineSink = (bytes, start, end, offset, file = 0) => {
    this.#file = file;
    this.#sink(bytes, start, end, offset);
  };

  /** A reader for each of those who write to the log, as far as they are known. */
  get readers(): Iterable<LineReader> {
    return this.#readers.values();
  }

  /** How the log is written, once that is clear. */
  get form(): LogForm | undefined {
    return this.#form;
  }

  /** Whether a service's lines are read here, of the host if one is given. */
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

  /** Whether there is a line so far ahead that it is not clear yet whether it moves `newest`. */
  get isUnsure(): boolean {
    for (const { isUnsure } of this.#readers.values()) if (isUnsure) return true;
    return false;
  }

  /** Its lines have been seen, and nobody can tell whose any of them is. */
  get isUnknown(): boolean {
    return this.#isUnknown && this.#readers.size === 0;
  }

  /** A piece of the log is over: decides by what there is, and hands over what has been counted. */
  flushCounts(): void {
    if (this.#form === undefined && this.#kept.length > 0) this.#decide(1);
    for (const reader of this.#readers.values()) reader.flushCounts();
    if (this.isUnknown && !this.#isToldUnknown) {
      this.#isToldUnknown = true;
      this.#options.count('unknown_logs', 1, this.path);
    }
    if (this.#foreignLines === 0) return;
    this.#options.count('lines', this.#foreignLines);
    for (const [label, lines] of this.#foreign) this.#options.count('foreign_lines', lines, label);
    this.#foreign.clear();
    this.#foreignLines = 0;
  }

  /** The log will not grow any more. */
  end(): void {
    if (this.#form === undefined) this.#decide(0);
    else if (this.#unwrapper !== undefined) this.#dropRun();
    this.#unwrapper?.end();
    this.flushCounts();
  }

  get #plainHost(): string {
    return this.#name.host ?? this.#options.anyHost;
  }

  get #hostGiven(): string | undefined {
    return hostInName(this.path) ?? this.#options.host;
  }

  readonly #undecided: LineSink = (bytes, start, end, offset) => {
    const form = this.#keep(bytes, start, end, offset);
    if (form !== undefined) this.#decide(2);
    else if (this.#kept.length >= PATIENCE || this.#keptBytes > MOST_BYTES) this.#decide(0);
  };

  /** Takes the form that most of the lines kept are of, if so many are; with none needed, what the log's name says. */
  #decide(votes: number): void {
    const [form, most = 0] = this.#favourite();
    if (form !== undefined && most >= votes) this.#become(form);
    else if (votes === 0 && (this.#name.service !== undefined || this.#kept.length > 0)) this.#become('plain');
  }

  #favourite(): [form?: LogForm, votes?: number] {
    const votes = new Map<LogForm, number>();
    for (const { form } of this.#kept) if (form !== undefined) votes.set(form, (votes.get(form) ?? 0) + 1);
    return [...votes].sort(([, a], [, b]) => b - a)[0] ?? [];
  }

  #become(form: LogForm): void {
    const known = formCalled(form);
    const { count, latest, zone } = this.#options;
    this.#unwrapper?.end();
    this.#form = form;
    if (known === undefined) {
      this.#unwrapper = undefined;
      this.#sink = this.#plainSink();
    } else {
      // What wraps the lines may name another host.
      if (this.newest === undefined && this.#hostGiven === undefined) {
        this.#readers.clear();
        this.#writers.clear();
      }
      this.#unwrapper = new Unwrapper({ form: known, zone: zone(), latest, count, onLine: this.#unwrapped });
      this.#sink = this.#wrappedLine;
    }
    const kept = this.#kept;
    this.#forgetKept();
    for (const { bytes, offset, file } of kept) {
      this.#file = file;
      this.#sink(bytes, 0, bytes.length, offset);
    }
  }

  /** A plain log's lines go straight to its reader, which tells of those that are no records. */
  #plainSink(): LineSink {
    const { service } = this.#name;
    if (service !== undefined && !this.#isSaid) return this.#readerFor(service, this.#plainHost).line;
    const mixed = new MixedLog(service);
    return (bytes, start, end, offset) => {
      const writer = mixed.serviceOf(bytes, start, end) ?? service;
      if (writer !== undefined && services.includes(writer) && this.#hasRoomFor(writer, this.#plainHost))
        return this.#readerFor(writer, this.#plainHost).line(bytes, start, end, offset);
      this.#isUnknown = true;
      this.#isForeign('others');
      this.#options.onUnknown?.(bytes, start, end, offset);
      this.#bare(bytes, start, end, offset);
    };
  }

  /** Whose it is was said by the operator, and not by its name: lines may still be of others. */
  get #isSaid(): boolean {
    return this.#options.service !== undefined && nameLog(this.path)?.service !== this.#options.service;
  }

  #isForeign(label: string): void {
    this.#foreignLines++;
    this.#foreign.set(label, (this.#foreign.get(label) ?? 0) + 1);
  }

  readonly #wrappedLine: LineSink = (bytes, start, end, offset) => {
    if (this.#unwrapper!.line(bytes, start, end, offset)) {
      if (this.#kept.length > 0) this.#dropRun();
      return;
    }
    if (this.#options.form !== undefined) return this.#damaged(1);
    this.#keep(bytes, start, end, offset);
    this.#changeIfRun();
  };

  /** A line of a plain log that is no record, and not indented: only such lines can be of another form. */
  readonly #bare: LineSink = (bytes, start, end, offset) => {
    if (this.#form !== 'plain' || this.#options.form !== undefined) return;
    const last = this.#kept.at(-1);
    // Between two that do not follow each other there was a record.
    if (last !== undefined && offset - last.offset - last.bytes.length > 2) this.#forgetKept();
    const form = this.#keep(bytes, start, end, offset);
    if (form === undefined || form === 'plain') this.#forgetKept();
    else this.#changeIfRun();
  };

  #changeIfRun(): void {
    const [form, votes = 0] = this.#favourite();
    if (form !== undefined && form !== this.#form && votes >= RUN) {
      this.#options.count('form_changes', 1, this.path);
      this.#become(form);
    } else if (this.#kept.length >= MOST_KEPT || this.#keptBytes > MOST_BYTES) this.#dropRun();
  }

  #dropRun(): void {
    if (this.#unwrapper !== undefined) this.#damaged(this.#kept.length);
    this.#forgetKept();
  }

  #damaged(lines: number): void {
    if (lines === 0) return;
    this.#options.count('lines', lines);
    this.#options.count('damaged_lines', lines, this.#form);
  }

  #keep(bytes: Buffer, start: number, end: number, offset: number): LogForm | undefined {
    const form = formOf(bytes, start, end);
    this.#kept.push({ bytes: Buffer.from(bytes.subarray(start, end)), offset, file: this.#file, form });
    this.#keptBytes += end - start;
    return form;
  }

  #forgetKept(): void {
    this.#kept = [];
    this.#keptBytes = 0;
  }

  readonly #unwrapped = (from: Wrapped, bytes: Buffer, start: number, end: number, offset: number, at: Millis | undefined): void => {
    const writer = this.#writerOf(from);
    if (writer.service !== undefined && (writer.isProven ||= isRecord(bytes, start))) {
      writer.reader ??= this.#readerFor(writer.service, writer.host);
      return writer.reader.line(bytes, start, end, offset, at, from.at !== undefined);
    }
    const service = writer.mixed?.serviceOf(bytes, start, end, at);
    if (service !== undefined && services.includes(service) && this.#hasRoomFor(service, writer.host))
      return this.#readerFor(service, writer.host).line(bytes, start, end, offset, at, from.at !== undefined);
    this.#isForeign(writer.label);
  };

  #writerOf({ idents, host, file }: Wrapped): Writer {
    const key = `${host ?? ''} ${idents.length === 1 ? idents[0] : idents.join(' ')}${file === undefined ? '' : ` ${file}`}`;
    const known = this.#writers.get(key);
    if (known !== undefined) return known;
    const writer = this.#newWriter(idents, host, file);
    if (this.#writers.size < MOST_WRITERS) this.#writers.set(key, writer);
    return writer;
  }

  #newWriter(idents: readonly string[], host: string | undefined, file: string | undefined): Writer {
    const named = idents.map(serviceOfIdent);
    const place = named.findIndex((service) => service !== undefined);
    const found = file === undefined ? undefined : nameLog(lastingName(file));
    const service = place === -1 ? (found?.service ?? this.#name.service) : named[place];
    const writtenOn = this.#hostGiven ?? host ?? (file === undefined ? undefined : hostOfFile(file)) ?? this.#plainHost;
    const isRead = service !== undefined && services.includes(service) && this.#hasRoomFor(service, writtenOn);
    return {
      label: idents[0] === undefined || this.#writers.size >= MOST_NAMED ? 'others' : idents[0],
      service: isRead ? service : undefined,
      mixed: service === undefined && idents.every(saysNothing) ? new MixedLog() : undefined,
      host: writtenOn,
      isProven: idents.length === 0 || place === 0,
      reader: undefined,
    };
  }

  #hasRoomFor(service: string, host: string): boolean {
    return this.#readers.size < MOST_READERS || this.#readers.has(keyOf(service, host));
  }

  #readerFor(service: string, host: string): LineReader {
    const key = keyOf(service, host);
    const known = this.#readers.get(key);
    if (known !== undefined) return known;
    const { path, zone, after, count, catalogue, onEvent, readerFor = events } = this.#options;
    const file = (): number => this.#file;
    const isExcerpt = this.#form === 'grep';
    const given = { service, host, path, file, zone: zone(service), after, count, catalogue, isExcerpt, onEvent, onBare: this.#bare };
    const reader = readerFor(given);
    this.#readers.set(key, reader);
    return reader;
  }
}

/**
 * @returns undefined for a log that is of no interest: of a service that is not read, or one whose name says nothing where
 *   nobody named it
 */
export function openSource(options: SourceOptions): LogSource | undefined {
  const name = nameLog(options.path, options);
  if (name === undefined) {
    const isAsked = options.isNamed || options.form !== undefined || isJournal(options.path);
    return isAsked ? new LogSource(options, { service: undefined, host: options.host }) : undefined;
  }
  return services.includes(name.service) ? new LogSource(options, name) : undefined;
}

/** The host that the path of a file names, whatever the file is called. */
const hostOfFile = (file: string): string | undefined => nameLog(lastingName(file), { service: 'any' })?.host;

const keyOf = (service: string, host: string): string => `${service}@${host}`;

const isRecord = (bytes: Buffer, start: number): boolean =>
  looksLikeStamp(bytes, start, 32) || looksLikeStamp(bytes, start, 84) || bytes.toString('latin1', start, start + 4) === 'ovs|';
