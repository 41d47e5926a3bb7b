import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { OperatorError } from '../../src/model/errors.js';
import { nameOf } from '../../src/pipeline/receive.js';
import type { Answer, Encoding } from '../../src/receive/answer.js';
import type { Lines } from '../../src/receive/receive-buffer.js';
import { Receiver } from '../../src/receive/receiver.js';
import { type Limits, type ReceiverServer, serveReceiver } from '../../src/receive/server.js';
import { asJson, asProtobuf, field } from '../support/otlp-logs.js';
import { counting } from '../support/scenario.js';

const LINE = '2026-11-21 01:50:31.664 7 INFO nova.compute.claims [-] Claim successful on node vm';
const REQUEST = [{ host: 'cmp1', records: [{ line: LINE, file: 'nova-compute.log' }] }];
const PROTOBUF = { 'content-type': 'application/x-protobuf' };

interface Said {
  readonly level: string;
  readonly message: string;
}

/** A server in front of a receive buffer that answers as given. */
async function serve(
  take: (hash: string, lines: readonly Lines[]) => Promise<'taken' | 'repeated' | 'full'>,
  limits: Partial<Limits> = {},
) {
  const { count, counted } = counting();
  const said: Said[] = [];
  const say =
    (level: string) =>
    (_: object, message: string): unknown =>
      said.push({ level, message });
  const log = { error: say('error'), info: say('info'), warn: say('warn') };
  const receiver = new Receiver({ buffer: { append: take, hasRoomFor: ({ host }) => host !== 'cmp999' }, nameOf, count, log });
  server = await serveReceiver({ listen: '127.0.0.1:0', receiver, count, log, limits });
  const send = async (body: Buffer | string, headers: Readonly<Record<string, string>> = {}, method = 'POST', path = '') => {
    const response = await fetch(server!.url + path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(method !== 'GET' && { body: new Uint8Array(Buffer.from(body)) }),
    });
    return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) };
  };
  return { send, counted, said, url: server.url };
}

let server: ReceiverServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

describe('what it takes', () => {
  it.each<[string, Buffer, Readonly<Record<string, string>>]>([
    ['JSON', asJson(REQUEST), { 'content-type': 'application/json; charset=utf-8' }],
    ['JSON with a newline behind it, as Vector sends it', Buffer.concat([asJson(REQUEST), Buffer.from('\n')]), {}],
    ['JSON with gzip', gzipSync(asJson(REQUEST)), { 'content-encoding': 'gzip' }],
    ['protobuf', asProtobuf(REQUEST), PROTOBUF],
    ['protobuf with gzip', gzipSync(asProtobuf(REQUEST)), { ...PROTOBUF, 'content-encoding': 'GZIP' }],
  ])('is %s', async (_, body, headers) => {
    const taken: Lines[] = [];
    const { send, counted } = await serve(async (_hash, lines) => {
      taken.push(...lines);
      return 'taken';
    });
    const answer = await send(body, headers);
    expect([answer.status, answer.body.toString()]).toEqual([200, headers['content-type']?.includes('protobuf') ? '' : '{}']);
    expect(answer.headers.get('content-type')).toBe(headers['content-type']?.split(';')[0] ?? 'application/json');
    expect(taken.map(({ log: { host, service }, bytes }) => [host, service, bytes.toString()])).toEqual([
      ['cmp1', 'nova-compute', `${LINE}\n`],
    ]);
    expect(counted).toEqual({ received_records: 1, received_bytes: LINE.length + 1, received_skipped: 0, 'received_requests 200': 1 });
  });

  it('is each log of a request by itself, its lines in their order', async () => {
    const taken: string[] = [];
    const { send } = await serve(async (_, lines) => {
      taken.push(
        ...lines.map(({ log: { host, service }, bytes }) => `${service}@${host} ${bytes.toString().trim().replaceAll('\n', ' ')}`),
      );
      return 'taken';
    });
    const compute = (line: string) => ({ line, file: 'nova-compute.log' });
    await send(
      asJson([
        { host: 'a', records: [compute('1'), { line: '2', file: 'nova-api.log' }, compute('3')] },
        { host: 'b', records: [compute('4')] },
        { host: 'a', records: [compute('5')] },
      ]),
    );
    expect(taken).toEqual(['nova-compute@a 1 3 5', 'nova-api@a 2', 'nova-compute@b 4']);
  });

  it('is answered when it is on the disk, and not before', async () => {
    let done = (_: 'taken'): void => undefined;
    const { send } = await serve(
      () =>
        new Promise((resolve) => {
          done = resolve;
        }),
    );
    let isAnswered = false;
    const answer = send(asJson(REQUEST)).then((said) => {
      isAnswered = true;
      return said;
    });
    // Another request has come and gone meanwhile.
    expect((await send('{}')).status).toBe(200);
    expect(isAnswered).toBe(false);
    done('taken');
    expect((await answer).status).toBe(200);
  });

  it('has the same hash when it is sent again, packed or not, and another one otherwise', async () => {
    const hashes: string[] = [];
    const { send, counted } = await serve(async (hash) => {
      hashes.push(hash);
      return hashes.length === 1 ? 'taken' : 'repeated';
    });
    await send(asJson(REQUEST));
    expect((await send(gzipSync(asJson(REQUEST)), { 'content-encoding': 'gzip' })).status).toBe(200);
    await send(asJson([...REQUEST, ...REQUEST]));
    expect(hashes[0]).toBe(hashes[1]);
    expect(hashes[2]).not.toBe(hashes[0]);
    expect(counted['received_records']).toBe(1);
    expect(counted['received_duplicates']).toBe(2);
  });
});

