import { once } from 'node:events';
import { request as httpRequest, type OutgoingHttpHeaders } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OperatorError } from '../../src/model/errors.js';
import { isLoopback, parseListen } from '../../src/model/listen.js';
import { type Health, type HealthFacts, healthOf, STALLED } from '../../src/telemetry/health.js';
import { createLog } from '../../src/telemetry/log.js';
import { createMetrics } from '../../src/telemetry/metrics.js';
import { type Format, formatFor, serveTelemetry, type TelemetryServer } from '../../src/telemetry/server.js';
import { NOW, vitals } from './vitals.js';

let server: TelemetryServer | undefined;
let health: Health;
let logged: PassThrough;

beforeEach(() => {
  health = { live: [], ready: [] };
  logged = new PassThrough();
});

afterEach(async () => {
  await server?.close();
  server = undefined;
});

const metrics = createMetrics({ vitals: () => vitals(), now: () => NOW });

async function serve(listen = '127.0.0.1:0', told: Parameters<typeof serveTelemetry>[0]['metrics'] = metrics): Promise<string> {
  server = await serveTelemetry({ listen, metrics: told, health: () => health, log: createLog(logged) });
  return server.url!;
}

interface Said {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

async function ask(url: string, method = 'GET', headers: OutgoingHttpHeaders = {}, body?: string): Promise<Said> {
  const request = httpRequest(url, { method, headers, agent: false });
  request.end(body);
  const [response] = await once(request, 'response');
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece as Buffer);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(pieces).toString() };
}

/** Writes bytes as they are, and gives what comes back until the server hangs up. */
async function raw(url: string, bytes: string | Buffer): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const pieces: Buffer[] = [];
  socket.on('data', (piece) => pieces.push(piece));
  socket.on('error', () => undefined);
  socket.end(bytes);
  await once(socket, 'close');
  return Buffer.concat(pieces).toString();
}

