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

/** Consecutive lines of another form, without one of the log's own, before the log is read in that form. */
const RUN = 8;

/**
 * Reads one log in any form: plain, with lines of one service; or wrapped, possibly with lines of several services and
 * hosts, each with its own reader.
 *
 *     undecided ──2 lines of a form, or the end of a piece──▶ plain | wrapped
 *     plain     ──8 lines in a row that are of a form───────▶ wrapped
 *     wrapped   ──8 lines of another form, none of its own──▶ plain | wrapped
 *
 * The lines that showed a change are read again in the new form: none is lost.
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
  /** the reader of all lines of a plain log */
  #plain: LineReader | undefined;
  /** number of the file that the current line is in */
  #file = 0;
  #isUnknown = false;
  /** whether unknown lines were already counted as an unknown log */
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

  /** As in LogReader, if one reader takes all lines as they are. */
  skim(piece: Buffer, start: number, offset: number, file: number): number {
    this.#file = file;
    return this.#plain?.skim?.(piece, start, offset) ?? start;
  }

  /** The readers of all known writers. */
  get readers(): Iterable<LineReader> {
    return this.#writers.readers;
  }

  /** Form of the log, once detected. */
  get form(): LogForm | undefined {
    return this.#form;
  }

  /**
   * Whether the log may hold several logs one after the other, so that its times go back: what grep finds in several
   * logs, or a plain file with lines of several services, as `cat` makes it.
   */
  get mayGoBack(): boolean {
    return this.#form === 'grep' || (this.#form === 'plain' && this.#writers.isOfSeveral);
  }

  /** Services of processes, known from lines. */
  get processes(): Readonly<Record<string, Processes>> {
    return this.#writers.processes;
  }

  /** Whether lines of a service are read here, of the given host. */
  reads(service: string, host?: string): boolean {
    return this.#writers.reads(service, host);
  }

  /** The newest time of any line. */
  get newest(): Millis | undefined {
    return this.#writers.newest;
  }

  /** Whether a line is so far ahead that it must be confirmed first. */
  get isUnsure(): boolean {
    return this.#writers.isUnsure;
  }

  /** Lines were read, and the service of none is known. */
  get isUnknown(): boolean {
    return this.#isUnknown && this.#writers.isEmpty;
  }

  /** As `LogReader.comparableState`; undefined if the state depends on more than the first and the last lines. */
  get comparableState(): unknown {
    if (this.#form !== 'plain' || this.#isUnknown) return undefined;
    const readers = this.#writers.only?.comparableState;
    return readers === undefined ? undefined : [this.#kept.lines, readers];
  }

  /** Ends a piece of the log: detects the form by the lines so far, and reports the counters. */
  flushCounts(): void {
    if (this.#form === undefined && this.#kept.size > 0) this.#decide(1);
    if (this.isUnknown && !this.#isUnknownCounted) {
      this.#isUnknownCounted = true;
      this.#options.count('unknown_logs', 1, this.path);
    }
    this.#writers.flushCounts();
  }

  /** Ends the log. */
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

  /**
   * Takes the form of most kept lines if it has enough votes; with 0 votes needed, falls back to the name of the log.
   */
  #decide(votes: number): void {
    const [form, most = 0] = this.#kept.favourite();
    if (form !== undefined && most >= votes) this.#become(form);
    else if (votes === 0 && (this.#owner.service !== undefined || this.#kept.size > 0)) this.#become('plain');
  }

  #become(form: LogForm): void {
    const known = formNamed(form);
    const { count, latest, zone, isZoneAssumed } = this.#options;
    this.#unwrapper?.end();
    this.#form = form;
    this.#plain = undefined;
    if (known === undefined) {
      this.#unwrapper = undefined;
      this.#sink = this.#plainSink();
    } else {
      this.#writers.forgetUnread();
      this.#unwrapper = new Unwrapper({ form: known, zone: zone(), isZoneAssumed, latest, count, onLine: this.#unwrapped });
      this.#sink = this.#wrappedLine;
    }
    for (const { bytes, offset, file } of this.#kept.take()) {
      this.#file = file;
      this.#sink(bytes, 0, bytes.length, offset);
    }
  }

  /** Lines of a plain log go directly to its reader, which reports lines that are no records. */
  #plainSink(): LineSink {
    const { service } = this.#owner;
    const host = this.#writers.plainHost;
    if (service !== undefined && !this.#isServiceGiven) {
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

  /** The user named the service, not the file name: lines may still be of another service. */
  get #isServiceGiven(): boolean {
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

  /** A line of a plain log that is no record and not indented: only such a line can be of another form. */
  readonly #bare: LineSink = (bytes, start, end, offset) => {
    if (this.#form !== 'plain' || this.#options.form !== undefined) return;
    // If two such lines are not adjacent, there was a record between them.
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
 * Opens a log.
 * @returns undefined for a log that is not read: its service is not known to novaspan, or neither name nor
 * configuration names one
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
