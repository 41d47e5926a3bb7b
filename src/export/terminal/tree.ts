import { phaseOf } from '../../model/call.js';
import type { FinishedTrace, SpanData } from '../../model/span.js';
import type { Glyphs } from './look.js';
import { certaintyOf, durationOf, HANDOVER, portLabel, portOf, rootOf } from './reading.js';

/** A span in a drawn tree. */
export interface Branch {
  readonly span: SpanData;
  /** 0 for a root and for spans whose parent another process writes */
  readonly depth: number;
  readonly children: readonly SpanData[];
}

/**
 * The spans in the order of a drawn tree: each span below its parent, siblings ordered by start.
 *
 * @param waiterOf returns the span below which a span is drawn instead of its parent, if there is one
 */
export function treeOf(spans: readonly SpanData[], waiterOf: (span: SpanData) => SpanData | undefined = () => undefined): Branch[] {
  const known = new Set(spans.map(({ spanId }) => spanId));
  const childrenOf = new Map<string | undefined, SpanData[]>();
  for (const span of spans) {
    const parent =
      waiterOf(span)?.spanId ?? (span.parentSpanId !== undefined && known.has(span.parentSpanId) ? span.parentSpanId : undefined);
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

/**
 * The phase of the action's own service that waited for a span of another service: the shortest phase about the same
 * port that contains the time of the span. It is not known for spans without a port.
 */
export function waitersOf(trace: FinishedTrace): (span: SpanData) => SpanData | undefined {
  const root = rootOf(trace);
  if (root === undefined) return () => undefined;
  const own = trace.spans
    .filter((span) => span !== root && span.service === root.service && span.host === root.host && portOf(span) !== undefined)
    .toSorted((a, b) => durationOf(a) - durationOf(b));
  return (span) => {
    const port = portOf(span);
    if (port === undefined || span.parentSpanId !== root.spanId || span.service === root.service) return undefined;
    return own.find(
      (each) =>
        portOf(each) === port &&
        each.start - HANDOVER <= span.start &&
        (span.end <= each.end + HANDOVER || certaintyOf(span, 'end') === 'unobserved') &&
        durationOf(each) > 0,
    );
  };
}

/** The part of a span's time (ms) in which none of the other spans was in progress. */
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

/** Whether two spans have the same phase, service, host and port, such as repeated API calls. Failed spans never do. */
export const isLike = (a: SpanData, b: SpanData): boolean =>
  phaseOf(a) === phaseOf(b) &&
  a.service === b.service &&
  a.host === b.host &&
  a.error === undefined &&
  b.error === undefined &&
  portLabel(a) === portLabel(b);

/** The tree lines before each row. @param depths the depths of the rows, from top to bottom */
export function indentsOf(depths: readonly number[], { branch, fork, trunk }: Pick<Glyphs, 'branch' | 'fork' | 'trunk'>): string[] {
  /** from bottom to top: the depths at which a row further below has the same parent */
  const goesOn = new Set<number>();
  const indents: string[] = [];
  for (const depth of depths.toReversed()) {
    for (const open of goesOn) if (open > depth) goesOn.delete(open);
    const trunks = Array.from({ length: Math.max(0, depth - 1) }, (_, level) => (goesOn.has(level + 1) ? `${trunk} ` : '  '));
    indents.push(depth === 0 ? '' : `${trunks.join('')}${goesOn.has(depth) ? fork : branch} `);
    goesOn.add(depth);
  }
  return indents.toReversed();
}
