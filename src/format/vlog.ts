import { isAt } from '../model/bytes.js';
import type { Level } from '../model/record.js';
import { looksLikeStamp, readStamp } from './digits.js';

const BAR = 124;
const DROPPED = Buffer.from('Dropped ');
const MESSAGES = Buffer.from(' log messages in last ');

/**
 * The parts of a line of OVS or OVN (vlog), as indexes into its bytes. Its times are always UTC.
 *
 *     2026-11-21T01:50:38.516Z|00252|binding|INFO|Claiming lport …          FILE
 *     2026-11-21T01:50:38Z|00252|binding|INFO|Claiming lport …              CONSOLE: whole seconds
 *     2026-11-21T01:50:43.429Z|00077|pinctrl(ovn_pinctrl0)|INFO|DHCPACK …   another thread, its own serial numbers
 */
export interface VlogParts {
  stamp: number;
  serial: number;
  moduleStart: number;
  moduleEnd: number;
  /** inside the parentheses; start and end are equal for the main thread */
  threadStart: number;
  threadEnd: number;
  levelStart: number;
  levelEnd: number;
  message: number;
}

/** A new object, to be filled by `scanVlog` or `scanSyslogVlog`. */
export const noVlogParts = (): VlogParts => ({
  stamp: -1,
  serial: 0,
  moduleStart: 0,
  moduleEnd: 0,
  threadStart: 0,
  threadEnd: 0,
  levelStart: 0,
  levelEnd: 0,
  message: 0,
});

/** Finds the parts from `|serial|` on. FILE, CONSOLE and SYSLOG (`ovs|00012|bridge|INFO|…`) have them in common. */
function scanTail(bytes: Buffer, bar: number, end: number, parts: VlogParts): boolean {
  let i = bar + 1;
  let serial = 0;
  for (; i < end && bytes[i] !== BAR; i++) {
    const digit = bytes[i]! - 48;
    if (digit < 0 || digit > 9) return false;
    serial = serial * 10 + digit;
  }
  parts.serial = serial;
  parts.moduleStart = ++i;
  while (i < end && bytes[i] !== BAR && bytes[i] !== 40) i++;
  parts.moduleEnd = i;
  parts.threadStart = i;
  parts.threadEnd = i;
  if (bytes[i] === 40) {
    parts.threadStart = i + 1;
    while (i < end && bytes[i] !== 41 && bytes[i] !== BAR) i++;
    parts.threadEnd = i;
    while (i < end && bytes[i] !== BAR) i++;
  }
  parts.levelStart = ++i;
  while (i < end && bytes[i]! >= 65 && bytes[i]! <= 90) i++;
  parts.levelEnd = i;
  if (i >= end || bytes[i] !== BAR || i === parts.levelStart || parts.moduleEnd === parts.moduleStart) return false;
  parts.message = i + 1;
  return true;
}

/** Finds the parts of a line in the patterns FILE and CONSOLE. @returns false for a line in any other format */
export function scanVlog(bytes: Buffer, at: number, end: number, parts: VlogParts): boolean {
  if (end - at < 24 || !looksLikeStamp(bytes, at, 84)) return false;
  let i = at + 19;
  while (i < end && bytes[i] !== BAR && i - at < 32) i++;
  if (bytes[i] !== BAR || bytes[i - 1] !== 90) return false;
  parts.stamp = at;
  return scanTail(bytes, i, end, parts);
}

/**
 * Finds the parts of a line in the pattern SYSLOG, after the syslog header: `ovs|00012|bridge|WARN|…`. It has no time.
 */
export function scanSyslogVlog(bytes: Buffer, at: number, end: number, parts: VlogParts): boolean {
  if (bytes[at] !== 111 || bytes[at + 1] !== 118 || (bytes[at + 2] !== 115 && bytes[at + 2] !== 110)) return false;
  parts.stamp = -1;
  return bytes[at + 3] === BAR && scanTail(bytes, at + 3, end, parts);
}

/** The time of the line, in epoch ms. */
export const vlogStamp = (bytes: Buffer, parts: VlogParts): number => readStamp(bytes, parts.stamp);

const LEVELS: Readonly<Record<string, Level>> = { EMER: 'CRITICAL', ERR: 'ERROR', WARN: 'WARNING', INFO: 'INFO', DBG: 'DEBUG' };

/** The level of a word in a line; INFO for an unknown word. */
export const vlogLevel = (word: string): Level => LEVELS[word] ?? 'INFO';

/**
 * N in "Dropped N log messages in last …", which the module with the dropped messages logs; 0 for any other message.
 */
export function droppedMessages(bytes: Buffer, message: number, end: number): number {
  // Nearly all messages return here.
  if (bytes[message] !== DROPPED[0] || message + DROPPED.length > end || !isAt(bytes, message, DROPPED)) return 0;
  let i = message + DROPPED.length;
  let dropped = 0;
  for (; i < end && bytes[i]! >= 48 && bytes[i]! <= 57; i++) dropped = dropped * 10 + bytes[i]! - 48;
  return i + MESSAGES.length <= end && isAt(bytes, i, MESSAGES) ? dropped : 0;
}
