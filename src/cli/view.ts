import { blame } from '../export/terminal/blame.js';
import { criticalChain } from '../export/terminal/critical-chain.js';
import { headline } from '../export/terminal/headline.js';
import { linesOf } from '../export/terminal/lines.js';
import type { Look } from '../export/terminal/look.js';
import { table } from '../export/terminal/table.js';
import { waterfall } from '../export/terminal/waterfall.js';
import type { FinishedTrace } from '../model/span.js';

export const views = ['waterfall', 'blame', 'critical-chain', 'table'] as const;
export type View = (typeof views)[number];

/** From this number of actions on, a table is the default. */
const MANY = 4;

/** The default view: one or a few actions as waterfalls, many as a table. */
export const viewFor = (traces: readonly FinishedTrace[]): View =>
  traces.filter(({ form }) => form !== 'network-ready').length < MANY ? 'waterfall' : 'table';

const single: Record<Exclude<View, 'table'>, (trace: FinishedTrace, look: Look) => string> = {
  waterfall,
  blame,
  'critical-chain': criticalChain,
};

interface RenderOptions {
  readonly slowest?: number;
  /** the traces are already in the requested order */
  readonly isSorted?: boolean;
  /** show the log lines behind each span */
  readonly lines?: boolean;
}

/** All traces as one view, in the given order; a table is sorted by start unless an order was requested. */
export function render(
  view: View,
  traces: readonly FinishedTrace[],
  look: Look,
  { lines = false, ...options }: RenderOptions = {},
): string {
  if (view === 'table') {
    const rows = table(traces, look, options);
    return lines ? `${rows}${traces.map((trace) => `\n${headline(trace, look).join('\n')}\n${linesOf(trace, look)}`).join('')}` : rows;
  }
  return traces.map((trace) => `${single[view](trace, look)}${lines ? linesOf(trace, look) : ''}`).join('\n');
}
