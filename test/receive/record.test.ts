import { describe, expect, it } from 'vitest';
import { nameOf } from '../../src/pipeline/receive.js';
import { readJson } from '../../src/receive/read-json.js';
import { readProtobuf } from '../../src/receive/read-protobuf.js';
import { judge, type Verdict } from '../../src/receive/record.js';
import { Malformed, type SentRecord, type Value } from '../../src/receive/value.js';
import { asJson, asProtobuf, field } from '../support/otlp-logs.js';

const LINE = '2026-11-21 01:50:31.664 7 INFO nova.compute.claims [-] Claim successful on node vm';
const map = (fields: Readonly<Record<string, Value>>): ReadonlyMap<string, Value> => new Map(Object.entries(fields));
const record = (
  body: Value | undefined,
  attributes: Readonly<Record<string, Value>> = {},
  other: Partial<SentRecord> = {},
): SentRecord => ({
  body,
  attributes: map(attributes),
  scope: map({}),
  resource: map({ 'host.name': 'cmp1' }),
  time: undefined,
  ...other,
});
const judged = (...given: Parameters<typeof record>): Verdict => judge(record(...given), nameOf);
const linesOf = (...given: Parameters<typeof record>): string => {
  const verdict = judged(...given);
  return verdict.outcome === 'taken' ? verdict.lines.toString() : verdict.outcome;
};
const FILE = { 'log.file.name': 'nova-compute.log' };

describe('the line', () => {
  it.each<[string, Value, Readonly<Record<string, Value>>, string]>([
    ['text', LINE, {}, `${LINE}\n`],
    ['text that has its newline', `${LINE}\n`, {}, `${LINE}\n`],
    ['a carriage return', `${LINE}\r\n`, {}, `${LINE}\r\n`],
    ['a traceback that was put together', `${LINE}\n  File "x"\nKeyError`, {}, `${LINE}\n  File "x"\nKeyError\n`],
    ['an empty line', '', {}, '\n'],
    ['bytes that are no UTF-8', Buffer.from('a\xffb', 'latin1'), {}, Buffer.from('a\xffb\n', 'latin1').toString()],
    ['the original of what was parsed', 'Claim successful', { 'log.record.original': LINE }, `${LINE}\n`],
    ['the original of a map', map({ message: 'x' }), { 'log.record.original': LINE }, `${LINE}\n`],
    ['what Fluent Bit calls it', map({ log: `${LINE}\n`, stream: 'stdout' }), {}, `${LINE}\n`],
    [
      'an object of oslo.log',
      map({ message: 'a\nb', levelname: 'INFO', args: ['c', 1, null] }),
      {},
      '{"message":"a\\nb","levelname":"INFO","args":["c",1,null]}\n',
    ],
  ])('is %s', (_, body, attributes, expected) => {
    expect(linesOf(body, { ...FILE, ...attributes })).toBe(expected);
  });

  it.each<[string, Value | undefined]>([
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['a list', ['a']],
  ])('is not %s', (_, body) => {
    expect(judged(body, FILE)).toEqual({ outcome: 'rejected', reason: 'no line' });
  });
});

describe('an entry of a journal', () => {
  const entry = map({ MESSAGE: LINE, _SYSTEMD_UNIT: 'nova-compute.service', _HOSTNAME: 'cmp7' });

  it('tells whose it is, and gets back its time', () => {
    const verdict = judged(entry, {}, { time: '1795225831664123456', resource: map({}) });
    expect(verdict).toMatchObject({ outcome: 'taken', log: { host: 'cmp7', service: 'journal' } });
    expect(linesOf(entry, {}, { time: '1795225831664123456' })).toContain('"__REALTIME_TIMESTAMP":"1795225831664123"');
  });

  it('keeps the time that it has, and bytes as journalctl prints them', () => {
    const other = map({ MESSAGE: Buffer.from('ab'), __REALTIME_TIMESTAMP: '5' });
    expect(linesOf(other, {}, { time: '1795225831664123456' })).toBe('{"MESSAGE":[97,98],"__REALTIME_TIMESTAMP":"5"}\n');
  });
});

