import type { FinishedTrace, SpanData } from '../../model/span.js';
import { why } from './blame.js';
import { headline } from './headline.js';
import type { Look } from './look.js';
import { boundsOf, certaintyOf, durationOf, extentOf, outcomeOf, portLabel, portOf, rootOf } from './reading.js';
import { nameOf } from './rows.js';
import { cut, inSeconds, wrap } from './text.js';
import { isLike } from './tree.js';

/** One step of the way back from the end: spans, or the time between two for which no line accounts. */
export interface Step {
  /** one, or several like ones in a row; none for a gap */
  readonly spans: readonly SpanData[];
  readonly depth: number;
  readonly start: number;
  /** undefined for a span whose end is not in the logs */
  readonly end: number | undefined;
}

/** Which spans count on one level of the chain. */
type Scope = (span: SpanData) => boolean;

/** How long after its cause a waiter's own line may come. */
const HANDOVER = 25;

/**
 * What gated the end: from the root's end backwards, always the span that ended last before the point reached, and
 * within it the same again, among its parts and the work of other services on the same port.
 *
 *     ├── image create ──┤├ network wait ┤├ guest xml ┤       what one greenthread did
 *     ├────── network allocate ─────────┤                     what another did: this gated, since the wait ended with it
 *
 * So of spans of one service that ran side by side and ended together, the one that began first is taken; the others
 * were only carried along. Together is within 2 % of the root's time (systemd-analyze calls it --fuzz), or, for one
 * that is a part of something else, within the time it takes to wake a waiter.
 */
export function criticalSteps(trace: FinishedTrace): Step[] {
  const root = rootOf(trace);
  const extent = extentOf(trace);
  const fuzz = 0.02 * (extent.end - extent.start);
  // Shorter gaps are the time between two log lines.
  const leastGap = Math.max(10, 0.01 * (extent.end - extent.start));
  const partsOf = ancestry(trace.spans);
  const steps: Step[] = [];
  const others = trace.spans.filter((span) => span !== root && durationOf(span) > 0);
  const left = new Set(others.filter((span) => certaintyOf(span, 'end') !== 'unobserved'));
  // Where these ended is not known, so they gate nothing; but where else nothing is known, they say what went on.
  const unfinished = new Set(others.filter((span) => certaintyOf(span, 'end') === 'unobserved'));

  const take = (span: SpanData, depth: number): void => {
    left.delete(span);
    const last = steps.at(-1);
    const before = last?.spans[0];
    if (last !== undefined && before !== undefined && last.depth === depth && isLike(before, span))
      steps[steps.length - 1] = { ...last, spans: [...last.spans, span], start: span.start };
    else steps.push({ spans: [span], depth, start: span.start, end: span.end });
  };
  const cutShort = (spans: readonly SpanData[], depth: number): void => {
    for (const span of spans.toSorted((a, b) => b.start - a.start)) {
      unfinished.delete(span);
      steps.push({ spans: [span], depth, start: span.start, end: undefined });
    }
  };
  const gap = (start: number, end: number, depth: number, within: Scope): void => {
    if (end - start < leastGap) return;
    const running = [...unfinished].filter((span) => span.start < end && span.end >= end && within(span));
    if (running.length > 0) cutShort(running, depth);
    else steps.push({ spans: [], depth, start, end });
  };

  /** @returns how far back it came: before `from` where a span that began earlier gated */
  const walk = (from: number, to: number, depth: number, belongs: Scope): number => {
    let point = to;
    while (point > from) {
      const ended = [...left].filter((span) => span.end <= point);
      const latest = ended.filter((span) => span.start >= from && belongs(span)).reduce<SpanData | undefined>(later, undefined);
      if (latest === undefined) break;
      const gate = ended
        .filter((span) => span.service === latest.service && span.host === latest.host && span.end > latest.start)
        .filter((span) => span.end >= latest.end - (belongs(span) && span.start >= from ? fuzz : Math.min(fuzz, HANDOVER)))
        .reduce((found, span) => (span.start < found.start ? span : found), latest);

      gap(gate.end, point, depth, belongs);
      take(gate, depth);
      // What came before the root is told, not taken apart.
      point = from === -Infinity ? gate.start : Math.min(gate.start, walk(gate.start, gate.end, depth + 1, isWithin(gate)));
    }
    // A span without known parts explains itself, unless something in it did not end.
    const explained = point === to && depth > 1 && ![...unfinished].some((span) => span.start < to && span.end >= to && belongs(span));
    if (Number.isFinite(from) && point > from && !explained) gap(from, point, depth, belongs);
    return Math.min(point, from);
  };
  const isWithin =
    (whole: SpanData): Scope =>
    (span) => {
      const port = portOf(whole);
      return partsOf(whole, span) || (port !== undefined && portOf(span) === port);
    };

  if (root === undefined) {
    walk(-Infinity, boundsOf(trace).end, 0, () => true);
    return steps;
  }
  steps.push({ spans: [root], depth: 0, start: root.start, end: root.end });
  const outcome = outcomeOf(trace);
  if (outcome === 'interrupted' || outcome === 'timed-out') cutShort([...unfinished], 1);
  // A port's unfinished step belongs where the port was waited for.
  const reached = walk(root.start, root.end, 1, (span) => left.has(span) || portOf(span) === undefined);
  walk(-Infinity, reached, 1, () => true);
  return steps;
}

/** Whether a span is a part of another, at any depth. */
function ancestry(spans: readonly SpanData[]): (whole: SpanData, part: SpanData) => boolean {
  const known = new Map(spans.map((span) => [span.spanId, span]));
  return (whole, part) => {
    const seen = new Set<SpanData>();
    for (let span = known.get(part.parentSpanId ?? ''); span !== undefined && !seen.has(span); span = known.get(span.parentSpanId ?? '')) {
      if (span === whole) return true;
      seen.add(span);
    }
    return false;
  };
}

/** The later to end; of two that end together the longer, since it holds the other. */
const later = (found: SpanData | undefined, span: SpanData): SpanData =>
  found === undefined || span.end > found.end || (span.end === found.end && span.start < found.start) ? span : found;

/** As `systemd-analyze critical-chain` prints it: last first, `@` when it began, `+` how long it took. */
export function criticalChain(trace: FinishedTrace, look: Look): string {
  const { palette, glyphs } = look;
  const { start } = extentOf(trace);
  const lines = criticalSteps(trace).flatMap(({ spans, depth, start: began, end }) => {
    const indent = depth === 0 ? '' : `${'  '.repeat(depth - 1)}${glyphs.branch} `;
    const times = `@${inSeconds(began - start)}s ${end === undefined ? 'end not in the logs' : `+${inSeconds(end - began)}s`}`;
    const [span] = spans;
    if (span === undefined) return [palette.dim(`${indent}(nothing logged) ${times}`)];
    const words = [nameOf(spans), portLabel(span), spans.length > 1 ? `${glyphs.times}${spans.length}` : undefined];
    const text = cut(words.filter((word) => word !== undefined).join(' '), look.width - indent.length - times.length - 1, look);
    const room = look.width - indent.length - text.length - times.length - 3;
    const who = `${span.service}@${span.host}`;
    return [
      `${indent}${span.error === undefined ? palette.bold(text) : palette.red(text)} ${times}${who.length <= room ? `  ${palette.dim(who)}` : ''}`,
      ...spans.flatMap((each) => why(each, indent.length + 2, look)),
    ];
  });
  const title = 'The end was gated by these, the last first (@ when it began, + how long it took):';
  return [...headline(trace, look), '', ...wrap('', title.split(' '), look.width).map(palette.dim), ...lines].join('\n') + '\n';
}
