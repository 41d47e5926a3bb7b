import { describe, expect, it } from 'vitest';
import { formNamed } from '../../../src/format/wrap/index.js';
import { Unwrapper } from '../../../src/format/wrap/unwrapper.js';
import { createZone } from '../../../src/format/zone.js';
import type { LogForm } from '../../../src/model/form.js';
import { counting } from '../../support/scenario.js';

interface Taken {
  readonly text: string;
  readonly at: string | undefined;
  readonly idents: readonly string[];
  readonly host: string | undefined;
  readonly offset: number;
}

function take(
  form: LogForm,
  lines: readonly string[],
  { zone = 'UTC', latest = Date.UTC(2027, 0, 2), maxLineBytes = 1 << 20, isZoneAssumed = false } = {},
): { taken: Taken[]; unfit: string[]; counted: Record<string, number> } {
  const taken: Taken[] = [];
  const { count, counted } = counting();
  const unwrapper = new Unwrapper({
    form: formNamed(form)!,
    zone: createZone(zone),
    isZoneAssumed,
    latest: () => latest,
    count,
    maxLineBytes,
    onLine: ({ idents, host }, bytes, start, end, offset, at) =>
      void taken.push({
        text: bytes.toString('utf8', start, end),
        at: at === undefined ? undefined : new Date(at).toISOString(),
        idents: [...idents],
        host,
        offset,
      }),
  });
  const unfit = lines.filter((line, i) => !unwrapper.line(Buffer.from(`  ${line}`), 2, 2 + Buffer.byteLength(line), i));
  unwrapper.end();
  return { taken, unfit, counted };
}

const texts = (form: LogForm, lines: readonly string[]): string[] => take(form, lines).taken.map(({ text }) => text);
const times = (form: LogForm, lines: readonly string[], options = {}): (string | undefined)[] =>
  take(form, lines, options).taken.map(({ at }) => at);

const RECORD = '2026-11-21 10:50:31.664 7 INFO nova.compute.claims [-] Claim successful on node vm';

