import { debugMessage, noParts, type OsloParts, osloLevel, osloStamp, scanOslo } from '../format/oslo.js';
import { endsInColour, printable, skipPrefixes, uncoloured } from '../format/prefix.js';
import { readUwsgi, type UwsgiRequest } from '../format/uwsgi.js';
import { noVlogParts, scanSyslogVlog, scanVlog, type VlogParts, vlogLevel, vlogStamp } from '../format/vlog.js';
import type { Millis } from '../model/line.js';
import type { Level } from '../model/record.js';
import type { Format } from '../model/service.js';

export type { Format } from '../model/service.js';
export { formatOf } from '../model/services.js';

/** Who made a line, and what was put before it. What wraps lines is taken off before they come here. */
export type Writing = 'oslo.log' | 'oslo.log, coloured' | 'oslo.log behind file names' | 'uWSGI' | 'vlog' | 'vlog behind file names';

/** What was around a record: nothing, colours, or what others put before it. */
type Around = 'nothing' | 'colours' | 'prefix';
export type Made = 'oslo' | 'vlog' | 'uwsgi';

const LONGEST_MESSAGE = 64 * 1024;
const LONGEST_UWSGI = 8192;
const ESCAPE = 27;
const SPACE = 32;
const UWSGI = Buffer.from('[pid');

function behindText(bytes: Buffer, start: number, end: number): number {
  let stop = end;
  while (stop > start && bytes[stop - 1]! <= SPACE) stop--;
  return stop;
}

/**
 * Finds a service's own record in a line: the only reader of envelopes there is. One is made per log and filled again for
 * each line; a record that stands at the line's first byte, as nearly all do, costs one scan and no memory.
 *
 * A line is tried: as it stands; without colours; as OVS's line to syslog, which has no time; as uWSGI's; behind prefixes.
 */
export class EnvelopeReader {
  readonly oslo: OsloParts = noParts();
  readonly vlog: VlogParts = noVlogParts();
  /** what the parts are places in: the line's bytes, or a copy without colours */
  bytes: Buffer = Buffer.alloc(0);
  /** where the line begins and ends in them */
  start = 0;
  end = 0;
  around: Around = 'nothing';
  /** uWSGI's own line, and what it says */
  text = '';
  request: UwsgiRequest | undefined;
  readonly #format: Format | undefined;

  /** @param format what the log's service writes; either, where that is not known */
  constructor(format?: Format) {
    this.#format = format;
  }

  /**
   * @param at the line's UTC time, if its wrapper has it: OVS and OVN leave the time to syslog
   * @returns undefined for a continuation line, and for a line in no known form
   */
  read(bytes: Buffer, start: number, end: number, at?: Millis): Made | undefined {
    this.bytes = bytes;
    this.start = start;
    // No wording ends with blanks, and what was copied often does.
    this.end = bytes[end - 1]! <= SPACE ? behindText(bytes, start, end) : end;
    this.around = 'nothing';
    const made = this.#scan(start);
    if (made !== undefined && !this.#isColoured(made)) return made;
    return this.#slow(made, at);
  }

  /** Takes the record's message and what else there is to it as text. */
  envelope(made: Made, at?: Millis): Envelope | undefined {
    if (made === 'oslo') return osloEnvelope(this);
    if (made === 'vlog') return vlogEnvelope(this, at);
    return uwsgiEnvelope(this);
  }

  #scan(start: number): Made | undefined {
    if (this.#format !== 'vlog' && scanOslo(this.bytes, start, this.end, this.oslo)) return 'oslo';
    return this.#format !== 'oslo' && scanVlog(this.bytes, start, this.end, this.vlog) ? 'vlog' : undefined;
  }

  /** Colours at the end, or where the context or the message begins. */
  #isColoured(made: Made): boolean {
    const { bytes } = this;
    if (endsInColour(bytes, this.start, this.end)) return true;
    return made === 'oslo' && (bytes[this.oslo.contextStart] === ESCAPE || bytes[this.oslo.message] === ESCAPE);
  }

