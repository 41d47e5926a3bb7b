import { createHash } from 'node:crypto';
import { isHostName } from '../model/host.js';
import { type Attributes, plain, type SentRecord, type Value } from './value.js';

/**
 * Attributes that identify a record (docs/logs-in.md). The first one present is used; attributes of the record win over
 * those of its scope and its resource.
 */
const ATTRIBUTES = {
  line: ['log.record.original'],
  host: ['host.name', 'k8s.node.name'],
  file: ['log.file.path', 'log.file.name'],
  service: ['service.name'],
} as const;

/** Key of the line in a map body. */
const LINE_IN_MAP = 'log';

/** The log that a record belongs to. */
export interface SentLog {
  readonly host: string;
  /** service in the names of the receive buffer's files: the service's binary, or `journal` */
  readonly service: string;
  /** base path of the log on its sender */
  readonly name: string;
  /** unique per log */
  readonly key: string;
}

/** Why a record is rejected: its sender must be configured differently. */
export type Reason = 'no line' | 'no host' | 'not a host' | 'no log' | 'too many logs';

/** Result for one record. */
export type Verdict =
  | { readonly outcome: 'taken'; readonly log: SentLog; readonly lines: Buffer }
  /** of a log that is not read */
  | { readonly outcome: 'passed-over' }
  | { readonly outcome: 'rejected'; readonly reason: Reason };

/**
 * Service and permanent name of a log. `passed-over` is a log that is not read. At least one of the two names is given.
 * @param file path, or name of a file
 * @param service name that the writer gives itself
 */
export type Namer = (
  file: string | undefined,
  service: string | undefined,
) => { readonly service: string; readonly name: string } | 'passed-over';

/** Service name for journals: their lines name the writers. */
export const JOURNAL = 'journal';

/** The verdict on a record: lines of a log, skipped, or rejected. */
export function judge(record: SentRecord, nameOf: Namer): Verdict {
  const fields = entryOf(record);
  const lines = linesOf(record, fields);
  if (lines === undefined) return { outcome: 'rejected', reason: 'no line' };
  const file = textOf(record, ATTRIBUTES.file);
  const service = textOf(record, ATTRIBUTES.service);
  const isJournal = fields?.has('MESSAGE') ?? false;
  if (!isJournal && file === undefined && service === undefined) return { outcome: 'rejected', reason: 'no log' };
  const named = isJournal ? { service: JOURNAL, name: JOURNAL } : nameOf(file, service);
  if (named === 'passed-over') return { outcome: 'passed-over' };
  const host = (isJournal ? asText(fields?.get('_HOSTNAME')) : undefined) ?? textOf(record, ATTRIBUTES.host);
  if (host === undefined) return { outcome: 'rejected', reason: 'no host' };
  if (!isHostName(host)) return { outcome: 'rejected', reason: 'not a host' };
  return { outcome: 'taken', log: logOf(host, named), lines };
}

function logOf(host: string, { service, name }: { readonly service: string; readonly name: string }): SentLog {
  const hash = createHash('sha256').update(`${service}\n${name}`).digest('hex').slice(0, 8);
  const readable = name
    .slice(name.lastIndexOf('/') + 1)
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .slice(0, 64);
  return { host, service, name, key: `${host}/${readable}-${hash}` };
}

/**
 * Fields of a map body. A journal entry loses its time on the way, as the Collector moves it to the record: it is put
 * back.
 */
function entryOf({ body, time }: SentRecord): Attributes | undefined {
  if (!(body instanceof Map)) return undefined;
  if (!body.has('MESSAGE') || body.has('__REALTIME_TIMESTAMP') || time === undefined || !/^\d{7,20}$/.test(time)) return body;
  return new Map<string, Value>([...body, ['__REALTIME_TIMESTAMP', time.slice(0, -3)]]);
}

const NEWLINE = 10;

/** One or more whole lines, each with its newline, as the bytes that were sent. */
function linesOf(record: SentRecord, fields: Attributes | undefined): Buffer | undefined {
  const original = textOf(record, ATTRIBUTES.line);
  const line = original ?? (fields === undefined ? record.body : (fields.get(LINE_IN_MAP) ?? JSON.stringify(plain(fields))));
  if (typeof line !== 'string' && !Buffer.isBuffer(line)) return undefined;
  const bytes = Buffer.isBuffer(line) ? line : Buffer.from(line);
  return bytes.at(-1) === NEWLINE ? bytes : Buffer.concat([bytes, Buffer.of(NEWLINE)]);
}

function textOf({ attributes, scope, resource }: SentRecord, names: readonly string[]): string | undefined {
  for (const name of names) {
    const text = asText(attributes.get(name) ?? scope.get(name) ?? resource.get(name));
    if (text !== undefined) return text;
  }
  return undefined;
}

const asText = (value: Value | undefined): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