describe('the time of a line', () => {
  it('is its own stamp, in the zone that the wrapper proves', () => {
    const wrapped = (stamp: string) => `2026-11-21T01:50:33.100000001Z stdout F ${RECORD.replace('2026-11-21 10:50:31', stamp)}`;
    expect(
      times('cri', [wrapped('2026-11-21 10:50:31'), wrapped('2026-11-21 01:50:31'), wrapped('2026-11-20 20:50:31')], {
        zone: 'Asia/Tokyo',
      }),
    ).toEqual(Array.from({ length: 3 }, () => '2026-11-21T01:50:31.664Z'));
  });

  it('is UTC where no zone is given, and the wrapper shows that the two are not in one zone', () => {
    const taken = (stamp: string, zone = 'UTC', isZoneAssumed = true) =>
      times('syslog', [`Nov 21 06:50:32 cmp1 nova_compute[9]: ${RECORD.replace('10:50:31', stamp)}`], { zone, isZoneAssumed });
    expect(taken('10:50:31')).toEqual(['2026-11-21T10:50:31.664Z']);
    expect(taken('10:50:31', 'America/Santiago')).toEqual(['2026-11-21T09:50:31.664Z']);
    // The user says that the host is in UTC: then the container is not.
    expect(taken('10:50:31', 'UTC', false)).toEqual(['2026-11-21T06:50:31.664Z']);
    // A pipe was full, or both are in the zone that was given.
    expect(taken('06:41:31')).toEqual(['2026-11-21T06:41:31.664Z']);
  });

  it('of a container in UTC on a host in Seoul is not nine hours off', () => {
    const line = `Nov 21 19:50:32 cmp1 nova_compute[9]: ${RECORD}`;
    expect(times('syslog', [line], { zone: 'Asia/Seoul' })).toEqual(['2026-11-21T10:50:31.664Z']);
  });

  it('is its own in an hour that the clocks repeat, as the wrapper knows which it is', () => {
    const wrapped = (utc: string) => `${utc} stdout F 2026-10-25 02:30:00.000 7 INFO a [-] b`;
    expect(times('cri', [wrapped('2026-10-25T00:30:00.1Z'), wrapped('2026-10-25T01:30:00.1Z')], { zone: 'Europe/Berlin' })).toEqual([
      '2026-10-25T00:30:00.000Z',
      '2026-10-25T01:30:00.000Z',
    ]);
  });

  it("is the wrapper's where OVN's console has whole seconds, and its own where it has ms", () => {
    const wrapped = (stamp: string) => `2026-11-21T01:50:38.517000Z stderr F ${stamp}|00252|binding|INFO|Claiming`;
    // undefined: the reader takes the stamp, which is UTC
    expect(times('cri', [wrapped('2026-11-21T01:50:38Z'), wrapped('2026-11-21T01:50:38.516Z')])).toEqual([
      '2026-11-21T01:50:38.517Z',
      undefined,
    ]);
    expect(times('syslog', ['Nov 21 01:50:39 cmp1 ovn_controller[9]: 2026-11-21T01:50:38Z|00252|binding|INFO|Claiming'])).toEqual([
      undefined,
    ]);
  });

  it("is the wrapper's where the line has none", () => {
    expect(times('syslog', ['2026-11-21T02:50:38.516123+01:00 cmp1 ovs-vswitchd[9]: ovs|00252|bridge|INFO|added'])).toEqual([
      '2026-11-21T01:50:38.516Z',
    ]);
  });

  it('has the year of the stamp beside it, whenever the file was written', () => {
    const line = `Nov 21 10:50:32 cmp1 nova_compute[9]: ${RECORD}`;
    const taken = times('syslog', [line, 'Nov 21 10:50:33 cmp1 ovs-vswitchd: ovs|00252|bridge|INFO|added'], { latest: Date.UTC(2030, 0) });
    expect(taken).toEqual(['2026-11-21T10:50:31.664Z', '2026-11-21T10:50:33.000Z']);
  });

  it('goes on into the new year by the order of the lines', () => {
    const line = (stamp: string) => `${stamp} cmp1 nova-compute[9]: INFO nova.compute.claims [-] Claim`;
    expect(times('syslog', [line('Dec 31 23:59:59.900000'), line('Jan  1 00:00:00.100000'), line('Dec 31 23:59:59.950000')])).toEqual([
      '2026-12-31T23:59:59.900Z',
      '2027-01-01T00:00:00.100Z',
      '2026-12-31T23:59:59.950Z',
    ]);
  });
});

describe('a line that was cut', () => {
  it('is put together, each stream for itself, and stands where it began', () => {
    const { taken } = take('cri', [
      '2026-11-21T01:50:31.1Z stdout P 2026-11-21 01:50:31.',
      '2026-11-21T01:50:31.2Z stderr P on the ',
      '2026-11-21T01:50:31.3Z stdout P 664 7 INFO',
      '2026-11-21T01:50:31.4Z stderr F other',
      '2026-11-21T01:50:31.5Z stdout F  a [-] b',
    ]);
    expect(taken.map(({ text, offset }) => [text, offset])).toEqual([
      ['on the other', 1],
      ['2026-11-21 01:50:31.664 7 INFO a [-] b', 0],
    ]);
  });

  it('of which the rest never comes is counted', () => {
    const { taken, counted } = take('docker', ['{"log":"half","stream":"stdout","time":"2026-11-21T01:50:31.1Z"}']);
    expect(taken).toEqual([]);
    expect(counted).toEqual({ 'malformed_lines docker': 1 });
  });

  it('takes no more memory than a line may, however many parts it has', () => {
    const part = `2026-11-21T01:50:31.1Z stdout P ${'x'.repeat(30)}`;
    const { taken, counted } = take('cri', [...Array.from({ length: 10 }, () => part), part.replace(' P ', ' F ')], { maxLineBytes: 100 });
    expect(taken.map(({ text }) => text.length)).toEqual([100]);
    expect(counted).toEqual({ overlong_lines: 1 });
  });
});