describe('the log', () => {
  it.each([
    [{ 'log.file.path': '/var/log/nova/nova-compute.log' }, 'nova-compute'],
    [{ 'log.file.path': '/var/log/neutron/server.log', 'log.file.name': 'server.log' }, 'neutron-server'],
    [{ 'log.file.path': '/var/log/pods/openstack_nova-compute-default-x_0a1b/nova-compute/0.log' }, 'nova-compute'],
    [{ 'log.file.name': 'nova-compute.log.1' }, 'nova-compute'],
    [{ 'log.file.name': 'n-cpu.log' }, 'nova-compute'],
    [{ 'service.name': 'nova_compute' }, 'nova-compute'],
    [{ 'log.file.name': 'messages.log', 'service.name': 'edpm_ovn_controller.service' }, 'ovn-controller'],
    [{ 'log.file.name': 'journal.jsonl' }, 'journal'],
  ])('%j is of %s', (attributes, service) => {
    expect(judged(LINE, attributes)).toMatchObject({ outcome: 'taken', log: { service } });
  });

  it.each([{ 'log.file.name': 'keystone.log' }, { 'log.file.name': 'syslog' }, { 'service.name': 'my-shop' }])(
    '%j is not read',
    (attributes) => {
      expect(judged(LINE, attributes)).toEqual({ outcome: 'passed-over' });
    },
  );

  it('is the same whatever rotation calls its file, and another one in another folder', () => {
    const keyOf = (path: string): string | undefined => {
      const verdict = judged(LINE, { 'log.file.path': path });
      return verdict.outcome === 'taken' ? verdict.log.key : undefined;
    };
    expect(keyOf('/var/log/nova/nova-compute.log-20261121.gz')).toBe(keyOf('/var/log/nova/nova-compute.log'));
    expect(keyOf('/srv/nova-compute.log')).not.toBe(keyOf('/var/log/nova/nova-compute.log'));
  });

  it('has to be told', () => {
    expect(judged(LINE)).toEqual({ outcome: 'rejected', reason: 'no log' });
    expect(judged(LINE, { 'log.file.name': '', 'service.name': 7 })).toEqual({ outcome: 'rejected', reason: 'no log' });
  });

  it.each([
    '../../etc/passwd/nova-compute.log',
    '/a/\u0000/nova-compute.log',
    `/${'x/'.repeat(5000)}nova-compute.log`,
    '/a/nova-compute@../../x.log',
  ])('never leads out of its folder: %j', (path) => {
    const verdict = judged(LINE, { 'log.file.path': path });
    if (verdict.outcome === 'taken') expect(verdict.log.key).toMatch(/^cmp1\/[A-Za-z0-9._-]{1,73}$/);
  });
});

describe('the host', () => {
  it.each([
    [{ 'host.name': 'cmp2.example.org' }, 'cmp2.example.org'],
    [{ 'k8s.node.name': 'cmp3' }, 'cmp1'],
    [{ 'host.name': 'CMP_4' }, 'CMP_4'],
  ])('of %j is %s', (attributes, host) => {
    expect(judged(LINE, { ...FILE, ...attributes })).toMatchObject({ log: { host } });
  });

  it('is a node where nothing else tells it', () => {
    expect(judged(LINE, FILE, { resource: map({ 'k8s.node.name': 'node7' }) })).toMatchObject({ log: { host: 'node7' } });
    expect(judged(LINE, FILE, { resource: map({}) })).toEqual({ outcome: 'rejected', reason: 'no host' });
  });

  it.each(['..', '.', '../x', 'a/b', '-a', 'a@b', 'a b', 'x'.repeat(129), 'a\n', '/etc', 'ü'])('is not %j', (host) => {
    expect(judged(LINE, { ...FILE, 'host.name': host })).toEqual({ outcome: 'rejected', reason: 'not a host' });
  });
});