  #slow(found: Made | undefined, at: Millis | undefined): Made | undefined {
    const plain = uncoloured(this.bytes, this.start, this.end);
    if (plain !== undefined) {
      this.bytes = plain;
      this.start = 0;
      this.end = plain.length;
      this.around = 'colours';
      const made = this.#scan(0);
      if (made !== undefined) return made;
    } else if (found !== undefined) return found;
    const { bytes, start, end } = this;
    if (this.#format !== 'oslo' && at !== undefined && scanSyslogVlog(bytes, start, end, this.vlog)) return 'vlog';
    if (this.#format !== 'vlog' && this.#isUwsgi()) return 'uwsgi';
    let made: Made | undefined;
    skipPrefixes(bytes, start, end, (own) => {
      made = this.#scan(own);
      return made !== undefined;
    });
    if (made !== undefined) this.around = 'prefix';
    return made;
  }

  #isUwsgi(): boolean {
    const { bytes, start, end } = this;
    if (!UWSGI.every((byte, i) => bytes[start + i] === byte)) return false;
    this.text = printable(bytes.toString('utf8', start, Math.min(end, start + LONGEST_UWSGI)));
    this.request = readUwsgi(this.text);
    return this.request !== undefined;
  }
}

/** A line taken apart, without asking what it means. */
export interface Envelope {
  readonly writing: Writing;
  /** what its clock showed, read as if it were UTC */
  readonly local: number;
  /** its clock does show UTC, whatever the zone */
  readonly isUtc: boolean;
  readonly level: Level;
  readonly logger: string;
  /** what stands in the brackets; undefined where there are none */
  readonly context: string | undefined;
  readonly instance: string | undefined;
  /** without what oslo.log puts behind it at DEBUG; of uWSGI the whole line */
  readonly message: string;
}

function osloEnvelope({ bytes, end, around, oslo }: EnvelopeReader): Envelope {
  const level = osloLevel(bytes.toString('latin1', oslo.levelStart, oslo.levelEnd));
  const stop = Math.min(end, oslo.message + LONGEST_MESSAGE);
  const writing = around === 'nothing' ? 'oslo.log' : around === 'colours' ? 'oslo.log, coloured' : 'oslo.log behind file names';
  return {
    writing,
    local: osloStamp(bytes, oslo),
    isUtc: false,
    level,
    logger: printable(bytes.toString('latin1', oslo.loggerStart, oslo.loggerEnd)),
    context: oslo.contextStart === oslo.contextEnd ? undefined : printable(bytes.toString('latin1', oslo.contextStart, oslo.contextEnd)),
    instance: oslo.instance === -1 ? undefined : bytes.toString('latin1', oslo.instance, oslo.instance + 36),
    message: osloMessage(bytes, oslo.message, stop, level),
  };
}

const TAB = 9;
const LESS_THAN = 60;

/** Whether a line that is no record stands under one as a rule: of a traceback, of XML, or empty. */
export function standsUnder(bytes: Buffer, start: number, end: number): boolean {
  const first = bytes[start];
  return start === end || first === SPACE || first === TAB || first === LESS_THAN;
}

/** An oslo.log record's message: at DEBUG without what oslo.log puts behind it. */
export const osloMessage = (bytes: Buffer, start: number, end: number, level: Level): string =>
  printable(level === 'DEBUG' ? debugMessage(bytes, start, end) : bytes.toString('utf8', start, end));

function vlogEnvelope({ bytes, end, around, vlog }: EnvelopeReader, at: Millis | undefined): Envelope {
  return {
    writing: around === 'prefix' ? 'vlog behind file names' : 'vlog',
    local: vlog.stamp === -1 ? (at ?? 0) : vlogStamp(bytes, vlog),
    isUtc: true,
    level: vlogLevel(bytes.toString('latin1', vlog.levelStart, vlog.levelEnd)),
    logger: printable(bytes.toString('latin1', vlog.moduleStart, vlog.moduleEnd)),
    context: undefined,
    instance: undefined,
    message: printable(bytes.toString('utf8', vlog.message, Math.min(end, vlog.message + LONGEST_MESSAGE))),
  };
}

function uwsgiEnvelope({ text, request }: EnvelopeReader): Envelope | undefined {
  if (request === undefined) return undefined;
  return {
    writing: 'uWSGI',
    local: request.localStart + request.millis,
    isUtc: false,
    level: 'INFO',
    logger: 'uwsgi',
    context: undefined,
    instance: undefined,
    message: text,
  };
}
