import { asHtml } from '../../src/compare/as-html.js';
import { compareSets } from '../../src/compare/comparison.js';
import { comparisonPage } from '../../src/compare/comparison-pages.js';
import { check, readCondition } from '../../src/compare/fail-if.js';
import { LogSet } from '../../src/compare/log-set.js';
import { Reporting } from '../../src/compare/report.js';
import { reportPage } from '../../src/compare/report-pages.js';
import type { FinishedTrace } from '../../src/model/span.js';

export interface Side {
  readonly name: string;
  readonly holds: string;
  readonly traces: readonly FinishedTrace[];
}

/** The page that `compare --format html` writes. */
export function comparisonHtml(a: Side, b: Side, conditions: readonly string[]): string {
  const [first, second] = [a, b].map(({ traces }) => {
    const set = new LogSet();
    for (const trace of traces) set.add(trace);
    return set;
  });
  const comparison = compareSets(first!, second!);
  const checks = conditions.flatMap((said) => {
    const condition = readCondition(said, { actions: ['create', 'delete'], durationIn: () => undefined });
    return typeof condition === 'string' ? [] : [check(condition, comparison)];
  });
  return asHtml(comparisonPage(comparison, { a, b, checks, isFull: false }));
}

/** The page that `report --format html` writes. */
export function reportHtml({ name, holds, traces }: Side): string {
  const reporting = new Reporting();
  for (const trace of traces) reporting.add(trace);
  return asHtml(reportPage(reporting.report, { name, holds, isFull: true }));
}