describe('journalctl', () => {
  const entry = (fields: object): string => JSON.stringify({ __REALTIME_TIMESTAMP: '1795225831664123', _HOSTNAME: 'cmp1', ...fields });

  it('gives bytes, several lines, and names in the order of how close they are', () => {
    const { taken } = take('journal-json', [
      entry({ SYSLOG_IDENTIFIER: '1f0a', CONTAINER_NAME: 'nova_compute', MESSAGE: [...Buffer.from('é\nb')], _SYSTEMD_UNIT: 'u.service' }),
    ]);
    expect(taken.map(({ text }) => text)).toEqual(['é', 'b']);
    expect(taken[0]).toMatchObject({ idents: ['nova_compute', '1f0a', 'u.service'], host: 'cmp1', at: '2026-11-21T01:50:31.664Z' });
  });

  it("the sender's time goes before the journal's", () => {
    expect(times('journal-json', [entry({ MESSAGE: 'a', _SOURCE_REALTIME_TIMESTAMP: '1795225831000000' })])).toEqual([
      '2026-11-21T01:50:31.000Z',
    ]);
  });

  it('a message that was withheld does not fit', () => {
    expect(take('journal-json', [entry({ MESSAGE: null })]).unfit.length).toBe(1);
    expect(take('syslog', ['Nov 21 01:50:31 cmp1 nova-compute[9]: [123B blob data]']).counted).toEqual({ 'malformed_lines syslog': 1 });
  });

  it('indents the lines of one message under each other; what it says itself is passed over', () => {
    const prefix = 'Nov 21 01:50:31 cmp1 nova-compute[9]: ';
    const { taken, unfit } = take('syslog', [
      '-- Boot 4f2a --',
      `${prefix}2026-11-21 01:50:31.664 7 ERROR a [-] b`,
      `${' '.repeat(prefix.length)}2026-11-21 01:50:31.664 7 ERROR a Traceback`,
      `${' '.repeat(prefix.length)}  File "x"`,
      'unparsed_lines',
    ]);
    expect(taken.map(({ text }) => text)).toEqual([
      '2026-11-21 01:50:31.664 7 ERROR a [-] b',
      '2026-11-21 01:50:31.664 7 ERROR a Traceback',
      '  File "x"',
    ]);
    expect(unfit).toEqual(['unparsed_lines']);
  });
});

describe('syslog', () => {
  it('control characters that rsyslog has written as octal digits are themselves again', () => {
    expect(texts('syslog', ['Nov 21 01:50:31 cmp1 a: one#012two#011x'])).toEqual(['one', 'two\tx']);
    expect(texts('rfc5424', ['<30>1 2026-11-21T01:50:31Z cmp1 a 7 - - one#012two'])).toEqual(['one', 'two']);
  });
});

describe('DevStack', () => {
  const U = 'b8acd14b-35cc-4931-bd08-129b0bf97b38';
  const R = 'req-5678fc57-4d2e-486d-95b7-7deb6d508747';
  const prefix = 'Nov 21 01:50:31.664123 cmp1 nova-compute[7]: ';

  it('is as the default format has it, the user before the project', () => {
    const line = `${prefix}\x1b[00;32mDEBUG nova.compute.manager [\x1b[01;36mNone ${R} \x1b[00;36mdemo admin\x1b[00;32m] \x1b[01;35m[instance: ${U}] \x1b[00;32mStarting\x1b[00m \x1b[00;33m{{(pid=8) f /x.py:1}}\x1b[00m`;
    expect(take('syslog', [line]).taken).toMatchObject([
      {
        text: `2026-11-21 01:50:31.664 8 DEBUG nova.compute.manager [None ${R} admin demo - - -] [instance: ${U}] Starting {{(pid=8) f /x.py:1}}`,
        at: '2026-11-21T01:50:31.664Z',
      },
    ]);
  });

  it('has the time of a failure for the lines of its traceback', () => {
    const { taken } = take('syslog', [
      `${prefix}\x1b[01;31mERROR nova.compute.manager [\x1b[00;36m-\x1b[01;31m] \x1b[01;35m[instance: ${U}] \x1b[01;31mno\x1b[00m`,
      `${prefix.replace('.664', '.701')}\x1b[01;31mERROR nova.compute.manager \x1b[01;35m[instance: ${U}] \x1b[00mTraceback`,
      `${prefix.replace('.664', '.702')}ERROR nova.compute.manager   File "x"`,
    ]);
    expect(new Set(taken.map(({ at }) => at)).size).toBe(1);
    expect(taken[1]!.text).toBe(`2026-11-21 01:50:31.701 7 ERROR nova.compute.manager [instance: ${U}] Traceback`);
  });

  it.each(['WARNING: something else', 'ERROR oops', 'Another line', 'INFO: [x]'])('is not: %s', (text) => {
    expect(texts('syslog', [prefix + text])).toEqual([text]);
  });
});

