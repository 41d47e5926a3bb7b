import type { Candidates } from '../catalogue/beginnings.js';
import type { Announcement } from '../catalogue/event.js';
import { firstReading, type Matcher, catalogue as ours, UNWANTED } from '../catalogue/index.js';
import type { LoggerIndex } from '../catalogue/matcher.js';
import { type OsloParts, osloStamp } from '../format/oslo.js';
import { printable, skipTime } from '../format/prefix.js';
import { isText, type Recent } from '../format/recent.js';
import { Serials } from '../format/serials.js';
import { droppedMessages, type VlogParts, vlogStamp } from '../format/vlog.js';
import type { Event } from '../lifecycle/event.js';
import { wants } from '../lifecycle/wanted.js';
import type { Millis, Origin } from '../model/line.js';
import type { Level } from '../model/record.js';
import { ownName } from '../model/services.js';
import { detached } from './detached.js';
import { EnvelopeReader, formatOf, osloMessage, standsUnder } from './envelope.js';
import { Failures, isLate } from './failures.js';
import { LogClock } from './log-clock.js';
import {
  addDetail,
  contexts,
  instances,
  isFailure,
  LONGEST_CONTEXT,
  NO_DETAIL,
  osloLevels,
  QUARTER,
  quarterOf,
  UUID_LENGTH,
  vlogLevels,
} from './parts.js';
import type { ReaderOptions, Zoning } from './reader-options.js';
import { type Skimmed, type Skimmer, skimmer } from './skim/skimmer.js';
import { asNeutronRequest, isNeutron, Workers } from './uwsgi.js';

/** Maximum length of a message that is read: dumps of network models can be very long. */
const LONGEST_MESSAGE = 256 * 1024;
const CARRIAGE_RETURN = 13;
/** Values from longer messages are copied, so that an id does not keep the whole message in memory. */
const LONGEST_SHARED = 512;

export { ownName } from '../model/services.js';
export { formatOf } from './envelope.js';

export type { ReaderOptions, Zoning } from './reader-options.js';

/**
 * Turns the lines of one log into events. Lines that no action needs are skipped by their bytes; the others are
 * decoded, parsed, and matched with the catalogue. A line without an envelope continues the record before it.
 */
