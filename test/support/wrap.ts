import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { createZone, type Zone } from '../../src/format/zone.js';
import { parseZones } from '../../src/read/zones.js';
import { findLogs } from '../../src/tail/discover.js';
import { nameLog } from '../../src/tail/name.js';

/** A line as its service wrote it, and when. */
export interface Written {
  readonly text: string;
  /** UTC; a line without a stamp was written when the one before it was */
  readonly at: number;
  readonly service: string;
  readonly host: string;
}

/** One log of a scenario. */
export interface PlainLog {
  readonly name: string;
  readonly service: string;
  readonly host: string;
  readonly lines: readonly Written[];
}

const STAMP = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d{3})?)(Z?)/;

/** The logs of a scenario, each in its zone; rotated parts are put together. */
export async function plainLogs(dir: string, zone: string): Promise<PlainLog[]> {
  const zones = parseZones(zone);
  const logs: PlainLog[] = [];
  for (const { path, parts } of await findLogs([dir])) {
    const known = nameLog(path);
    if (known === undefined) continue;
    const { service, host = 'vm' } = known;
    const text = parts.map((part) => readFileSync(part, 'utf8')).join('');
    logs.push({ name: basename(path), service, host, lines: writtenIn(text, service, host, zones(service)) });
  }
  return logs;
}

function writtenIn(text: string, service: string, host: string, zone: Zone): Written[] {
  let at = 0;
  return text
    .replace(/\n$/, '')
    .split('\n')
    .filter((line, _, lines) => lines.length > 1 || line !== '')
    .map((line) => {
      const found = STAMP.exec(line);
      if (found !== null) {
        const local = Date.parse(`${found[1]}T${found[2]}Z`);
        at = found[3] === 'Z' ? local : zone.toUtc(local, at || undefined);
      }
      return { text: line, at, service, host };
    });
}

const seoul = createZone('Asia/Seoul');
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const micros = (at: number): string =>
  `${new Date(Math.floor(at)).toISOString().slice(0, 23)}${String(Math.round((at % 1) * 1000)).padStart(3, '0')}`;

/** `2026-11-21T10:50:31.664000123+09:00` */
const inSeoul = (at: number): string => `${micros(at - offsetOf(at))}123+09:00`;
const offsetOf = (at: number): number => seoul.toUtc(at, undefined) - at;

/** `Nov 21 10:50:31`, on a host in Seoul. */
const shortInSeoul = (at: number): string => short(at - offsetOf(at)).slice(0, 15);

/** `Nov 21 01:50:31.664000` */
const short = (at: number): string => {
  const iso = micros(at);
  return `${MONTHS[Number(iso.slice(5, 7)) - 1]} ${String(Number(iso.slice(8, 10))).padStart(2)} ${iso.slice(11)}`;
};

/** Chooses a number below another. */
export type Random = (below: number) => number;

/** Cuts a text at random: mostly not at all. */
function cut(text: string, random: Random): string[] {
  const parts: string[] = [];
  let rest = text;
  while (rest.length > 1 && random(4) === 0) {
    const at = 1 + random(rest.length - 1);
    // Real wrappers cut bytes; these logs hold ASCII only.
    parts.push(rest.slice(0, at));
    rest = rest.slice(at);
  }
  return [...parts, rest];
}

const CONTAINERS: Readonly<Record<string, string>> = {
  'nova-compute': 'nova_compute',
  'nova-api': 'nova_api',
  'nova-conductor': 'nova_conductor',
  'nova-scheduler': 'nova_scheduler',
  'neutron-server': 'neutron_server',
  'ovn-controller': 'ovn_controller',
  'neutron-ovn-metadata-agent': 'ovn_metadata_agent',
};
export const containerOf = (service: string): string => CONTAINERS[service] ?? service;