describe('records that are objects', () => {
  const U = 'b8acd14b-35cc-4931-bd08-129b0bf97b38';
  const R = 'req-5678fc57-4d2e-486d-95b7-7deb6d508747';
  const record = (fields: object): string =>
    JSON.stringify({ message: 'm', name: 'nova.compute.manager', levelname: 'INFO', created: 1795225831.664123, process: 7, ...fields });
  const BEGIN = '2026-11-21 01:50:31.664123 7';

  it.each([
    ['an object', { instance: { uuid: U, name: 'x' } }],
    ['its uuid', { instance_uuid: U }],
    ['what Python printed', { instance: `Instance(access_ip_v4=None,uuid=${U},vcpus=1)` }],
    ['text of an object', { instance: `{"id": 1, "uuid": "${U}"}` }],
  ])('name the instance by %s', (_what, extra) => {
    expect(texts('oslo-json', [record({ extra })])).toEqual([`${BEGIN} INFO nova.compute.manager [-] [instance: ${U}] m`]);
  });

  it.each([
    ['Zed', { request_id: R, global_request_id: 'req-x', user: 'u', project: 'p' }, `req-x ${R} u p - - -`],
    ['Train', { request_id: R, user: 'u', tenant: 'p' }, `None ${R} u p - - -`],
    ['nobody', { request_id: R, user: null, project: null }, `None ${R} - - - - -`],
    ['no request', { user: 'u' }, '-'],
  ])('have the context of %s', (_what, context, expected) => {
    expect(texts('oslo-json', [record({ context })])).toEqual([`${BEGIN} INFO nova.compute.manager [${expected}] m`]);
  });

  it('end as the text format does: what failed, where, and the traceback behind it', () => {
    const place = { funcname: 'f', pathname: '/x.py', lineno: 12 };
    expect(texts('oslo-json', [record({ levelname: 'DEBUG', message: 'a\nb', ...place })])).toEqual([
      `${BEGIN} DEBUG nova.compute.manager [-] a`,
      'b f /x.py:12',
    ]);
    expect(texts('oslo-json', [record({ levelname: 'ERROR', error_summary: 'E: no', traceback: ['Traceback', 'E: no'] })])).toEqual([
      `${BEGIN} ERROR nova.compute.manager [-] m: E: no`,
      'Traceback',
      'E: no',
      '',
    ]);
  });

  it('of fluentd have local time, and their program for a name', () => {
    const line =
      '{"message":"m","time":"2026-11-21 10:50:31,664","name":"a.b","level":"INFO","cmdline":"/usr/bin/nova-compute --x","hostname":"cmp1"}';
    expect(take('fluent', [line]).taken).toMatchObject([
      { text: '2026-11-21 10:50:31.664 0 INFO a.b [-] m', at: undefined, idents: ['nova-compute'], host: 'cmp1' },
    ]);
    expect(times('fluent', [`2026-11-21T01:50:32+00:00\tnova\t${line}`])).toEqual(['2026-11-21T01:50:31.664Z']);
  });

  it('are read inside of what wraps text', () => {
    const inner = record({ extra: { instance_uuid: U } });
    const { taken } = take('cri', [`2026-11-21T09:00:00.1Z stdout F ${inner}`]);
    expect(taken).toMatchObject([{ text: `${BEGIN} INFO nova.compute.manager [-] [instance: ${U}] m`, at: '2026-11-21T01:50:31.664Z' }]);
  });
});
