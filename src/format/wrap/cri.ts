import type { Form } from './form.js';
import { readInstant } from './instant.js';

const SPACE = 32;
const PART = 80;
/** After the time: the stream, and tags separated by `:`. The first tag is F (full) or P (partial). */
const STREAM_AND_TAG = /^ (stdout|stderr) ([FP])(?::\S*)?(?: |$)/;

/**
 * The format of Kubernetes' container runtimes, and of podman's k8s-file, which TripleO uses in `containers/stdouts`.
 *
 *     2026-11-21T01:50:31.664123456Z stdout F 2026-11-21 01:50:31.664 7 INFO nova.compute.manager […
 *     2026-11-21T10:50:31.664123456+09:00 stderr P the beginning of a line that is longer than 16 KiB
 */
export const cri: Form = {
  name: 'cri',
  unwrap(bytes, start, end, into) {
    // A cheap check that excludes nearly every line of another form.
    if (bytes[start + 10] !== 84 || bytes[start + 4] !== 45) return false;
    const head = bytes.toString('latin1', start, Math.min(end, start + 100));
    const instant = readInstant(head);
    if (instant === undefined) return false;
    const rest = STREAM_AND_TAG.exec(head.slice(instant.length));
    if (rest === null) return false;
    into.bytes = bytes;
    into.start = start + instant.length + rest[0].length;
    into.end = end;
    into.at = instant.at;
    into.isFine = instant.isFine;
    into.isPart = bytes[start + instant.length + 1 + rest[1]!.length + 1] === PART;
    into.stream = rest[1]!;
    // An empty full line: its last space may have been removed.
    if (bytes[into.start - 1] !== SPACE) into.start = end;
    return true;
  },
  seen: [
    '2026-11-21T01:50:31.664123456Z stdout F 2026-11-21 01:50:31.664 7 INFO nova.compute.claims [None req-5678fc57-4d2e-486d-95b7-7deb6d508747 e0 4f - - default default] [instance: b8acd14b-35cc-4931-bd08-129b0bf97b38] Claim successful on node vm',
    '2026-11-21T01:50:38Z stderr F 2026-11-21T01:50:38Z|00252|binding|INFO|Claiming lport df247bb8-4779-4902-aede-8e714f4bed2c for this chassis.',
    '2026-11-21T10:50:38.516000001+09:00 stderr P 2026-11-21T01:50:38Z|00252|binding|INFO|Claim',
    '2026-11-21T01:50:38.516Z stdout F:x ',
    '2026-11-21T01:50:38.516Z stdout F',
  ],
};
