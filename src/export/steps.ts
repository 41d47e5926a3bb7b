import { keys } from '../model/attributes.js';
import type { FinishedTrace, Outcome, SpanData } from '../model/span.js';
import { boundsOf, certaintyOf, durationOf, extentOf, HANDOVER, isKnown, outcomeOf, portOf, rootOf } from './terminal/reading.js';
import { isLike } from './terminal/tree.js';

/**
 * A step of the gating chain, from the end back to the start: spans, or a gap between two spans that no line explains.
 */
export interface Step {
  /** one span, or several similar ones in a row; none for a gap */
  readonly spans: readonly SpanData[];
  readonly depth: number;
  readonly start: number;
  /** undefined for a span whose end is not in the logs: it gates nothing, but shows what was in progress */
  readonly end: number | undefined;
  /** the span that only waited for these spans, and ended with them */
  readonly waiter?: SpanData;
}

/** Whether a span counts on one level of the chain. */
type Scope = (span: SpanData) => boolean;

/** Outcomes of actions in which a phase was still in progress. */
export const CUT_SHORT: ReadonlySet<string> = new Set<Outcome>(['interrupted', 'timed-out', 'unfinished', 'evicted']);

/**
 * The steps that gated the end. The search goes back from the end of the root: the next step is the span that ended
 * last before the point reached. Within that span it does the same with its parts, and with other services' work on the
 * same port.
 *
 *     ├── image create ──┤├ network wait ┤├ guest xml ┤       one greenthread
 *     ├────── network allocate ─────────┤                     another greenthread: this gated, as the wait ended with it
 *
 * So if parallel spans of one service ended together, the one that started first is taken. "Together" means within 2 %
 * of the root's time (`--fuzz` in systemd-analyze), or, for a part of another span, within the time to wake a waiter.
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
  // A port's unfinished step belongs to the wait for that port.
  const reached = chain.walk(root.start, root.end, 1, (span) => chain.isLeft(span) || portOf(span) === undefined);
  chain.walk(-Infinity, reached, 1, () => true);
  return chain.steps;
}

/** Builds the gating chain of one trace: the remaining spans, and the steps so far. */
class Chain {
  readonly steps: Step[] = [];
  /** spans that end within this time (ms) end together: their ends do not show which of them gated */
  readonly #fuzz: number;
  /** a shorter gap (ms) is only the time between two log lines */
  readonly #leastGap: number;
  readonly #isPartOf: (whole: SpanData, part: SpanData) => boolean;
  readonly #left: Set<SpanData>;
  /** spans without a known end: they gate nothing, but show what was in progress if nothing else is known */
  readonly #unfinished: Set<SpanData>;
  /** the latest end first; with equal ends the longer span first, because it contains the other */
  readonly #byEnd: readonly SpanData[];

  constructor(trace: FinishedTrace) {
    const root = rootOf(trace);
    const { start, end } = extentOf(trace);
    this.#fuzz = 0.02 * (end - start);
    this.#leastGap = Math.max(10, 0.01 * (end - start));
    this.#isPartOf = ancestry(trace.spans);
    // A request that another service served is no step: the phase that waited for the answer is one.
    const isAside = (span: SpanData): boolean => span.attributes[keys.httpMethod] !== undefined && span.start >= start;
    const others = trace.spans.filter((span) => span !== root && durationOf(span) > 0 && (root === undefined || !isAside(span)));
    this.#left = new Set(others.filter(isKnown));
    this.#unfinished = new Set(others.filter((span) => certaintyOf(span, 'end') === 'unobserved'));
    this.#byEnd = [...this.#left].sort((a, b) => b.end - a.end || a.start - b.start);
  }

  begin(root: SpanData): void {
    this.steps.push({ spans: [root], depth: 0, start: root.start, end: root.end });
  }

  /** Adds all spans without an end, for an action that was cut short. */
  addUnfinished(): void {
    this.#addCutShort([...this.#unfinished], 1);
  }

  isLeft(span: SpanData): boolean {
    return this.#left.has(span);
  }

  /** Adds the steps of a time range. @returns the point that it reached: before `from` if an earlier span gated */
  walk(from: number, to: number, depth: number, belongs: Scope): number {
    let point = to;
    while (point > from) {
      const latest = this.#latestOf(from, point, belongs);
      if (latest === undefined) break;
      const gate = this.#firstBeside(latest, from, point, belongs);

      this.#addGap(gate.end, point, depth, belongs);
      this.#add(gate, depth, gate === latest ? undefined : latest);
      // Spans before the root are listed without their parts.
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

  /** The span that started first among those of the same service that ended together with `latest`. */
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

  /** Accepts the parts of a span, and other services' work on the same port. */
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
    // Spans from other sources may be each other's parents.
    let levels = spans.length;
    for (let span = parentOf(part); span !== undefined && levels > 0; span = parentOf(span), levels--) if (span === whole) return true;
    return false;
  };
}
