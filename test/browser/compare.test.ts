import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boots, traceOf } from '../compare/support.js';
import { violationsOf } from './axe.js';
import { found, launch } from './chromium.js';
import { comparisonHtml, reportHtml } from './documents.js';

const failed = (first: number) =>
  Array.from({ length: 8 }, (_, i) =>
    traceOf({
      ...{ id: first + i, took: 90_000 + i, outcome: 'failed' as const, host: 'cmp2', errorType: 'nova.exception.NoValidHost' },
      phases: [{ name: 'network allocate', from: 0, to: 80_000, error: 'no ports' }],
    }),
  );
const before = { name: 'before', holds: '120 creates', traces: boots(120, { seed: 5 }) };
const after = { name: 'after', holds: '128 creates', traces: [...boots(120, { seed: 6, extra: 500 }), ...failed(9000)] };
const PAGES = {
  compare: comparisonHtml(before, after, ['create spawn p95 +1%', 'create failed +1%', 'create schedule p50 +50%']),
  report: reportHtml(after),
};
type Name = keyof typeof PAGES;

describe.skipIf(found === undefined)('the pages of compare and report in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
  });

  async function open(name: Name, colorScheme: 'light' | 'dark' = 'light', width = 1280): Promise<Page> {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
    const page = await context.newPage();
    await page.setContent(PAGES[name]);
    return page;
  }

  it.each([
    ['compare', 'light'],
    ['compare', 'dark'],
    ['report', 'light'],
    ['report', 'dark'],
  ] as const)('%s has no fault that axe finds, %s', async (name, colours) => {
    const page = await open(name, colours);
    expect(await page.getByRole('table').count()).toBeGreaterThan(2);
    expect(await violationsOf(page)).toEqual([]);
    await page.context().close();
  });

  it('follow the colours of the system', async () => {
    const background = async (colours: 'light' | 'dark'): Promise<string> => {
      const page = await open('report', colours);
      const colour = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
      await page.context().close();
      return colour;
    };
    expect(await background('dark')).not.toBe(await background('light'));
  });

  it.each(['compare', 'report'] as const)('%s: on a narrow screen only its tables scroll, by keyboard, too', async (name) => {
    const page = await open(name, 'light', 390);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    const scrolled = (): Promise<number> =>
      page.evaluate<number>("Math.max(...[...document.querySelectorAll('.wide')].map((box) => box.scrollLeft))");
    await page.keyboard.press('Tab');
    expect(await page.evaluate("document.activeElement.matches('.wide')")).toBe(true);
    const tables = await page.locator('.wide').count();
    for (let i = 0; i < tables && (await scrolled()) === 0; i++) {
      for (let k = 0; k < 3; k++) await page.keyboard.press('ArrowRight');
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
      await page.keyboard.press('Tab');
    }
    await expect.poll(scrolled).toBeGreaterThan(0);
    await page.context().close();
  });
});
