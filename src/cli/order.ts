import { extentOf, outcomeOf, rootOf } from '../export/terminal/reading.js';
import type { FinishedTrace } from '../model/span.js';

/** As for Array.sort. */
export type Compare = (a: FinishedTrace, b: FinishedTrace) => number;

const byText =
  (of: (trace: FinishedTrace) => string | undefined): Compare =>
  (a, b) =>
    inOrder(of(a) ?? '', of(b) ?? '');
const byNumber =
  (of: (trace: FinishedTrace) => number): Compare =>
  (a, b) =>
    of(a) - of(b);
const inOrder = (a: string, b: string): number => Number(a > b) - Number(a < b);

/** Duration of an action in ms, by its extent. */
export const durationMs = (trace: FinishedTrace): number => {
  const { start, end } = extentOf(trace);
  return end - start;
};

/** Sort keys of actions. */
const orders = {
  start: byNumber((trace) => extentOf(trace).start),
  end: byNumber((trace) => extentOf(trace).end),
  duration: byNumber(durationMs),
  action: byText(({ action }) => action),
  outcome: byText(outcomeOf),
  instance: byText(({ instance }) => instance),
  host: byText((trace) => (rootOf(trace) ?? trace.spans[0])?.host),
} as const satisfies Record<string, Compare>;

const names = Object.keys(orders) as readonly (keyof typeof orders)[];
/** A sort key; a leading `-` reverses the order. */
export type SortKey = keyof typeof orders | `-${keyof typeof orders}`;
export const sortKeys: readonly SortKey[] = names.flatMap((name) => [name, `-${name}` as const]);

/** Ties are ordered by start, then by id, so that each run gives the same order. */
export function compareBy(key: SortKey): Compare {
  const name = names.find((one) => key === one || key === `-${one}`) ?? 'start';
  const sign = key.startsWith('-') ? -1 : 1;
  const first = orders[name];
  return (a, b) => sign * first(a, b) || orders.start(a, b) || inOrder(a.traceId, b.traceId);
}

export const byStart = (traces: readonly FinishedTrace[]): FinishedTrace[] => [...traces].sort(compareBy('start'));
