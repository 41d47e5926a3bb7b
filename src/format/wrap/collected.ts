import { looksLikeStamp } from '../digits.js';
import type { Form, Wrapped } from './form.js';
import { type Instant, readInstant } from './instant.js';
import { type Fields, fieldsOf, readObject, textOf } from './object.js';

const SPACE = 32;
const T = 84;
const BRACE = 123;
const ESCAPE = 27;

/** A field by its path, whether the objects are nested or the name is written out: `log.file.path`. */
function at(fields: Fields, path: string): unknown {
  if (Object.hasOwn(fields, path)) return fields[path];
  for (let dot = path.indexOf('.'); dot !== -1; dot = path.indexOf('.', dot + 1)) {
    const inner = fieldsOf(fields[path.slice(0, dot)]);
    if (inner === undefined) continue;
    const found = at(inner, path.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The first of these fields that holds text. */
function firstOf(fields: Fields, ...paths: readonly string[]): string | undefined {
  for (const path of paths) {
    const text = textOf(at(fields, path));
    if (text !== undefined) return text;
  }
  return undefined;
}

const textsOf = (fields: Fields, paths: readonly string[]): string[] =>
  paths.map((path) => textOf(at(fields, path))).filter((text) => text !== undefined);

/** The document; Elasticsearch and OpenSearch export it under `_source`. */
function documentOf(bytes: Buffer, start: number, end: number): Fields | undefined {
  const fields = readObject(bytes, start, end);
  return fields === undefined ? undefined : (fieldsOf(fields['_source']) ?? fields);
}

/**
 * Hands the text over, and its time. What reads a file stamps a line when it reads it, hours late where it has to catch up: such
 * a time proves no zone. It is used where the line has none. A runtime's own time is another matter.
 */
function give(into: Wrapped, text: string, instant: Instant | undefined, isProof: boolean): true {
  into.bytes = Buffer.from(text);
  into.start = 0;
  into.end = text.endsWith('\n') ? into.bytes.length - 1 : into.bytes.length;
  const hasOwn = looksLikeStamp(into.bytes, 0, SPACE) || looksLikeStamp(into.bytes, 0, T);
  if (instant !== undefined && (isProof || !hasOwn)) {
    into.at = instant.at;
    into.isFine = instant.isFine;
  }
  return true;
}

/**
 * filebeat, and what else writes documents of the Elastic Common Schema: the line as `message`.
 *
 *     {"@timestamp":"2026-11-21T01:50:32.001Z","message":"2026-11-21 01:50:31.664 7 INFO …","log":{"file":{"path":"…/nova-compute.log"}},"host":{"name":"cmp1"}}
 */
export const filebeat: Form = {
  name: 'filebeat',
  unwrap(bytes, start, end, into) {
    const fields = documentOf(bytes, start, end);
    const time = textOf(fields?.['@timestamp']);
    const message = fields?.['message'];
    if (fields === undefined || time === undefined || typeof message !== 'string' || fields['Payload'] !== undefined) return false;
    const instant = readInstant(time);
    if (instant === undefined) return false;
    into.host = firstOf(
      fields,
      'kubernetes.node.name',
      'host.name',
      'host.hostname',
      'agent.hostname',
      'agent.name',
      'beat.hostname',
      'host',
    );
    into.idents = textsOf(fields, [
      'kubernetes.container.name',
      'container.name',
      'syslog.identifier',
      'log.syslog.appname',
      'process.name',
      'log.file.path',
      'source',
      'systemd.unit',
    ]);
    into.stream = firstOf(fields, 'log.file.path', 'container.id') ?? '';
    return give(into, message, instant, textOf(fields['stream']) !== undefined || at(fields, 'journald') !== undefined);
  },
  seen: [
    '{"@timestamp":"2026-11-21T01:50:32.001Z","message":"2026-11-21 01:50:31.664 7 INFO nova.compute.claims [-] Claim successful on node vm","log":{"file":{"path":"/var/log/kolla/nova/nova-compute.log"},"offset":1},"host":{"name":"cmp1"}}',
    '{"_index":"filebeat-8.15.0","_id":"x","_source":{"@timestamp":"2026-11-21T01:50:32.001Z","message":"2026-11-21T01:50:31.664Z|00252|binding|INFO|Releasing lport x","log.file.path":"/var/log/ovn/ovn-controller.log","host.name":"cmp1"}}',
    '{"@timestamp":"2026-11-21T01:50:31.664Z","stream":"stderr","message":"2026-11-21 01:50:31.664 7 INFO nova.compute.claims [-] x","kubernetes":{"container":{"name":"nova-compute"},"pod":{"name":"nova-compute-default-x7k2p"},"node":{"name":"cmp1"}},"container":{"id":"5d9c"}}',
  ],
};

const LOCAL = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[.,]\d+$/;
const REQUEST = /^(?:req-)?([0-9a-f]{8}-[0-9a-f-]{27})$/;
const wordOf = (value: unknown): string => textOf(value)?.replaceAll(/\s/g, '') ?? '-';

/**
 * kolla's fluentd, which takes each line of oslo.log and OVS apart; so its OpenSearch exports them. `request_id` lacks its
 * `req-`, and the lines of a traceback stand behind the Payload, with their own stamps.
 *
 *     {"Hostname":"cmp1","Payload":"[instance: …] Claim successful on node vm","log_level":"INFO","python_module":"nova.compute.claims","programname":"nova-compute",…}
 *
 * `Timestamp` is the line's own, which is local; `@timestamp` is the same moment with its zone.
 */
export const kolla: Form = {
  name: 'kolla',
  unwrap(bytes, start, end, into) {
    const fields = documentOf(bytes, start, end);
    const payload = fields?.['Payload'];
    if (fields === undefined || typeof payload !== 'string') return false;
    const instant = readInstant(textOf(fields['@timestamp']) ?? textOf(fields['timestamp']) ?? '');
    const local = [fields['Timestamp'], fields['timestamp']].map(textOf).find((text) => text !== undefined && LOCAL.test(text));
    if (instant === undefined && local === undefined) return false;
    const stamp = (local ?? isoOf(instant!)).replace(',', '.');
    into.host = textOf(fields['Hostname']);
    into.idents = textsOf(fields, ['programname', 'Logger']);
    into.at = instant?.at;
    into.isFine = instant?.isFine ?? false;
    into.pid = Number(fields['Pid']) || 0;
    const level = textOf(fields['log_level']) ?? 'INFO';
    const module = textOf(fields['python_module']);
    const daemon = textOf(fields['module']);
    const text = payload.replace(/\n$/, '');
    if (module !== undefined)
      into.bytes = Buffer.from(`${stamp.replace('T', ' ')} ${into.pid} ${level} ${module} [${contextOf(fields)}] ${text}`);
    else if (daemon !== undefined)
      into.bytes = Buffer.from(`${stamp.replace(' ', 'T')}Z|${wordOf(fields['serial'] ?? '0')}|${daemon}|${level}|${text}`);
    else into.bytes = Buffer.from(text);
    into.start = 0;
    into.end = into.bytes.length;
    return true;
  },
  seen: [
    '{"Hostname":"cmp1","Payload":"[instance: b8acd14b-35cc-4931-bd08-129b0bf97b38] Claim successful on node vm","log_level":"INFO","python_module":"nova.compute.claims","request_id":"5678fc57-4d2e-486d-95b7-7deb6d508747","user_id":"e0","tenant_id":"4f","programname":"nova-compute","Pid":"7","@timestamp":"2026-11-21T01:50:31.664000000+00:00","Logger":"openstack.nova"}',
    '{"_index":"flog-2026.11.21","_id":"x","_score":null,"_source":{"Hostname":"cmp1","Payload":"Claim successful on node vm","log_level":"INFO","python_module":"nova.compute.claims","programname":"nova-compute","Pid":"7","Timestamp":"2026-11-21 10:50:31.664","@timestamp":"2026-11-21T01:50:31.664000000+00:00"}}',
    '{"Hostname":"cmp1","Payload":"Releasing lport x","log_level":"INFO","module":"binding","programname":"ovn-controller","@timestamp":"2026-11-21T01:50:31.664000000+00:00"}',
  ],
};

const isoOf = ({ at: moment }: Instant): string => new Date(Math.floor(moment)).toISOString().slice(0, 23);

function contextOf(fields: Fields): string {
  const request = REQUEST.exec(textOf(fields['request_id']) ?? '')?.[1];
  if (request === undefined) return '-';
  const caller = textOf(fields['global_id']) ?? textOf(fields['global_request_id']) ?? 'None';
  return `${wordOf(caller)} req-${request} ${wordOf(fields['user_id'])} ${wordOf(fields['tenant_id'] ?? fields['project_id'])} - - -`;
}

const COLOUR = String.raw`(?:\x1b\[[0-9;]*m)*`;
const TEXT = new RegExp(
  `^${COLOUR}([^\\s\\x1b]{20,40})${COLOUR} ${COLOUR}\\{((?:[A-Za-z_]\\w*="(?:[^"\\\\]|\\\\.)*"(?:, ?)?)*)\\} *${COLOUR} ?`,
);
const LABEL = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g;
const HOSTS = ['hostname', 'node_name', 'node', 'host', 'instance'];
const WRITERS = ['container', 'container_name', 'service_name', 'service', 'app', 'filename', 'job', 'unit', 'pod'];

/**
 * Loki's logcli: `-o jsonl`, and what it prints without.
 *
 *     {"labels":{"filename":"/var/log/kolla/nova/nova-compute.log","host":"cmp1"},"line":"2026-11-21 01:50:31.664 …","timestamp":"2026-11-21T01:50:32.1Z"}
 *     2026-11-21T01:50:32Z {filename="/var/log/kolla/nova/nova-compute.log", host="cmp1"} 2026-11-21 01:50:31.664 …
 */
export const loki: Form = {
  name: 'loki',
  unwrap(bytes, start, end, into) {
    if (bytes[start] !== BRACE) return unwrapText(bytes, start, end, into);
    const fields = readObject(bytes, start, end);
    const line = fields?.['line'];
    const instant = readInstant(textOf(fields?.['timestamp']) ?? '');
    if (fields === undefined || typeof line !== 'string' || instant === undefined) return false;
    return labelled(into, fieldsOf(fields['labels']) ?? {}, line, instant);
  },
  seen: [
    '{"labels":{"filename":"/var/log/kolla/nova/nova-compute.log","host":"cmp1"},"line":"2026-11-21 01:50:31.664 7 INFO nova.compute.claims [-] Claim successful on node vm","timestamp":"2026-11-21T01:50:32.1Z"}',
    '{"labels":{"container":"nova-compute","pod":"nova-compute-default-x7k2p","stream":"stderr"},"line":"Traceback (most recent call last):","timestamp":"2026-11-21T10:50:32.1+09:00"}',
    '2026-11-21T01:50:32Z {filename="/var/log/kolla/nova/nova-compute.log", host="cmp1"} 2026-11-21 01:50:31.664 7 INFO nova.compute.claims [-] Claim successful on node vm',
    '\x1b[34m2026-11-21T01:50:32Z\x1b[0m \x1b[31m{host="cmp1", job="nova-compute"}  \x1b[0m 2026-11-21 01:50:31.664 7 INFO nova.compute.claims [-] x',
  ],
};

function unwrapText(bytes: Buffer, start: number, end: number, into: Wrapped): boolean {
  if (bytes[start] !== ESCAPE && bytes[start + 10] !== T) return false;
  const found = TEXT.exec(bytes.toString('utf8', start, Math.min(end, start + 4096)));
  const instant = found === null ? undefined : readInstant(found[1]!);
  if (found === null || instant === undefined || instant.length !== found[1]!.length) return false;
  const labels = Object.fromEntries([...found[2]!.matchAll(LABEL)].map(([, name, value]) => [name!, value!]));
  return labelled(into, labels, bytes.toString('utf8', start + Buffer.byteLength(found[0]), end), instant);
}

function labelled(into: Wrapped, labels: Fields, line: string, instant: Instant): true {
  into.host = textsOf(labels, HOSTS)[0];
  into.idents = textsOf(labels, WRITERS);
  into.stream = Object.values(labels).join(' ');
  // The stages of promtail for a runtime's lines take its time, and its stream as a label.
  return give(into, line, instant, textOf(labels['stream']) !== undefined);
}
