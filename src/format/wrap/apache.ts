import type { Form } from './form.js';
import { fractionOf } from './instant.js';
import { MONTHS } from './months.js';

const OPEN = 91;
const HEADER = 300;
const LINE =
  /^\[[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))? (\d{4})\] \[(?:([\w-]*):)?([a-z0-9]+)\] (?:\[pid (\d+)(?::tid \w+)?\] )?(?:\[(?:remote|client) [^\]\s]+\](?: |$))?/;

const REFERER = Buffer.from(', referer: ');

/** The end of the message, without the `referer` that Apache appends. */
function endOfMessage(bytes: Buffer, start: number, end: number): number {
  const at = bytes.subarray(start, end).lastIndexOf(REFERER);
  return at === -1 ? end : start + at;
}

/**
 * Apache's error log in its default format. mod_wsgi writes the stderr of nova-api and placement to it. Its time is
 * local. It does not contain the service: the name of the file or the logger of the line shows it.
 *
 *     [Wed May 14 11:56:05.811568 2025] [wsgi:error] [pid 2805:tid 140213] [remote 192.0.2.1:50000] 2025-05-14 11:56:05.811 2805 INFO …
 *     [Wed May 14 11:56:05 2025] [error] 2025-05-14 11:56:05.811 2805 INFO …                                              up to 2.2
 */
export const apache: Form = {
  name: 'apache',
  unwrap(bytes, start, end, into) {
    if (bytes[start] !== OPEN || bytes[start + 4] !== 32) return false;
    const found = LINE.exec(bytes.toString('latin1', start, Math.min(end, start + HEADER)));
    if (found === null) return false;
    const [header, month, day, hour, minute, second, fraction, year, module, , pid] = found;
    const place = MONTHS.indexOf(month!);
    if (place === -1) return false;
    into.bytes = bytes;
    into.start = start + header.length;
    into.end = endOfMessage(bytes, into.start, end);
    into.local = Date.UTC(Number(year), place, Number(day), Number(hour), Number(minute), Number(second)) + fractionOf(fraction);
    into.isFine = fraction !== undefined;
    into.pid = Number(pid ?? 0);
    // Apache's own lines belong to no service.
    if (module !== undefined && module !== 'wsgi') into.idents = ['apache2'];
    return true;
  },
  seen: [
    '[Wed May 14 11:56:05.811568 2025] [wsgi:error] [pid 2805:tid 140213829904128] [remote 192.0.2.1:50000] 2025-05-14 11:56:05.811 2805 INFO nova.api.openstack.requestlog [None req-5678fc57-4d2e-486d-95b7-7deb6d508747 e0 4f - - default default] 192.0.2.42 "POST /v2.1/servers" status: 202 len: 447 microversion: 2.1 time: 1.200820',
    '[Wed May 14 11:56:05.811568 2025] [wsgi:error] [pid 2805:tid 140213829904128] [client 192.0.2.1:50000] 2025-05-14 11:56:05.811 2805 INFO nova.api.openstack.requestlog [-] x, referer: http://192.0.2.1/dashboard/',
    '[Wed May 14 11:56:05.811568 2025] [wsgi:error] [pid 2805] [client 192.0.2.1:50000] Traceback (most recent call last):',
    '[Wed May 14 11:56:01.000001 2025] [mpm_event:notice] [pid 1:tid 140213829904128] AH00489: Apache/2.4.58 (Ubuntu) configured -- resuming normal operations',
    '[Wed May 14 11:56:05 2025] [error] 2025-05-14 11:56:05.811 2805 INFO nova.api.openstack.requestlog [-] x',
  ],
};
