import { debugMessage, noParts, type OsloParts, osloLevel, osloStamp, scanOslo } from '../format/oslo.js';
import { endsInColour, printable, skipPrefixes, uncoloured } from '../format/prefix.js';
import { readUwsgi, type UwsgiRequest } from '../format/uwsgi.js';
import { noVlogParts, scanSyslogVlog, scanVlog, type VlogParts, vlogLevel, vlogStamp } from '../format/vlog.js';
import type { Millis } from '../model/line.js';
import type { Level } from '../model/record.js';
import type { Format } from '../model/service.js';

export type { Format } from '../model/service.js';
export { formatOf } from '../model/services.js';

/** Format of a line, and what precedes it. Wrappers are removed before. */
export type Writing = 'oslo.log' | 'oslo.log, coloured' | 'oslo.log behind file names' | 'uWSGI' | 'vlog' | 'vlog behind file names';

/** What surrounds a record: nothing, colours, or a prefix. */
type Surrounding = 'nothing' | 'colours' | 'prefix';
/** Kind of envelope that was found. */
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
 * Finds a service's record in a line. All envelopes are read here. One reader per log is reused for each line; a record
 * at the first byte, the usual case, costs one scan and no memory.
 * Attempts, in order: as it is; without colours; as a line of OVS to syslog, which has no time; as a line of uWSGI;
 * after a prefix.
 */
export class EnvelopeReader {
  readonly oslo: OsloParts = noParts();
  readonly vlog: VlogParts = noVlogParts();
  /** the bytes that the parts point into: those of the line, or a copy without colours */
  bytes: Buffer = Buffer.alloc(0);
  /** where the line begins and ends in `bytes` */
  start = 0;
  end = 0;
  around: Surrounding = 'nothing';
  /** text of a uWSGI line */
  text = '';
  request: UwsgiRequest | undefined;
  readonly #format: Format | undefined;

  /** @param format format of the log's service; undefined tries both */
  constructor(format?: Format) {
    this.#format = format;
  }

  /**
   * Reads a line.
   * @param at UTC time of the line, if its wrapper has it: OVS and OVN leave the time to syslog
   * @returns undefined for a continuation line, and for a line in no known form
   */
  read(bytes: Buffer, start: number, end: number, at?: Millis): Made | undefined {
    this.bytes = bytes;
    this.start = start;
    // No wording ends with blanks, but copied text often does.
    this.end = bytes[end - 1]! <= SPACE ? behindText(bytes, start, end) : end;
    this.around = 'nothing';
    const made = this.#scan(start);
    if (made !== undefined && !this.#isColoured(made)) return made;
    return this.#slow(made, at);
  }

  /** The envelope and the message as text. */
  envelope(made: Made, at?: Millis): Envelope | undefined {
    if (made === 'oslo') return osloEnvelope(this);
    if (made === 'vlog') return vlogEnvelope(this, at);
    return uwsgiEnvelope(this);
  }

  #scan(start: number): Made | undefined {
    if (this.#format !== 'vlog' && scanOslo(this.bytes, start, this.end, this.oslo)) return 'oslo';
    return this.#format !== 'oslo' && scanVlog(this.bytes, start, this.end, this.vlog) ? 'vlog' : undefined;
  }

  /** Whether there are colours at the end, or where the context or the message begins. */
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

/** A parsed line, without its meaning. */
export interface Envelope {
  readonly writing: Writing;
  /** time stamp of the line, as if it were UTC */
  readonly local: number;
  /** the time stamp is UTC, whatever the zone */
  readonly isUtc: boolean;
  readonly level: Level;
  readonly logger: string;
  /** content of the brackets; undefined without brackets */
  readonly context: string | undefined;
  readonly instance: string | undefined;
  /** the message, without the suffix that oslo.log adds at DEBUG; for uWSGI the whole line */
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

/** Whether a line without an envelope looks like a continuation: a line of a traceback, of XML, or an empty one. */
export function standsUnder(bytes: Buffer, start: number, end: number): boolean {
  const first = bytes[start];
  return start === end || first === SPACE || first === TAB || first === LESS_THAN;
}

/** Message of an oslo.log record, without the suffix that oslo.log adds at DEBUG. */
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
