import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { hiding, secretsOf, shownUrl } from '../../src/export/secrets.js';
import { type Clock, systemClock } from '../../src/model/clock.js';
import { runTail, type TailOptions } from '../../src/pipeline/tail.js';
import { listening } from '../export/support.js';
import { GOLDEN } from '../support/scenario.js';

const dir = mkdtempSync(join(tmpdir(), 'novaspan-secrets-'));
afterAll(() => rmSync(dir, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

/** Each stands in one place of the settings. None may be said anywhere. */
const SECRETS = {
  header: 'Hdr-5ecret/+=Value',
  bearer: 'Bearer5ecretToken.abc',
  file: 'File5ecretHeader',
  user: 'User5ecretName',
  password: 'Pass5ecretWord',
  query: 'Query5ecretValue',
} as const;
const LOGS = [join(GOLDEN, 'create-succeeds-info')];

/** Everything that a run of `tail` says, on both streams and as an error. */
async function saidBy(options: Partial<TailOptions>, env: Record<string, string>, enough: (said: string) => boolean): Promise<string> {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const stop = new AbortController();
  let said = '';
  const isSaid = new Promise<void>((resolve) => {
    for (const stream of [stdout, stderr])
      stream.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (enough(said)) resolve();
      });
  });
  const clock: Clock = { now: systemClock.now, sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 5), signal) };
  const flags = { timezone: 'UTC', backfill: 'true', 'state-dir': 'none', metrics: 'off', ...options.flags };
  const running = runTail({ config: undefined, paths: LOGS, ...options, flags }, { stdout, stderr, env, clock, signal: stop.signal }).catch(
    (error: Error & { remedy?: string }) => {
      said += `${error.stack} ${error.message} ${error.remedy} ${String(error.cause)}`;
    },
  );
  await Promise.race([isSaid, running]);
  stop.abort();
  await running;
  return said;
}

function expectSilence(said: string): void {
  const forms = Object.values(SECRETS).flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]);
  for (const form of forms) expect(said).not.toContain(form);
  expect(said).not.toContain(Buffer.from(`${SECRETS.user}:${SECRETS.password}`).toString('base64'));
}

const headers = `x-api-key=${encodeURIComponent(SECRETS.header)},authorization=Bearer%20${SECRETS.bearer}`;
const withSecrets = (host: string): string => `http://${SECRETS.user}:${SECRETS.password}@${host}/v1/traces?key=${SECRETS.query}`;

