import { noParts, osloLevel, osloStamp, scanOslo, withoutDebugSuffix } from '../../format/oslo.js';
import { hasColour, skipFileName, withoutColour } from '../../format/prefix.js';
import { readUwsgi } from '../../format/uwsgi.js';
import { noVlogParts, scanSyslogVlog, scanVlog, vlogLevel, vlogStamp } from '../../format/vlog.js';
import type { Millis } from '../../model/line.js';
import type { Level } from '../../model/record.js';

/** Who made a line, and what was put before it. What wraps lines is taken off before they come here. */
export type Writing = 'oslo.log' | 'oslo.log, coloured' | 'oslo.log behind file names' | 'uWSGI' | 'vlog' | 'vlog behind file names';

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

const LONGEST_MESSAGE = 64 * 1024;
const SPACE = 32;
const LESS_THAN = 60;

const oslo = noParts();
const vlog = noVlogParts();

/**
 * Takes a service's own line apart.
 *
 * @param at its UTC time, where what wrapped it told: OVS and OVN leave the time to syslog
 * @returns undefined for what continues another line, and for anything in no known form
 */
export function readEnvelope(bytes: Buffer, start: number, end: number, at?: Millis): Envelope | undefined {
  const first = bytes[start];
  if (start === end || first === SPACE || first === LESS_THAN) return undefined;
  if (scanOslo(bytes, start, end, oslo)) return osloEnvelope(bytes, end, 'oslo.log');
  if (scanVlog(bytes, start, end, vlog)) return vlogEnvelope(bytes, end, 'vlog', vlogStamp(bytes, vlog));

  if (hasColour(bytes, start, end)) {
    const plain = Buffer.from(withoutColour(bytes.toString('utf8', start, end)));
    if (scanOslo(plain, 0, plain.length, oslo)) return osloEnvelope(plain, plain.length, 'oslo.log, coloured');
  }
  if (at !== undefined && scanSyslogVlog(bytes, start, end, vlog)) return vlogEnvelope(bytes, end, 'vlog', at);
  const own = skipFileName(bytes, start, end);
  if (own !== -1 && scanOslo(bytes, own, end, oslo)) return osloEnvelope(bytes, end, 'oslo.log behind file names');
  if (own !== -1 && scanVlog(bytes, own, end, vlog)) return vlogEnvelope(bytes, end, 'vlog behind file names', vlogStamp(bytes, vlog));

  if (bytes.toString('latin1', start, start + 4) === '[pid')
    return uwsgiEnvelope(bytes.toString('utf8', start, Math.min(end, start + 8192)));
  return undefined;
}

function osloEnvelope(bytes: Buffer, end: number, writing: Writing): Envelope {
  const level = osloLevel(bytes.toString('latin1', oslo.levelStart, oslo.levelEnd));
  const text = bytes.toString('utf8', oslo.message, Math.min(end, oslo.message + LONGEST_MESSAGE)).trimEnd();
  return {
    writing,
    local: osloStamp(bytes, oslo),
    isUtc: false,
    level,
    logger: bytes.toString('latin1', oslo.loggerStart, oslo.loggerEnd),
    context: oslo.contextStart === oslo.contextEnd ? undefined : bytes.toString('latin1', oslo.contextStart, oslo.contextEnd),
    instance: oslo.instance === -1 ? undefined : bytes.toString('latin1', oslo.instance, oslo.instance + 36),
    message: level === 'DEBUG' ? withoutDebugSuffix(text) : text,
  };
}

function vlogEnvelope(bytes: Buffer, end: number, writing: Writing, local: number): Envelope {
  return {
    writing,
    local,
    isUtc: true,
    level: vlogLevel(bytes.toString('latin1', vlog.levelStart, vlog.levelEnd)),
    logger: bytes.toString('latin1', vlog.moduleStart, vlog.moduleEnd),
    context: undefined,
    instance: undefined,
    message: bytes.toString('utf8', vlog.message, Math.min(end, vlog.message + LONGEST_MESSAGE)).trimEnd(),
  };
}

function uwsgiEnvelope(line: string): Envelope | undefined {
  const request = readUwsgi(line);
  if (request === undefined) return undefined;
  return {
    writing: 'uWSGI',
    local: request.localStart + request.millis,
    isUtc: false,
    level: 'INFO',
    logger: 'uwsgi',
    context: undefined,
    instance: undefined,
    message: line.trimEnd(),
  };
}
