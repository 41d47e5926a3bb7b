import type { Certainty } from '../../model/attributes.js';
import { phaseOf } from '../../model/call.js';
import type { FinishedTrace, SpanData } from '../../model/span.js';
import { certaintyOf } from './reading.js';
import { isLike, treeOf, waitersOf } from './tree.js';

/** A span, or several similar ones in a row. */
export interface Row {
  readonly span: SpanData;
  readonly depth: number;
  readonly spans: readonly SpanData[];
  /** the name of the span, or the common name of several different calls */
  readonly name: string;
}

/** At least so many similar consecutive spans, such as repeated API calls, share one row. */
const MANY = 3;

/**
 * The rows of a view: the spans as a tree, parents first, and similar spans together. The work of other services is
 * below the phase that waited for it.
 */
export function rowsOf(trace: FinishedTrace): Row[] {
  const runs: { depth: number; spans: SpanData[]; parts: boolean }[] = [];
  for (const { span, depth, children } of treeOf(trace.spans, waitersOf(trace))) {
    const last = runs.at(-1);
    const parts = children.length > 0;
    if (last !== undefined && !last.parts && !parts && last.depth === depth && isLike(last.spans[0]!, span)) last.spans.push(span);
    else runs.push({ depth, spans: [span], parts });
  }
  return runs.flatMap(({ depth, spans }) =>
    spans.length >= MANY
      ? [{ span: spans[0]!, depth, spans, name: nameOf(spans) }]
      : spans.map((span) => ({ span, depth, spans: [span], name: span.name })),
  );
}

/** The common name of similar spans. */
export const nameOf = (spans: readonly SpanData[]): string =>
  spans.every(({ name }) => name === spans[0]?.name) ? (spans[0]?.name ?? '') : phaseOf(spans[0]!);

/** The least certain evidence of these spans' starts, or ends. */
export const weakest = (spans: readonly SpanData[], end: 'start' | 'end'): Certainty => {
  const ends = spans.map((span) => certaintyOf(span, end));
  return ends.includes('unobserved') ? 'unobserved' : ends.includes('derived') ? 'derived' : 'observed';
};