describe('records that cannot be used', () => {
  const mixed = [
    { host: undefined, records: [{ line: LINE, file: 'nova-compute.log' }] },
    { host: 'cmp1', records: [{ line: LINE }, { line: LINE, file: 'nova-compute.log' }, { line: 'x', file: 'keystone.log' }] },
    { host: 'cmp999', records: [{ line: LINE, file: 'nova-compute.log' }] },
  ];

  it('are told in JSON', async () => {
    const { send, counted } = await serve(async () => 'taken');
    const { status, body } = await send(asJson(mixed));
    expect(status).toBe(200);
    expect(JSON.parse(body.toString())).toEqual({
      partialSuccess: {
        rejectedLogRecords: '3',
        errorMessage:
          'no host: set the resource attribute host.name; no log: set the attribute log.file.path, log.file.name or service.name; too many different logs',
      },
    });
    expect(counted).toMatchObject({
      received_records: 1,
      received_skipped: 1,
      'received_rejected no host': 1,
      'received_rejected no log': 1,
    });
  });

  it('are told in protobuf', async () => {
    const { send } = await serve(async () => 'taken');
    const { body } = await send(asProtobuf(mixed.slice(0, 1)), PROTOBUF);
    expect(body).toEqual(field(1, Buffer.of(0x08, 1), field(2, 'no host: set the resource attribute host.name')));
  });
});

describe('what it does not take', () => {
  it.each<[string, number, Parameters<Awaited<ReturnType<typeof serve>>['send']>]>([
    ['another path', 404, ['{}', {}, 'POST', '/v1/traces']],
    ['GET', 405, ['', {}, 'GET']],
    ['another type', 415, ['{}', { 'content-type': 'text/plain' }]],
    ['another compression', 415, ['{}', { 'content-encoding': 'zstd' }]],
    ['no JSON', 400, ['{"resourceLogs":']],
    ['no gzip', 400, ['{}', { 'content-encoding': 'gzip' }]],
    ['gzip that is cut off', 400, [gzipSync(asJson(REQUEST)).subarray(0, 60), { 'content-encoding': 'gzip' }]],
    ['no protobuf', 400, [Buffer.from([0xff, 0xff]), PROTOBUF]],
    ['too much', 413, ['x'.repeat(2000)]],
    ['what is small and unpacks to too much', 413, [gzipSync('x'.repeat(100_000)), { 'content-encoding': 'gzip' }]],
  ])('is %s: %i', async (_, status, request) => {
    const { send, counted } = await serve(async () => 'taken', { bodyBytes: 1000 });
    const answer = await send(...request);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('retry-after')).toBeNull();
    if (request[1]?.['content-type'] === undefined) expect(JSON.parse(answer.body.toString())).toMatchObject({ code: 3 });
    expect(counted).toEqual({ [`received_requests ${status}`]: 1 });
  });

  it('never quotes what it was sent', async () => {
    const { send } = await serve(async () => 'taken');
    expect((await send('{"password": hunter2')).body.toString()).not.toContain('hunter2');
  });
});

