import { isCollected } from './collected.js';
import type { Form } from './form.js';
import { readInstant } from './instant.js';
import { fieldsOf, readObject, textOf } from './object.js';

/**
 * The format of docker's json-file driver. A line of more than 16 KiB is split; only its last part ends in `\n`.
 *
 *     {"log":"2026-11-21 01:50:31.664 7 INFO nova.compute.manager […\n","stream":"stdout","time":"2026-11-21T01:50:31.664123456Z"}
 */
export const docker: Form = {
  name: 'docker',
  unwrap(bytes, start, end, into) {
    const fields = readObject(bytes, start, end);
    if (typeof fields?.['log'] !== 'string' || typeof fields['time'] !== 'string' || isCollected(fields)) return false;
    const instant = readInstant(fields['time']);
    if (instant === undefined) return false;
    const text = fields['log'];
    into.isPart = !text.endsWith('\n');
    into.bytes = Buffer.from(into.isPart ? text : text.slice(0, -1));
    into.start = 0;
    into.end = into.bytes.length;
    into.at = instant.at;
    into.isFine = instant.isFine;
    into.stream = textOf(fields['stream']) ?? '';
    // Present if the operator configured it: --log-opt tag={{.Name}}
    const tag = textOf(fieldsOf(fields['attrs'])?.['tag']);
    into.idents = tag === undefined ? [] : [tag];
    return true;
  },
  seen: [
    String.raw`{"log":"2026-11-21 01:50:31.664 7 INFO nova.compute.claims [None req-5678fc57-4d2e-486d-95b7-7deb6d508747 e0 4f - - default default] [instance: b8acd14b-35cc-4931-bd08-129b0bf97b38] Claim successful on node vm\n","stream":"stdout","time":"2026-11-21T01:50:31.664123456Z"}`,
    '{"log":"2026-11-21T01:50:38Z|00252|binding|INFO|Claim","stream":"stderr","attrs":{"tag":"ovn_controller"},"time":"2026-11-21T01:50:38.5Z"}',
  ],
};
