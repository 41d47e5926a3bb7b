import { type Placed, sized } from '../assemble.js';
import type { Link } from '../column.js';
import { bars, course, type LookOfValues, number } from '../panel.js';
import { type Durations, most, perStep, quantile } from '../promql.js';
import { instant, range, rangeWithTraces } from '../target.js';

/** Parts that several dashboards have. */

/** How long something took, over time. The dots of traces are asked for once: all quantiles of a histogram have the same. */
export const threeOf = (durations: Durations, matchers: string) => [
  rangeWithTraces(quantile(0.5, durations, matchers, '$window'), 'p50'),
  range(quantile(0.9, durations, matchers, '$window'), 'p90'),
  range(most(durations.longest, matchers), 'longest of 5 min'),
];

export const FEW = 'With fewer than some twenty in the window, quantiles say little: look at the longest.';

const OUTCOMES = { succeeded: 'green', failed: 'red', 'timed-out': 'orange', interrupted: 'purple', unfinished: 'blue', evicted: 'blue' };

export const byOutcome = (title: string, matchers: string, width: number): Placed =>
  sized(
    width,
    8,
    bars(
      {
        title,
        description: 'How many ended in each step of the graph. Each is in one bar; what is not green is listed under the failed ones.',
        unit: 'short',
      },
      [range(perStep('actions_total', matchers, 'outcome'), '{{outcome}}')],
      { colours: OUTCOMES },
    ),
  );

/** A tile with the course of what it says. */
export const tileOver = (look: LookOfValues, expression: string, calculated: 'sum' | 'max' | 'lastNotNull', link?: Link): Placed =>
  sized(3, 4, course(look, range(expression, look.title), calculated, link));

/** Eight of them are a row. */
export const tile = (look: LookOfValues, expression: string, link?: Link): Placed =>
  sized(3, 4, number(look, instant(expression, look.title), link));
