import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']";

export interface Violation {
  readonly id: string;
  /** of the first elements: how they are written, and what is wrong */
  readonly nodes: readonly string[];
}

/** What axe finds. The policy of a page lets no script in, so the debugger brings it. */
export async function violationsOf(page: Page): Promise<readonly Violation[]> {
  await page.evaluate(AXE);
  return page.evaluate<Violation[]>(
    `axe.run(document, { runOnly: ${RULES} }).then(({ violations }) => violations.map(({ id, nodes }) => ({ id, ` +
      'nodes: nodes.map(({ html, failureSummary }) => html.slice(0, 200) + failureSummary).slice(0, 3) })))',
  );
}
