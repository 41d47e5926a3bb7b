import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/read/diagnose.js';

const RECORD = '2024-07-11 18:10:40.100 2 INFO nova.compute.claims [-] Claim successful on node cmp1';

describe('what a log looks like of which nothing could be read', () => {
  it.each<[string, readonly string[]]>([
    ['it is empty', []],
    ['its lines are empty', ['', ' ']],
    [
      'it looks like UTF-16',
      [...RECORD]
        .map((letter) => `${letter}\0`)
        .join('')
        .split('\n'),
    ],
    ['it is binary', ['\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0>\0\x01\0\0\0']],
    ['a date stands at column 7', [`    > ${RECORD}`, `    > ${RECORD}`]],
    ['their dates, each in another column'.slice(6), [`a ${RECORD}`, `bcd ${RECORD}`, `efghi ${RECORD}`]],
    ['with the keys ts, logger, msg', ['{"ts":1,"logger":"x","msg":"y"}']],
    ['one JSON array', ['[{"ts":1}]']],
    ['do not end on them', ['{', '{"a":']],
    ['begin with a date', ['2024-07-11 18:10:40,100 [nova.compute.claims] Claim successful']],
    ['no line of it holds a date', ['Claim successful on node cmp1']],
    ['an access log', ['192.0.2.1 - - [14/May/2025:11:56:05 +0000] "POST /v2.1/servers HTTP/1.1" 202 447 "-" "curl"']],
    ["nginx's error log", ['2025/05/14 11:56:05 [error] 12#12: *1 connect() failed']],
    ["libvirtd's own log", ['2025-05-14 11:56:05.123+0000: 2805: error : qemuMonitorIO:719 : internal error: End of file']],
    ["qemu's log", ['2025-05-14 11:56:05.123+0000: starting up libvirt version: 10.0.0', 'LC_ALL=C \\']],
    ["RabbitMQ's log", ['2025-05-14 11:56:05.123456+00:00 [info] <0.222.0> Server startup complete']],
    ["MariaDB's log", ['2025-05-14 11:56:05 0 [Note] mariadbd: ready for connections.']],
    ["the kernel's", ['[    0.000000] Linux version 6.8.0']],
  ])('%s', (said, lines) => {
    expect(diagnose(lines)).toContain(said);
  });

  it('is not said of records: whose they are is what is missing', () => {
    expect(diagnose([RECORD, RECORD])).toBeUndefined();
    expect(diagnose([RECORD.slice(0, 80), RECORD.slice(80), RECORD, RECORD])).toBeUndefined();
  });

  it('is that it was cut, where that is not sure enough to join it', () => {
    expect(diagnose([RECORD.slice(0, 60), RECORD.slice(60)])).toContain('wrapped at 60 columns');
  });

  it('holds nothing that could steer a terminal', () => {
    expect(diagnose(['{"a\\u001b[2J":1}'])).not.toContain('\x1b');
  });
});
