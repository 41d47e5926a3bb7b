import { keys } from '../model/attributes.js';
import type { FinishedTrace, Outcome, SpanData } from '../model/span.js';
import { boundsOf, certaintyOf, durationOf, extentOf, HANDOVER, isKnown, outcomeOf, portOf, rootOf } from './terminal/reading.js';
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
  const chain = new Chain(trace);
  const root = rootOf(trace);
  if (root === undefined) {
    chain.walk(-Infinity, boundsOf(trace).end, 0, () => true);
    return chain.steps;
  }
  chain.begin(root);
  const outcome = outcomeOf(trace);
  if (outcome !== undefined && CUT_SHORT.has(outcome)) chain.addUnfinished();
  // A port's unfinished step belongs where the port was waited for.
  const reached = chain.walk(root.start, root.end, 1, (span) => chain.isLeft(span) || portOf(span) === undefined);
  chain.walk(-Infinity, reached, 1, () => true);
  return chain.steps;
}

/** The chain of one trace in the making: which spans are left, and the steps found so far. */
class Chain {
  readonly steps: Step[] = [];
  /** spans that end together within this time: which of them gated is not told by their ends */
  readonly #fuzz: number;
  /** a shorter gap is the time between two log lines */
  readonly #leastGap: number;
  readonly #isPartOf: (whole: SpanData, part: SpanData) => boolean;
  readonly #left: Set<SpanData>;
  /** Where these ended is not known, so they gate nothing. Where nothing else is known, they say what went on. */
  readonly #unfinished: Set<SpanData>;
  /** The later to end first; of two that end together the longer, since it holds the other. */
  readonly #byEnd: readonly SpanData[];

  constructor(trace: FinishedTrace) {
    const root = rootOf(trace);
    const { start, end } = extentOf(trace);
    this.#fuzz = 0.02 * (end - start);
    this.#leastGap = Math.max(10, 0.01 * (end - start));
    this.#isPartOf = ancestry(trace.spans);
    // A request that another service answered says that it was busy; what waited for the answer is a phase of its own.
    const isAside = (span: SpanData): boolean => span.attributes[keys.httpMethod] !== undefined && span.start >= start;
    const others = trace.spans.filter((span) => span !== root && durationOf(span) > 0 && (root === undefined || !isAside(span)));
    this.#left = new Set(others.filter(isKnown));
    this.#unfinished = new Set(others.filter((span) => certaintyOf(span, 'end') === 'unobserved'));
    this.#byEnd = [...this.#left].sort((a, b) => b.end - a.end || a.start - b.start);
  }

  begin(root: SpanData): void {
    this.steps.push({ spans: [root], depth: 0, start: root.start, end: root.end });
  }

  /** Everything without an end, for an action that was cut short. */
  addUnfinished(): void {
    this.#addCutShort([...this.#unfinished], 1);
  }

  isLeft(span: SpanData): boolean {
    return this.#left.has(span);
  }

  /** @returns how far back it came: before `from` where a span that began earlier gated */
  walk(from: number, to: number, depth: number, belongs: Scope): number {
    let point = to;
    while (point > from) {
      const latest = this.#latestOf(from, point, belongs);
      if (latest === undefined) break;
      const gate = this.#firstBeside(latest, from, point, belongs);

      this.#addGap(gate.end, point, depth, belongs);
      this.#add(gate, depth, gate === latest ? undefined : latest);
      // What came before the root is listed, not taken apart.
      point = from === -Infinity ? gate.start : Math.min(gate.start, this.walk(gate.start, gate.end, depth + 1, this.#isWithin(gate)));
    }
    // A span without known parts explains itself, unless something in it did not end.
    const explained =
      point === to && depth > 1 && ![...this.#unfinished].some((span) => span.start < to && span.end >= to && belongs(span));
    if (Number.isFinite(from) && point > from && !explained) this.#addGap(from, point, depth, belongs);
    return Math.min(point, from);
  }

  #add(span: SpanData, depth: number, waiter: SpanData | undefined): void {
    const { steps } = this;
    this.#left.delete(span);
    const last = steps.at(-1);
    const before = last?.spans[0];
    if (last !== undefined && before !== undefined && last.depth === depth && isLike(before, span))
      steps[steps.length - 1] = { ...last, spans: [...last.spans, span], start: span.start };
    else steps.push({ spans: [span], depth, start: span.start, end: span.end, ...(waiter === undefined ? {} : { waiter }) });
  }

  #addCutShort(spans: readonly SpanData[], depth: number): void {
    for (const span of spans.toSorted((a, b) => b.start - a.start)) {
      this.#unfinished.delete(span);
      this.steps.push({ spans: [span], depth, start: span.start, end: undefined });
    }
  }

  #addGap(start: number, end: number, depth: number, within: Scope): void {
    if (end - start < this.#leastGap) return;
    const running = [...this.#unfinished].filter((span) => span.start < end && span.end >= end && within(span));
    if (running.length > 0) this.#addCutShort(running, depth);
    else this.steps.push({ spans: [], depth, start, end });
  }

  #latestOf(from: number, point: number, belongs: Scope): SpanData | undefined {
    for (const span of this.#byEnd) if (span.end <= point && span.start >= from && this.#left.has(span) && belongs(span)) return span;
    return undefined;
  }

  /** Of the spans that its service ended together with it, the one that began first. */
  #firstBeside(latest: SpanData, from: number, point: number, belongs: Scope): SpanData {
    let first = latest;
    for (const span of this.#byEnd) {
      if (span.end <= latest.start) break;
      if (span.start >= first.start || span.end > point || !this.#left.has(span)) continue;
      if (span.service !== latest.service || span.host !== latest.host) continue;
      const isBeside =
        span.start >= from && belongs(span)
          ? span.end >= latest.end - this.#fuzz
          : Math.abs(span.end - latest.end) <= Math.min(this.#fuzz, HANDOVER) && !isOfAnotherPort(span, latest);
      if (isBeside) first = span;
    }
    return first;
  }

  /** Its parts, and the work of other services on the same port. */
  #isWithin(whole: SpanData): Scope {
    const port = portOf(whole);
    return (span) => this.#isPartOf(whole, span) || (port !== undefined && portOf(span) === port);
  }
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
