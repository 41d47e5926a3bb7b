import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type { ExportResult } from '../../src/export/exporter.js';
import { createDocumentSender, createOtlpHttpExporter, type OtlpHttpOptions } from '../../src/export/otlp-http.js';
import { tracesUrl } from '../../src/export/otlp-settings.js';
import type { FinishedTrace, SpanData } from '../../src/model/span.js';
import { anyTrace, listening, oneSpan, withBackend } from './support.js';

afterEach(() => vi.unstubAllEnvs());

async function exportTo(endpoint: string, options: OtlpHttpOptions = {}, trace: FinishedTrace = oneSpan): Promise<ExportResult> {
  const exporter = createOtlpHttpExporter({ url: tracesUrl(endpoint), ...options });
  try {
    return await exporter.export(trace);
  } finally {
    await exporter.shutdown();
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const json =
  (status: number, body: object, headers: Record<string, string> = {}) =>
  (response: ServerResponse) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

/** Answers when the whole request is there, as a real receiver does. */
const answering =
  (answer: (response: ServerResponse) => void): RequestListener =>
  async (request, response) => {
    await bodyOf(request);
    answer(response);
  };

describe('the outcome of an export', () => {
  const table: [answer: string, (response: ServerResponse) => void, ExportResult | object][] = [
    ['200', json(200, {}), { outcome: 'delivered', rejected: 0 }],
    ['200 without a body', (r) => void r.writeHead(200).end(), { outcome: 'delivered', rejected: 0 }],
    [
      '202 in plain words',
      (r) => void r.writeHead(202, { 'content-type': 'text/plain' }).end('accepted'),
      { outcome: 'delivered', rejected: 0 },
    ],
    [
      '200 with rejected spans',
      json(200, { partialSuccess: { rejectedSpans: '3', errorMessage: 'too\nold' } }),
      { outcome: 'delivered', rejected: 3, message: 'too old' },
    ],
    ['200 with a warning', json(200, { partialSuccess: { errorMessage: 'hm' } }), { outcome: 'delivered', rejected: 0, message: 'hm' }],
    ['200 with null', json(200, { partialSuccess: null }), { outcome: 'delivered', rejected: 0 }],
    ['429 with seconds', json(429, {}, { 'retry-after': '7' }), { outcome: 'retryable', retryInMs: 7000 }],
    ['503 with a date', json(503, {}, { 'retry-after': 'Wed, 14 Jan 2026 10:43:00 GMT' }), { outcome: 'retryable', retryInMs: 60_000 }],
    [
      '503 with nonsense',
      json(503, {}, { 'retry-after': 'soon' }),
      { outcome: 'retryable', reason: expect.stringContaining('answered 503') },
    ],
    ['503 with words', json(503, { message: 'queue is full' }), { outcome: 'retryable', reason: expect.stringContaining('queue is full') }],
    ['502', json(502, {}), { outcome: 'retryable' }],
    ['504', json(504, {}), { outcome: 'retryable' }],
    [
      '400',
      json(400, { code: 3, message: 'bad \u001b[31mid' }),
      { outcome: 'refused', about: 'trace', reason: expect.stringContaining('(it says: bad  [31mid)') },
    ],
    ['401', json(401, {}), { outcome: 'refused', about: 'settings', reason: expect.stringContaining('OTEL_EXPORTER_OTLP_HEADERS') }],
    ['403', json(403, {}), { outcome: 'refused', about: 'settings', reason: expect.stringContaining('OTEL_EXPORTER_OTLP_HEADERS') }],
    ['404', json(404, {}), { outcome: 'refused', about: 'settings', reason: expect.stringContaining('OTEL_EXPORTER_OTLP_ENDPOINT') }],
    ['413', json(413, {}), { outcome: 'refused', about: 'trace', reason: expect.stringContaining('max_request_body_size') }],
    ['500', json(500, {}), { outcome: 'retryable', isDoubtful: true }],
    ['501', json(501, {}), { outcome: 'retryable', isDoubtful: true }],
    ['408', json(408, {}), { outcome: 'retryable', isDoubtful: true }],
    ['407', json(407, {}), { outcome: 'refused', about: 'settings' }],
    ['422', json(422, {}), { outcome: 'refused', about: 'trace', status: 422 }],
    ['429 with a wait of years', json(429, {}, { 'retry-after': '99999999999' }), { outcome: 'retryable', retryInMs: 99_999_999_999_000 }],
    [
      '503 with a date that is past',
      json(503, {}, { 'retry-after': 'Wed, 14 Jan 2026 10:41:00 GMT' }),
      { outcome: 'retryable', retryInMs: 0 },
    ],
    [
      '200 with garbage',
      (r) => void r.writeHead(200, { 'content-type': 'application/json' }).end(Buffer.from([0xff, 0x00, 0x7b, 0x22])),
      { outcome: 'delivered', rejected: 0 },
    ],
    [
      '302 with secrets in where it leads',
      (r) => void r.writeHead(302, { location: 'https://me:secret@login.example/path?token=secret' }).end(),
      { outcome: 'refused', about: 'settings', reason: expect.stringMatching(/points to https:\/\/login\.example\/path:/) },
    ],
    [
      '301',
      json(301, {}, { location: 'https://elsewhere.example/' }),
      { outcome: 'refused', about: 'settings', reason: expect.stringContaining('elsewhere.example') },
    ],
    [
      '200 with a web page',
      (r) => void r.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<html>'),
      { outcome: 'refused', about: 'settings', reason: expect.stringContaining('web page') },
    ],
    [
      'a connection reset before the answer',
      (r) => void r.socket?.resetAndDestroy(),
      { outcome: 'retryable', reason: expect.stringContaining('cannot send to') },
    ],
    [
      'a connection reset in the middle of the answer',
      (r) => {
        r.writeHead(200, { 'content-length': '100' }).write('{');
        setTimeout(() => r.socket?.resetAndDestroy(), 20);
      },
      { outcome: 'retryable', reason: expect.stringContaining('cannot send to') },
    ],
    [
      'something that is not HTTP',
      (r) => void r.socket?.end('SSH-2.0-x\r\n\r\n'),
      { outcome: 'retryable', reason: expect.stringContaining('http or https') },
    ],
  ];

  it.each(table)('%s', async (_, answer, expected) => {
    const clock = { now: () => Date.parse('2026-01-14T10:42:00Z'), sleep: async () => undefined };
    const result = await withBackend(answering(answer), (endpoint) => exportTo(endpoint, { clock }));
    expect(result).toEqual(expect.objectContaining(expected));
  });

  it('a backend that does not listen: worth another try', async () => {
    const gone = await withBackend(answering(json(200, {})), async (endpoint) => endpoint);
    expect(await exportTo(gone)).toEqual({
      outcome: 'retryable',
      reason: expect.stringContaining('ECONNREFUSED'),
      fault: `${tracesUrl(gone)} ECONNREFUSED`,
    });
  });

  it('a backend that never answers: worth another try after the timeout', async () => {
    const silent = await withBackend(
      () => undefined,
      (endpoint) => exportTo(endpoint, { timeoutMs: 50 }),
    );
    expect(silent).toMatchObject({
      outcome: 'retryable',
      isDoubtful: true,
      reason: expect.stringContaining('did not answer within 50 ms'),
    });
  });

  it('a backend that drips its answer: the timeout bounds the whole exchange', async () => {
    const dripping: RequestListener = (_, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(' '), 10);
      response.on('close', () => clearInterval(drip));
    };
    const result = await withBackend(dripping, (endpoint) => exportTo(endpoint, { timeoutMs: 150 }));
    expect(result).toMatchObject({ outcome: 'retryable', isDoubtful: true, reason: expect.stringContaining('within 150 ms') });
  });

  it('a backend that refuses a large trace before it has read it: not tried for ever', async () => {
    const [span] = oneSpan.spans as [SpanData];
    const large = { ...oneSpan, spans: [{ ...span, attributes: { text: 'x'.repeat(20_000_000) } }] };
    const hasty: RequestListener = (_, response) => void response.writeHead(413, { connection: 'close' }).end();
    expect(await withBackend(hasty, (endpoint) => exportTo(endpoint, {}, large))).toMatchObject({ outcome: 'refused', about: 'trace' });
  });

  it('a connection that the backend closed while nothing was sent: no failure', async () => {
    const connections: Socket[] = [];
    const listener: RequestListener = async (request, response) => {
      await bodyOf(request);
      if (!connections.includes(request.socket)) connections.push(request.socket);
      json(200, {})(response);
    };
    const outcomes = await withBackend(listener, async (endpoint) => {
      const exporter = createOtlpHttpExporter({ url: tracesUrl(endpoint) });
      const results: ExportResult[] = [await exporter.export(oneSpan), await exporter.export(oneSpan)];
      expect(connections).toHaveLength(1);
      connections[0]!.resetAndDestroy();
      results.push(await exporter.export(oneSpan));
      await exporter.shutdown();
      return results.map(({ outcome }) => outcome);
    });
    expect([outcomes, connections.length]).toEqual([['delivered', 'delivered', 'delivered'], 2]);
  });

  it('shutdown gives up what is under way, as worth another try', async () => {
    const result = await withBackend(
      () => undefined,
      async (endpoint) => {
        const exporter = createOtlpHttpExporter({ url: tracesUrl(endpoint) });
        const underWay = exporter.export(oneSpan);
        setTimeout(() => void exporter.shutdown(), 50);
        return underWay;
      },
    );
    expect(result.outcome).toBe('retryable');
  });

  it('partial success in protobuf is read as well', async () => {
    // ExportTraceServiceResponse { partial_success { rejected_spans: 5, error_message: "no" } }
    const partial = Buffer.from([0x0a, 0x06, 0x08, 0x05, 0x12, 0x02, 0x6e, 0x6f]);
    const answer = (r: ServerResponse) => void r.writeHead(200, { 'content-type': 'application/x-protobuf' }).end(partial);
    const result = await withBackend(answering(answer), (endpoint) => exportTo(endpoint, { protocol: 'http/protobuf' }));
    expect(result).toEqual({ outcome: 'delivered', rejected: 5, message: 'no' });
  });

  it('a header that cannot be sent is refused, not thrown', async () => {
    const result = await withBackend(answering(json(200, {})), (endpoint) => exportTo(endpoint, { headers: { authorization: 'a\nb' } }));
    expect(result).toMatchObject({ outcome: 'refused', about: 'settings', reason: expect.stringContaining('OTEL_EXPORTER_OTLP_HEADERS') });
  });

  it('user and password of the URL are sent, but not shown', async () => {
    let authorization: string | undefined;
    const listener: RequestListener = async (request, response) => {
      authorization = request.headers.authorization;
      await bodyOf(request);
      json(401, {})(response);
    };
    const result = await withBackend(listener, (endpoint) => exportTo(endpoint.replace('//', '//me:secret@')));
    expect(authorization).toBe(`Basic ${Buffer.from('me:secret').toString('base64')}`);
    expect(JSON.stringify(result)).not.toContain('secret');
  });

  it('nothing is written to the console, whatever happens', async () => {
    const spies = (['log', 'info', 'warn', 'error', 'debug'] as const).map((method) =>
      vi.spyOn(console, method).mockImplementation(() => undefined),
    );
    for (const status of [200, 400, 503]) {
      await withBackend(answering(json(status, { partialSuccess: { rejectedSpans: 1 } })), (endpoint) => exportTo(endpoint));
    }
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });
});

/** The bodies of requests that are made while a backend listens. */
async function bodies(use: (endpoint: string) => Promise<unknown>): Promise<Buffer[]> {
  const all: Buffer[] = [];
  const listener: RequestListener = async (request, response) => {
    all.push(await bodyOf(request));
    json(200, {})(response);
  };
  await withBackend(listener, use);
  return all;
}

const encodings: OtlpHttpOptions[] = [{}, { protocol: 'http/protobuf' }, { compression: 'gzip' }];

describe('the same trace', () => {
  it.each(encodings)('is the same bytes whenever it is sent (%o)', async (options) => {
    const [first, second] = await bodies(async (endpoint) => {
      const exporter = createOtlpHttpExporter({ url: tracesUrl(endpoint), ...options });
      for (const trace of [oneSpan, structuredClone(oneSpan)]) await exporter.export(trace);
      await exporter.shutdown();
    });
    expect(second?.equals(first!)).toBe(true);
  });

  it('as a document is what is sent as JSON', async () => {
    const { document } = createOtlpHttpExporter({ resourceAttributes: { 'cloud.region': 'R' } });
    const [sent] = await bodies((endpoint) => exportTo(endpoint, { resourceAttributes: { 'cloud.region': 'R' } }));
    expect(document!(oneSpan)).toBe(sent!.toString());
  });

  it('is the same request again when its document is sent, in every encoding', async () => {
    for (const options of encodings) {
      const received = await bodies(async (endpoint) => {
        const settings = { url: tracesUrl(endpoint), ...options };
        const exporter = createOtlpHttpExporter({ ...settings, resourceAttributes: { 'cloud.region': 'R' } });
        const sender = createDocumentSender(settings);
        for (const trace of fc.sample(anyTrace, { numRuns: 30, seed: 4 })) {
          await exporter.export(trace);
          await sender.send(exporter.document!(trace));
        }
        await exporter.shutdown();
        await sender.shutdown();
      });
      expect(received).toHaveLength(60);
      for (let i = 0; i < received.length; i += 2) expect(received[i + 1]!.equals(received[i]!)).toBe(true);
    }
  });

  it('of another version of novaspan keeps the version that made it', async () => {
    const document = createOtlpHttpExporter().document!(oneSpan).replace(
      /"scope":\{[^}]*\}/,
      '"scope":{"name":"novaspan","version":"0.0.9"}',
    );
    const [sent] = await bodies(async (endpoint) => {
      const sender = createDocumentSender({ url: tracesUrl(endpoint) });
      await sender.send(document);
      await sender.shutdown();
    });
    expect(sent!.toString()).toBe(document);
  });
});

