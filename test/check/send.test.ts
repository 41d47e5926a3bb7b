import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SendReport } from '../../src/check/send.js';
import { engine } from '../../src/cli/engine.js';
import { novaspan } from '../cli/surroundings.js';
import { withBackend } from '../export/support.js';

const SDK = /OTel-OTLP-Exporter/;
const NOBODY = 'http://127.0.0.1:1';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'novaspan-send-'));
  // The SDK tries again until its time is over, at the earliest after 0.8 s.
  vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '700');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  vi.unstubAllEnvs();
});

interface Asked {
  readonly headers: IncomingHttpHeaders;
  readonly url: string | undefined;
  readonly body: Buffer;
}
interface Answer {
  readonly status?: number;
  readonly type?: string;
  readonly body?: string | Uint8Array;
}

/** A backend that answers as `answer` says, and what it was sent. */
function backend(answer: (asked: Asked) => Answer = () => ({})) {
  const asked: Asked[] = [];
  const listener: RequestListener = async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const each = { headers: request.headers, url: request.url, body: Buffer.concat(chunks) };
    asked.push(each);
    const { status = 200, type = 'application/json', body = '{}' } = answer(each);
    response.writeHead(status, { 'content-type': type }).end(body);
  };
  return { asked, listener };
}

const isSdk = ({ headers }: Asked): boolean => SDK.test(headers['user-agent'] ?? '');
const send = (...argv: string[]) =>
  novaspan(['check', '--send', ...argv], { engine: { sendTest: engine.sendTest }, env: { ...process.env }, columns: 200 });
async function reportOf(answer: (asked: Asked) => Answer) {
  const { asked, listener } = backend(answer);
  const { code, stdout } = await withBackend(listener, (endpoint) => send('--endpoint', endpoint, '--format', 'json'));
  return { code, asked, report: JSON.parse(stdout) as SendReport };
}

