import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { htmlReport } from '../../src/view/report.js';
import { novaspan } from '../cli/surroundings.js';
import { boot, failed, root, trace } from '../export/terminal/traces.js';

const OTHER = 'e'.repeat(32);
const EVIL = '</script><script>alert(1)</script><!--';
const evil = trace([root(10, {}, { error: EVIL, host: EVIL })], { traceId: OTHER, instance: EVIL });
const html = [...htmlReport([boot, evil])].join('');

const dataOf = (id: string): unknown => {
  const [, text] = new RegExp(`<script type="application/gzip" id="${id}">([^<]*)</script>`).exec(html) ?? [];
  return text === undefined ? undefined : JSON.parse(gunzipSync(Buffer.from(text, 'base64')).toString());
};

it('holds the list and each action', () => {
  expect(dataOf('novaspan-report')).toMatchObject({
    status: { state: 'done' },
    batch: { outlines: [{ id: boot.traceId }, { id: OTHER }] },
  });
  expect(dataOf(`trace-${boot.traceId}`)).toMatchObject({ action: 'create', rows: expect.any(Array) });
  expect(dataOf(`trace-${OTHER}`)).toMatchObject({ error: expect.stringContaining('alert(1)') });
});

it('runs only its own script: nothing from logs can end an element', () => {
  expect(html).not.toContain('alert(1)');
  // Its own script and style, and what it holds: nothing else.
  expect([...html.matchAll(/<script type="([^"]*)"/g)].map(([, type]) => type)).toEqual([
    ...['application/gzip', 'application/gzip', 'application/gzip'],
    'module',
  ]);
  const [, script] = /<script type="module">([\s\S]*)<\/script>\n<\/body>/.exec(html)!;
  const [, style] = /<style>([\s\S]*?)<\/style>/.exec(html)!;
  const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)!;
  const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  expect(policy).toContain(`script-src ${hashOf(script!)}; style-src ${hashOf(style!)};`);
  expect(policy).not.toMatch(/unsafe|connect-src|https?:/);
});

it('needs nothing from elsewhere', () => {
  expect(html.match(/(?:src|href)="(?!data:|#)[^"]*"/g)).toBeNull();
});

it('is what --format html writes; a trace has its lines unless they are left out', async () => {
  const ran = await novaspan(['replay', '--format', 'html', 'logs'], { traces: [boot, failed] });
  expect(ran.stdout).toMatch(/^<!doctype html>/);
  expect(ran.replayed[0]!.lines).toBe('numbered');
  expect((await novaspan(['replay', '--format', 'html', '--lines', 'off', 'logs'], { traces: [boot] })).replayed[0]!.lines).toBe('off');
  expect((await novaspan(['replay', '--format', 'html', 'logs'], { traces: [] })).stdout).toBe('');
});

it('view serves what replay finds, filtered, until it is stopped', async () => {
  const stop = new AbortController();
  const running = novaspan(['view', '--failed', 'logs'], {
    traces: [boot, { ...failed, traceId: OTHER }],
    signal: stop.signal,
    engine: {},
  });
  // The traces of this engine are there at once.
  await new Promise((resolve) => setImmediate(resolve));
  stop.abort();
  const ran = await running;
  expect(ran).toMatchObject({ code: 0, stdout: 'http://127.0.0.1:9465/\n' });
  expect(ran.viewed.map(({ traceId }) => traceId)).toEqual([OTHER]);
});

it('view says that others can read what it serves beyond this machine', async () => {
  const stop = new AbortController();
  stop.abort();
  const saidAt = async (listen: string): Promise<string> =>
    (await novaspan(['view', '--listen', listen, 'logs'], { traces: [boot], signal: stop.signal })).stderr;
  expect(await saidAt('0.0.0.0:9465')).toContain('other machines can open this page');
  expect(await saidAt('127.0.0.1:9465')).not.toContain('other machines');
});

it('view says what is wrong with an address, and stops where nothing can be read', async () => {
  expect((await novaspan(['view'])).code).toBe(64);
  const closed: string[] = [];
  const openView = async () => ({ url: 'u', add: () => {}, say: () => {}, close: async () => void closed.push('closed') });
  const ran = await novaspan(['view', 'logs'], {
    engine: {
      openView,
      async *replay() {
        throw new Error('broken');
        // biome-ignore lint/correctness/noUnreachable: an engine that breaks at once
        yield boot;
      },
    },
  });
  expect(ran.code).toBe(70);
  expect(closed).toEqual(['closed']);
});
