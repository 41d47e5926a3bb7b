import { at, documentOf, firstOf, hasOwnStamp, instantOf, setText, textsOf } from './document.js';
import type { Form } from './form.js';
import { type Instant, readInstant } from './instant.js';
import { type Fields, textOf } from './object.js';
import { withoutPodSuffix } from './pods.js';

/** Field names in the documents of Elastic's schema, Fluent Bit, Vector, Graylog, Splunk and public clouds. */
const TEXTS = [
  'message',
  'log',
  'line',
  'msg',
  'MESSAGE',
  '_raw',
  'textPayload',
  'short_message',
  'full_message',
  'body',
  'event.original',
  '@message',
  'text',
  'raw',
];
const TIMES = ['@timestamp', 'timestamp', 'time', 'datetime', 'date', '_time', 'ts', 'eventTime', 'receiveTimestamp', 'logdate'];
const WRITTEN_ON = [
  'kubernetes.node.name',
  'kubernetes.host',
  'nodeName',
  'node_name',
  'host.name',
  'host.hostname',
  'hostname',
  'Hostname',
  '_HOSTNAME',
  'agent.hostname',
  'agent.name',
  'beat.hostname',
  'host',
  'source_host',
];
const WRITTEN_BY = [
  'kubernetes.container.name',
  'kubernetes.container_name',
  'containerName',
  'container.name',
  'container_name',
  '_container_name',
  'syslog.identifier',
  'log.syslog.appname',
  'SYSLOG_IDENTIFIER',
  'programname',
  'appname',
  'application_name',
  'program',
  'ident',
  'service.name',
  'service',
  'process.name',
  'log.file.path',
  'filename',
  'file',
  'path',
  'source',
  'systemd.unit',
  '_SYSTEMD_UNIT',
  'logStreamName',
  'tag',
];
const PODS = ['kubernetes.pod.name', 'kubernetes.pod_name', 'podName', 'pod_name', 'pod'];

/** Whether an object has another form: docker, the journal, Loki, kolla or oslo.log's own JSON. */
function isOfOtherForm(fields: Fields): boolean {
  const has = (...names: readonly string[]): boolean => names.every((name) => Object.hasOwn(fields, name));
  if (has('Payload') || has('labels', 'line', 'timestamp')) return true;
  if (has('MESSAGE') && (has('__REALTIME_TIMESTAMP') || has('_SOURCE_REALTIME_TIMESTAMP'))) return true;
  if (has('name', 'levelname', 'created') || (has('time', 'level', 'name') && STAMP.test(textOf(fields['time']) ?? ''))) return true;
  return has('log', 'time') && !isCollected(fields);
}

const STAMP = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?$/;
/** Fields that log collectors add to docker's objects. */
const ADDED = ['@timestamp', 'date', 'kubernetes', 'file', 'path', 'filename', 'source', 'host', 'hostname', 'container_name', 'message'];

/** Whether an object with docker's `log` and `time` comes from a log collector. */
export const isCollected = (fields: Fields): boolean => ADDED.some((name) => Object.hasOwn(fields, name));

/**
 * Documents of filebeat and other log collectors, one per line. The line is in `message`, `log`, `_raw` or the like.
 *
 *     {"@timestamp":"2026-11-21T01:50:32.001Z","message":"2026-11-21 01:50:31.664 7 INFO …","log":{"file":{"path":"…/nova-compute.log"}},"host":{"name":"cmp1"}}
 *     {"date":1795225831.664,"log":"2026-11-21 01:50:31.664 7 INFO …","file":"/var/log/nova/nova-compute.log"}
 */
