import type { Count } from '../../model/counters.js';
import type { LogForm } from '../../model/form.js';
import type { Millis } from '../../model/line.js';
import { looksLikeStamp, readStamp } from '../digits.js';
import { hasStamp, skipIndent, skipPrefixes, skipTime, uncoloured, withoutColour } from '../prefix.js';
import type { Zone } from '../zone.js';
import { readDevstack } from './devstack.js';
import { type Form, NO_BYTES, nothingWrapped, type Wrapped } from './form.js';
import { formNamed, formOf, unwrap } from './index.js';
import { provenUtc } from './instant.js';
import { Joiner } from './join.js';
import { isBanner, isDevstack, isEscaped, isFractionMark, isIndented, isVlog } from './own-line.js';
import { fluent, osloJson } from './record.js';
import { WrapperClock } from './wrapper-clock.js';

/**
 * Receives unwrapped lines. As `LineSink`, with the facts of the wrapper (`from`) and the UTC time (`at`), if known.
 */
type UnwrappedSink = (from: Wrapped, bytes: Buffer, start: number, end: number, offset: number, at: Millis | undefined) => void;

export interface UnwrapperOptions {
  readonly form: Form;
  /** the zone of the wrapper's times, if they contain none */
  readonly zone: Zone;
  /** the user gave no zone */
  readonly isZoneAssumed?: boolean | undefined;
  /** the latest possible time of a line, for wrappers without a year: when the log was last written, or now */
  readonly latest: () => Millis;
  readonly count: Count;
  readonly onLine: UnwrappedSink;
  /** the maximum length of a line that is joined from parts */
  readonly maxLineBytes?: number;
  /** how many wrappers are around this one */
  readonly depth?: number;
}

/** The outer wrapper of a line that is wrapped more than once. */
interface Outer {
  readonly from: Wrapped;
  readonly at: Millis | undefined;
}

const MIB = 1024 * 1024;
/** The maximum number of wrappers around one line. A container's line in syslog, found by grep, has three. */
const MAX_DEPTH = 4;
const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const DASH = 45;
const COLON = 58;
const POINT = 46;
const OPEN = 91;
const BRACE = 123;
/** The longest colour code between Apache's time and the line's own time (bytes). */
const MAX_COLOUR = 12;
const T = 84;
/** rsyslog writes control characters as `#` and three octal digits. */
const ESCAPED = /#(012|033|011)/g;
const CONTROL: Readonly<Record<string, string>> = { '012': '\n', '033': '\x1b', '011': '\t' };
/** journalctl's text instead of a message with colours, without `--all`. */
const BLOB = /^\[[\d.]+[KMGB]+ blob data\]$/;

/**
 * Removes the wrappers from the lines of one log, so that they are as the service wrote them. JSON records become lines
 * of oslo.log's default format.
 *
 * **Which time.** The wrapper's time gives the zone, and the line's own timestamp the exact time. A service stamps a
 * line some ms before the wrapper takes it, or minutes before if a pipe was full.
 *
 *     wrapper has   line has               the line's time
 *     a time        a local stamp          the stamp, in the zone that the wrapper's time proves
 *     a time        OVS's and OVN's stamp  the stamp, which is UTC; the wrapper's time if only that has a fraction
 *     a time        none                   the wrapper's: DevStack, `ovs|00012|…`
 *     none          a local stamp          the stamp, in the source's zone: `at` is undefined
 */
export class Unwrapper {
  /** by form: the unwrappers for lines that are wrapped again */
  readonly #nested = new Map<LogForm, Unwrapper>();
  #outer: Outer | undefined;
  /** the file name of grep before the last line */
  #fileName: Buffer = NO_BYTES;
  #isGrep: boolean;
  /** the indentation of the last header (bytes) */
  #lead = 0;
  readonly #options: UnwrapperOptions;
  readonly #wrapped: Wrapped = nothingWrapped();
  readonly #record: Wrapped = nothingWrapped();
  readonly #joiner: Joiner;
  readonly #isSyslog: boolean;
  readonly #isRecord: boolean;
  readonly #clock: WrapperClock;
  /** time and indentation of the line before: lines that are indented under it belong to it */
  #taken: Millis | undefined;
  #indent = 0;
  /** the last failure in DevStack's format: the lines of its traceback get its time */
  #failure: { readonly pid: number; readonly logger: string; readonly at: Millis | undefined } | undefined;

