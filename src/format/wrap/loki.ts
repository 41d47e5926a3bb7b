import { instantOf, setText, textsOf } from './document.js';
import type { Form, Wrapped } from './form.js';
import { type Instant, readInstant } from './instant.js';
import { type Fields, fieldsOf, readObject, textOf } from './object.js';

const T = 84;
const BRACE = 123;
const ESCAPE = 27;
const COLOUR = String.raw`(?:\x1b\[[0-9;]*m)*`;
const TEXT = new RegExp(
  `^${COLOUR}([^\\s\\x1b]{20,40})${COLOUR} ${COLOUR}\\{((?:[A-Za-z_]\\w*="(?:[^"\\\\]|\\\\.)*"(?:, ?)?)*)\\} *${COLOUR} ?`,
);
const LABEL = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g;
const HOSTS = ['hostname', 'node_name', 'node', 'host', 'instance'];
const WRITERS = ['container', 'container_name', 'service_name', 'service', 'app', 'filename', 'job', 'unit', 'pod'];

/**
 * Output of Loki's logcli, with `-o jsonl` and in its default format.
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
    const instant = instantOf(fields?.['timestamp']);
    if (fields === undefined || typeof line !== 'string' || instant === undefined || fieldsOf(fields['labels']) === undefined) return false;
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
  // promtail's stages for container runtimes use the runtime's time, and add its stream as a label.
  return setText(into, line, instant, textOf(labels['stream']) !== undefined);
}