describe('the request', () => {
  /** What arrives at the backend, sent as the environment says. */
  async function received(variables: Record<string, string>, options: OtlpHttpOptions = {}, trace?: FinishedTrace) {
    const requests: { path: string | undefined; headers: IncomingMessage['headers']; body: Buffer }[] = [];
    const listener: RequestListener = async (request, response) => {
      requests.push({ path: request.url, headers: request.headers, body: await bodyOf(request) });
      json(200, {})(response);
    };
    await withBackend(listener, async (endpoint) => {
      for (const [name, text] of Object.entries(variables)) vi.stubEnv(name, text.replace('ENDPOINT', endpoint));
      const exporter = createOtlpHttpExporter(options);
      await exporter.export(trace ?? oneSpan);
      await exporter.shutdown();
    });
    expect(requests).toHaveLength(1);
    return requests[0] as (typeof requests)[number];
  }

  const general = { OTEL_EXPORTER_OTLP_ENDPOINT: 'ENDPOINT' };

  it('holds all spans of a trace, one resource per service and host, by service, then host', async () => {
    const [span] = oneSpan.spans as [SpanData];
    const of = (service: string, host: string, spanId: string): SpanData => ({ ...span, service, host, spanId, parentSpanId: span.spanId });
    const spans = [
      span,
      of('ovn-controller', 'cmp1', '1'.repeat(16)),
      of('nova-compute', 'cmp0', '2'.repeat(16)),
      of('nova-compute', 'cmp1', '3'.repeat(16)),
    ];
    const { body, headers } = await received(general, { resourceAttributes: { 'cloud.region': 'RegionOne' } }, { ...oneSpan, spans });

    expect(headers['content-type']).toBe('application/json');
    expect(headers['user-agent']).toMatch(/^novaspan\/\d/);
    const sent = JSON.parse(body.toString()).resourceSpans.map(({ resource, scopeSpans }: never) => {
      const named = Object.fromEntries(
        (resource as { attributes: never[] }).attributes.map(({ key, value }: never) => [key, Object.values(value)[0]]),
      );
      return [named['service.name'], named['host.name'], named['cloud.region'], (scopeSpans as [{ spans: unknown[] }])[0].spans.length];
    });
    expect(sent).toEqual([
      ['nova-compute', 'cmp0', 'RegionOne', 1],
      ['nova-compute', 'cmp1', 'RegionOne', 2],
      ['ovn-controller', 'cmp1', 'RegionOne', 1],
    ]);
  });

  it('goes to /v1/traces of the general endpoint', async () => {
    expect((await received({ OTEL_EXPORTER_OTLP_ENDPOINT: 'ENDPOINT/otlp/' })).path).toBe('/otlp/v1/traces');
  });

  it('goes to exactly the endpoint for traces', async () => {
    const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'ENDPOINT/here' };
    expect((await received(variables)).path).toBe('/here');
  });

  it('carries the headers, those for traces before the general ones', async () => {
    const { headers } = await received({
      ...general,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20a,x-scope-orgid=one',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-scope-orgid=two',
    });
    expect(headers).toMatchObject({ authorization: 'Bearer a', 'x-scope-orgid': 'two' });
  });

  it('is compressed when asked', async () => {
    const { headers, body } = await received({ ...general, OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' });
    expect(headers['content-encoding']).toBe('gzip');
    expect(JSON.parse(gunzipSync(body).toString())).toHaveProperty('resourceSpans');
  });

  it('is protobuf when asked, for traces before in general', async () => {
    const { headers, body } = await received({
      ...general,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf',
    });
    expect(headers['content-type']).toBe('application/x-protobuf');
    expect(body[0]).toBe(0x0a);
  });

  it('waits as long as OTEL_EXPORTER_OTLP_TIMEOUT says', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '60');
    const result = await withBackend(
      () => undefined,
      (endpoint) => exportTo(endpoint),
    );
    expect(result).toMatchObject({ reason: expect.stringContaining('within 60 ms') });
  });

  it('does not lose its url to the environment', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'http://127.0.0.1:1/');
    expect(await withBackend(answering(json(200, {})), (endpoint) => exportTo(endpoint))).toMatchObject({ outcome: 'delivered' });
  });
});