export class LogReader {
  readonly #options: ReaderOptions;
  readonly #service: string;
  /** shared by all logs of the service */
  readonly #matcher: Matcher;
  readonly #envelope: EnvelopeReader;
  readonly #parts: OsloParts;
  readonly #vlog: VlogParts;
  readonly #serials = new Serials();
  readonly #isVlog: boolean;
  readonly #levels: Recent<Level>;
  /** the record that continuation lines belong to, if its details are needed */
  #open: Event | undefined;
  /** the last failed record of each process: the lines of its traceback repeat its time and logger */
  readonly #failures = new Failures();
  /** for neutron only: nova, placement and glance write an access line of their own beside uWSGI's */
  readonly #workers: Workers | undefined;
  #hasRecord = false;
  readonly #clock: LogClock;
  /** time of the current line, if its wrapper has it */
  #at: Millis | undefined;
  /** the wrapper has that time in UTC */
  #isProven = false;
  #quarter = Number.NaN;
  #offset = 0;
  /** skipping state of the current quarter of an hour */
  #skimmed: Skimmed | undefined;
  readonly #skimmer: Skimmer | undefined;
  #lines = 0;
  #unrecognised = 0;
  #records = 0;
  #garbage = 0;
  #events = 0;
  #missing = 0;
  #dropped = 0;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#service = ownName(options.service);
    this.#workers = isNeutron(this.#service) ? new Workers() : undefined;
    this.#matcher = (options.catalogue ?? ours).matcher(options.service, wants);
    this.#clock = new LogClock(options.count, this.#service, options.after);
    const format = options.format ?? formatOf(options.service);
    this.#isVlog = format === 'vlog';
    this.#envelope = new EnvelopeReader(format);
    this.#parts = this.#envelope.oslo;
    this.#vlog = this.#envelope.vlog;
    this.#skimmer = this.#isVlog ? undefined : skimmer();
    this.#levels = this.#isVlog ? vlogLevels : osloLevels;
  }

  /** The service as traces name it. */
  get service(): string {
    return this.#service;
  }

  get host(): string {
    return this.#options.host;
  }

  /** State of the processes under uWSGI. */
  get workers(): Workers | undefined {
    return this.#workers;
  }

  /** Lines are numbered: missing ones are found from the first line on. */
  get isNumbered(): boolean {
    return this.#isVlog;
  }

  /** The newest time of any line so far. */
  get newest(): Millis | undefined {
    return this.#clock.newest;
  }

  /** Whether the last line is so far ahead that it must be confirmed first. */
  get isUnsure(): boolean {
    return this.#clock.isUnsure;
  }

  /** Takes one line. As LineSink; `at` is its UTC time, if the wrapper has it. */
  readonly line = (bytes: Buffer, start: number, end: number, offset: number, at?: Millis, isProven = false): void => {
    this.#lines++;
    this.#at = at;
    this.#isProven = isProven;
    const stop = end > start && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
    const made = this.#envelope.read(bytes, start, stop, at);
    if (made === 'oslo') this.#osloRecord(this.#envelope.bytes, this.#envelope.end, offset);
    else if (made === 'vlog') this.#vlogStamped(this.#envelope.bytes, this.#envelope.end, offset);
    else if (made === 'uwsgi') this.#uwsgiLine(this.#envelope, offset);
    else this.#noRecord(bytes, start, stop, offset);
  };

  /**
   * Skips lines from `start` that no action needs, as long as they have the usual form.
   * @param offset of `start` in the file
   * @returns start of the first line that `line` must take
   */
  readonly skim = (piece: Buffer, start: number, offset: number): number => {
    const skimmer = this.#skimmer;
    const skimmed = this.#skimmed;
    let at = start;
    while (skimmer !== undefined && skimmed !== undefined && !this.#clock.isUnsure) {
      const { previous, newest } = this.#clock;
      if (previous === undefined || newest === undefined) break;
      const base = this.#quarter * QUARTER - this.#offset;
      at = skimmer.skim(piece, at, skimmed, previous - base, newest - base, this.#open !== undefined);
      if (skimmer.lines > 0) this.#skipped(skimmer, base);
      if (!skimmer.isWanted) break;
      this.#stopped(skimmer, offset + at - start, base + skimmer.at);
      at = skimmer.next;
    }
    return at;
  };

  #skipped({ lines, records, unrecognised, last, newest }: Skimmer, base: Millis): void {
    this.#lines += lines;
    if (records === 0) return;
    this.#records += records;
    this.#unrecognised += unrecognised;
    this.#open = undefined;
    this.#clock.skip(base + last, base + newest);
  }

  /** Takes the line at which the skimmer stopped. */
  #stopped({ bytes, parts, end, logger, candidates }: Skimmer, offset: number, at: Millis): void {
    this.#lines++;
    this.#records++;
    this.#open = undefined;
    this.#at = undefined;
    this.#clock.note(at);
    this.#workers?.note(bytes, parts, at);
    if (candidates !== undefined) this.#read(bytes, parts, end, offset, at, logger, candidates);
    else if (logger?.isKnown === true) this.#unrecognised++;
  }

  /** Reports the counters since the last call. */
  flushCounts(): void {
    const { count } = this.#options;
    if (this.#lines > 0) count('lines', this.#lines, this.#service);
    if (this.#records > 0) count('records', this.#records, this.#service);
    if (this.#events > 0) count('events', this.#events, this.#service);
    if (this.#unrecognised > 0) count('unrecognised', this.#unrecognised, this.#service);
    if (this.#garbage > 0) count('unparsed_lines', this.#garbage, this.#service);
    if (this.#missing > 0) count('vlog_lines_missing', this.#missing, this.#service);
    if (this.#dropped > 0) count('vlog_messages_dropped', this.#dropped, this.#service);
    this.#lines = this.#records = this.#events = this.#unrecognised = this.#garbage = this.#missing = this.#dropped = 0;
  }

  /** A line without an envelope: it continues a record, or, if not indented, may be of another form. */
  #noRecord(bytes: Buffer, start: number, end: number, offset: number): void {
    if (this.#isVlog || !standsUnder(bytes, start, end)) this.#options.onBare?.(bytes, start, end, offset);
    if (this.#isVlog) this.#garbage++;
    else this.#continue(bytes, skipTime(bytes, start, end), end);
  }

  #continue(bytes: Buffer, start: number, end: number): void {
    if (!this.#hasRecord) this.#garbage++;
    else if (this.#open !== undefined) addDetail(this.#open, bytes, start, end);
  }

  /** UTC time of a local time stamp. Caches the offset of the current quarter of an hour. */
  #utc(local: number): Millis {
    const quarter = Math.floor(local / QUARTER);
    const { previous } = this.#clock;
    if (quarter !== this.#quarter || previous === undefined || local - this.#offset < previous - QUARTER) {
      const utc = this.#options.zone.toUtc(local, previous);
      this.#quarter = quarter;
      this.#skimmed = { matcher: this.#matcher, quarter: quarterOf(quarter), isEvery: this.#workers !== undefined };
      this.#offset = local - utc;
    }
    return this.#clock.note(local - this.#offset);
  }

  #osloRecord(bytes: Buffer, end: number, offset: number): void {
    const parts = this.#parts;
    this.#records++;
    this.#hasRecord = true;
    const at = this.#at === undefined ? this.#utc(osloStamp(bytes, parts)) : this.#clock.note(this.#at);
    if (parts.contextStart === parts.contextEnd && this.#failures.size > 0) {
      const failure = this.#failures.of(parts.pid);
      if (
        failure !== undefined &&
        failure.at === at &&
        !isLate(at, this.#clock.newest) &&
        isText(bytes, parts.loggerStart, parts.loggerEnd, failure.logger)
      ) {
        addDetail(failure, bytes, parts.message, end);
        return;
      }
    }
    this.#open = undefined;
    this.#workers?.note(bytes, parts, at);
    const index = this.#matcher.loggerAt(bytes, parts.loggerStart, parts.loggerEnd);
    const found = index?.candidates(bytes, parts.message, end);
    if (found === undefined) {
      if (index?.isKnown === true) this.#unrecognised++;
      return;
    }
    this.#read(bytes, parts, end, offset, at, index, found);
  }

  /** Reads a line whose possible kinds are known. */
  #read(bytes: Buffer, parts: OsloParts, end: number, offset: number, at: Millis, index: LoggerIndex | undefined, found: Candidates): void {
    const context = contexts.of(bytes, parts.contextStart, Math.min(parts.contextEnd, parts.contextStart + LONGEST_CONTEXT));
    const candidates = context.requestId !== undefined && context.userId === undefined ? found.withoutUser : found.all;
    if (candidates === undefined) {
      this.#unrecognised++;
      return;
    }
    const level = this.#levels.of(bytes, parts.levelStart, parts.levelEnd);
    const stop = Math.min(end, parts.message + LONGEST_MESSAGE);
    const message = osloMessage(bytes, parts.message, stop, level);
    const announced = this.#announced(firstReading(candidates, message), message.length);
    if (announced === undefined) return;
    const instance =
      parts.instance === -1 ? announced.fields['instance'] : instances.of(bytes, parts.instance, parts.instance + UUID_LENGTH);
    const failed = isFailure(level);
    // Written out instead of spread: this runs for every relevant line.
    const event: Event = {
      kind: announced.kind,
      fields: announced.fields,
      text: announced.text,
      at,
      level,
      logger: index?.name ?? bytes.toString('latin1', parts.loggerStart, parts.loggerEnd),
      pid: parts.pid,
      requestId: context.requestId,
      globalRequestId: context.globalRequestId,
      twoIds: context.twoIds,
      userId: context.userId,
      projectId: context.projectId,
      service: this.#service,
      host: this.#options.host,
      instance: typeof instance === 'string' ? instance : undefined,
      origin: this.#originOf(offset),
      detail: failed ? [] : NO_DETAIL,
    };
    if (failed) {
      this.#open = event;
      this.#failures.note(event, parts.pid, this.#clock.newest);
    }
    this.#give(event);
  }

  /**
   * All state that affects further events, except vlog line numbers and uWSGI workers: two readers with the same state
   * give the same events for the same lines.
   */
  get comparableState(): unknown {
    const failures = this.#failures.recent(this.#clock.newest);
    return [...[this.service, this.host, this.#open, failures, this.#hasRecord, ...this.#clock.state], ...[this.#quarter, this.#offset]];
  }

  #uwsgiLine({ text, request }: EnvelopeReader, offset: number): void {
    if (request === undefined) return;
    this.#records++;
    this.#hasRecord = true;
    this.#open = undefined;
    const began = this.#options.zone.toUtc(request.localStart, this.#clock.previous);
    const served = this.#workers?.served(request, began, this.#at);
    const announced = this.#announced(this.#matcher.read('uwsgi', text), text.length);
    if (announced === undefined) return;
    if (served === undefined) {
      this.#events++;
      return;
    }
    const instance = announced.fields['instance'];
    this.#give({
      ...asNeutronRequest(announced, served.millis),
      ...served.context,
      at: served.end,
      ...(this.#at === undefined && { isRough: true, stated: began + request.millis }),
      level: 'INFO',
      logger: 'uwsgi',
      pid: request.pid,
      service: this.#service,
      host: this.#options.host,
      instance: typeof instance === 'string' ? instance : undefined,
      origin: this.#originOf(offset),
      detail: NO_DETAIL,
    });
  }

  #vlogStamped(bytes: Buffer, end: number, offset: number): void {
    // Output of grep is not the whole log: gaps in its line numbers mean nothing.
    const isWhole = this.#envelope.around !== 'prefix' && this.#options.isExcerpt !== true;
    if (isWhole) this.#missing += this.#serials.missing(bytes, this.#vlog);
    this.#vlogRecord(bytes, end, offset, this.#clock.note(this.#at ?? vlogStamp(bytes, this.#vlog)));
  }

  #vlogRecord(bytes: Buffer, end: number, offset: number, at: Millis): void {
    const parts = this.#vlog;
    this.#records++;
    this.#dropped += droppedMessages(bytes, parts.message, end);
    const index = this.#matcher.loggerAt(bytes, parts.moduleStart, parts.moduleEnd);
    const candidates = index?.candidates(bytes, parts.message, end);
    if (candidates === undefined) {
      if (index?.isKnown === true) this.#unrecognised++;
      return;
    }
    const message = printable(bytes.toString('utf8', parts.message, Math.min(end, parts.message + LONGEST_MESSAGE)));
    const announced = this.#announced(firstReading(candidates.all, message), message.length);
    if (announced === undefined) return;
    const instance = announced.fields['instance'];
    const thread = parts.threadStart === parts.threadEnd ? '' : bytes.toString('latin1', parts.threadStart, parts.threadEnd);
    this.#give({
      kind: announced.kind,
      fields: announced.fields,
      text: announced.text,
      at,
      level: this.#levels.of(bytes, parts.levelStart, parts.levelEnd),
      logger: index?.name ?? bytes.toString('latin1', parts.moduleStart, parts.moduleEnd),
      pid: undefined,
      requestId: undefined,
      globalRequestId: undefined,
      userId: undefined,
      projectId: undefined,
      service: this.#service,
      host: this.#options.host,
      instance: typeof instance === 'string' ? instance : undefined,
      origin: { ...this.#originOf(offset), serial: { thread, number: parts.serial } },
      detail: NO_DETAIL,
    });
  }

  /** The announcement of a message; undefined, and counted, if it is unknown or not needed. */
  #announced(found: Announcement | typeof UNWANTED | undefined, length: number): Announcement | undefined {
    if (found === undefined) this.#unrecognised++;
    else if (found === UNWANTED) this.#events++;
    else return length <= LONGEST_SHARED ? found : detached(found);
    return undefined;
  }

  #originOf(offset: number): Origin {
    return { path: this.#options.path, file: this.#options.file?.() ?? 0, offset };
  }

  #give(event: Event): void {
    this.#events++;
    this.#options.onEvent(event, this.zoning);
  }

  /** What the time of the last line depends on. */
  get zoning(): Zoning {
    if (this.#at === undefined) return this.#isVlog ? 'none' : 'own';
    return this.#isProven ? 'none' : 'outer';
  }
}
