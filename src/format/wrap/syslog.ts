import type { Form, Wrapped } from './form.js';
import { fractionOf, readInstant } from './instant.js';
import { MONTHS } from './months.js';

const PRIORITY = /^<\d{1,3}>/;
const SHORT = /^([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?= )/;
const UNIX = /^(\d{9,10})\.(\d{6})(?= )/;
const FULL = /^[A-Z][a-z]{2} (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,9}))? ([A-Z]{2,5}|[+-]\d\d(?:\d\d)?)(?= )/;
const HOST_AND_IDENT = /^ ([\w.:-]{1,255}) ([^\s[\]:]{1,128})(?:\[(\d{1,10})\])?:(?: |$)/;
/** How many bytes of a line are searched for its header. */
const HEADER = 512;

/**
 * Files of rsyslog and syslog-ng, and the output of `journalctl`: `-o short`, `short-precise`, `short-iso`,
 * `short-full`, `with-unit`, `short-unix`.
 *
 *     Nov 21 10:50:31 cmp1 nova_compute[187208]: 2026-11-21 01:50:31.664 187212 INFO …           local, no year, whole seconds
 *     Nov 21 01:50:31.664123 cmp1 devstack@n-cpu.service[7]: INFO nova.compute.manager […        DevStack: the only time there is
 *     2026-11-21T10:50:31.664123+09:00 cmp1 ovs-vswitchd[812]: ovs|00012|bridge|INFO|…           rsyslog's file format
 */
export const syslog: Form = {
  name: 'syslog',
  unwrap(bytes, start, end, into) {
    const head = bytes.toString('latin1', start, Math.min(end, start + HEADER));
    const begin = PRIORITY.exec(head)?.[0].length ?? 0;
    const length = readTime(begin === 0 ? head : head.slice(begin), into);
    if (length === 0) return false;
    const rest = HOST_AND_IDENT.exec(head.slice(begin + length));
    if (rest === null) return false;
    into.bytes = bytes;
    into.start = start + begin + length + rest[0].length;
    into.end = end;
    into.host = rest[1]!;
    into.idents = [rest[2]!];
    into.pid = Number(rest[3] ?? 0);
    return true;
  },
  seen: [
    'Nov 21 10:50:31 cmp1 nova_compute[187208]: 2026-11-21 01:50:31.664 187212 INFO nova.compute.claims [None req-5678fc57-4d2e-486d-95b7-7deb6d508747 e0 4f - - default default] [instance: b8acd14b-35cc-4931-bd08-129b0bf97b38] Claim successful on node vm',
    'Nov  1 01:50:31.664123 cmp1 nova-compute[7]: INFO nova.compute.claims [None req-5678fc57-4d2e-486d-95b7-7deb6d508747 demo demo] [instance: b8acd14b-35cc-4931-bd08-129b0bf97b38] Claim successful on node vm',
    '2026-11-21T10:50:38.516123+09:00 cmp1 ovs-vswitchd[812]: ovs|00252|bridge|INFO|bridge br-int: added interface tapdf247bb8-47 on port 5',
    '2026-11-21T10:50:38+0900 cmp1 ovs-vswitchd: ovs|00252|bridge|INFO|bridge br-int: added interface tapdf247bb8-47 on port 5',
    '1795225838.516123 cmp1 ovn_controller[99]: 2026-11-21T01:50:38Z|00252|binding|INFO|Releasing lport x',
    'Sat 2026-11-21 10:50:31 KST cmp1 nova-compute[7]: 2026-11-21 01:50:31.664 7 INFO nova.compute.claims [-] Claim successful on node vm',
    'Sat 2026-11-21 01:50:31.664123 UTC cmp1 devstack@n-cpu.service[7]: INFO nova.compute.claims [-] Claim successful on node vm',
    '<30>Nov 21 10:50:31 cmp1 systemd[1]: Started nova_compute container.',
  ],
};

const RFC5424 = /^<\d{1,3}>\d{1,2} (\S{20,40}) (\S{1,255}) (\S{1,48}) (\S{1,128}) \S{1,32} /;
const BOM = [0xef, 0xbb, 0xbf];