describe('the server', () => {
  it('tells metrics as text, and as OpenMetrics to who accepts it', async () => {
    const url = await serve();
    const plain = await ask(`${url}/metrics`);
    const open = await ask(`${url}/metrics?now=1`, 'GET', { accept: 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5' });

    expect(plain).toMatchObject({ status: 200, headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' } });
    expect(plain.body).toContain('novaspan_open_files 10\n');
    expect(open).toMatchObject({ status: 200, headers: { 'content-type': 'application/openmetrics-text; version=1.0.0; charset=utf-8' } });
    expect(open.body.endsWith('# EOF\n')).toBe(true);
  });

  it('tells health, and why it is not well', async () => {
    const url = await serve();
    expect(await ask(`${url}/healthz`)).toMatchObject({ status: 200, body: '{"ok":true,"reasons":[]}\n' });
    expect((await ask(`${url}/readyz`)).status).toBe(200);

    health = { live: [], ready: ['/var/log/nova has not been looked at yet'] };
    expect((await ask(`${url}/healthz`)).status).toBe(200);
    const readiness = await ask(`${url}/readyz`);
    expect(readiness).toMatchObject({ status: 503, headers: { 'content-type': 'application/json' } });
    expect(JSON.parse(readiness.body)).toEqual({ ok: false, reasons: ['/var/log/nova has not been looked at yet'] });

    health = { live: ['no poll cycle has finished for 31 s'], ready: [] };
    expect((await ask(`${url}/healthz`)).status).toBe(503);
  });

  it('says which paths there are', async () => {
    const url = await serve();
    for (const path of ['/', '/metrics/', '/constructor', '/../etc/passwd', '//metrics']) {
      const { status, body } = await ask(`${url}${path}`);
      expect([path, status]).toEqual([path, 404]);
      expect(body).toBe('there is nothing at this path; there are: /metrics, /healthz, /readyz\n');
    }
  });

  it('answers GET and HEAD only', async () => {
    const url = await serve();
    const head = await ask(`${url}/metrics`, 'HEAD');
    const get = await ask(`${url}/metrics`);
    expect(head.body).toBe('');
    expect(head.headers['content-length']).toBe(get.headers['content-length']);

    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
      const { status, headers } = await ask(`${url}/metrics`, method, {}, method.startsWith('P') ? 'x'.repeat(100_000) : undefined);
      expect([method, status, headers['allow']]).toEqual([method, 405, 'GET, HEAD']);
    }
  });

  it('is not brought down by any request', async () => {
    const url = await serve();
    const bad = [
      '',
      '\r\n\r\n',
      'GET\r\n\r\n',
      'nonsense\r\n\r\n',
      Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc]),
      `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`,
      `GET /metrics HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`,
      'GET /metrics HTTP/1.1\r\n\r\n',
      'GET /metrics HTTP/9.9\r\nhost: x\r\n\r\n',
      'GET http://[::bad/metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
      'GET /%ff%00 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
      'CONNECT /metrics HTTP/1.1\r\nhost: x\r\n\r\n',
      'GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
      'GET /metrics HTTP/1.1\r\nhost: x\r\nexpect: something\r\nconnection: close\r\n\r\n',
      'POST /metrics HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nab',
      'GET /metrics HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
      `GET /metrics HTTP/1.1\r\nhost: x\r\naccept: ${';,q='.repeat(1500)}\r\nconnection: close\r\n\r\n`,
    ];
    for (const bytes of bad) await raw(url, bytes);

    expect((await ask(`${url}/metrics`)).status).toBe(200);
  });

  it('says that metrics could not be told, and goes on', async () => {
    const url = await serve('127.0.0.1:0', {
      text: async () => {
        throw new Error('no vitals');
      },
    });
    const { status, body } = await ask(`${url}/metrics`);

    expect({ status, body }).toEqual({ status: 500, body: 'this request failed: see the log of novaspan\n' });
    expect(String(logged.read())).toContain('"reason":"no vitals"');
    expect((await ask(`${url}/healthz`)).status).toBe(200);
  });

  it('takes a bounded number of connections', async () => {
    const url = await serve();
    const sockets = Array.from({ length: 40 }, () => connect(Number(new URL(url).port), '127.0.0.1'));
    const dropped = await new Promise<number>((resolve) => {
      let closed = 0;
      for (const socket of sockets) {
        socket.on('error', () => undefined);
        socket.on('close', () => ++closed === 8 && resolve(closed));
      }
    });
    for (const socket of sockets) socket.destroy();

    expect(dropped).toBe(8);
  });

  it('closes with connections open, at once', async () => {
    const url = await serve();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    await once(socket, 'connect');
    const gone = once(socket, 'close');
    await server!.close();
    await gone;

    await expect(ask(`${url}/metrics`)).rejects.toThrow('ECONNREFUSED');
  });

  it('listens on IPv6', async ({ skip }) => {
    const probe = createServer();
    const hasIpv6 = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false));
      probe.listen(0, '::1', () => probe.close(() => resolve(true)));
    });
    if (!hasIpv6) skip('this machine has no IPv6');
    const url = await serve('[::1]:0');

    expect(url).toMatch(/^http:\/\/\[::1\]:\d+$/);
    expect((await ask(`${url}/healthz`)).status).toBe(200);
  });

  it('is not there where it is off', async () => {
    server = await serveTelemetry({ listen: 'off', metrics, health: () => health, log: createLog(logged) });

    expect(server.url).toBeUndefined();
  });

  it('says that it can be read from elsewhere, where that is so', async () => {
    await serve('0.0.0.0:0');
    expect(String(logged.read())).toContain('can read the metrics, also from other machines');
    await server!.close();
    await serve('127.0.0.1:0');
    expect(logged.read()).toBeNull();
  });
});

