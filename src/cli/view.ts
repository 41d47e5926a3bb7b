import { blame } from '../export/terminal/blame.js';
import { criticalChain } from '../export/terminal/critical-chain.js';
import type { Look } from '../export/terminal/look.js';
import { table } from '../export/terminal/table.js';
import { waterfall } from '../export/terminal/waterfall.js';
import type { FinishedTrace } from '../model/span.js';

export const views = ['waterfall', 'blame', 'critical-chain', 'table'] as const;
export type View = (typeof views)[number];

/** From so many actions on, a list is read first. */
const MANY = 4;

/** The view that suits what there is: one or a few actions are drawn, many are listed. */
export const viewFor = (traces: readonly FinishedTrace[]): View =>
  traces.filter(({ form }) => form !== 'network-ready').length < MANY ? 'waterfall' : 'table';

const single: Record<Exclude<View, 'table'>, (trace: FinishedTrace, look: Look) => string> = {
  waterfall,
  blame,
  'critical-chain': criticalChain,
};

/** All traces as one view, by start. */
export function render(view: View, traces: readonly FinishedTrace[], look: Look, options: { readonly slowest?: number } = {}): string {
  if (view === 'table') return table(traces, look, options);
  return traces.map((trace) => single[view](trace, look)).join('\n');
}