  constructor(options: UnwrapperOptions) {
    this.#options = options;
    this.#clock = new WrapperClock(options.zone, options.latest, options.isZoneAssumed);
    this.#joiner = new Joiner(options.maxLineBytes ?? MIB, options.count, options.form.name);
    const { name } = options.form;
    this.#isSyslog = name === 'syslog' || name === 'rfc5424';
    this.#isGrep = name === 'grep';
    this.#isRecord = name === 'oslo-json' || name === 'fluent';
  }

  get form(): LogForm {
    return this.#options.form.name;
  }

  /**
   * Unwraps one line of the log and passes it to `onLine`.
   *
   * @param outer the wrapper around it, if it was unwrapped before: its time is preferred
   * @returns false for a line in another form, which is not passed on
   */
  line(given: Buffer, from: number, to: number, offset: number, outer?: Outer): boolean {
    this.#outer = outer;
    const end = to > from && given[to - 1] === CARRIAGE_RETURN ? to - 1 : to;
    const lead = skipIndent(given, from, end) - from;
    if (this.#isSyslog && this.#indent > 0 && lead > this.#lead && isIndented(given, from, end)) {
      this.#inner(given, this.#skipIndent(given, from, end), end, offset, this.#taken);
      return true;
    }
    const wrapped = this.#wrapped;
    if (!this.#unwrap(given, from, end, lead)) return this.#handleOther(given, from, end, offset);
    const taken = this.#takenAt(wrapped);
    if (outer !== undefined) within(wrapped, outer.from);
    this.#taken = taken;
    this.#lead = lead;
    this.#indent = wrapped.bytes === given ? wrapped.start - from : 0;
    if (!wrapped.isPart && this.#joiner.isEmpty) this.#text(wrapped.bytes, wrapped.start, wrapped.end, offset, taken);
    else {
      const whole = this.#joiner.add(wrapped, offset, taken);
      if (whole !== undefined) this.#text(whole.bytes, 0, whole.bytes.length, whole.offset, whole.at);
    }
    return true;
  }

  /** Handles a line that does not show the form but may belong to the log. As `line`. */
  #handleOther(bytes: Buffer, start: number, end: number, offset: number): boolean {
    this.#indent = 0;
    if (!this.#isGrep || !this.#isOfSameFile(bytes, start, end)) return this.#isSyslog && isBanner(bytes, start, end);
    this.#inner(bytes, start + this.#fileName.length + 1, end, offset, undefined);
    return true;
  }

  /** Parses the line after its indentation, or without the colours that grep puts around names. */
  #unwrap(bytes: Buffer, start: number, end: number, lead: number): boolean {
    const { form, wrapped } = { form: this.#options.form, wrapped: this.#wrapped };
    if (unwrap(form, bytes, start + lead, end, wrapped)) {
      if (this.#isGrep) this.#fileName = Buffer.from(wrapped.file ?? '');
      return true;
    }
    const plain = uncoloured(bytes, start, end);
    return plain !== undefined && unwrap(form, plain, skipIndent(plain, 0, plain.length), plain.length, wrapped);
  }

  /** Whether a line has the same file name of grep as the line before, such as a line of a traceback. */
  #isOfSameFile(bytes: Buffer, start: number, end: number): boolean {
    const { length } = this.#fileName;
    if (length === 0 || start + length >= end || bytes.compare(this.#fileName, 0, length, start, start + length) !== 0) return false;
    const separator = bytes[start + length];
    return separator === COLON || separator === DASH;
  }

  /** Drops incomplete lines, because the log has ended. */
  end(): void {
    this.#joiner.end();
    for (const nested of this.#nested.values()) nested.end();
  }

  /** The wrapper's time in UTC; that of an outer wrapper is preferred. */
  #takenAt(wrapped: Wrapped): Millis | undefined {
    if (this.#outer?.at === undefined) return this.#clock.takenAt(wrapped);
    wrapped.isFine = this.#outer.from.isFine;
    wrapped.at = this.#outer.from.at;
    return this.#outer.at;
  }

  /** Handles the wrapped text: a line, several lines, or an object. */
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

  /** Passes one line on, with its time. */
  #inner(bytes: Buffer, start: number, end: number, offset: number, taken: Millis | undefined): void {
    if (end - start >= 20 && this.#stamped(bytes, start, end, offset, taken)) return;
    const plain = uncoloured(bytes, start, end);
    if (plain === undefined) this.#other(bytes, start, end, offset, taken);
    else if (!this.#stamped(plain, 0, plain.length, offset, taken)) this.#other(plain, 0, plain.length, offset, taken);
  }

  /** Passes on a line that begins with a time of oslo.log, OVS or OVN. @returns false for any other line */
  #stamped(bytes: Buffer, given: number, end: number, offset: number, taken: Millis | undefined): boolean {
    let start = given;
    if (looksLikeStamp(bytes, start, SPACE)) {
      // Apache's own time.
      const rest = skipTime(bytes, start, end);
      if (rest > start && looksLikeStamp(bytes, rest, SPACE)) start = rest;
      else if (rest > start && uncoloured(bytes, rest, Math.min(end, rest + MAX_COLOUR)) !== undefined) return false;
      const isFine = isFractionMark(bytes[start + 19]);
      const at = taken === undefined || (!isFine && this.#wrapped.isFine) ? taken : provenUtc(readStamp(bytes, start), taken);
      this.#passOn(bytes, start, end, offset, at);
      return true;
    }
    if (!looksLikeStamp(bytes, start, T) || !isVlog(bytes, start, end)) return false;
    this.#passOn(bytes, start, end, offset, bytes[start + 19] === POINT || !this.#wrapped.isFine ? undefined : taken);
    return true;
  }

  /**
   * Passes on lines of DevStack, lines that are wrapped again, lines with prefixes, and lines that continue a record.
   */
  #other(bytes: Buffer, start: number, end: number, offset: number, taken: Millis | undefined): void {
    if (taken !== undefined && this.#devstack(bytes, start, end, offset, taken)) return;
    if (this.#wrappedAgain(bytes, start, end, offset, taken)) return;
    const own = skipPrefixes(bytes, start, end, (at) => hasStamp(bytes, at));
    if (own !== -1 && this.#stamped(bytes, own, end, offset, taken)) return;
    if (bytes[start] === OPEN && BLOB.test(bytes.toString('latin1', start, Math.min(end, start + 40))))
      this.#options.count('malformed_lines', 1, this.#options.form.name);
    this.#passOn(bytes, start, end, offset, taken);
  }

  #devstack(bytes: Buffer, start: number, end: number, offset: number, taken: Millis): boolean {
    if (!isDevstack(bytes, start, end)) return false;
    const devstack = readDevstack(withoutColour(bytes.toString('utf8', start, end)), taken, this.#wrapped.pid);
    if (devstack === undefined) return false;
    const { text, pid, logger, isFailure, isTraceback } = devstack;
    const failure = this.#failure?.pid === pid && this.#failure.logger === logger ? this.#failure : undefined;
    if (isFailure) this.#failure = { pid, logger, at: taken };
    const line = Buffer.from(text);
    this.#passOn(line, 0, line.length, offset, isTraceback && failure !== undefined ? failure.at : taken);
    return true;
  }

  #wrappedAgain(bytes: Buffer, start: number, end: number, offset: number, taken: Millis | undefined): boolean {
    const { depth = 0, form } = this.#options;
    if (depth >= MAX_DEPTH || isIndented(bytes, start, end) || end - start < 20) return false;
    const name = formOf(bytes, start, end);
    const inner = name === undefined || name === form.name ? undefined : formNamed(name);
    if (inner === undefined) return false;
    let nested = this.#nested.get(inner.name);
    if (nested === undefined) {
      nested = new Unwrapper({ ...this.#options, form: inner, depth: depth + 1 });
      this.#nested.set(inner.name, nested);
    }
    return nested.line(bytes, start, end, offset, { from: this.#wrapped, at: taken });
  }

  #passOn(bytes: Buffer, start: number, end: number, offset: number, at: Millis | undefined): void {
    this.#options.onLine(this.#wrapped, bytes, start, end, offset, at);
  }

  /** The index after the indentation that journalctl adds under the message of a record. */
  #skipIndent(bytes: Buffer, start: number, end: number): number {
    const most = Math.min(end, start + this.#indent);
    let i = start;
    while (i < most && bytes[i] === SPACE) i++;
    return i;
  }
}

/** Completes the facts of a wrapper with those of its outer wrapper. */
function within(from: Wrapped, outer: Wrapped): void {
  if (outer.idents.length > 0) from.idents = from.idents.length === 0 ? outer.idents : [...from.idents, ...outer.idents];
  from.host ??= outer.host;
  from.file ??= outer.file;
  if (from.pid === 0) from.pid = outer.pid;
}