export const filebeat: Form = {
  name: 'filebeat',
  unwrap(bytes, start, end, into) {
    const fields = documentOf(bytes, start, end);
    if (fields === undefined || isOfOtherForm(fields)) return false;
    const message = firstOf(fields, ...TEXTS) ?? (fields['message'] === '' ? '' : undefined);
    if (message === undefined) return false;
    const instant = TIMES.map((name) => instantOf(at(fields, name))).find((each) => each !== undefined);
    const text = hasOwnStamp(message) ? message : (asRecord(fields, message, instant) ?? message);
    if (instant === undefined && !hasOwnStamp(text)) return false;
    into.host = firstOf(fields, ...WRITTEN_ON) ?? hostNamed(textOf(fields['source']));
    const pod = firstOf(fields, ...PODS);
    into.idents = [...textsOf(fields, WRITTEN_BY), ...(pod === undefined ? [] : [withoutPodSuffix(pod)])];
    into.stream = firstOf(fields, 'log.file.path', 'container.id') ?? '';
    return setText(into, text, instant, textOf(fields['stream']) !== undefined || at(fields, 'journald') !== undefined);
  },
  seen: [
    '{"@timestamp":"2026-11-21T01:50:32.001Z","message":"2026-11-21 01:50:31.664 7 INFO nova.compute.claims [-] Claim successful on node vm","log":{"file":{"path":"/var/log/kolla/nova/nova-compute.log"},"offset":1},"host":{"name":"cmp1"}}',
    '{"_index":"filebeat-8.15.0","_id":"x","_source":{"@timestamp":"2026-11-21T01:50:32.001Z","message":"2026-11-21T01:50:31.664Z|00252|binding|INFO|Releasing lport x","log.file.path":"/var/log/ovn/ovn-controller.log","host.name":"cmp1"}}',
    '{"@timestamp":"2026-11-21T01:50:31.664Z","stream":"stderr","message":"2026-11-21 01:50:31.664 7 INFO nova.compute.claims [-] x","kubernetes":{"container":{"name":"nova-compute"},"pod":{"name":"nova-compute-default-x7k2p"},"node":{"name":"cmp1"}},"container":{"id":"5d9c"}}',
    '{"file":"/var/log/nova/nova-compute.log","host":"cmp1","message":"2026-11-21 01:50:31.664 7 INFO nova.compute.claims [-] x","source_type":"file","timestamp":"2026-11-21T01:50:32.001Z"}',
    '{"date":1795225831.664,"log":"2026-11-21 01:50:31.664 7 INFO nova.compute.claims [-] x","stream":"stdout","time":"2026-11-21T01:50:31.664Z","kubernetes":{"container_name":"nova-compute","host":"cmp1"}}',
    '{"message":"2026-11-21 01:50:31.664 7 INFO nova.compute.claims [-] x","nodeName":"cmp1","podName":"nova-compute-default-x7k2p","containerName":"nova-compute"}',
    '{"preview":false,"result":{"_raw":"2026-11-21 01:50:31.664 7 INFO nova.compute.claims [-] x","_time":"2026-11-21T01:50:31.664+00:00","host":"cmp1","source":"/var/log/nova/nova-compute.log"}}',
  ],
};

/** `source` is the host in Graylog, and the file in other collectors. */
const hostNamed = (source: string | undefined): string | undefined => (source?.includes('/') === false ? source : undefined);

const LEVEL = /^(?:TRACE|DEBUG|INFO|AUDIT|WARN|WARNING|ERROR|CRITICAL)$/i;
const MODULE = /^[a-z_]\w*(?:\.\w+)+$/i;

/** Rebuilds a line of oslo.log from its parsed fields; undefined if the level or the logger is missing. */
function asRecord(fields: Fields, message: string, instant: Instant | undefined): string | undefined {
  const local = textsOf(fields, ['Timestamp', 'timestamp', 'asctime', 'logdate', 'time']).find((text) => LOCAL.test(text));
  const level = textsOf(fields, ['log_level', 'loglevel', 'levelname', 'log.level', 'level', 'severity']).find((text) => LEVEL.test(text));
  const module = textsOf(fields, ['python_module', 'module', 'log.logger', 'logger', 'name']).find((text) => MODULE.test(text));
  if (level === undefined || module === undefined || (local ?? instant) === undefined) return undefined;
  const stamp = (local ?? isoOf(instant!)).replace(',', '.').replace('T', ' ');
  const pid = String(fields['pid'] ?? fields['Pid'] ?? fields['process'] ?? 0);
  return `${stamp} ${Number(pid) || 0} ${level.toUpperCase()} ${module} [${contextOf(fields)}] ${message}`;
}

const LOCAL = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[.,]\d+$/;
const REQUEST = /^(?:req-)?([0-9a-f]{8}-[0-9a-f-]{27})$/;
const wordOf = (value: unknown): string => textOf(value)?.replaceAll(/\s/g, '') ?? '-';

/**
 * Documents of kolla's fluentd, which parses lines of oslo.log and OVS, also as exported from its OpenSearch.
 * `request_id` has no `req-`. The lines of a traceback follow in the Payload, each with its own timestamp.
 *
 *     {"Hostname":"cmp1","Payload":"[instance: …] Claim successful on node vm","log_level":"INFO","python_module":"nova.compute.claims","programname":"nova-compute",…}
 *
 * `Timestamp` is the line's own local time; `@timestamp` is the same time with a zone.
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
  // `?`: the export has no field for the user. A periodic task has the user `-`.
  const user = Object.hasOwn(fields, 'user_id') ? wordOf(fields['user_id']) : '?';
  return `${wordOf(caller)} req-${request} ${user} ${wordOf(fields['tenant_id'] ?? fields['project_id'])} - - -`;
}
