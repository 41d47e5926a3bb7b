import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ExportResult } from '../../src/export/exporter.js';
import { createOtlpHttpExporter } from '../../src/export/otlp-http.js';
import { tracesUrl } from '../../src/export/otlp-settings.js';
import { listening, oneSpan } from '../export/support.js';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
if (!hasOpenssl) console.warn('no openssl: TLS to the backend is not tested');

const dir = mkdtempSync(join(tmpdir(), 'novaspan-mtls-'));
afterAll(() => rmSync(dir, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());
const at = (name: string): string => join(dir, name);

function openssl(...args: string[]): void {
  const { status, stderr } = spawnSync('openssl', args, { cwd: dir });
  if (status !== 0) throw new Error(`openssl ${args[0]}: ${stderr}`);
}
const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** An issuer of certificates: `NAME.pem`, `NAME.key`. */
const issuer = (name: string): void =>
  openssl('req', '-x509', ...EC, '-days', '2', '-keyout', `${name}.key`, '-out', `${name}.pem`, '-subj', `/CN=${name}`);

/** A certificate of an issuer, for 127.0.0.1. */
function issued(name: string, by: string, days = '2'): void {
  openssl('req', ...EC, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
  writeFileSync(at('ext'), 'subjectAltName=IP:127.0.0.1\n');
  const signs = ['-CA', `${by}.pem`, '-CAkey', `${by}.key`, '-CAcreateserial', '-days', days, '-extfile', 'ext'];
  openssl('x509', '-req', '-in', `${name}.csr`, ...signs, '-out', `${name}.pem`);
}

describe.skipIf(!hasOpenssl)('a backend that wants a certificate', () => {
  beforeAll(() => {
    issuer('ca');
    issuer('other-ca');
    issued('server', 'ca');
    issued('client', 'ca');
    issued('stranger', 'other-ca');
    // Valid until the moment in which it was made.
    issued('expired', 'ca', '0');
    writeFileSync(at('broken.pem'), '-----BEGIN CERTIFICATE-----\nbm90IGEgY2VydA==\n-----END CERTIFICATE-----\n');
  });

  const stub = (given: Readonly<Record<string, string>>): void => {
    for (const [name, file] of Object.entries(given)) vi.stubEnv(`OTEL_EXPORTER_OTLP_${name}`, at(file));
  };

  /** What comes of one export, and which client the backend saw. */
  async function sent(given: Readonly<Record<string, string>>, serverIs = 'server'): Promise<{ result: ExportResult; client?: string }> {
    stub(given);
    let client: string | undefined;
    const server = createServer(
      {
        key: readFileSync(at(`${serverIs}.key`)),
        cert: readFileSync(at(`${serverIs}.pem`)),
        ca: readFileSync(at('ca.pem')),
        requestCert: true,
        rejectUnauthorized: true,
      },
      (request, response) => {
        client = (request.socket as TLSSocket).getPeerCertificate().subject.CN as string;
        request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
      },
    );
    return listening(server, async (port) => {
      const exporter = createOtlpHttpExporter({ url: tracesUrl(`https://127.0.0.1:${port}`) });
      try {
        const result = await exporter.export(oneSpan);
        return { result, ...(client !== undefined && { client }) };
      } finally {
        await exporter.shutdown();
      }
    });
  }

  it('takes traces from a client that has one', async () => {
    expect(await sent({ CERTIFICATE: 'ca.pem', CLIENT_CERTIFICATE: 'client.pem', CLIENT_KEY: 'client.key' })).toEqual({
      result: { outcome: 'delivered', rejected: 0 },
      client: 'client',
    });
  });

  it('takes them by the variables for traces, which beat the others', async () => {
    const wrong = { CERTIFICATE: 'other-ca.pem', CLIENT_CERTIFICATE: 'stranger.pem', CLIENT_KEY: 'stranger.key' };
    const right = { TRACES_CERTIFICATE: 'ca.pem', TRACES_CLIENT_CERTIFICATE: 'client.pem', TRACES_CLIENT_KEY: 'client.key' };
    expect(await sent({ ...wrong, ...right })).toMatchObject({ result: { outcome: 'delivered' }, client: 'client' });
  });

  it('refuses a client without one, who is told which variables to look at', async () => {
    const { result, client } = await sent({ CERTIFICATE: 'ca.pem' });
    expect(client).toBeUndefined();
    expect(result).toMatchObject({ outcome: 'retryable', reason: expect.stringContaining('OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE') });
  });

  it('refuses a client with one of another issuer', async () => {
    const { result, client } = await sent({ CERTIFICATE: 'ca.pem', CLIENT_CERTIFICATE: 'stranger.pem', CLIENT_KEY: 'stranger.key' });
    expect(client).toBeUndefined();
    // A server of Node.js only hangs up; others say why.
    expect(result.outcome).toBe('retryable');
  });

  const client = { CLIENT_CERTIFICATE: 'client.pem', CLIENT_KEY: 'client.key' };
  it.each([
    ['whose issuer is not ours', { CERTIFICATE: 'other-ca.pem', ...client }, 'server'],
    ['whose issuer nobody knows', client, 'server'],
    ['whose certificate has expired', { CERTIFICATE: 'ca.pem', ...client }, 'expired'],
  ])('gets nothing %s', async (_, given, serverIs) => {
    const { result, client: seen } = await sent(given, serverIs);
    expect(seen).toBeUndefined();
    expect(result).toMatchObject({ outcome: 'retryable', reason: expect.stringContaining('OTEL_EXPORTER_OTLP_CERTIFICATE') });
  });

  it.each([
    ['a key alone', { CLIENT_KEY: 'client.key' }, /CLIENT_KEY is set alone/],
    ['a certificate alone', { CLIENT_CERTIFICATE: 'client.pem' }, /CLIENT_CERTIFICATE is set alone/],
    ["another certificate's key", { CLIENT_CERTIFICATE: 'client.pem', CLIENT_KEY: 'server.key' }, /do not belong together/],
    [
      'a certificate that is none',
      { TRACES_CLIENT_CERTIFICATE: 'broken.pem', CLIENT_KEY: 'client.key' },
      /TRACES_CLIENT_CERTIFICATE: .*broken.pem cannot be used/,
    ],
    ['an issuer that is none', { CERTIFICATE: 'client.key' }, /OTEL_EXPORTER_OTLP_CERTIFICATE: .*client.key cannot be used/],
    ['a file that is not there', { CLIENT_KEY: 'nowhere.key' }, /private key/],
  ])('%s stops the start, with a reason', (_, given, fault) => {
    stub(given as Record<string, string>);
    expect(() => createOtlpHttpExporter()).toThrowError(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(fault) }),
    );
  });

  it('what stops the start says nothing of the key', () => {
    writeFileSync(at('cut.key'), readFileSync(at('client.key'), 'utf8').slice(0, 120));
    chmodSync(at('cut.key'), 0o600);
    stub({ CLIENT_CERTIFICATE: 'client.pem', CLIENT_KEY: 'cut.key' });
    const secret = readFileSync(at('cut.key'), 'utf8').split('\n')[1]!;
    expect(() => createOtlpHttpExporter()).toThrowError(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.not.stringContaining(secret.slice(0, 20)) }),
    );
  });
});