describe.skipIf(spawnSync('openssl', ['version']).status !== 0)('over TLS', () => {
  const dir = mkdtempSync(join(tmpdir(), 'novaspan-tls-'));
  const [key, cert] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
  const asked = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
  spawnSync('openssl', [...asked, '-keyout', key, '-out', cert, '-subj', '/CN=novaspan-test', '-addext', 'subjectAltName=IP:127.0.0.1']);
  afterAll(() => rmSync(dir, { recursive: true }));

  const withTls = (use: (endpoint: string) => Promise<ExportResult>) =>
    listening(createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, answering(json(200, {}))), (port) =>
      use(`https://127.0.0.1:${port}`),
    );

  it('a backend of an unknown issuer gets nothing, and the operator is told which variable to set', async () => {
    expect(await withTls((endpoint) => exportTo(endpoint))).toMatchObject({
      outcome: 'retryable',
      reason: expect.stringContaining('OTEL_EXPORTER_OTLP_CERTIFICATE'),
    });
  });

  it('a backend of the issuer in OTEL_EXPORTER_OTLP_CERTIFICATE gets the trace', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_CERTIFICATE', cert);
    expect(await withTls((endpoint) => exportTo(endpoint))).toEqual({ outcome: 'delivered', rejected: 0 });
  });
});

describe('settings that cannot be followed', () => {
  it.each([
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', /"grpc" is not supported: use http\/json or http\/protobuf/],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'localhost', /Could not parse environment-provided export URL: 'localhost/],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'localhost:4318', /must begin with http/],
    ['OTEL_EXPORTER_OTLP_COMPRESSION', 'zstd', /expected 'none' or 'gzip'/],
    ['OTEL_EXPORTER_OTLP_TIMEOUT', 'soon', /OTEL_EXPORTER_OTLP_TIMEOUT/],
    ['OTEL_EXPORTER_OTLP_CERTIFICATE', '/nowhere/ca.pem', /root certificate/],
    ['OTEL_EXPORTER_OTLP_CLIENT_KEY', '/nowhere/key.pem', /private key/],
  ])('%s=%s stops before anything is sent', (name, text, fault) => {
    vi.stubEnv(name, text);
    expect(() => createOtlpHttpExporter()).toThrowError(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(fault) }),
    );
  });
});
