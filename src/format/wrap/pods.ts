import { looksLikeStamp } from '../digits.js';
import type { Form } from './form.js';
import { readInstant } from './instant.js';

const SPACE = 32;
const OPEN = 91;
const ESCAPE = 27;
const T = 84;
const COLOUR = String.raw`(?:\x1b\[[0-9;]*m)*`;
const NAME = '[a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?';
/** How many bytes of a line are searched for its header. */
const HEADER = 600;

/** The suffix that Kubernetes adds to the names of pods: a hash and five characters, or a number. */
const POD_SUFFIX = /(?:-[0-9a-f]{6,10})?-(?:\d{1,4}|[bcdfghjklmnpqrstvwxz2456789]{5}|(?=[a-z]*\d)[a-z0-9]{5})$/;

export const withoutPodSuffix = (pod: string): string => pod.replace(POD_SUFFIX, '');

/** The container, and the pod without its suffix: the first one that is a known service is the writer. */
const identsOf = (pod: string, container: string): string[] => [container, withoutPodSuffix(pod)];

const KUBECTL = new RegExp(`^${COLOUR}\\[pod/(${NAME})/(${NAME})\\]${COLOUR}(?: |$)`);

/**
 * Output of `kubectl logs --prefix` and `oc logs --prefix`.
 *
 *     [pod/nova-compute-default-x7k2p/nova-compute] 2026-11-21 01:50:31.664 7 INFO nova.compute.manager […
 */
export const kubectl: Form = {
  name: 'kubectl',
  unwrap(bytes, start, end, into) {
    if (bytes[start] !== OPEN && bytes[start] !== ESCAPE) return false;
    const found = KUBECTL.exec(bytes.toString('latin1', start, Math.min(end, start + HEADER)));
    if (found === null) return false;
    into.bytes = bytes;
    into.start = start + found[0].length;
    into.end = end;
    into.idents = identsOf(found[1]!, found[2]!);
    return true;
  },
  seen: [
    '[pod/nova-compute-default-x7k2p/nova-compute] 2026-11-21 01:50:31.664 7 INFO nova.compute.claims [-] Claim successful on node vm',
    '[pod/nova-api-osapi-5d9c7f6b8d-x7k2p/nova-osapi] Traceback (most recent call last):',
    '\x1b[36m[pod/nova-cell1-conductor-0/nova-cell1-conductor-conductor]\x1b[0m 2026-11-21 01:50:31.664 7 INFO nova.service [-] x',
    '[pod/ovn-controller-4m8kz/controller] 2026-11-21T01:50:38.516Z|00252|binding|INFO|Releasing lport x',
  ],
};

const BETWEEN = `${COLOUR} (?:› )?${COLOUR}`;
const POD_AND_CONTAINER = `(${NAME})${BETWEEN}(${NAME})${COLOUR}(?: (?:[›|│] )?|$)`;
const STERN: readonly RegExp[] = ['', `${NAME}${BETWEEN}`].map((namespace) => new RegExp(`^${COLOUR}${namespace}${POD_AND_CONTAINER}`));

/**
 * Output of stern: pod, container and line, with the namespace first if there are several. As two words prove little,
 * the pod's name must end with a suffix of Kubernetes, or a date must follow.
 *
 *     nova-compute-default-x7k2p nova-compute 2026-11-21 01:50:31.664 7 INFO nova.compute.manager […
 */
export const stern: Form = {
  name: 'stern',
  unwrap(bytes, start, end, into) {
    const first = bytes[start]!;
    if (first !== ESCAPE && !(first >= 97 && first <= 122)) return false;
    const head = bytes.toString('utf8', start, Math.min(end, start + HEADER));
    const readings = STERN.map((pattern) => pattern.exec(head)).filter((each) => each !== null && each[1]!.includes('-'));
    const lineOf = (reading: RegExpExecArray): number => start + Buffer.byteLength(reading[0]);
    const found =
      readings.find((each) => looksLikeStamp(bytes, lineOf(each!), SPACE) || looksLikeStamp(bytes, lineOf(each!), T)) ??
      readings.find((each) => POD_SUFFIX.test(each![1]!));
    if (found == null) return false;
    const line = lineOf(found);
    into.bytes = bytes;
    into.start = line;
    into.end = end;
    into.idents = identsOf(found[1]!, found[2]!);
    return true;
  },
  seen: [
    'nova-compute-default-x7k2p nova-compute 2026-11-21 01:50:31.664 7 INFO nova.compute.claims [-] Claim successful on node vm',
    'openstack nova-compute-default-x7k2p nova-compute 2026-11-21 01:50:31.664 7 INFO nova.compute.claims [-] Claim successful on node vm',
    '\x1b[38;5;2mnova-conductor-6c9f5d7b4-zx5mk\x1b[0m \x1b[38;5;10mnova-conductor\x1b[0m Traceback (most recent call last):',
    'ovn-controller-4m8kz controller 2026-11-21T01:50:38.516Z|00252|binding|INFO|Releasing lport x',
  ],
};

