import { phaseOf } from '../../model/call.js';
import type { SpanData } from '../../model/span.js';
import { portLabel } from './reading.js';

export interface Branch {
  readonly span: SpanData;
  /** 0 for a root, and for spans whose parent is written elsewhere */
  readonly depth: number;
  readonly children: readonly SpanData[];
}

/** The spans in the order of a drawn tree: every span below its parent, siblings by start. */
export function treeOf(spans: readonly SpanData[]): Branch[] {
  const known = new Set(spans.map(({ spanId }) => spanId));
  const childrenOf = new Map<string | undefined, SpanData[]>();
  for (const span of spans) {
    const parent = span.parentSpanId !== undefined && known.has(span.parentSpanId) ? span.parentSpanId : undefined;
    const siblings = childrenOf.get(parent);
    if (siblings === undefined) childrenOf.set(parent, [span]);
    else siblings.push(span);
  }

  const branches: Branch[] = [];
  const grow = (siblings: readonly SpanData[], depth: number): void => {
    for (const span of [...siblings].sort((a, b) => a.start - b.start || a.end - b.end)) {
      const children = childrenOf.get(span.spanId) ?? [];
      branches.push({ span, depth, children });
      grow(children, depth + 1);
    }
  };
  grow(childrenOf.get(undefined) ?? [], 0);
  return branches;
}

/** The part of a span's time in which none of these others ran. */
export function selfTime(span: SpanData, others: readonly SpanData[]): number {
  let covered = 0;
  let upTo = span.start;
  for (const { start, end } of [...others].sort((a, b) => a.start - b.start)) {
    const from = Math.max(start, upTo);
    const to = Math.min(end, span.end);
    if (to > from) {
      covered += to - from;
      upTo = to;
    }
  }
  return Math.max(0, span.end - span.start - covered);
}

/** The same phase again, such as an API asked time after time, whatever it was asked. */
export const isLike = (a: SpanData, b: SpanData): boolean =>
  phaseOf(a) === phaseOf(b) &&
  a.service === b.service &&
  a.host === b.host &&
  a.error === undefined &&
  b.error === undefined &&
  portLabel(a) === portLabel(b);