/** How a line becomes wrapped lines; `taken` is when the wrapper saw it. */
export const wrappers = {
  cri: ({ text }, taken, random) => {
    const parts = cut(text, random);
    return parts.map((part, i) => `${micros(taken)}123Z stdout ${i === parts.length - 1 ? 'F' : 'P'} ${part}`);
  },
  /** podman's k8s-file on a host in Seoul */
  'cri with an offset': ({ text }, taken) => [`${inSeoul(taken)} stderr F ${text}`],
  docker: ({ text }, taken, random) => {
    const parts = cut(text, random);
    return parts.map((part, i) =>
      JSON.stringify({ log: i === parts.length - 1 ? `${part}\n` : part, stream: 'stderr', time: `${micros(taken)}123Z` }),
    );
  },
  'journal-json': ({ text, service, host }, taken, random) => {
    const parts = cut(text, random);
    return parts.map((part, i) =>
      JSON.stringify({
        __REALTIME_TIMESTAMP: String(Math.round(taken * 1000)),
        _HOSTNAME: host,
        _PID: '7',
        _STREAM_ID: service,
        ...(i < parts.length - 1 && { _LINE_BREAK: 'line-max' }),
        SYSLOG_IDENTIFIER: containerOf(service),
        MESSAGE: random(3) === 0 ? [...Buffer.from(part)] : part,
      }),
    );
  },
  syslog: ({ text, service, host }, taken) => [`${inSeoul(taken).replace('123+', '+')} ${host} ${service}[7]: ${text}`],
  /** whole seconds of a host in Seoul, whatever zone the containers are in */
  'syslog without a zone': ({ text, service, host }, taken) => [`${shortInSeoul(taken)} ${host} ${containerOf(service)}[187208]: ${text}`],
  rfc5424: ({ text, service, host }, taken) => [`<30>1 ${micros(taken)}Z ${host} ${service} 7 - - ${text}`],
} as const satisfies Readonly<Record<string, (line: Written, taken: number, random: Random) => string[]>>;

const OSLO =
  /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) (\d+) ([A-Z]+) (\S+) (?:\[((?!instance)[^\]]*)\] ?)?(?:\[instance: ([0-9a-f-]{36})\] ?)?(.*)$/s;
const SUFFIX = / (\S+) (\S+\.py):(\d+)$/;

/** A record, with the lines that continue it. */
interface OsloRecord extends Written {
  readonly stamp: string;
  readonly pid: number;
  readonly level: string;
  readonly logger: string;
  /** undefined for a line of a traceback */
  readonly context: string | undefined;
  readonly instance: string | undefined;
  readonly message: string;
  /** lines without a prefix */
  readonly more: readonly string[];
}

/** The records of a log; lines before the first are left out, as a service that writes objects has none. */
function recordsOf({ lines }: PlainLog): OsloRecord[] {
  const records: (OsloRecord & { more: string[] })[] = [];
  for (const line of lines) {
    const found = OSLO.exec(line.text);
    if (found === null) {
      records.at(-1)?.more.push(line.text);
      continue;
    }
    const [, stamp, pid, level, logger, context, instance, message] = found;
    records.push({
      ...line,
      stamp: stamp!,
      pid: Number(pid),
      level: level!,
      logger: logger!,
      context,
      instance,
      message: message!,
      more: [],
    });
  }
  return records;
}

interface Told {
  readonly record: OsloRecord;
  readonly message: string;
  readonly place: RegExpExecArray | null;
  readonly traceback: readonly string[];
}

/** Puts the lines of each traceback to their record, as the formatters that write objects do. */
function told(log: PlainLog): Told[] {
  const all: (Told & { traceback: string[] })[] = [];
  for (const record of recordsOf(log)) {
    const last = all.findLast((each) => each.record.pid === record.pid);
    if (record.context === undefined && last !== undefined && last.record.at === record.at && last.record.logger === record.logger) {
      last.traceback.push(record.message, ...record.more);
      continue;
    }
    const whole = [record.message, ...record.more].join('\n');
    const place = record.level === 'DEBUG' ? SUFFIX.exec(whole) : null;
    all.push({ record, message: place === null ? whole : whole.slice(0, place.index), place, traceback: [] });
  }
  // The text format ends a traceback with an empty line, the formatters do not.
  return all.map((each) => ({ ...each, traceback: each.traceback.filter((line) => line !== '') }));
}