const COMPOSE = new RegExp(`^${COLOUR}([A-Za-z0-9][\\w.-]{0,127}?)(?:[-_]\\d{1,3})?${COLOUR} *${COLOUR}\\| ?${COLOUR}(?: |(?=\\S)|$)`);

/**
 * Output of `docker compose logs` and of the old `docker-compose`. Names are padded with spaces.
 *
 *     nova-compute-1  | 2026-11-21 01:50:31.664 7 INFO nova.compute.manager […
 *     nova-compute_1  | 2026-11-21 01:50:31.664 7 INFO nova.compute.manager […
 */
export const compose: Form = {
  name: 'compose',
  unwrap(bytes, start, end, into) {
    const head = bytes.toString('latin1', start, Math.min(end, start + 200));
    const found = COMPOSE.exec(head);
    // `2026-11-21T01:50:38Z|00252|…` is vlog, and `a|b` may be any table.
    if (found === null || !/ \|/.test(found[0].replaceAll(ESCAPES, ''))) return false;
    into.bytes = bytes;
    into.start = start + found[0].length;
    into.end = end;
    into.idents = [found[1]!];
    return true;
  },
  seen: [
    'nova-compute_1  | 2026-11-21 01:50:31.664 7 INFO nova.compute.claims [-] Claim successful on node vm',
    'nova-compute-1    | Traceback (most recent call last):',
    'nova_compute  | ',
    '\x1b[36mnova-compute-1  | \x1b[0m2026-11-21 01:50:31.664 7 INFO nova.compute.claims [-] Claim successful on node vm',
    '\x1b[36mnova-compute_1  |\x1b[0m 2026-11-21 01:50:31.664 7 INFO nova.compute.claims [-] Claim successful on node vm',
  ],
};

const ESCAPES = /\x1b\[[0-9;]*m/g;
/**
 * What follows such a time in other forms: the stream and tag of a runtime, Pebble's brackets, syslog's host and name,
 * Loki's labels.
 */
const OTHERS =
  /^ (?:(?:stdout|stderr) [FP](?:[: ]|$)|\[[A-Za-z0-9][\w. -]*\](?: |$)|[\w.:-]{1,255} [^\s[\]:]{1,128}(?:\[\d{1,10}\])?:(?: |$)|\{)/;

/**
 * Output of `kubectl logs --timestamps` and `docker logs --timestamps`: the runtime's time and a space before each
 * line.
 *
 *     2026-11-21T01:50:31.664123456Z 2026-11-21 01:50:31.664 7 INFO nova.compute.manager […
 */
export const timestamps: Form = {
  name: 'timestamps',
  unwrap(bytes, start, end, into) {
    if (bytes[start + 10] !== T || bytes[start + 19] !== 46) return false;
    const head = bytes.toString('latin1', start, Math.min(end, start + 400));
    const instant = readInstant(head);
    if (instant === undefined) return false;
    const rest = head.slice(instant.length);
    if ((rest[0] !== ' ' && rest !== '') || OTHERS.test(rest)) return false;
    into.bytes = bytes;
    into.start = Math.min(end, start + instant.length + 1);
    into.end = end;
    into.at = instant.at;
    into.isFine = true;
    return true;
  },
  seen: [
    '2026-11-21T01:50:31.664123456Z 2026-11-21 01:50:31.664 7 INFO nova.compute.claims [-] Claim successful on node vm',
    '2026-11-21T10:50:31.664123456+09:00 2026-11-21T01:50:31Z|00252|binding|INFO|Releasing lport x',
    '2026-11-21T01:50:31.664123456Z Traceback (most recent call last):',
    '2026-11-21T01:50:31.664123456Z   File "/usr/lib/python3/dist-packages/nova/compute/manager.py", line 2571, in _build_and_run_instance',
  ],
};
