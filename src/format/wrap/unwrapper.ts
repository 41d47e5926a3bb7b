import type { Count } from '../../model/counters.js';
import type { LogForm } from '../../model/form.js';
import type { Millis } from '../../model/line.js';
import { looksLikeStamp, readStamp } from '../digits.js';
import { withoutColour } from '../prefix.js';
import type { Zone } from '../zone.js';
import { readDevstack } from './devstack.js';
import { type Form, nothingWrapped, type Wrapped } from './form.js';
import { unwrap } from './index.js';
import { latestYear, nearestYear, provenUtc } from './instant.js';
import { Joiner } from './join.js';
import { fluent, osloJson } from './record.js';

/** Takes the lines that were wrapped: as LineSink, with who wrote the line before it and its UTC time, if known, after it. */
export type UnwrappedSink = (from: Wrapped, bytes: Buffer, start: number, end: number, offset: number, at: Millis | undefined) => void;

export interface UnwrapperOptions {
  readonly form: Form;
  /** what times without a zone are in: those of the wrapper */
  readonly zone: Zone;
  /** a time that no line lies after, for wrappers that print no year: when the log was last written, or now */
  readonly latest: () => Millis;
  readonly count: Count;
  readonly onLine: UnwrappedSink;
  /** of a line that was cut so many bytes are put together */
  readonly maxLineBytes?: number;
}

const MIB = 1024 * 1024;
const DAY = 24 * 3_600_000;
const NEWLINE = 10;
const TAB = 9;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const COMMA = 44;
const DASH = 45;
const POINT = 46;
const OPEN = 91;
const BRACE = 123;
const T = 84;
/** rsyslog writes control characters as `#` and three octal digits. */
const ESCAPED = /#(012|033|011)/g;
const CONTROL: Readonly<Record<string, string>> = { '012': '\n', '033': '\x1b', '011': '\t' };
/** What journalctl prints instead of a message with colours, without `--all`. */
const BLOB = /^\[[\d.]+[KMGB]+ blob data\]$/;

/**
 * Takes the lines of one log out of what they are wrapped in, so that they are as the service wrote them. Records that are
 * objects become lines of oslo.log's default format.
 *
 * **Which time.** The wrapper's time is trusted for the zone, the line's own stamp for the moment: a line is stamped before it
 * is taken, by some ms or, where a pipe was full, by minutes.
 *
 *     wrapper has   line has               the line's time
 *     a time        a local stamp          the stamp, in the zone that the wrapper's time proves
 *     a time        OVS's and OVN's stamp  the stamp, which is UTC; the wrapper's where only that is finer than a second
 *     a time        none                   the wrapper's: DevStack, `ovs|00012|…`
 *     none          a local stamp          the stamp, in the source's zone: `undefined` is handed on
 */
export class Unwrapper {
  readonly #options: UnwrapperOptions;
  readonly #wrapped: Wrapped = nothingWrapped();
  readonly #record: Wrapped = nothingWrapped();
  readonly #joiner: Joiner;
  readonly #isSyslog: boolean;
  readonly #isRecord: boolean;
  /** the wall clock of the line before, and its UTC time */
  #clock: Millis | undefined;
  #previous: Millis | undefined;
  /** of the line before: lines that are indented under it are part of it */
  #taken: Millis | undefined;
  #indent = 0;
  /** the last failure of DevStack's: the lines of its traceback have its time */
  #failure: { readonly pid: number; readonly logger: string; readonly at: Millis | undefined } | undefined;

  constructor(options: UnwrapperOptions) {
    this.#options = options;
    this.#joiner = new Joiner(options.maxLineBytes ?? MIB, options.count, options.form.name);
    const { name } = options.form;
    this.#isSyslog = name === 'syslog' || name === 'rfc5424';
    this.#isRecord = name === 'oslo-json' || name === 'fluent';
  }

  get form(): LogForm {
    return this.#options.form.name;
  }

