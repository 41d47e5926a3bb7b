import { type Certainty, keys } from '../model/attributes.js';
import type { FinishedTrace, Outcome, SpanData } from '../model/span.js';
import { boundsOf, certaintyOf, durationOf, extentOf, HANDOVER, outcomeOf, portOf, rootOf } from './terminal/reading.js';
import { isLike } from './terminal/tree.js';

/** One step of the way back from the end: spans, or the time between two for which no line accounts. */
export interface Step {
  /** one, or several like ones in a row; none for a gap */
  readonly spans: readonly SpanData[];
  readonly depth: number;
  readonly start: number;
  /** undefined for a span whose end is not in the logs: it gates nothing, but says what went on */
  readonly end: number | undefined;
  /** the span that only waited for these, and ended with them */
  readonly waiter?: SpanData;
}

/** Which spans count on one level of the chain. */
type Scope = (span: SpanData) => boolean;

/** Outcomes of actions of which something was still under way. */
export const CUT_SHORT: ReadonlySet<string> = new Set<Outcome>(['interrupted', 'timed-out', 'unfinished', 'evicted']);

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
export function stepsOf(trace: FinishedTrace): Step[] {
  const root = rootOf(trace);
  const extent = extentOf(trace);
  const fuzz = 0.02 * (extent.end - extent.start);
  // Shorter gaps are the time between two log lines.
  const leastGap = Math.max(10, 0.01 * (extent.end - extent.start));
  const partsOf = ancestry(trace.spans);
  const steps: Step[] = [];
  // A request that another service answered says that it was busy; what waited for the answer is a phase of its own.
  const isAside = (span: SpanData): boolean => span.attributes[keys.httpMethod] !== undefined && span.start >= extent.start;
  const others = trace.spans.filter((span) => span !== root && durationOf(span) > 0 && (root === undefined || !isAside(span)));
  const left = new Set(others.filter(isKnown));
  // Where these ended is not known, so they gate nothing; but where else nothing is known, they say what went on.
  const unfinished = new Set(others.filter((span) => certaintyOf(span, 'end') === 'unobserved'));

  const take = (span: SpanData, depth: number, waiter: SpanData | undefined): void => {
    left.delete(span);
    const last = steps.at(-1);
    const before = last?.spans[0];
    if (last !== undefined && before !== undefined && last.depth === depth && isLike(before, span))
      steps[steps.length - 1] = { ...last, spans: [...last.spans, span], start: span.start };
    else steps.push({ spans: [span], depth, start: span.start, end: span.end, ...(waiter === undefined ? {} : { waiter }) });
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

  // The later to end first; of two that end together the longer, since it holds the other.
  const byEnd: readonly SpanData[] = [...left].sort((a, b) => b.end - a.end || a.start - b.start);
  const latestOf = (from: number, point: number, belongs: Scope): SpanData | undefined => {
    for (const span of byEnd) if (span.end <= point && span.start >= from && left.has(span) && belongs(span)) return span;
    return undefined;
  };
  /** Of what its service ended together with it, what began first. */
  const firstBeside = (latest: SpanData, from: number, point: number, belongs: Scope): SpanData => {
    let first = latest;
    for (const span of byEnd) {
      if (span.end <= latest.start) break;
      if (span.start >= first.start || span.end > point || !left.has(span)) continue;
      if (span.service !== latest.service || span.host !== latest.host) continue;
      const isBeside =
        span.start >= from && belongs(span)
          ? span.end >= latest.end - fuzz
          : Math.abs(span.end - latest.end) <= Math.min(fuzz, HANDOVER) && !isOfAnotherPort(span, latest);
      if (isBeside) first = span;
    }
    return first;
  };

  /** @returns how far back it came: before `from` where a span that began earlier gated */
  const walk = (from: number, to: number, depth: number, belongs: Scope): number => {
    let point = to;
    while (point > from) {
      const latest = latestOf(from, point, belongs);
      if (latest === undefined) break;
      const gate = firstBeside(latest, from, point, belongs);

      gap(gate.end, point, depth, belongs);
      take(gate, depth, gate === latest ? undefined : latest);
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
  if (outcome !== undefined && CUT_SHORT.has(outcome)) cutShort([...unfinished], 1);
  // A port's unfinished step belongs where the port was waited for.
  const reached = walk(root.start, root.end, 1, (span) => left.has(span) || portOf(span) === undefined);
  walk(-Infinity, reached, 1, () => true);
  return steps;
}

const isOfAnotherPort = (a: SpanData, b: SpanData): boolean =>
  portOf(a) !== undefined && portOf(b) !== undefined && portOf(a) !== portOf(b);

/** Whether a span is a part of another, at any depth. */
function ancestry(spans: readonly SpanData[]): (whole: SpanData, part: SpanData) => boolean {
  const known = new Map(spans.map((span) => [span.spanId, span]));
  const parentOf = ({ parentSpanId }: SpanData): SpanData | undefined => (parentSpanId === undefined ? undefined : known.get(parentSpanId));
  return (whole, part) => {
    // Spans that are read from elsewhere may be each other's parents.
    let levels = spans.length;
    for (let span = parentOf(part); span !== undefined && levels > 0; span = parentOf(span), levels--) if (span === whole) return true;
    return false;
  };
}

/** The phase that took the most of what gated the end, as far as the logs prove it. */
export interface Culprit {
  readonly name: string;
  readonly span: SpanData;
  readonly millis: number;
  /** how sure its ends are: never `unobserved` */
  readonly evidence: Exclude<Certainty, 'unobserved'>;
  /** what it is a part of, and who waited for it: from the root down */
  readonly within: readonly SpanData[];
}

export interface Verdict {
  /** what gated the end, the last first */
  readonly steps: readonly Step[];
  /** undefined where no phase is proven to have taken the most */
  readonly culprit: Culprit | undefined;
}

/**
 * What gated the end of an action, and which phase took the most of it. Every output that names a slowest phase takes it
 * from here.
 *
 * Only what must be the longest is named. A span of several phases that no line parts may be any of them: of `n` phases one
 * took at least the nth part. Time of which nothing is known may be one phase. If another might be longer, the name is that
 * of the whole that both are parts of. So a log with fewer lines gives a name that says less, and never another one.
 */
export function verdictOf(trace: FinishedTrace): Verdict {
  const steps = stepsOf(trace);
  const root = rootOf(trace);
  const within: SpanData[] = root === undefined ? [] : [root];
  let whole: Time = extentOf(trace);
  let parts = root === undefined ? steps.filter(({ depth }) => depth === 0) : partsOfStep(steps, 0);
  let found: (Step & Time) | undefined;
  for (;;) {
    const longest = longestOf(parts, whole, found === undefined ? root?.service : undefined);
    if (longest === undefined) break;
    if (found !== undefined) within.push(...found.spans.slice(0, 1));
    if (longest.waiter !== undefined) within.push(longest.waiter);
    found = longest;
    // What went on in it is told, but whose part that was is not known.
    if (countOf(longest) > 1) break;
    whole = longest;
    parts = partsOfStep(steps, steps.indexOf(longest));
  }
  const span = found?.spans[0];
  if (found === undefined || span === undefined) return { steps, culprit: undefined };
  const isSure = found.spans.every((each) => certaintyOf(each, 'start') === 'observed' && certaintyOf(each, 'end') === 'observed');
  const millis = found.spans.reduce((sum, each) => sum + durationOf(each), 0);
  return { steps, culprit: { name: span.name, span, millis, evidence: isSure ? 'observed' : 'derived', within } };
}

interface Time {
  readonly start: number;
  readonly end: number;
}

/** The steps one level below a step. */
function partsOfStep(steps: readonly Step[], place: number): Step[] {
  const { depth } = steps[place]!;
  const next = steps.findIndex((step, i) => i > place && step.depth <= depth);
  return steps.slice(place + 1, next === -1 ? undefined : next).filter((step) => step.depth === depth + 1);
}

/**
 * Phases that are no work of their own: what they wait for began before the phase before them, and gates both of them when
 * there is something to wait for. So the two never are the longest apart from each other.
 */
const WAITS: ReadonlySet<string> = new Set(['network wait']);

/** How many phases share the step's span, of which any may be the longest. */
const countOf = ({ spans: [span] }: Step): number =>
  span === undefined ? 1 : span.name.split(' + ').filter((name, i) => i === 0 || !WAITS.has(name)).length;

/**
 * The part that must be the longest, whatever the time between the parts was spent with.
 *
 * @param service whose parts alone count: an action is what its own service did; others gate it where that one waited for them
 */
function longestOf(parts: readonly Step[], whole: Time, service: string | undefined): (Step & Time) | undefined {
  const lengthOf = ({ start, end }: Step): number => Math.max(0, Math.min(end ?? start, whole.end) - Math.max(start, whole.start));
  const known = parts.filter(
    (step): step is Step & Time =>
      step.end !== undefined && step.spans[0] !== undefined && (service === undefined || step.spans[0].service === service),
  );
  const unknown = whole.end - whole.start - known.reduce((sum, step) => sum + lengthOf(step), 0);
  const [first, second] = known.toSorted((a, b) => lengthOf(b) - lengthOf(a));
  if (first === undefined) return undefined;
  const least = lengthOf(first) / countOf(first);
  return least > 0 && least >= unknown && (second === undefined || least >= lengthOf(second)) ? first : undefined;
}

/** Whether lines say when it began and when it ended. */
export const isKnown = (span: SpanData): boolean =>
  certaintyOf(span, 'start') !== 'unobserved' && certaintyOf(span, 'end') !== 'unobserved';