describe('an address that cannot be had', () => {
  const failure = async (listen: string): Promise<OperatorError> => {
    try {
      await serve(listen);
    } catch (error) {
      if (error instanceof OperatorError) return error;
      throw error;
    }
    throw new Error('it listens');
  };

  it('because the port is taken, is told with what to do', async () => {
    const other = createServer();
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const error = await failure(`127.0.0.1:${port}`);
    other.close();

    expect(error).toMatchObject({
      code: 'TELEMETRY_UNAVAILABLE',
      exitCode: 78,
      remedy: 'something else listens there, perhaps another novaspan: set telemetry.listen to another port, or to off',
    });
    expect(error.message).toContain(`cannot serve metrics on 127.0.0.1:${port}: listen EADDRINUSE`);
  });

  it.each(['9464', 'localhost', '127.0.0.1:', '::1:9464', '127.0.0.1:99999', '/run/novaspan.sock', ''])(
    '%j is no address',
    async (listen) => {
      const error = await failure(listen);

      expect(error.remedy).toBe('set telemetry.listen to HOST:PORT, such as 127.0.0.1:9464 or [::1]:9464, or off');
    },
  );

  it('because it is not this machine', async () => {
    expect((await failure('192.0.2.1:9464')).remedy).toContain('no interface of this machine');
  });
});

describe('an address', () => {
  it.each([
    ['127.0.0.1:9464', { host: '127.0.0.1', port: 9464 }, true],
    ['[::1]:9464', { host: '::1', port: 9464 }, true],
    ['localhost:0', { host: 'localhost', port: 0 }, true],
    ['0.0.0.0:80', { host: '0.0.0.0', port: 80 }, false],
    ['[::]:9464', { host: '::', port: 9464 }, false],
    ['127.0.0.1.example.org:1', { host: '127.0.0.1.example.org', port: 1 }, false],
  ])('%s is read', (text, listen, loopback) => {
    expect(parseListen(text)).toEqual(listen);
    expect(isLoopback(listen)).toBe(loopback);
  });
});

/** As Prometheus 2.42 asks with native histograms on. */
const NATIVE_ACCEPT =
  'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';

it.each<[string | undefined, Format, Format?]>([
  [undefined, 'text'],
  ['*/*', 'text'],
  ['text/plain', 'text'],
  ['application/openmetrics-text', 'openmetrics'],
  [
    'application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
    'openmetrics',
  ],
  ['text/plain;version=0.0.4;q=0.9, application/openmetrics-text;version=1.0.0;q=0.2', 'text'],
  ['application/openmetrics-text;version=0.0.1', 'text'],
  ['application/openmetrics-text;q=0', 'text'],
  ['application/openmetrics-text;q=nonsense', 'text'],
  [NATIVE_ACCEPT, 'openmetrics', 'protobuf'],
  ['application/vnd.google.protobuf;proto=another;encoding=delimited', 'text'],
  ['text/plain;q=0.9,application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.1', 'text'],
])('Accept: %s is given %s', (accept, wanted, withProtobuf = wanted) => {
  expect(formatFor(accept, false)).toBe(wanted);
  expect(formatFor(accept, true)).toBe(withProtobuf);
});

describe('health', () => {
  const well: HealthFacts = {
    cycleEndedAt: NOW,
    unseen: [],
    checkpointFault: undefined,
    backend: { needed: false, acknowledged: false },
  };
  const at = (facts: Partial<HealthFacts>, now = NOW): Health => healthOf({ ...well, ...facts }, now);

  it('is good while the loop turns, the logs were seen, and nothing is to be sent', () => {
    expect(at({}, NOW + STALLED)).toEqual({ live: [], ready: [] });
  });

  it('is lost when the loop stands still', () => {
    const reasons = ['no poll cycle has finished for 31 s'];
    expect(at({}, NOW + 31_000)).toEqual({ live: reasons, ready: reasons });
  });

  it.each<[string, Partial<HealthFacts>, string[]]>([
    ['logs not looked at', { unseen: ['/var/log/nova'] }, ['/var/log/nova has not been looked at yet']],
    ['a full disk', { checkpointFault: 'no space left on device' }, ['the checkpoint cannot be written: no space left on device']],
    ['a backend that took nothing yet', { backend: { needed: true, acknowledged: false } }, ['the backend has not accepted a trace yet']],
    [
      'a backend that says why',
      { backend: { needed: true, acknowledged: false, fault: 'HTTP 401' } },
      ['the backend has not accepted a trace yet: HTTP 401'],
    ],
    ['a backend that took one', { backend: { needed: true, acknowledged: true, fault: 'HTTP 503' } }, []],
  ])('with %s: alive, and ready only if there is no reason', (_, facts, reasons) => {
    expect(at(facts)).toEqual({ live: [], ready: reasons });
  });
});
