import type { LogForm } from '../../model/form.js';
import { looksLikeStamp } from '../digits.js';
import { hasColour, skipFileName, withoutColour } from '../prefix.js';
import { readUwsgi } from '../uwsgi.js';
import { apache } from './apache.js';
import { filebeat, kolla, loki } from './collected.js';
import { cri } from './cri.js';
import { docker } from './docker.js';
import { type Form, nothingWrapped, type Wrapped } from './form.js';
import { journalJson } from './journal-json.js';
import { pebble } from './pebble.js';
import { compose, kubectl, stern, timestamps } from './pods.js';
import { fluent, osloJson } from './record.js';
import { rfc5424, syslog } from './syslog.js';

/** Every way to wrap lines. The order does not matter: no line is claimed by two, as a test proves of what they have `seen`. */
export const forms: readonly Form[] = [
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
  return form.unwrap(bytes, start, end, into);
}

const scratch = nothingWrapped();
const BRACE = 123;
const BLANK = 32;
const T = 84;
const ESCAPE = 27;
const OPEN = 91;

/** Which form a line is in; undefined for one that says nothing of it: a traceback, XML, a banner. */
export function formOf(bytes: Buffer, start: number, end: number): LogForm | undefined {
  const stop = bytes[end - 1] === 13 ? end - 1 : end;
  const named = forms.find((form) => (bytes[start] !== BRACE || isObject(form)) && unwrap(form, bytes, start, stop, scratch))?.name;
  return named ?? (isPlain(bytes, start, stop) ? 'plain' : undefined);
}

/** Forms whose lines are, or may be, JSON objects. */
const OBJECTS: ReadonlySet<LogForm> = new Set<LogForm>(['docker', 'journal-json', 'oslo-json', 'fluent', 'filebeat', 'kolla', 'loki']);
const isObject = ({ name }: Form): boolean => OBJECTS.has(name);

function isPlain(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < 20) return false;
  if (hasStamp(bytes, start)) return true;
  if (bytes[start] === OPEN) return readUwsgi(bytes.toString('utf8', start, Math.min(end, start + 8192))) !== undefined;
  if (bytes[start] === ESCAPE && hasColour(bytes, start, end))
    return hasStamp(Buffer.from(withoutColour(bytes.toString('utf8', start, end))), 0);
  return skipFileName(bytes, start, end) !== -1;
}

const hasStamp = (bytes: Buffer, at: number): boolean => looksLikeStamp(bytes, at, BLANK) || looksLikeStamp(bytes, at, T);
