import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isForUs } from '../../src/view/guard.js';
import { serveView, type ViewServer } from '../../src/view/server.js';
import { TraceStore } from '../../src/view/store.js';
import type { Batch, Status } from '../../src/view/types.js';
import { boot, failed, START } from '../export/terminal/traces.js';

let server: ViewServer;
let store: TraceStore;
beforeEach(async () => {
  store = new TraceStore();
  server = await serveView({ store, listen: '127.0.0.1:0', now: () => START });
});
afterEach(() => server.close());

async function open(path: string, headers: OutgoingHttpHeaders = {}, method = 'GET'): Promise<IncomingMessage> {
  const request = httpRequest(`${server.url}${path}`, { method, headers, agent: false });
  request.end();
  const [response] = await once(request, 'response');
  return response;
}

async function ask(path: string, headers: OutgoingHttpHeaders = {}, method = 'GET') {
  const response = await open(path, headers, method);
  let body = '';
  for await (const piece of response) body += piece;
  return { status: response.statusCode, headers: response.headers, body };
}

describe('the server', () => {
  it('gives the page, with a policy that lets nothing in from elsewhere', async () => {
    const page = await ask('/');
    expect(page.status).toBe(200);
    expect(page.body).toContain('<script type="module" src="/page.js">');
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'; /);
    expect(page.headers['content-security-policy']).not.toMatch(/unsafe|\*|https?:/);
    for (const path of ['/', '/page.js', '/page.css', '/api/services', '/view/trace/x', '/nothing']) {
      const { headers } = await ask(path, { origin: 'https://evil.example' });
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'cross-origin-resource-policy': 'same-origin',
      });
      expect(headers).not.toHaveProperty('access-control-allow-origin');
    }
  });

  it('answers to addresses and localhost only: a name may be somebody else`s', async () => {
    expect((await ask('/', { host: 'localhost:1' })).status).toBe(200);
    for (const host of ['evil.example', 'evil.example:9465', '127.0.0.1.evil.example', 'localhost.evil.example', '[::1', 'a b'])
      expect((await ask('/api/services', { host })).status, host).toBe(421);
    expect(isForUs(undefined, [])).toBe(false);
    expect(isForUs('[::1]:9465', [])).toBe(true);
    expect(isForUs('[evil]:9465', [])).toBe(false);
    expect(isForUs('10.0.0.7', [])).toBe(true);
    expect(isForUs('LOCALHOST.', [])).toBe(true);
    expect(isForUs('ctl1:80', ['ctl1'])).toBe(true);
  });

  it('only gives: what wants to change something is turned away', async () => {
    const { status, headers } = await ask('/view/events', {}, 'POST');
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
    expect((await ask('/', {}, 'HEAD')).body).toBe('');
  });

  it('gives an action, and Jaeger`s API', async () => {
    store.add(boot);
    expect(JSON.parse((await ask(`/view/trace/${boot.traceId}`)).body)).toMatchObject({ id: boot.traceId, action: 'create' });
    expect((await ask('/view/trace/none')).status).toBe(404);
    expect(JSON.parse((await ask('/api/services')).body).data).toContain('nova-compute');
    expect(JSON.parse((await ask('/api/v3/services')).body).services).toContain('nova-compute');
    expect((await ask('/api/v3/what')).status).toBe(404);
    expect((await ask('/api/traces')).status).toBe(400);
    expect((await ask('/api/what')).status).toBe(404);
    expect((await ask('/%E0%A4%A')).status).toBe(400);
    expect((await ask('/__proto__')).status).toBe(404);
  });

  it('takes another port where the usual one is in use, and says so where that one was asked for', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const at = other.address();
    const listen = `127.0.0.1:${typeof at === 'object' ? at?.port : ''}`;
    try {
      const second = await serveView({ store, listen, isFallback: true, now: () => 0 });
      expect(second.url).not.toContain(listen);
      await second.close();
      await expect(serveView({ store, listen, now: () => 0 })).rejects.toThrow(`cannot serve the page on ${listen}`);
      await expect(serveView({ store, listen: 'off', now: () => 0 })).rejects.toThrow('cannot serve');
    } finally {
      other.close();
    }
  });

  it('says what goes wrong with a request, and goes on', async () => {
    await server.close();
    const faults: string[] = [];
    const broken = new TraceStore();
    broken.get = () => {
      throw new Error('no');
    };
    server = await serveView({ store: broken, listen: '127.0.0.1:0', now: () => 0, onFault: (reason) => faults.push(reason) });
    expect((await ask('/view/trace/x')).status).toBe(500);
    expect((await ask('/')).status).toBe(200);
    expect(faults).toEqual(['/view/trace/x: no']);
  });
});

describe('live updates', () => {
  interface Said {
    readonly event: string;
    readonly data: unknown;
  }
  async function* events(response: IncomingMessage): AsyncGenerator<Said> {
    let text = '';
    for await (const piece of response) {
      text += piece;
      for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
        const [, event, data] = /^event: (.*)\ndata: (.*)$/.exec(text.slice(0, end)) ?? [];
        text = text.slice(end + 2);
        if (event !== undefined) yield { event, data: JSON.parse(data!) };
      }
    }
  }
  async function next<T>(of: AsyncGenerator<Said>, event: string): Promise<T> {
    for (;;) {
      const { value, done } = await of.next();
      if (done) throw new Error('it ended');
      if (value.event === event) return value.data as T;
    }
  }

  it('tell first what is there, then what comes, and how far the reading is', async () => {
    store.add(boot);
    server.say({ state: 'reading', read: 1, total: 2 });
    const response = await open('/view/events');
    expect(response.headers['content-type']).toBe('text/event-stream');
    const said = events(response);
    expect(await next(said, 'hello')).toMatchObject({ server: expect.any(String) });
    expect(await next<Status>(said, 'status')).toMatchObject({ state: 'reading', read: 1, total: 2, dropped: 0 });
    expect((await next<Batch>(said, 'batch')).outlines.map(({ id }) => id)).toEqual([boot.traceId]);
    store.add({ ...failed, traceId: 'e'.repeat(32) });
    expect((await next<Batch>(said, 'batch')).outlines.map(({ outcome }) => outcome)).toEqual(['failed']);
    server.say({ state: 'done', read: 2, total: 2 });
    let status: Status;
    do status = await next<Status>(said, 'status');
    while (status.state !== 'done');
    response.destroy();
  });

  it('come in pieces, so that a page draws while the rest comes', async () => {
    for (let i = 0; i < 1200; i++) store.add({ ...boot, traceId: i.toString(16).padStart(32, '0') });
    const response = await open('/view/events');
    const said = events(response);
    const sizes: number[] = [];
    while (sizes.reduce((a, b) => a + b, 0) < 1200) sizes.push((await next<Batch>(said, 'batch')).outlines.length);
    expect(sizes).toEqual([500, 500, 200]);
    response.destroy();
  });

  it('are for so many pages, and no more', async () => {
    const pages = await Promise.all(Array.from({ length: 16 }, () => open('/view/events')));
    expect((await ask('/view/events')).status).toBe(503);
    for (const page of pages) page.destroy();
  });
});