  /** Takes one line of the log. @returns false for one that is not of this form: nothing has been handed on */
  line(bytes: Buffer, start: number, end: number, offset: number): boolean {
    const stop = end > start && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
    const wrapped = this.#wrapped;
    if (this.#isSyslog && this.#indent > 0 && isUnder(bytes, start, stop)) {
      this.#inner(bytes, this.#behindIndent(bytes, start, stop), stop, offset, this.#taken);
      return true;
    }
    if (!unwrap(this.#options.form, bytes, start, stop, wrapped)) {
      this.#indent = 0;
      return this.#isSyslog && isBanner(bytes, start, stop);
    }
    const taken = this.#takenAt(wrapped);
    this.#taken = taken;
    this.#indent = wrapped.bytes === bytes ? wrapped.start - start : 0;
    if (!wrapped.isPart && this.#joiner.isEmpty) this.#text(wrapped.bytes, wrapped.start, wrapped.end, offset, taken);
    else {
      const whole = this.#joiner.add(wrapped, offset, taken);
      if (whole !== undefined) this.#text(whole.bytes, 0, whole.bytes.length, whole.offset, whole.at);
    }
    return true;
  }

  /** The log is at its end: a line of which a part is missing is given up. */
  end(): void {
    this.#joiner.end();
  }

  /** The wrapper's time in UTC. */
  #takenAt({ at, local, hasYear, bytes, start, end }: Wrapped): Millis | undefined {
    if (at !== undefined || local === undefined) return at;
    let clock = local;
    if (!hasYear) {
      const stamp = stampAt(bytes, start, end);
      const dated = stamp === undefined ? undefined : nearestYear(local, stamp);
      // The stamp of a quoted line may be of any day.
      if (dated !== undefined && Math.abs(dated - stamp!) < DAY) clock = dated;
      else clock = this.#clock === undefined ? latestYear(local, this.#options.latest()) : nearestYear(local, this.#clock);
    }
    this.#clock = clock;
    this.#previous = this.#options.zone.toUtc(clock, this.#previous);
    return this.#previous;
  }

  /** Takes what was wrapped: a line, several, or an object. */
  #text(bytes: Buffer, start: number, end: number, offset: number, taken: Millis | undefined): void {
    if (this.#isSyslog && isEscaped(bytes, start, end)) {
      const text = Buffer.from(bytes.toString('utf8', start, end).replace(ESCAPED, (_, octal: string) => CONTROL[octal]!));
      return this.#lines(text, 0, text.length, offset, taken);
    }
    if (bytes[start] === BRACE && !this.#isRecord) {
      const record = this.#record;
      if (unwrap(osloJson, bytes, start, end, record) || unwrap(fluent, bytes, start, end, record)) {
        if (this.#wrapped.idents.length === 0) this.#wrapped.idents = record.idents;
        this.#wrapped.host ??= record.host;
        return this.#lines(record.bytes, record.start, record.end, offset, record.at ?? taken);
      }
    }
    this.#lines(bytes, start, end, offset, taken);
  }

  #lines(bytes: Buffer, start: number, end: number, offset: number, taken: Millis | undefined): void {
    let from = start;
    for (let newline = bytes.indexOf(NEWLINE, from); newline !== -1 && newline < end; newline = bytes.indexOf(NEWLINE, from)) {
      this.#inner(bytes, from, newline, offset, taken);
      from = newline + 1;
    }
    this.#inner(bytes, from, end, offset, taken);
  }

  /** Hands one line on, with its time. */
  #inner(bytes: Buffer, start: number, end: number, offset: number, taken: Millis | undefined): void {
    const { onLine } = this.#options;
    const from = this.#wrapped;
    if (taken === undefined) return onLine(from, bytes, start, end, offset, undefined);
    if (end - start >= 20) {
      if (looksLikeStamp(bytes, start, SPACE)) {
        const isFine = isMark(bytes[start + 19]);
        return onLine(from, bytes, start, end, offset, isFine || !from.isFine ? provenUtc(readStamp(bytes, start), taken) : taken);
      }
      if (looksLikeStamp(bytes, start, T))
        return onLine(from, bytes, start, end, offset, bytes[start + 19] === POINT || !from.isFine ? undefined : taken);
    }
    const devstack = isDevstack(bytes, start, end)
      ? readDevstack(withoutColour(bytes.toString('utf8', start, end)), taken, from.pid)
      : undefined;
    if (devstack === undefined) {
      if (bytes[start] === OPEN && BLOB.test(bytes.toString('latin1', start, Math.min(end, start + 40))))
        this.#options.count('damaged_lines', 1, this.#options.form.name);
      return onLine(from, bytes, start, end, offset, taken);
    }
    const { text, pid, logger, isFailure, isTraceback } = devstack;
    const failure = this.#failure?.pid === pid && this.#failure.logger === logger ? this.#failure : undefined;
    if (isFailure) this.#failure = { pid, logger, at: taken };
    const line = Buffer.from(text);
    onLine(from, line, 0, line.length, offset, isTraceback && failure !== undefined ? failure.at : taken);
  }

  /** Where a line begins that journalctl has indented under its record's message. */
  #behindIndent(bytes: Buffer, start: number, end: number): number {
    const most = Math.min(end, start + this.#indent);
    let i = start;
    while (i < most && bytes[i] === SPACE) i++;
    return i;
  }
}

/** `-- Boot 4f… --`, `-- Journal begins at …`: what journalctl says itself. */
const isBanner = (bytes: Buffer, start: number, end: number): boolean =>
  end === start || (bytes[start] === DASH && bytes[start + 1] === DASH && bytes[start + 2] === SPACE);

const isUnder = (bytes: Buffer, start: number, end: number): boolean =>
  end > start && ((bytes[start] === SPACE && bytes[start + 1] === SPACE) || bytes[start] === TAB);

const isMark = (byte: number | undefined): boolean => byte === POINT || byte === COMMA;

/** What a line of DevStack begins with: a colour, or a level. */
const FIRST = Buffer.from('\x1bTDIAWEC');
const isDevstack = (bytes: Buffer, start: number, end: number): boolean => end > start && FIRST.includes(bytes[start]!);

function isEscaped(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i + 3 < end; i++) if (bytes[i] === 35 && bytes[i + 1] === 48) return true;
  return false;
}

/** The wall clock of the line's own stamp. */
const stampAt = (bytes: Buffer, start: number, end: number): Millis | undefined =>
  end - start >= 20 && (looksLikeStamp(bytes, start, SPACE) || looksLikeStamp(bytes, start, T)) ? readStamp(bytes, start) : undefined;
