import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FinishedTrace } from '../../src/model/span.js';
import { htmlReport } from '../../src/view/report.js';
import { serveView, type ViewServer } from '../../src/view/server.js';
import { TraceStore } from '../../src/view/store.js';
import { root, START, span, trace } from '../export/terminal/traces.js';
import { copies, tracesOf } from '../view/golden.js';
import { violationsOf } from './axe.js';
import { found, launch } from './chromium.js';

describe.skipIf(found === undefined)('the page in Chromium', () => {
  let browser: Browser;
  let server: ViewServer;
  let page: Page;
  let faults: string[];
  let asked: string[];
  let boot: FinishedTrace;
  let failed: FinishedTrace;
  const store = new TraceStore();
  const isEvil = 'e'.repeat(32);
  const LONG = 'a'.repeat(32);
  const BARE = 'b'.repeat(32);

  beforeAll(async () => {
    const recorded = [
      ...(await tracesOf('create-succeeds-debug')),
      ...(await tracesOf('create-fails-vif-plug-timeout-debug')),
      ...(await tracesOf('create-succeeds-eight-concurrent-info')),
    ];
    for (const one of recorded) store.add(one);
    boot = recorded.find(({ action }) => action === 'create')!;
    failed = recorded.find(({ spans }) => spans.some(({ error }) => error !== undefined))!;
    const many = Array.from({ length: 999 }, (_, i) => span({ name: `step ${i}`, from: i * 10, to: i * 10 + 9 }));
    const long = trace([root(10_000), ...many]);
    store.add({ ...long, traceId: LONG, spans: long.spans.map((one) => ({ ...one, traceId: LONG })) });
    store.add(
      trace(
        [
          root(50),
          span({ name: 'vif plug', from: 20, to: 20, attributes: { 'novaspan.start.evidence': 'unobserved' } }),
          span({ name: 'guest start', from: 30, to: 30, attributes: { 'novaspan.end.evidence': 'unobserved' } }),
        ],
        { traceId: BARE, instance: 'bare' },
      ),
    );
    const html = '<img src=x onerror="document.title=1">';
    store.add(trace([root(10, {}, { error: html, host: html })], { traceId: isEvil, instance: html }));
    server = await serveView({ store, listen: '127.0.0.1:0', now: () => START });
    server.say({ state: 'done', read: 1, total: 1 });
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  async function open(path = '#/', colorScheme: 'light' | 'dark' = 'light'): Promise<void> {
    await page?.context().close();
    const context = await browser.newContext({ colorScheme, viewport: { width: 1440, height: 900 } });
    page = await context.newPage();
    faults = [];
    asked = [];
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && faults.push(message.text()));
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(`${server.url}/${path}`);
  }
  beforeEach(() => {
    faults = [];
  });

  const rowsOf = () => page.getByRole('table', { name: 'Actions' }).getByRole('row');
  const grid = () => page.getByRole('treegrid');
  const hash = (): Promise<string> => page.evaluate('location.hash');

  it.each([
    ['light', '#/'],
    ['dark', '#/'],
    ['light', '#/phases'],
    ['dark', '#/phases'],
    ['light', 'boot'],
    ['dark', 'boot'],
    ['light', 'failed'],
    ['dark', 'failed'],
  ] as const)('has no fault that axe finds, %s, %s', async (colours, path) => {
    const of = path === 'boot' ? boot : path === 'failed' ? failed : undefined;
    const row = of?.spans.find(({ events }) => events.length > 0);
    await open(of === undefined ? path : `#/trace/${of.traceId}?span=${row?.spanId}`, colours);
    await page.waitForSelector(of === undefined ? (path === '#/' ? '.list .rows .row' : '.blame') : '.details .lines li');
    expect(await violationsOf(page)).toEqual([]);
  });

  it('asks nobody but its own server, and the policy stops nothing of it', async () => {
    await open();
    await rowsOf().nth(1).click();
    await grid().waitFor();
    await page.keyboard.press('p');
    await page.waitForSelector('.blame');
    expect(asked.filter((url) => !url.startsWith(server.url) && !url.startsWith('data:'))).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('lists, filters and opens by keyboard alone', async () => {
    await open();
    await rowsOf().nth(1).waitFor();
    const all = await page.getByRole('table', { name: 'Actions' }).getAttribute('aria-rowcount');
    // What follows a boot is no action: it is found by what it is of.
    expect(Number(all)).toBe(store.outlines().filter(({ form }) => form !== 'network-ready').length + 1);
    await page.keyboard.press('/');
    await page.keyboard.type(failed.instance);
    await expect.poll(() => rowsOf().count()).toBeLessThan(Number(all));
    expect(await hash()).toContain(`q=${failed.instance}`);
    await page.getByRole('table', { name: 'Actions' }).getByRole('link').first().focus();
    await page.keyboard.press('End');
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await grid().waitFor();
    expect(await hash()).toMatch(/^#\/trace\//);
    await grid().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    const selected = await grid().getAttribute('aria-activedescendant');
    expect(await hash()).toContain(`span=${selected?.replace('span-', '')}`);
    await page.waitForSelector('.details');
    await page.keyboard.press('Escape');
    await rowsOf().nth(1).waitFor();
    expect(await hash()).toContain(`q=${failed.instance}`);
  });

  it('lists what follows a boot where it is searched for or chosen', async () => {
    const sequel = store.outlines().find(({ form }) => form === 'network-ready')!;
    await open(`#/?q=${sequel.instance}`);
    await page.locator('.list').getByText('follow-up').first().waitFor();
    await open('#/?action=network-ready');
    await page.locator('.list').getByText('follow-up').first().waitFor();
    await open('#/');
    await rowsOf().nth(1).waitFor();
    expect(await page.locator('.list').getByText('follow-up').count()).toBe(0);
  });

  it('says where a start or an end is not logged, and shows no length then', async () => {
    const recorded = store.get(BARE)!;
    await open(`#/trace/${BARE}?span=${recorded.spans[1]!.spanId}`);
    await page.locator('.details').getByText('start not logged').waitFor();
    await page.locator('.wf-row', { hasText: 'vif plug' }).getByText('start not logged').waitFor();
    await page.locator('.wf-row', { hasText: 'guest start' }).getByText('end not logged').waitFor();
    expect(await page.locator('.wf-row', { hasText: '0 µs' }).count()).toBe(0);
  });

  it('marks what gated, shows only that, folds and zooms', async () => {
    await open(`#/trace/${boot.traceId}`);
    await grid().waitFor();
    const count = async (): Promise<number> => Number(await grid().getAttribute('aria-rowcount'));
    const whole = await count();
    expect(await page.locator('.wf-row.gates').count()).toBeGreaterThan(3);
    await grid().focus();
    await page.keyboard.press('g');
    await expect.poll(count).toBeLessThan(whole);
    await page.keyboard.press('g');
    await page.getByRole('button', { name: 'Fold all' }).click();
    await expect.poll(count).toBeLessThan(whole);
    await page.getByRole('button', { name: 'Unfold all' }).click();
    await expect.poll(count).toBe(whole);
    await page.getByRole('checkbox', { name: /other API requests/ }).click();
    await expect.poll(count).toBeGreaterThan(whole);
    await page.locator('.wf-row', { hasText: 'schedule' }).first().click();
    await grid().focus();
    await page.keyboard.press('z');
    await expect.poll(() => page.getByRole('button', { name: 'Whole time' }).isEnabled()).toBe(true);
    await page.keyboard.press('0');
    await expect.poll(() => page.getByRole('button', { name: 'Whole time' }).isEnabled()).toBe(false);
  });

  it('a dot leads to its action, and a drag chooses a time', async () => {
    await open(`#/phases?action=create&phase=${encodeURIComponent('nova-compute spawn')}`);
    const plot = page.getByRole('application');
    await plot.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await grid().waitFor();
    expect(await hash()).toMatch(/^#\/trace\/[\da-f]{32}\?.*span=/);
    await page.waitForSelector('.details');
    await open();
    await rowsOf().nth(1).waitFor();
    const box = (await page.locator('.plot svg').boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.3, box.y + 4);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.9, box.y + 8, { steps: 4 });
    await page.mouse.up();
    await expect.poll(hash).toMatch(/from=.*to=/);
  });

  it('shows what comes while it is open', async () => {
    await open('#/?q=11111111');
    await page.getByText('No action passes these filters.').waitFor();
    store.add(trace([root(10)], { traceId: '1'.repeat(32), instance: '11111111-0000-4000-8000-000000000000' }));
    await rowsOf().nth(1).waitFor();
  });

  it('scrolls a waterfall of a thousand spans without drawing them all', async () => {
    await open(`#/trace/${LONG}`);
    await grid().waitFor();
    expect(await grid().getAttribute('aria-rowcount')).toBe('1001');
    expect(await page.locator('.wf-row').count()).toBeLessThan(100);
    await grid().focus();
    await page.keyboard.press('End');
    await page.locator('.wf-row.selected', { hasText: 'step 998' }).waitFor();
    // Of ten turns of the wheel, the page answers each within a few frames: what is drawn is what is in sight.
    for (let i = 0; i < 10; i++) {
      const isDrawn = await page.evaluate(
        "new Promise((done) => { const box = document.querySelector('.grid-box'); box.scrollTop = " +
          `${i} * 2400; requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(() => { const area = box.getBoundingClientRect(); done(document.elementFromPoint(area.left + 60, area.top + area.height / 2)?.closest('.wf-row') !== null); }))); })`,
      );
      expect(isDrawn).toBe(true);
    }
  });

  it('takes what logs say for text', async () => {
    await open(`#/trace/${isEvil}?span=root`);
    await page.waitForSelector('.details');
    expect(await page.locator('#app img').count()).toBe(0);
    expect(await page.title()).toBe('Action · novaspan');
  });

  it('follows the system`s colours, or the ones that were chosen', async () => {
    await open('#/', 'dark');
    const background = (): Promise<string> => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const dark = await background();
    await page.keyboard.press('t');
    await expect.poll(background).not.toBe(dark);
    await page.reload();
    expect(await background()).not.toBe(dark);
  });

  it('is one file, too, which a browser opens from the disk', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'novaspan-report-'));
    try {
      const file = join(folder, 'report.html');
      writeFileSync(file, [...htmlReport([boot, failed, store.get(isEvil)!])].join(''));
      await open();
      await rowsOf().nth(1).waitFor();
      faults = [];
      asked = [];
      await page.goto(pathToFileURL(file).href);
      await rowsOf().nth(3).waitFor();
      await page.getByRole('table', { name: 'Actions' }).getByRole('link').first().click();
      await grid().waitFor();
      await page.locator('.wf-row').nth(1).click();
      await page.waitForSelector('.details');
      expect(asked.filter((url) => !url.startsWith('file:') && !url.startsWith('data:') && !url.startsWith('blob:'))).toEqual([]);
      expect(faults).toEqual([]);
      expect(await page.locator('#app img').count()).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('lists ten thousand actions', async () => {
    const many = new TraceStore();
    const small = trace(boot.spans.slice(0, 12).map((one) => ({ ...one, events: [] })));
    for (const one of copies(small, 10_000)) many.add(one);
    const other = await serveView({ store: many, listen: '127.0.0.1:0', now: () => START });
    try {
      await open();
      await page.goto(`${other.url}/#/`);
      await expect
        .poll(() => page.getByRole('table', { name: 'Actions' }).getAttribute('aria-rowcount'), { timeout: 60_000 })
        .toBe('10001');
      expect(await page.locator('.list .row').count()).toBeLessThan(100);
      await page.keyboard.press('p');
      await page.waitForSelector('.blame');
    } finally {
      await page.context().close();
      await other.close();
    }
  });
});