describe('what it takes later', () => {
  it('is what there is no room for: said once, until there is', async () => {
    const outcomes = ['full', 'full', 'taken', 'full'] as const;
    let n = 0;
    const { send, said } = await serve(async () => outcomes[n++]!);
    const answer = await send(asJson(REQUEST));
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '10']);
    for (let i = 0; i < 3; i++) await send(asJson(REQUEST));
    expect(said.map(({ level }) => level)).toEqual(['error', 'info', 'error']);
  });

  it('is what the disk does not take, and its reason stays here', async () => {
    const { send } = await serve(async () => {
      throw new Error('ENOSPC: no space left on /secret');
    });
    const answer = await send(asJson(REQUEST));
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect(answer.body.toString()).not.toContain('/secret');
    const protobuf = await send(asProtobuf(REQUEST), PROTOBUF);
    expect(protobuf.body.subarray(0, 2)).toEqual(Buffer.of(0x08, 14));
  });

  it('is what comes while too much is under way', async () => {
    let done = (_: 'taken'): void => undefined;
    const { send } = await serve(
      () =>
        new Promise((resolve) => {
          done = resolve;
        }),
      { allBytes: asJson(REQUEST).length + 100 },
    );
    const first = send(asJson(REQUEST));
    // It is under way when one that is as large finds no room.
    let second = await send('{}'.padEnd(200));
    while (second.status === 200) second = await send('{}'.padEnd(200));
    expect([second.status, second.headers.get('retry-after')]).toEqual([503, '1']);
    done('taken');
    expect((await first).status).toBe(200);
    expect((await send('{}'.padEnd(200))).status).toBe(200);
  });
});

describe('the listener', () => {
  it('does not wait for a sender that sends nothing', async () => {
    const { url, counted } = await serve(async () => 'taken', { requestMs: 100 });
    const { port, hostname } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.write('POST /v1/logs HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 5\r\n\r\n{');
    const text = await new Promise<string>((resolve) => {
      let all = '';
      socket.on('data', (chunk) => {
        all += chunk;
      });
      socket.on('close', () => resolve(all));
    });
    expect(text).toContain('408');
    expect(Object.keys(counted)).toEqual(['received_requests none']);
  });

  it('writes and answers what came whole before it closes, and lets go of what did not', async () => {
    let done = (_: 'taken'): void => undefined;
    const { send, url } = await serve(
      () =>
        new Promise((resolve) => {
          done = resolve;
        }),
    );
    const whole = send(asJson(REQUEST));
    while (String(done).includes('undefined')) await send('{}');
    const half = httpRequest(url, { method: 'POST', headers: { 'content-type': 'application/json', 'content-length': 100 } });
    const cut = new Promise((resolve) => half.on('error', resolve));
    half.write('{');
    await send('{}');
    const closed = server!.close();
    await cut;
    done('taken');
    expect((await whole).status).toBe(200);
    await closed;
    server = undefined;
  });

  it('says where it cannot listen, and what to do', async () => {
    const { url } = await serve(async () => 'taken');
    const receiver = { receive: async (_encoding: Encoding, _body: Buffer): Promise<Answer> => ({ status: 200, body: Buffer.alloc(0) }) };
    const log = { error: () => undefined, info: () => undefined, warn: () => undefined };
    const again = serveReceiver({ listen: new URL(url).host, receiver, count: () => undefined, log });
    await expect(again).rejects.toBeInstanceOf(OperatorError);
    await expect(again).rejects.toMatchObject({ code: 'RECEIVE_UNAVAILABLE', exitCode: 78 });
  });
});
