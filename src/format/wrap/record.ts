import type { Form, Wrapped } from './form.js';
import { readInstant } from './instant.js';
import { type Fields, fieldsOf, numberOf, readObject, textOf } from './object.js';

/** The parts of a record that both formatters write, under common names. */
interface RecordParts {
  readonly message: string;
  readonly level: string;
  readonly logger: string;
  readonly pid: number;
  /** `2026-11-21 01:50:31.664` */
  readonly stamp: string;
  /** `function path:line` */
  readonly place: string;
  readonly fields: Fields;
}

/**
 * The format of oslo.log's JSONFormatter (`use_json`). `created` is UTC; `asctime` is local, in whole seconds.
 *
 *     {"message": "Claim successful on node vm", "asctime": "2026-11-21 10:50:31", "name": "nova.compute.claims", "levelname": "INFO", "created": 1795225831.664…
 */
export const osloJson: Form = {
  name: 'oslo-json',
  unwrap(bytes, start, end, into) {
    const fields = readObject(bytes, start, end);
    const created = numberOf(fields?.['created']);
    const level = textOf(fields?.['levelname']);
    const logger = textOf(fields?.['name']);
    if (fields === undefined || created === undefined || level === undefined || logger === undefined) return false;
    const at = Math.round(created * 1e6) / 1000;
    if (!(Math.abs(at) < 8e15)) return false;
    into.at = at;
    into.isFine = true;
    into.host = textOf(fields['hostname']);
    const micros = String(Math.round((at - Math.floor(at)) * 1000)).padStart(3, '0');
    return write(into, {
      message: messageOf(fields),
      level,
      logger,
      pid: numberOf(fields['process']) ?? 0,
      stamp: `${new Date(Math.floor(at)).toISOString().slice(0, 23).replace('T', ' ')}${micros}`,
      place: `${wordOf(fields['funcname'])} ${wordOf(fields['pathname'])}:${numberOf(fields['lineno']) ?? 0}`,
      fields,
    });
  },
  seen: [
    '{"message": "Claim successful on node vm", "asctime": "2026-11-21 01:50:31", "name": "nova.compute.claims", "msg": "Claim successful on node %s", "args": ["vm"], "levelname": "INFO", "levelno": 20, "pathname": "/usr/lib/python3/dist-packages/nova/compute/claims.py", "filename": "claims.py", "module": "claims", "lineno": 91, "funcname": "_claim_test", "created": 1795225831.664123, "msecs": 664.123, "relative_created": 1.5, "thread": 1, "thread_name": "MainThread", "process_name": "MainProcess", "process": 7, "traceback": null, "hostname": "cmp1", "error_summary": "", "context": {"request_id": "req-5678fc57-4d2e-486d-95b7-7deb6d508747", "global_request_id": null, "user": "e0", "project": "4f"}, "extra": {"instance": {"uuid": "b8acd14b-35cc-4931-bd08-129b0bf97b38"}}}',
  ],
};

const STAMP = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?$/;

/**
 * The format of oslo.log's FluentFormatter: one object per line, or as fluentd's `out_file` writes it, with a time and
 * a tag before the object. `time` is local; there is no process id.
 *
 *     2026-11-21T01:50:31+00:00	nova.compute	{"message":"Claim successful on node vm","time":"2026-11-21 10:50:31,664","name":"nova.compute.claims","level":"INFO",…
 */
