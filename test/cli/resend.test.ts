import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { engine } from '../../src/cli/engine.js';
import { DeadLetters, deadLetterFiles } from '../../src/deliver/dead-letters.js';
import type { Resent } from '../../src/deliver/resend.js';
import { createOtlpHttpExporter } from '../../src/export/otlp-http.js';
import type { FinishedTrace } from '../../src/model/span.js';
import { oneSpan, withBackend } from '../export/support.js';
import { novaspan } from './surroundings.js';

let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'novaspan-resend-'));
});
afterEach(() => {
  rmSync(state, { recursive: true });
  vi.unstubAllEnvs();
});

const numbered = (n: number): FinishedTrace => {
  const traceId = n.toString(16).padStart(32, '0');
  return { ...oneSpan, traceId, spans: oneSpan.spans.map((span) => ({ ...span, traceId })) };
};
const document = createOtlpHttpExporter({ url: 'http://127.0.0.1:1/v1/traces' }).document!;

/** Sets traces 1 to n aside, and gives the files. */
async function setAside(n: number): Promise<string[]> {
  const folder = new DeadLetters(join(state, 'dead-letter'));
  for (let i = 1; i <= n; i++)
    await folder.keep(numbered(i), document(numbered(i)), { reason: 'answered 400', at: '2026-11-21T03:00:00.000Z', status: 400 });
  return deadLetterFiles(join(state, 'dead-letter'));
}

/** A backend that answers each request with the next of these statuses, and 200 when they are used up. */
function backend(statuses: readonly number[], headers: Record<string, string> = {}) {
  const bodies: string[] = [];
  const listener: RequestListener = async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    bodies.push(Buffer.concat(chunks).toString());
    response.writeHead(statuses[bodies.length - 1] ?? 200, { 'content-type': 'application/json', ...headers }).end('{}');
  };
  return { bodies, listener };
}

const resend = (endpoint: string, ...argv: string[]) =>
  novaspan(['resend', '--state-dir', state, '--endpoint', endpoint, ...argv], { engine: { resend: engine.resend } });

describe('resend', () => {
  it('sends all that was set aside, byte for byte, and removes it', async () => {
    await setAside(3);
    const { bodies, listener } = backend([]);
    const { code, stdout } = await withBackend(listener, (endpoint) => resend(endpoint));
    expect([code, bodies]).toEqual([0, [1, 2, 3].map((n) => document(numbered(n)))]);
    expect(stdout.split('\n')).toEqual([...[1, 2, 3].map((n) => `${'0'.repeat(31)}${n}-0123456789abcdef.json: sent`), '']);
    expect(await deadLetterFiles(join(state, 'dead-letter'))).toEqual([]);
  });

  it('keeps what is still refused, says why, and goes on with the others', async () => {
    const files = await setAside(3);
    const { listener } = backend([200, 413, 200]);
    const { code, stdout, stderr } = await withBackend(listener, (endpoint) => resend(endpoint));
    expect([code, stdout.split('\n').length, files.map((file) => existsSync(file))]).toEqual([65, 3, [false, true, false]]);
    expect(stderr).toMatch(/2-0123456789abcdef\.json: still refused: .* answered 413: .*max_request_body_size/);
  });

  it('stops where the backend takes nothing, and keeps all', async () => {
    await setAside(2);
    const { bodies, listener } = backend([401, 401]);
    const { code, stderr } = await withBackend(listener, (endpoint) => resend(endpoint));
    expect([code, bodies.length, (await deadLetterFiles(join(state, 'dead-letter'))).length]).toEqual([69, 1, 2]);
    expect(stderr).toContain('not sent, nor those that follow: ');
    expect(stderr).toContain('OTEL_EXPORTER_OTLP_HEADERS');
  });

  it('asks a backend that fails four times, and one that asks for a long wait once', async () => {
    await setAside(1);
    const failing = backend([503, 503, 503, 503]);
    const busy = backend([429], { 'retry-after': '600' });
    expect((await withBackend(failing.listener, (endpoint) => resend(endpoint))).code).toBe(69);
    expect((await withBackend(busy.listener, (endpoint) => resend(endpoint))).code).toBe(69);
    expect([failing.bodies.length, busy.bodies.length]).toEqual([4, 1]);
    const back = backend([503, 503]);
    expect((await withBackend(back.listener, (endpoint) => resend(endpoint))).code).toBe(0);
  });

  it('sends the files it is told, and no others', async () => {
    const files = await setAside(2);
    const { bodies, listener } = backend([]);
    const { code } = await withBackend(listener, (endpoint) => resend(endpoint, files[1]!));
    expect([code, bodies, files.map((file) => existsSync(file))]).toEqual([0, [document(numbered(2))], [true, false]]);
  });

  it('leaves files alone that it cannot read or that are none of its own, and sends the others', async () => {
    await setAside(1);
    mkdirSync(join(state, 'dead-letter', '0-folder.json'));
    writeFileSync(join(state, 'dead-letter', '0-strange.json'), '{"reason":"x","trace":{"resourceSpans":[{}]}}');
    writeFileSync(join(state, 'dead-letter', '0-half.json'), '{"reason"');
    const { bodies, listener } = backend([]);
    const { code, stderr } = await withBackend(listener, (endpoint) => resend(endpoint));
    expect([code, bodies.length, (await deadLetterFiles(join(state, 'dead-letter'))).length]).toEqual([66, 1, 3]);
    expect(stderr.match(/cannot be read/g)).toHaveLength(3);
  });

  it('finds the backend and the state in the environment', async () => {
    await setAside(1);
    const { bodies, listener } = backend([]);
    const ran = await withBackend(listener, (endpoint) => {
      vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', endpoint);
      return novaspan(['resend'], { engine: { resend: engine.resend }, env: { LANG: 'C.UTF-8', NOVASPAN_STATE_DIR: state } });
    });
    expect([ran.code, bodies.length]).toEqual([0, 1]);
  });

  it('has nothing to do where there is no dead letter', async () => {
    expect(await resend('http://127.0.0.1:1')).toMatchObject({ code: 0, stdout: 'the dead-letter folder is empty\n' });
  });

  it('tells what else may become of a file', async () => {
    const all: Resent[] = [
      { file: '/s/a.json', outcome: 'sent', rejected: 2, message: 'too old' },
      { file: '/s/b.json', outcome: 'sent', rejected: 0, message: 'use gzip' },
      { file: '/s/c.json', outcome: 'undeletable', reason: 'EACCES' },
    ];
    const { code, stdout, stderr } = await novaspan(['resend'], {
      engine: {
        async *resend() {
          yield* all;
        },
      },
    });
    expect(code).toBe(74);
    expect(stdout).toBe('a.json: sent, but the backend rejected 2 of its spans: too old\nb.json: sent, with a warning: use gzip\n');
    expect(stderr).toBe('c.json: sent, but the file cannot be removed: EACCES\n');
  });

  it('stops at a signal', async () => {
    await setAside(1);
    const { code, stderr } = await novaspan(['resend', '--state-dir', state], {
      engine: { resend: engine.resend },
      signal: AbortSignal.abort('SIGTERM'),
    });
    expect([code, stderr]).toEqual([143, 'interrupted by SIGTERM: what was not sent is still there\n']);
  });

  it('wants a URL for an endpoint', async () => {
    expect(await novaspan(['resend', '--endpoint', 'gateway:4318'])).toMatchObject({ code: 64 });
  });
});