function contextOf(context: string | undefined): Record<string, unknown> {
  if (context === undefined || context === '-') return {};
  const words = context.split(' ');
  const own = words.findLastIndex((word) => word.startsWith('req-'));
  const id = (word: string | undefined): string | null => (word === undefined || word === '-' || word === 'None' ? null : word);
  return {
    request_id: words[own],
    global_request_id: own === 1 ? id(words[0]) : null,
    user: id(words[own + 1]),
    project: id(words[own + 2]),
  };
}

/** A log of a Python service as objects: `oslo.log`'s formatters keep the instance out of the message. */
export const asObjects = {
  'oslo-json': (log: PlainLog): string[] =>
    told(log).map(({ record, message, place, traceback }) =>
      JSON.stringify({
        message,
        asctime: record.stamp.slice(0, 19),
        name: record.logger,
        levelname: record.level,
        pathname: place?.[2] ?? '/x.py',
        lineno: Number(place?.[3] ?? 1),
        funcname: place?.[1] ?? 'f',
        created: record.at / 1000,
        process: record.pid,
        traceback: traceback.length === 0 ? null : traceback.join('\n'),
        hostname: record.host,
        error_summary: '',
        context: contextOf(record.context),
        extra: record.instance === undefined ? {} : { instance: { uuid: record.instance, host: record.host } },
      }),
    ),
  fluent: (log: PlainLog): string[] =>
    told(log).map(({ record, message, place, traceback }) =>
      JSON.stringify({
        message,
        time: record.stamp.replace('.', ','),
        name: record.logger,
        level: record.level,
        filename: 'x.py',
        lineno: Number(place?.[3] ?? 1),
        funcname: place?.[1] ?? 'f',
        cmdline: `/usr/bin/python3 /usr/bin/${log.service} --config-file /etc/x.conf`,
        hostname: record.host,
        traceback: traceback.length === 0 ? null : traceback,
        error_summary: '',
        context: contextOf(record.context),
        extra: record.instance === undefined ? {} : { instance_uuid: record.instance },
      }),
    ),
} as const;

const COLOURS: Readonly<Record<string, string>> = {
  DEBUG: '\x1b[00;32m',
  INFO: '\x1b[00;36m',
  WARNING: '\x1b[01;33m',
  ERROR: '\x1b[01;31m',
};

/** A log of a Python service as `journalctl -o short-precise` prints DevStack's: the prefix has the only time. */
export function asDevstack(log: PlainLog, unit: (service: string) => string): string[] {
  return recordsOf(log).flatMap((record) => {
    const prefix = `${short(record.at)} ${record.host} ${unit(record.service)}[${record.pid}]: `;
    const color = COLOURS[record.level] ?? '\x1b[00;36m';
    const instance = record.instance === undefined ? '' : `[instance: ${record.instance}] `;
    const place = record.level === 'DEBUG' && record.more.length === 0 ? SUFFIX.exec(record.message) : null;
    const message = place === null ? record.message : record.message.slice(0, place.index);
    const suffix = place === null ? '' : ` \x1b[00;33m{{(pid=${record.pid}) ${place[1]} ${place[2]}:${place[3]}}}\x1b[00m`;
    const head = `${prefix}${color}${record.level} ${record.logger} `;
    if (record.context === undefined) return [`${prefix}\x1b[01;31mERROR ${record.logger} \x1b[01;35m${instance}\x1b[00m${message}`];
    const { request_id: request, global_request_id: global, user, project } = contextOf(record.context);
    const context =
      request === undefined
        ? `[\x1b[00;36m-${color}]`
        : `[\x1b[01;36m${global ?? 'None'} ${request} \x1b[00;36m${project ?? 'None'} ${user ?? 'None'}${color}]`;
    return [
      `${head}${context} \x1b[01;35m${instance}${color}${message}\x1b[00m${suffix}`,
      ...record.more.map((line) => `${prefix}${line}`),
    ];
  });
}
