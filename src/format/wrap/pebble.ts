import type { Form } from './form.js';
import { readInstant } from './instant.js';

/** The name of a service in Pebble's plan. */
const SERVICE = /^ \[([A-Za-z0-9][\w. -]{0,63})\](?: |$)/;

/**
 * The format of Pebble, which runs the services in the containers of Sunbeam and of Kubernetes charms. Its time is UTC.
 * Its own lines have `[pebble]`.
 *
 *     2025-05-14T04:32:56.120Z [nova-conductor] 2025-05-14 04:32:56.112 21 INFO nova.service […
 *     2025-05-14T04:32:56.120Z [wsgi-nova-api] 2025-05-14 04:32:56.112 …
 */
export const pebble: Form = {
  name: 'pebble',
  unwrap(bytes, start, end, into) {
    if (bytes[start + 10] !== 84 || bytes[start + 4] !== 45) return false;
    const head = bytes.toString('latin1', start, Math.min(end, start + 120));
    const instant = readInstant(head);
    if (instant === undefined) return false;
    const rest = SERVICE.exec(head.slice(instant.length));
    if (rest === null) return false;
    into.bytes = bytes;
    into.start = start + instant.length + rest[0].length;
    into.end = end;
    into.at = instant.at;
    into.isFine = instant.isFine;
    into.idents = [rest[1]!];
    return true;
  },
  seen: [
    '2025-05-14T04:32:56.120Z [nova-conductor] 2025-05-14 04:32:56.112 21 INFO nova.service [None req-5678fc57-4d2e-486d-95b7-7deb6d508747 - - - - - -] Starting conductor node (version 29.2.0)',
    '2025-05-14T04:32:56.120Z [wsgi-nova-api] Traceback (most recent call last):',
    '2025-05-14T04:32:51.003Z [pebble] Service "nova-conductor" starting: nova-conductor',
    '2025-05-14T04:33:56.120Z [ovn-controller] 2025-05-14T04:33:56.119Z|00252|binding|INFO|Claiming lport df247bb8-4779-4902-aede-8e714f4bed2c for this chassis.',
    '2025-05-14T04:33:56.120Z [nova-conductor]',
    '2025-05-14T04:33:56.120Z [apache forwarder] 192.0.2.1 - - [14/May/2025:04:33:56 +0000] "GET /healthcheck HTTP/1.1" 200 150 "-" "Go-http-client/1.1"',
  ],
};
