import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { outcomeOf } from '../../src/export/terminal/reading.js';
import type { FinishedTrace } from '../../src/model/span.js';
import { replay } from '../../src/pipeline/replay.js';
import { serveView, type ViewServer } from '../../src/view/server.js';
import { TraceStore } from '../../src/view/store.js';
import { boots } from '../compare/support.js';
import { launch } from './chromium.js';
import { comparisonHtml, reportHtml, type Side } from './documents.js';

/**
 * Makes the pictures of docs/ anew: `npm run pictures`. What they show is always the same recording, so a picture changes only where the
 * page does. Fonts are those of the machine.
 */
const ROOT = new URL('../../', import.meta.url).pathname;
const CORPUS = join(ROOT, 'bench', 'corpus');
const DOCS = join(ROOT, 'docs');
const COLOURS = ['light', 'dark'] as const;
type Colours = (typeof COLOURS)[number];
type Size = readonly [width: number, height: number];

/** The 38 minutes that benchmarks replay. */
async function recording(): Promise<FinishedTrace[]> {
  const folder = mkdtempSync(join(tmpdir(), 'novaspan-pictures-'));
  try {
    for (const name of readdirSync(CORPUS))
      writeFileSync(join(folder, name.replace(/\.gz$/, '')), gunzipSync(readFileSync(join(CORPUS, name))));
    const traces: FinishedTrace[] = [];
    for await (const trace of replay({ paths: [folder], zone: 'UTC', lines: 'numbered', count: () => {} }))
      traces.push(shortPaths(trace, folder));
    return traces;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Where the picture was made is nobody's business. */
const shortPaths = (trace: FinishedTrace, folder: string): FinishedTrace =>
  JSON.parse(JSON.stringify(trace).replaceAll(folder, '/var/log'));

describe('the pictures of docs/', () => {
  let browser: Browser;
  let server: ViewServer;
  let traces: FinishedTrace[];
  const store = new TraceStore();

  beforeAll(async () => {
    traces = await recording();
    for (const trace of traces) store.add(trace);
    server = await serveView({ store, listen: '127.0.0.1:0', now: () => 0 });
    server.say({ state: 'done', read: 1, total: 1 });
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  async function take(name: string, colorScheme: Colours, [width, height]: Size, show: (page: Page) => Promise<unknown>): Promise<void> {
    const context = await browser.newContext({ colorScheme, viewport: { width, height }, reducedMotion: 'reduce', locale: 'en-GB' });
    const page = await context.newPage();
    await show(page);
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    await page.screenshot({ path: join(DOCS, `${name}.png`) });
    await context.close();
  }

  it('an action: the slowest boot that succeeded', async () => {
    const slowest = traces
      .filter((trace) => trace.action === 'create' && outcomeOf(trace) === 'succeeded')
      .reduce((a, b) => (tookOf(b) > tookOf(a) ? b : a));
    const span = slowest.spans.find(({ name }) => name === 'port update');
    await take('view-light', 'light', [1440, 900], async (page) => {
      await page.goto(`${server.url}/#/trace/${slowest.traceId}?span=${span?.spanId}`);
      await page.waitForSelector('.details .lines li');
    });
  });

  it('phases of many actions', () =>
    take('view-dark', 'dark', [1440, 900], async (page) => {
      await page.goto(`${server.url}/#/phases?action=create&phase=${encodeURIComponent('nova-compute port update')}`);
      await page.waitForSelector('.blame');
    }));

  // A recording has too few boots for a comparison.
  const side = (name: string, given: readonly FinishedTrace[]): Side => ({
    name,
    holds: `${given.length} creates, made up`,
    traces: given,
  });
  const html = comparisonHtml(side('last-week', boots(120, { seed: 5 })), side('today', boots(120, { seed: 6, extra: 500 })), [
    'create spawn p50 +20%',
    'create failed +10%',
  ]);
  it.each(COLOURS)('a comparison: boots with 500 ms more in each neutron port update, %s', (colours) =>
    take(`compare-${colours}`, colours, [1280, 900], (page) => page.setContent(html)),
  );

  it.each(COLOURS)('a report, %s', (colours) => {
    const creates = traces.filter(({ action, form }) => action === 'create' && form === 'action');
    const report = reportHtml({ name: '/var/log', holds: `${creates.length} creates in 38 minutes on vm`, traces: creates });
    return take(`report-${colours}`, colours, [1280, 900], (page) => page.setContent(report));
  });
});

const tookOf = ({ spans }: FinishedTrace): number => {
  const root = spans.find(({ parentSpanId }) => parentSpanId === undefined);
  return root === undefined ? 0 : root.end - root.start;
};