describe('a request', () => {
  const batches = [
    {
      host: 'cmp1',
      records: [
        { line: LINE, file: '/var/log/nova/nova-compute.log' },
        { line: 'ü\tx', service: 'nova-api' },
      ],
    },
    { host: undefined, records: [{ line: '', file: 'a.log' }] },
  ];
  const said = (records: readonly SentRecord[]) =>
    records.map(({ body, attributes, resource }) => [String(body), [...attributes], [...resource]]);

  it('says the same in JSON and in protobuf', () => {
    expect(said(readProtobuf(asProtobuf(batches)))).toEqual(said(readJson(asJson(batches))));
    expect(said(readJson(asJson(batches)))).toHaveLength(3);
  });

  it('holds values of every kind in protobuf', () => {
    const any = {
      flag: Buffer.of(0x10, 1),
      less: Buffer.of(0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01),
      half: Buffer.concat([Buffer.of(0x21), doubled(0.5)]),
      list: field(5, field(1, field(1, 'a')), field(1, Buffer.of(0x18, 3))),
      map: field(6, field(1, field(1, 'k'), field(2, field(1, 'v')))),
      bytes: field(7, Buffer.of(1, 2)),
      empty: Buffer.alloc(0),
    };
    const attributes = Object.entries(any).map(([key, value]) => field(6, field(1, key), field(2, value)));
    const [found] = readProtobuf(field(1, field(2, field(2, ...attributes))));
    expect(Object.fromEntries(found!.attributes)).toEqual({
      flag: true,
      less: -1,
      half: 0.5,
      list: ['a', 3],
      map: new Map([['k', 'v']]),
      bytes: Buffer.of(1, 2),
      empty: null,
    });
  });

  it('that is cut off anywhere is malformed, or is a shorter one', () => {
    const whole = asProtobuf(batches);
    for (let length = 0; length < whole.length; length++) {
      try {
        expect(readProtobuf(whole.subarray(0, length)).length).toBeLessThan(3);
      } catch (error) {
        expect(error).toBeInstanceOf(Malformed);
      }
    }
  });

  it.each([
    '',
    '{',
    '[]',
    '7',
    'null',
    '{"resourceLogs":{}}',
    '{"resourceLogs":[7]}',
    '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"attributes":[{"value":{}}]}]}]}]}',
  ])('is malformed: %s', (text) => {
    expect(() => readJson(Buffer.from(text))).toThrow(Malformed);
  });

  it('is not read deeper than anybody would send', () => {
    const deep = (depth: number): string => (depth === 0 ? '{"stringValue":"x"}' : `{"arrayValue":{"values":[${deep(depth - 1)}]}}`);
    const request = (body: string) => Buffer.from(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":${body}}]}]}]}`);
    expect(readJson(request(deep(10)))).toHaveLength(1);
    expect(() => readJson(request(deep(5000)))).toThrow(Malformed);
    let any = field(1, 'x');
    for (let depth = 0; depth < 100; depth++) any = field(5, field(1, any));
    expect(() => readProtobuf(field(1, field(2, field(2, field(5, any)))))).toThrow(Malformed);
  });

  it('has as many records as anybody would send, and no more', () => {
    const many = (n: number): Buffer => Buffer.from(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[${Array(n).fill('{}').join()}]}]}]}`);
    expect(readJson(many(100_000))).toHaveLength(100_000);
    expect(() => readJson(many(100_001))).toThrow('smaller batches');
    const empty = field(2, '');
    expect(() => readProtobuf(field(1, field(2, ...Array(100_001).fill(empty))))).toThrow('smaller batches');
  });

  it('without anything in it is one', () => {
    for (const text of ['{}', '{"resourceLogs":[]}', '{"resourceLogs":[{}]}', '{"resourceLogs":null,"new":1}'])
      expect(readJson(Buffer.from(text))).toEqual([]);
    expect(readProtobuf(Buffer.alloc(0))).toEqual([]);
  });
});

function doubled(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}