/**
 * The format of RFC 5424, as rsyslog's `RSYSLOG_SyslogProtocol23Format` writes it to files.
 *
 *     <30>1 2026-11-21T01:50:31.664123+00:00 cmp1 nova-compute 7 - - 2026-11-21 01:50:31.664 7 INFO …
 *                                            host └── ident ─┘ pid msgid, structured data
 */
export const rfc5424: Form = {
  name: 'rfc5424',
  unwrap(bytes, start, end, into) {
    if (bytes[start] !== 60) return false;
    const head = bytes.toString('latin1', start, Math.min(end, start + HEADER));
    const found = RFC5424.exec(head);
    if (found === null) return false;
    const [header, time, host, ident, pid] = found;
    const instant = readInstant(time!);
    const data = structuredData(bytes, start + header.length, end);
    if (instant === undefined || data === -1) return false;
    into.bytes = bytes;
    into.start = BOM.every((byte, i) => bytes[data + i] === byte) ? data + BOM.length : data;
    into.end = end;
    into.at = instant.at;
    into.isFine = instant.isFine;
    into.host = host === '-' ? undefined : host!;
    into.idents = ident === '-' ? [] : [ident!];
    into.pid = Number(pid) || 0;
    return true;
  },
  seen: [
    '<30>1 2026-11-21T01:50:31.664123+00:00 cmp1 nova-compute 7 - - 2026-11-21 01:50:31.664 7 INFO nova.compute.claims [-] Claim successful on node vm',
    '<27>1 2026-11-21T01:50:38Z cmp1 ovs-vswitchd 812 ovs [x@1 a="b\\] c"] \u{feff}ovs|00252|bridge|ERR|no',
  ],
};

/** The index of the message after `-` or `[id name="value"]…`; -1 if there is neither. */
function structuredData(bytes: Buffer, start: number, end: number): number {
  let i = start;
  if (bytes[i] === 45) i++;
  else if (bytes[i] !== 91) return -1;
  let isQuoted = false;
  let depth = 0;
  for (; i < end && (bytes[i] === 91 || depth > 0); i++) {
    if (bytes[i] === 92) i++;
    else if (bytes[i] === 34) isQuoted = !isQuoted;
    else if (!isQuoted && bytes[i] === 91) depth++;
    else if (!isQuoted && bytes[i] === 93) depth--;
  }
  if (i >= end) return depth === 0 ? end : -1;
  return bytes[i] === 32 ? i + 1 : -1;
}

/** Reads the time into `into`. @returns its length, 0 if there is none */
function readTime(head: string, into: Wrapped): number {
  const instant = readInstant(head);
  if (instant !== undefined) {
    into.at = instant.at;
    into.isFine = instant.isFine;
    return instant.length;
  }
  const short = SHORT.exec(head);
  if (short !== null) {
    const [whole, month, day, hour, minute, second, fraction] = short;
    const place = MONTHS.indexOf(month!);
    if (place === -1) return 0;
    into.at = undefined;
    into.local = Date.UTC(2000, place, Number(day), Number(hour), Number(minute), Number(second)) + fractionOf(fraction);
    into.hasYear = false;
    into.isFine = fraction !== undefined;
    return whole.length;
  }
  const unix = UNIX.exec(head);
  if (unix === null) return readFullTime(head, into);
  into.at = Number(unix[1]) * 1000 + Number(unix[2]) / 1000;
  into.isFine = true;
  return unix[0].length;
}

/** As `readTime`, for `Sat 2026-11-21 10:50:31 KST`. Short names of zones are ambiguous, except for UTC. */
function readFullTime(head: string, into: Wrapped): number {
  const full = FULL.exec(head);
  if (full === null) return 0;
  const [whole, date, time, fraction, zone] = full;
  const local = Date.parse(`${date}T${time}Z`) + fractionOf(fraction);
  if (!Number.isFinite(local)) return 0;
  const offset = /^([+-]\d\d)(\d\d)?$/.exec(zone!);
  into.at = undefined;
  if (zone === 'UTC' || zone === 'GMT') into.at = local;
  else if (offset !== null) into.at = readInstant(`${date}T${time}${offset[1]}${offset[2] ?? '00'}`)!.at + fractionOf(fraction);
  else into.local = local;
  into.hasYear = true;
  into.isFine = fraction !== undefined;
  return whole.length;
}
