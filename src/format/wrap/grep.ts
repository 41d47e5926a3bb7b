import { hasStamp, isFileName, skipFileName, skipLineNumber } from '../prefix.js';
import type { Form } from './form.js';

const SPACE = 32;
const OPEN = 91;
const LOWER_P = 112;
/** A name without a colon before a line must be the name of a log, as archives write it. */
const LOG = /\.(?:log|txt|out|gz)\b/;
/** Whether a wrapped line can begin with this byte: a date, a month, a priority, an object. */
const canBegin = (byte: number | undefined): boolean =>
  byte !== undefined && ((byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || byte === 60 || byte === 123 || byte === OPEN);

/** Whether a line in another form begins here. */
export type IsWrapped = (bytes: Buffer, start: number, end: number) => boolean;

/**
 * Output of `grep` for several files, and archived logs whose lines begin with the name of their file.
 *
 *     /var/log/nova/nova-api.log:2024-07-11 18:10:39.100 7 INFO …
 *     sosreport-cmp1/var/log/messages:123:Jul 11 18:10:59 cmp1 nova_compute[129891]: 2024-07-11 …
 *     nova-compute.log-2024-07-11 18:10:40.100 7 INFO …                                 a line around one that was found
 *     nova-api.log.1.2017-05-16_13:53:08 2017-05-16 00:00:00.008 25746 INFO …
 *
 * A line number without a file name (`grep -n` for one file) has this form only if the rest is a wrapped line.
 */
export const grepForm = (isWrapped: IsWrapped): Form => ({
  name: 'grep',
  unwrap(bytes, start, end, into) {
    const isUwsgi = (at: number): boolean => bytes[at] === OPEN && bytes[at + 1] === LOWER_P && bytes[at + 5] === SPACE;
    const isOwn = (at: number): boolean => hasStamp(bytes, at) || isUwsgi(at);
    const numbered = skipLineNumber(bytes, start, end);
    let own = numbered > start && canBegin(bytes[numbered]) && isWrapped(bytes, numbered, end) ? numbered : start;
    const isNamed = own === start;
    if (isNamed) own = skipFileName(bytes, start, end, (_, at) => isOwn(at) || (canBegin(bytes[at]) && isWrapped(bytes, at, end)));
    if (own === start) return false;
    if (isNamed) {
      if (!isFileName(bytes, start, own)) return false;
      const name = bytes.toString('utf8', start, own - 1).replace(NUMBER, '');
      if (bytes[own - 1] === SPACE && !LOG.test(name)) return false;
      into.file = name;
    }
    into.bytes = bytes;
    into.start = own;
    into.end = end;
    return true;
  },
  seen: [
    '/var/log/nova/nova-api.log:2024-07-11 18:10:39.100 7 INFO nova.api.openstack.requestlog [-] 192.0.2.42 "POST /v2.1/servers" status: 202 len: 447',
    'sosreport-cmp1/var/log/messages:Jul 11 18:10:59 cmp1 nova_compute[129891]: 2024-07-11 22:10:59.946 2 INFO nova.compute.claims [-] Claim successful on node vm',
    './ovn-controller.log-12-2026-11-21T01:50:38.516Z|00252|binding|INFO|Claiming lport df247bb8-4779-4902-aede-8e714f4bed2c for this chassis.',
    'nova-api.log.1.2017-05-16_13:53:08 2017-05-16 00:00:00.008 25746 INFO nova.osapi_compute.wsgi.server [-] 10.11.10.1 "GET /v2/servers" status: 200',
    '123:Jul 11 18:10:59 cmp1 nova_compute[129891]: 2024-07-11 22:10:59.946 2 INFO nova.compute.claims [-] Claim successful on node vm',
  ],
});

/** The line number after the file name. */
const NUMBER = /[:-]\d{1,9}$/;
