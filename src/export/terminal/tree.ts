import { phaseOf } from '../../model/call.js';
import type { FinishedTrace, SpanData } from '../../model/span.js';
import type { Glyphs } from './look.js';
import { certaintyOf, durationOf, HANDOVER, portLabel, portOf, rootOf } from './reading.js';

export interface Branch {
  readonly span: SpanData;
  /** 0 for a root and for spans whose parent another process writes */
  readonly depth: number;
  readonly children: readonly SpanData[];
}

/**
 * The spans in the order of a drawn tree: every span below its parent, siblings by start.
 *
 * @param waiterOf a span that one of the root's own spans is drawn below, if there is one
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
 * The phase of the action's own service that waited for another service's span: the shortest one about the same port
 * whose time holds the other's. For a span about no port this is not known.
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

/** The part of a span's time in which none of the other spans ran. */
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

/** Whether two spans are of the same phase, such as repeated API calls, with whatever arguments. */
export const isLike = (a: SpanData, b: SpanData): boolean =>
  phaseOf(a) === phaseOf(b) &&
  a.service === b.service &&
  a.host === b.host &&
  a.error === undefined &&
  b.error === undefined &&
  portLabel(a) === portLabel(b);

/** The lines before each row of a tree. @param depths of the rows, from the top down */
export function indentsOf(depths: readonly number[], { branch, fork, trunk }: Pick<Glyphs, 'branch' | 'fork' | 'trunk'>): string[] {
  /** from the bottom up: the depths at which a row further below hangs on the same one above */
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
