import { services } from '../catalogue/index.js';
import { looksLikeStamp } from '../format/digits.js';
import type { Wrapped } from '../format/wrap/form.js';
import { formNamed } from '../format/wrap/index.js';
import { Unwrapper } from '../format/wrap/unwrapper.js';
import type { LogForm } from '../model/form.js';
import type { LineSink, Millis } from '../model/line.js';
import { isJournal, nameLog } from '../tail/name.js';
import { KeptLines } from './kept-lines.js';
import type { Processes } from './mixed.js';
import type { LineReader, SourceOptions } from './source-options.js';
import { type LogOwner, Writers } from './writers.js';

export type { LineReader, SourceOptions, Writing } from './source-options.js';

/** Lines that must fit one other form, and none the log's own between them, before the log is read as that. */
const RUN = 8;

/**
 * Reads one log, in any form: plain, of one service; or wrapped, then perhaps of several services and
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
  readonly #owner: LogOwner;
  readonly #writers: Writers;
  readonly #kept = new KeptLines();
  #form: LogForm | undefined;
  #unwrapper: Unwrapper | undefined;
  #sink: LineSink;
  /** who takes all lines of a plain log */
  #plain: LineReader | undefined;
  /** which of the log's files the line at hand is of */
  #file = 0;
  #isUnknown = false;
  /** whether unknown lines have been counted as a log's of which nothing says whose it is */
  #isUnknownCounted = false;

  constructor(options: SourceOptions, owner: LogOwner) {
    this.path = options.path;
    this.#options = options;
    this.#owner = owner;
    this.#writers = new Writers(options, owner, {
      onBare: this.#bare,
      file: () => this.#file,
      isExcerpt: () => this.#form === 'grep',
    });
    this.#sink = this.#undecided;
    const form = options.form ?? options.likelyForm;
    if (form !== undefined) this.#become(form);
    // So that a log is known to be read before its first line.
    else if (owner.service !== undefined) this.#writers.readerFor(owner.service, this.#writers.plainHost);
    for (const { service, host } of options.knownWriters ?? []) this.#writers.readerFor(service, host);
  }

  /** Takes one line. */
  readonly line: LineSink = (bytes, start, end, offset, file = 0) => {
    this.#file = file;
    this.#sink(bytes, start, end, offset);
  };

  /** As LogReader's, where the log is one that a reader takes as it is. */
  skim(piece: Buffer, start: number, offset: number, file: number): number {
    this.#file = file;
    return this.#plain?.skim?.(piece, start, offset) ?? start;
  }

  /** A reader for each of those who write to the log, as far as they are known. */
  get readers(): Iterable<LineReader> {
    return this.#writers.readers;
  }

  /** How the log is written, once that is clear. */
  get form(): LogForm | undefined {
    return this.#form;
  }

  /** The services of processes, known from lines. */
  get processes(): Readonly<Record<string, Processes>> {
    return this.#writers.processes;
  }

  /** Whether a service's lines are read here, of the host if one is given. */
  reads(service: string, host?: string): boolean {
    return this.#writers.reads(service, host);
  }

  /** The newest time of any line. */
  get newest(): Millis | undefined {
    return this.#writers.newest;
  }

  /** Whether there is a line so far ahead that it is not clear yet whether it moves `newest`. */
  get isUnsure(): boolean {
    return this.#writers.isUnsure;
  }

  /** Lines were read, and the service of none of them is known. */
  get isUnknown(): boolean {
    return this.#isUnknown && this.#writers.isEmpty;
  }

  /** As `LogReader.comparableState`; undefined for a log whose readers depend on more than its first and its last lines. */
  get comparableState(): unknown {
    if (this.#form !== 'plain' || this.#isUnknown) return undefined;
    const readers = this.#writers.only?.comparableState;
    return readers === undefined ? undefined : [this.#kept.lines, readers];
  }

  /** A piece of the log is over: decides by what there is, and hands over what has been counted. */
  flushCounts(): void {
    if (this.#form === undefined && this.#kept.size > 0) this.#decide(1);
    if (this.isUnknown && !this.#isUnknownCounted) {
      this.#isUnknownCounted = true;
      this.#options.count('unknown_logs', 1, this.path);
    }
    this.#writers.flushCounts();
  }

  /** The log will not grow any more. */
  end(): void {
    if (this.#form === undefined) this.#decide(0);
    else if (this.#unwrapper !== undefined) this.#dropRun();
    this.#unwrapper?.end();
    this.flushCounts();
  }

  readonly #undecided: LineSink = (bytes, start, end, offset) => {
    const form = this.#kept.add(bytes, start, end, offset, this.#file);
    if (form !== undefined) this.#decide(2);
    else if (this.#kept.isEnough) this.#decide(0);
  };

  /** Takes the form that most of the lines kept are of, if so many are; with none needed, what the log's name says. */
  #decide(votes: number): void {
    const [form, most = 0] = this.#kept.favourite();
    if (form !== undefined && most >= votes) this.#become(form);
    else if (votes === 0 && (this.#owner.service !== undefined || this.#kept.size > 0)) this.#become('plain');
  }

  #become(form: LogForm): void {
    const known = formNamed(form);
    const { count, latest, zone } = this.#options;
    this.#unwrapper?.end();
    this.#form = form;
    this.#plain = undefined;
    if (known === undefined) {
      this.#unwrapper = undefined;
      this.#sink = this.#plainSink();
    } else {
      this.#writers.forgetUnread();
      this.#unwrapper = new Unwrapper({ form: known, zone: zone(), latest, count, onLine: this.#unwrapped });
      this.#sink = this.#wrappedLine;
    }
    for (const { bytes, offset, file } of this.#kept.take()) {
      this.#file = file;
      this.#sink(bytes, 0, bytes.length, offset);
    }
  }

  /** A plain log's lines go straight to its reader, which reports those that are no records. */
  #plainSink(): LineSink {
    const { service } = this.#owner;
    const host = this.#writers.plainHost;
    if (service !== undefined && !this.#isSaid) {
      this.#plain = this.#writers.readerFor(service, host);
      return this.#plain.line;
    }
    const mixed = this.#writers.mixedOf('', service);
    return (bytes, start, end, offset) => {
      const reader = this.#writers.readerOf(mixed.serviceOf(bytes, start, end) ?? service, host);
      if (reader !== undefined) return reader.line(bytes, start, end, offset);
      this.#isUnknown = true;
      this.#writers.countForeign('others');
      this.#options.onUnknown?.(bytes, start, end, offset);
      this.#bare(bytes, start, end, offset);
    };
  }

  /** The operator named its service, not its file name: lines may still be another service's. */
  get #isSaid(): boolean {
    return this.#options.service !== undefined && nameLog(this.path)?.service !== this.#options.service;
  }

  readonly #wrappedLine: LineSink = (bytes, start, end, offset) => {
    if (this.#unwrapper!.line(bytes, start, end, offset)) {
      if (this.#kept.size > 0) this.#dropRun();
      return;
    }
    if (this.#options.form !== undefined) return this.#damaged(1);
    this.#kept.add(bytes, start, end, offset, this.#file);
    this.#changeIfRun();
  };

  /** A line of a plain log that is no record, and not indented: only such lines can be of another form. */
  readonly #bare: LineSink = (bytes, start, end, offset) => {
    if (this.#form !== 'plain' || this.#options.form !== undefined) return;
    // Between two that do not follow each other there was a record.
    if (!this.#kept.isFollowedAt(offset)) this.#kept.take();
    const form = this.#kept.add(bytes, start, end, offset, this.#file);
    if (form === undefined || form === 'plain') this.#kept.take();
    else this.#changeIfRun();
  };

  #changeIfRun(): void {
    const [form, votes = 0] = this.#kept.favourite();
    if (form !== undefined && form !== this.#form && votes >= RUN) {
      this.#options.count('form_changes', 1, this.path);
      this.#become(form);
    } else if (this.#kept.isFull) this.#dropRun();
  }

  #dropRun(): void {
    const { length } = this.#kept.take();
    if (this.#unwrapper !== undefined) this.#damaged(length);
  }

  #damaged(lines: number): void {
    if (lines === 0) return;
    this.#options.count('lines', lines);
    this.#options.count('malformed_lines', lines, this.#form);
  }

  readonly #unwrapped = (from: Wrapped, bytes: Buffer, start: number, end: number, offset: number, at: Millis | undefined): void => {
    const writer = this.#writers.writerOf(from);
    if (writer.service !== undefined && (writer.isProven ||= isRecord(bytes, start))) {
      writer.reader ??= this.#writers.readerFor(writer.service, writer.host);
      return writer.reader.line(bytes, start, end, offset, at, from.at !== undefined);
    }
    const reader = this.#writers.readerOf(writer.mixed?.serviceOf(bytes, start, end, at), writer.host);
    if (reader !== undefined) return reader.line(bytes, start, end, offset, at, from.at !== undefined);
    this.#writers.countForeign(writer.label);
  };
}

/**
 * @returns undefined for a log that is of no interest: of a service that is not read, or one whose name says nothing where
 *   the configuration does not name it
 */
export function openSource(options: SourceOptions): LogSource | undefined {
  const name = nameLog(options.path, options);
  if (name === undefined) {
    const isAsked = options.isNamed || options.form !== undefined || isJournal(options.path);
    return isAsked ? new LogSource(options, { service: undefined, host: options.host }) : undefined;
  }
  return services.includes(name.service) ? new LogSource(options, name) : undefined;
}

const isRecord = (bytes: Buffer, start: number): boolean =>
  looksLikeStamp(bytes, start, 32) || looksLikeStamp(bytes, start, 84) || bytes.toString('latin1', start, start + 4) === 'ovs|';
