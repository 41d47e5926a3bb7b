import type { LogForm } from '../../model/form.js';
import { behindIndent, behindPrefixes, hasStamp, uncoloured } from '../prefix.js';
import { readUwsgi } from '../uwsgi.js';
import { apache } from './apache.js';
import { filebeat, kolla } from './collected.js';
import { cri } from './cri.js';
import { docker } from './docker.js';
import { type Form, nothingWrapped, type Wrapped } from './form.js';
import { behindFileNames } from './grep.js';
import { journalJson } from './journal-json.js';
import { loki } from './loki.js';
import { pebble } from './pebble.js';
import { compose, kubectl, stern, timestamps } from './pods.js';
import { fluent, osloJson } from './record.js';
import { rfc5424, syslog } from './syslog.js';

/** What may stand behind the name of a file, too. */
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

const grep = behindFileNames((bytes, start, end) =>
  unnamed.some((form) => mayBe(form, bytes[start]) && unwrap(form, bytes, start, end, inner)),
);

/** Every way to wrap lines. The order does not matter: no line is claimed by two, as a test proves of what they have `seen`. */
export const forms: readonly Form[] = [...unnamed, grep];

const byName = new Map<LogForm, Form>(forms.map((form) => [form.name, form]));

/** @returns undefined for `plain`, which is wrapped by nothing */
export const formCalled = (name: LogForm): Form | undefined => byName.get(name);

/** Takes a line apart as a form has it; nothing of the line before is left in `into`. */
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

/** Which form a line is in; undefined for one that says nothing of it: a traceback, XML, a banner. */
export function formOf(given: Buffer, start: number, end: number): LogForm | undefined {
  const stop = given[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
  const plain = uncoloured(given, start, stop);
  const bytes = plain ?? given;
  const last = plain?.length ?? stop;
  const at = behindIndent(bytes, plain === undefined ? start : 0, last);
  return wrappedBy(bytes, at, last) ?? (isPlain(bytes, at, last) ? 'plain' : undefined);
}

/** Whether a line is in a form that wraps others. */
export function isWrapped(text: string): boolean {
  const bytes = Buffer.from(text);
  const form = formOf(bytes, 0, bytes.length);
  return form !== undefined && form !== 'plain';
}

/** The form that a line is in which begins here. */
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
  return behindPrefixes(bytes, start, end, (at) => hasStamp(bytes, at)) !== -1;
}