export const fluent: Form = {
  name: 'fluent',
  unwrap(bytes, start, end, into) {
    const object = readPrefix(bytes, start, end, into);
    const fields = readObject(bytes, object, end);
    const time = textOf(fields?.['time']);
    const level = textOf(fields?.['level']);
    const logger = textOf(fields?.['name']);
    if (fields === undefined || time === undefined || !STAMP.test(time) || level === undefined || logger === undefined) return false;
    into.host = textOf(fields['hostname']);
    const program = (textOf(fields['cmdline']) ?? '').split(' ', 3).map((word) => word.slice(word.lastIndexOf('/') + 1));
    const names = [textOf(fields['uwsgi_name']), ...program.filter((word) => /^[^-]/.test(word)), ...into.idents];
    into.idents = names.filter((name) => name !== undefined);
    return write(into, {
      message: messageOf(fields),
      level,
      logger,
      pid: 0,
      stamp: time.replace('T', ' ').replace(',', '.'),
      place: `${wordOf(fields['funcname'])} ${wordOf(fields['filename'])}:${numberOf(fields['lineno']) ?? 0}`,
      fields,
    });
  },
  seen: [
    '{"message":"Claim successful on node vm","time":"2026-11-21 10:50:31,664","name":"nova.compute.claims","level":"INFO","filename":"claims.py","lineno":91,"module":"claims","funcname":"_claim_test","process_name":"MainProcess","cmdline":"/usr/bin/nova-compute --config-file /etc/nova/nova.conf","hostname":"cmp1","traceback":null,"error_summary":"","context":{"request_id":"req-5678fc57-4d2e-486d-95b7-7deb6d508747","user":"e0","project":"4f"},"extra":{"instance_uuid":"b8acd14b-35cc-4931-bd08-129b0bf97b38"}}',
    '2026-11-21T01:50:31+00:00\tnova.compute\t{"message":"Claim successful on node vm","time":"2026-11-21 10:50:31,664","name":"nova.compute.claims","level":"INFO","context":{},"extra":{}}',
  ],
};

/** Reads the time and the tag of fluentd's `out_file`, if any. @returns the index of the object */
function readPrefix(bytes: Buffer, start: number, end: number, into: Wrapped): number {
  if (bytes[start + 10] !== 84) return start;
  const [time = '', tag, object] = bytes.toString('latin1', start, Math.min(end, start + 300)).split('\t', 3);
  const instant = object === undefined ? undefined : readInstant(time);
  if (instant === undefined || instant.length !== time.length) return start;
  into.at = instant.at;
  into.isFine = instant.isFine;
  into.idents = [tag!];
  return start + time.length + tag!.length + 2;
}

/** The message as in the text format, which appends `error_summary` to a failure. */
function messageOf(fields: Fields): string {
  const summary = textOf(fields['error_summary']);
  const message = typeof fields['message'] === 'string' ? fields['message'] : '';
  return summary === undefined ? message : `${message}: ${summary}`;
}

/**
 * Rewrites a record in oslo.log's default format, so that there is only one reader of records. The traceback follows
 * without a prefix, so that its lines continue the record, and ends with an empty line.
 */
function write(into: Wrapped, { message, level, logger, pid, stamp, place, fields }: RecordParts): true {
  const context = fieldsOf(fields['context']) ?? {};
  const request = textOf(context['request_id']);
  const bracket =
    request === undefined
      ? '-'
      : [
          textOf(context['global_request_id']) ?? 'None',
          request,
          ...[context['user'] ?? context['user_id'], context['project'] ?? context['project_id'] ?? context['tenant']].map(wordOf),
          '- - -',
        ].join(' ');
  const instance = instanceOf(fieldsOf(fields['extra']) ?? {}, context);
  const suffix = level === 'DEBUG' ? ` ${place}` : '';
  const traceback = fields['traceback'];
  const detail = Array.isArray(traceback) ? traceback.join('\n') : textOf(traceback);
  into.bytes = Buffer.from(
    `${stamp} ${pid} ${level} ${logger} [${bracket}] ${instance === undefined ? '' : `[instance: ${instance}] `}${message}${suffix}${detail === undefined ? '' : `\n${detail.trimEnd()}\n`}`,
  );
  into.start = 0;
  into.end = into.bytes.length;
  into.pid = pid;
  return true;
}

const wordOf = (value: unknown): string => textOf(value)?.replaceAll(/\s/g, '') ?? '-';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;
const IS_UUID = new RegExp(`^${UUID.source}$`);
const NAMED_UUID = new RegExp(`\\buuid["']?\\s*[=:]\\s*["']?(${UUID.source})`);

/**
 * The instance, which the formatters write outside of the message: an object, Python's text of an object, or the UUID.
 */
function instanceOf(extra: Fields, context: Fields): string | undefined {
  for (const value of [
    extra['instance'],
    extra['instance_uuid'],
    context['instance'],
    context['instance_uuid'],
    context['resource_uuid'],
  ]) {
    const uuid = textOf(fieldsOf(value)?.['uuid']) ?? textOf(value);
    if (uuid === undefined) continue;
    if (IS_UUID.test(uuid)) return uuid;
    const named = NAMED_UUID.exec(uuid)?.[1];
    if (named !== undefined) return named;
  }
  return undefined;
}
