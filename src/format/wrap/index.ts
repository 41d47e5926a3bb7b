import type { LogForm } from '../../model/form.js';
import { hasStamp, skipIndent, skipPrefixes, uncoloured } from '../prefix.js';
import { readUwsgi } from '../uwsgi.js';
import { apache } from './apache.js';
import { filebeat, kolla } from './collected.js';
import { cri } from './cri.js';
import { docker } from './docker.js';
import { type Form, nothingWrapped, type Wrapped } from './form.js';
import { grepForm } from './grep.js';
import { journalJson } from './journal-json.js';
import { loki } from './loki.js';
import { pebble } from './pebble.js';
import { compose, kubectl, stern, timestamps } from './pods.js';
import { fluent, osloJson } from './record.js';
import { rfc5424, syslog } from './syslog.js';

/** The forms that may also follow a file name of grep. */
const unnamed: readonly Form[] = [
  cri,
  docker,
  journalJson,
  syslog,
  rfc5424,
  osloJson,
  fluent,
  pebble,
  kubectl,
  stern,
  compose,
  timestamps,
  apache,
  filebeat,
  kolla,
  loki,
];

const grep = grepForm((bytes, start, end) => unnamed.some((form) => mayBe(form, bytes[start]) && unwrap(form, bytes, start, end, inner)));

/**
 * All forms. Their order does not matter, because no two accept the same line: a test proves it for their `seen` lines.
 */
export const forms: readonly Form[] = [...unnamed, grep];

const byName = new Map<LogForm, Form>(forms.map((form) => [form.name, form]));

/** The form with a name; undefined for `plain`, which has no wrapper. */
export const formNamed = (name: LogForm): Form | undefined => byName.get(name);

/** Parses a line in a form. Clears `into` first. @returns false if the line has another form */
export function unwrap(form: Form, bytes: Buffer, start: number, end: number, into: Wrapped): boolean {
  into.at = undefined;
  into.local = undefined;
  into.hasYear = true;
  into.isFine = false;
  into.idents = [];
  into.host = undefined;
  into.pid = 0;
  into.isPart = false;
  into.stream = '';
  into.file = undefined;
  return form.unwrap(bytes, start, end, into);
}

const scratch = nothingWrapped();
const inner = nothingWrapped();
const BRACE = 123;
const CARRIAGE_RETURN = 13;
const OPEN = 91;

/** The form of a line; undefined if the line does not show it, as a line of a traceback, XML or a banner. */
export function formOf(given: Buffer, start: number, end: number): LogForm | undefined {
  const stop = given[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
  const plain = uncoloured(given, start, stop);
  const bytes = plain ?? given;
  const last = plain?.length ?? stop;
  const at = skipIndent(bytes, plain === undefined ? start : 0, last);
  return wrappedBy(bytes, at, last) ?? (isPlain(bytes, at, last) ? 'plain' : undefined);
}

/** Whether a line is wrapped. */
export function isWrapped(text: string): boolean {
  const bytes = Buffer.from(text);
  const form = formOf(bytes, 0, bytes.length);
  return form !== undefined && form !== 'plain';
}

/** The form of a wrapped line that begins here. */
function wrappedBy(bytes: Buffer, start: number, end: number): LogForm | undefined {
  return forms.find((form) => mayBe(form, bytes[start]) && unwrap(form, bytes, start, end, scratch))?.name;
}

const mayBe = (form: Form, first: number | undefined): boolean => first !== BRACE || isObject(form);

/** Forms whose lines are, or may be, JSON objects. */
const OBJECTS: ReadonlySet<LogForm> = new Set<LogForm>(['docker', 'journal-json', 'oslo-json', 'fluent', 'filebeat', 'kolla', 'loki']);
const isObject = ({ name }: Form): boolean => OBJECTS.has(name);

function isPlain(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < 20) return false;
  if (hasStamp(bytes, start)) return true;
  if (bytes[start] === OPEN) return readUwsgi(bytes.toString('utf8', start, Math.min(end, start + 8192))) !== undefined;
  return skipPrefixes(bytes, start, end, (at) => hasStamp(bytes, at)) !== -1;
}