describe('what a backend does that knows no discretion', () => {
  /** Gives back everything that it was told, in words. */
  const echo =
    (status: number): RequestListener =>
    (request, response) => {
      const words = `no: ${JSON.stringify(request.headers)} ${request.url} ${decodeURIComponent(headers)}`;
      request.resume().on('end', () => {
        response.writeHead(status, { 'content-type': 'text/plain', location: withSecrets('elsewhere') }).end(words);
      });
    };

  it.each([200, 302, 400, 401, 403, 404, 413, 429, 500, 503])('%i: it says the credentials, tail does not', async (status) => {
    await listening(createServer(echo(status)), async (port) => {
      const env = { OTEL_EXPORTER_OTLP_HEADERS: headers, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: withSecrets(`127.0.0.1:${port}`) };
      const said = await saidBy({ flags: { 'drain-timeout': '1s' } }, env, (text) => text.includes(`answered ${status}`) || status === 200);
      expectSilence(said);
    });
  });

  it('a partial success with the credentials in it', async () => {
    const answer: RequestListener = (request, response) =>
      void request.resume().on('end', () => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ partialSuccess: { rejectedSpans: 1, errorMessage: `bad ${SECRETS.bearer}` } }));
      });
    await listening(createServer(answer), async (port) => {
      const env = { OTEL_EXPORTER_OTLP_HEADERS: headers, OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` };
      const said = await saidBy({}, env, (text) => text.includes('rejected spans'));
      expect(said).toContain('bad ***');
      expectSilence(said);
    });
  });

  it('nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    server.close();
    const env = { OTEL_EXPORTER_OTLP_HEADERS: headers, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: withSecrets(`127.0.0.1:${port}`) };
    const said = await saidBy({}, env, (text) => text.includes('ECONNREFUSED'));
    expect(said).toContain('cannot send to');
    expectSilence(said);
  });
});

describe('settings that are wrong', () => {
  const file = (text: string): string => {
    const path = join(dir, 'novaspan.yaml');
    writeFileSync(path, text);
    return path;
  };
  const never = (): boolean => false;

  it.each([
    ['a URL of another scheme', { OTEL_EXPORTER_OTLP_ENDPOINT: withSecrets('h').replace('http', 'ftp') }],
    ['no URL', { OTEL_EXPORTER_OTLP_ENDPOINT: withSecrets('h').replace('http://', '') }],
    ['a URL with a wrong port', { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: withSecrets('h:99999') }],
    ['a protocol that is not supported', { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_HEADERS: headers }],
    ['a certificate that is not there', { OTEL_EXPORTER_OTLP_CERTIFICATE: '/nowhere', OTEL_EXPORTER_OTLP_HEADERS: headers }],
  ])('%s is said without them', async (_, env) => {
    const said = await saidBy({}, env, never);
    expect(said).toContain('OTEL_EXPORTER_OTLP');
    expectSilence(said);
  });

  it.each([
    ['a header that is no text', `otlp:\n  headers:\n    x-key: [${SECRETS.file}]\n`],
    ['headers that are a list', `otlp:\n  headers: [${SECRETS.file}]\n`],
    ['YAML that is cut off', `otlp:\n  headers: {authorization: "${SECRETS.file}\n`],
    ['YAML with a colon too many', `otlp:\n  headers:\n    authorization: Bearer: ${SECRETS.file}: x\n`],
    ['a key twice', `otlp:\n  headers:\n    a: ${SECRETS.file}\n    a: ${SECRETS.file}\n`],
    ['an alias by mistake', `otlp:\n  headers:\n    a: *${SECRETS.file}\n`],
    ['a tag by mistake', `otlp:\n  headers:\n    a: !${SECRETS.file} x\n`],
    ['a URL that is none', `otlp:\n  endpoint: ${withSecrets('h').replace('http://', 'htp//')}\n`],
    ['an unknown field', `otlp:\n  header: ${SECRETS.file}\n`],
  ])('%s is said without it', async (_, text) => {
    const said = await saidBy({ config: file(`logs: [{path: /nowhere.log}]\n${text}`), paths: [] }, {}, never);
    expect(said).toContain('is not a valid configuration');
    expectSilence(said);
  });

  it('headers of the file that cannot be sent', async () => {
    const config = file(`otlp:\n  endpoint: http://127.0.0.1:9\n  headers:\n    x-key: "${SECRETS.file}\\u0001"\n`);
    const said = await saidBy({ config }, {}, (text) => text.includes('cannot be sent'));
    expect(said).toContain('cannot be sent');
    expectSilence(said);
  });
});

describe('what is known to be secret', () => {
  it('is hidden as it is, encoded, and in parts', () => {
    const hide = hiding(
      secretsOf({ env: { OTEL_EXPORTER_OTLP_HEADERS: 'a=Bearer%20abc%2Fdef1,t=1' }, endpoint: 'http://u:pw123@h/p?k=v2345' }),
    );
    expect(hide('Bearer abc/def1; abc%2Fdef1; u:pw123; pw123; k=v2345; t=1')).toBe('***; ***; ***; ***; ***; t=1');
  });

  it('a URL is shown without what stands before its host or behind its path', () => {
    expect(shownUrl('at http://u:p@h:1/v1?x=y now')).toBe('at http://***@h:1/v1?*** now');
    expect(shownUrl("'u:p@h' 'localhost'")).toBe("'***@h' 'localhost'");
  });
});