describe('check --send', () => {
  it('sends one trace with either sender, and names their ids', async () => {
    const { asked, listener } = backend();
    const { code, stdout } = await withBackend(listener, (endpoint) => send('--endpoint', endpoint));
    expect(code).toBe(0);
    expect(asked.map(({ url }) => url)).toEqual(['/v1/traces', '/v1/traces']);
    expect(asked.map(isSdk).sort()).toEqual([false, true]);
    for (const each of asked) {
      const [{ resource, scopeSpans }] = JSON.parse(each.body.toString()).resourceSpans;
      const [{ spans }] = scopeSpans;
      expect([scopeSpans[0].scope.name, spans.length, spans[0].name]).toEqual(['novaspan', 1, 'novaspan test trace']);
      expect(resource.attributes).toContainEqual({ key: 'service.name', value: { stringValue: 'novaspan' } });
      expect(JSON.stringify(spans[0].attributes)).toContain('a test of `novaspan check --send`');
      expect(stdout).toContain(`${isSdk(each) ? 'SDK     ' : 'novaspan'}  arrived, trace id ${spans[0].traceId}\n`);
    }
    expect(stdout).toMatch(/^Both test traces arrived\.\n {2}to {8}http:.*\/v1\/traces \(http\/json, compression none; headers none\)\n/);
  });

  it('sends protobuf, compressed, with the headers of the environment', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_PROTOCOL', 'http/protobuf');
    vi.stubEnv('OTEL_EXPORTER_OTLP_COMPRESSION', 'gzip');
    vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', 'authorization=Bearer%20secret-token');
    const { asked, listener } = backend(() => ({ type: 'application/x-protobuf', body: new Uint8Array() }));
    const { code, stdout } = await withBackend(listener, (endpoint) => send('--endpoint', endpoint));
    expect([code, asked.map(isSdk).sort()]).toEqual([0, [false, true]]);
    for (const { headers, body } of asked) {
      expect(headers).toMatchObject({
        authorization: 'Bearer secret-token',
        'content-type': 'application/x-protobuf',
        'content-encoding': 'gzip',
      });
      expect(gunzipSync(body).toString('latin1')).toContain('novaspan test trace');
    }
    expect(stdout).toContain('(http/protobuf, compression gzip; headers authorization)');
    expect(stdout).not.toContain('secret-token');
  });

  it('takes endpoint, headers and host from the configuration of tail', async () => {
    const file = join(folder, 'novaspan.yaml');
    const { asked, listener } = backend();
    const { code } = await withBackend(listener, (endpoint) => {
      writeFileSync(file, `logs: [{ path: /var/log/nova }]\nhost: cmp7\notlp: { endpoint: '${endpoint}', headers: { x-tenant: blue } }\n`);
      return send('--config', file);
    });
    expect([code, asked.map(({ headers }) => headers['x-tenant'])]).toEqual([0, ['blue', 'blue']]);
    for (const { body } of asked) expect(body.toString()).toContain('"cmp7"');
  });

  it('sends though a sampler is set that keeps nothing', async () => {
    vi.stubEnv('OTEL_TRACES_SAMPLER', 'always_off');
    expect((await reportOf(() => ({}))).asked).toHaveLength(2);
  });

  it('says that it is the backend or a setting where neither arrives, and what to change', async () => {
    const answer = () => ({ status: 401, type: 'text/plain', body: 'no such token' });
    const { code, report } = await reportOf(answer);
    expect([code, report.verdict, report.sdk.arrived, report.novaspan.arrived]).toEqual([69, 'backend', false, false]);
    expect(report.sdk.reason).toBe('answered 401 Unauthorized');
    expect(report.novaspan.reason).toMatch(/answered 401: .*OTEL_EXPORTER_OTLP_HEADERS.*no such token/);
    const { listener } = backend(answer);
    const { stdout } = await withBackend(listener, (endpoint) => send('--endpoint', endpoint));
    expect(stdout).toMatch(/^Neither test trace arrived: the cause is the backend/);
    expect(stdout).toContain('SDK       did not arrive: answered 401 Unauthorized\n');
  });

  it.each([404, 200])('takes a web page with status %d for no backend', async (status) => {
    const { code, report } = await reportOf(() => ({ status, type: 'text/html', body: '<!doctype html><p>Sign in</p>' }));
    expect([code, report.verdict]).toEqual([69, 'backend']);
    expect(report.novaspan.reason).toContain('OTEL_EXPORTER_OTLP_ENDPOINT');
  });

  it('says that nothing listens', async () => {
    const { code, stdout } = await send('--endpoint', NOBODY);
    expect(code).toBe(69);
    expect(stdout.match(/ECONNREFUSED/g)).toHaveLength(2);
  });

  it('asks for a report where only novaspan fails', async () => {
    const answer = (asked: Asked) => (isSdk(asked) ? {} : { status: 400 });
    const { code, report } = await reportOf(answer);
    expect([code, report.verdict]).toEqual([70, 'novaspan']);
    const { listener } = backend(answer);
    const { stdout } = await withBackend(listener, (endpoint) => send('--endpoint', endpoint));
    expect(stdout).toContain('please report it');
  });

  it('sends its own again where the backend was only busy', async () => {
    let own = 0;
    const { code, report, asked } = await reportOf((each) => (isSdk(each) || own++ > 0 ? {} : { status: 503 }));
    expect([code, report.verdict, asked.filter((each) => !isSdk(each)).length]).toEqual([0, 'none', 2]);
  });

  it('does not mind where only the SDK fails', async () => {
    const { code, report } = await reportOf((asked) => (isSdk(asked) ? { status: 503 } : {}));
    expect([code, report.verdict, report.novaspan.arrived]).toEqual([0, 'sdk', true]);
    expect(report.sdk.reason).toContain('503');
  });

  it('counts a span that was rejected as not arrived', async () => {
    const body = JSON.stringify({ partialSuccess: { rejectedSpans: '1', errorMessage: 'too new' } });
    const { code, report } = await reportOf(() => ({ body }));
    expect([code, report.verdict]).toEqual([69, 'backend']);
    expect([report.sdk.reason, report.novaspan.reason]).toEqual(Array(2).fill('the backend rejected the span: too new'));
  });

  it('shows no secret that an answer repeats', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', 'authorization=Bearer%20secret-token');
    const { report } = await reportOf(() => ({ status: 403, type: 'text/plain', body: 'Bearer secret-token is unknown' }));
    expect(JSON.stringify(report)).not.toContain('secret-token');
  });

  it.each([
    [['--send', '/var/log/nova'], 64, 'reads no log'],
    [['--endpoint', NOBODY, '/var/log/nova'], 64, '--endpoint goes with --send'],
    [['--send', '--endpoint', 'gateway:4318'], 64, 'not an endpoint'],
  ])('refuses %j', async (argv, code, says) => {
    const ran = await novaspan(['check', ...argv]);
    expect(ran.code).toBe(code);
    expect(ran.stderr).toContain(says);
  });

  it('sends nothing with settings that cannot be followed', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc');
    expect(await send('--endpoint', NOBODY)).toMatchObject({ code: 78 });
  });
});

describe("the SDK's exporter", () => {
  const DIST = new URL('../../dist/parts/', import.meta.url).pathname;
  /** What a part loads as it starts; `import()` comes later. */
  const partsOf = (file: string, seen = new Set<string>()): Set<string> => {
    if (seen.has(file)) return seen;
    seen.add(file);
    const text = readFileSync(file, 'utf8');
    for (const [, path] of text.matchAll(/^(?:import|export)\b[^;]*?["'](\.[^"']+\.js)["'];$/gm)) partsOf(join(dirname(file), path!), seen);
    return seen;
  };
  const isSdkLoadedBy = (file: string): boolean =>
    [...partsOf(file)].some((each) => readFileSync(each, 'utf8').includes('BasicTracerProvider'));

  it('is loaded for this alone', () => {
    const parts = readdirSync(DIST).filter((name) => /^(?!chunk-).*\.js$/.test(name));
    expect(parts.some((name) => name.startsWith('tail-'))).toBe(true);
    expect(parts.filter((name) => isSdkLoadedBy(join(DIST, name)))).toEqual([expect.stringMatching(/^send-/)]);
  });
});
