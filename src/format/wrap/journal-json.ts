import type { Form } from './form.js';
import { readObject, textOf } from './object.js';

/** Fields with the writer, the most exact first: container, identifier of the process, unit, program. */
const WRITER = ['CONTAINER_NAME', 'SYSLOG_IDENTIFIER', '_SYSTEMD_UNIT', '_COMM'];
const MICROS = /^\d{15,17}$/;

/**
 * Output of `journalctl -o json`, one entry per line. MESSAGE is a text, or an array of bytes if it has colours or is
 * not UTF-8. Without `--all`, a message of more than 4096 bytes is `null`.
 *
 *     {"__REALTIME_TIMESTAMP":"1795225831664123","_HOSTNAME":"cmp1","SYSLOG_IDENTIFIER":"nova-compute","MESSAGE":"2026-11-21 …"}
 *
 * The sender's own time is preferred to the journal's.
 */
export const journalJson: Form = {
  name: 'journal-json',
  unwrap(bytes, start, end, into) {
    const fields = readObject(bytes, start, end);
    if (fields === undefined) return false;
    const micros = [fields['_SOURCE_REALTIME_TIMESTAMP'], fields['__REALTIME_TIMESTAMP']].find(
      (each) => typeof each === 'string' && MICROS.test(each),
    );
    const message = messageOf(fields['MESSAGE']);
    if (micros === undefined || message === undefined) return false;
    into.bytes = message;
    into.start = 0;
    into.end = message.length;
    into.at = Number(micros) / 1000;
    into.isFine = true;
    into.idents = WRITER.map((name) => first(fields[name])).filter((name) => name !== undefined);
    into.host = first(fields['_HOSTNAME']);
    into.pid = Number(first(fields['_PID']) ?? first(fields['SYSLOG_PID']) ?? 0) || 0;
    into.isPart = fields['_LINE_BREAK'] === 'line-max' || fields['CONTAINER_PARTIAL_MESSAGE'] === 'true';
    into.stream = first(fields['_STREAM_ID']) ?? into.idents.join(' ');
    return true;
  },
  seen: [
    '{"__CURSOR":"s=1;i=2","__REALTIME_TIMESTAMP":"1795225831664123","_HOSTNAME":"cmp1","_PID":"7","SYSLOG_IDENTIFIER":"nova-compute","_SYSTEMD_UNIT":"nova-compute.service","PRIORITY":"6","MESSAGE":"2026-11-21 01:50:31.664 7 INFO nova.compute.claims [-] Claim successful on node vm"}',
    '{"__REALTIME_TIMESTAMP":"1795225831664123","_HOSTNAME":"cmp1","CONTAINER_NAME":"ovn_controller","SYSLOG_IDENTIFIER":"1f0a2b3c4d5e","MESSAGE":"2026-11-21T01:50:38Z|00252|binding|INFO|Claiming lport df247bb8-4779-4902-aede-8e714f4bed2c for this chassis."}',
    '{"__REALTIME_TIMESTAMP":"1795225831664123","_HOSTNAME":"cmp1","SYSLOG_IDENTIFIER":["a","b"],"MESSAGE":[27,91,48,59,51,50,109,73,78,70,79]}',
  ],
};

/** The first value of a field: a field that occurs several times in an entry is an array. */
const first = (value: unknown): string | undefined => textOf(Array.isArray(value) ? value[0] : value);

function messageOf(value: unknown): Buffer | undefined {
  if (typeof value === 'string') return Buffer.from(value);
  return Array.isArray(value) && value.every((byte) => typeof byte === 'number') ? Buffer.from(value as number[]) : undefined;
}
