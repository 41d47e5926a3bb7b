import type { Certainty } from '../model/attributes.js';
import type { FinishedTrace, SpanData } from '../model/span.js';
import { type Step, stepsOf } from './steps.js';
import { certaintyOf, durationOf, extentOf, rootOf } from './terminal/reading.js';

/** The phase that took the most of the gating time, as far as the logs prove it. */
export interface Culprit {
  readonly name: string;
  readonly span: SpanData;
  readonly millis: number;
  /** how well its ends are known: never `unobserved` */
  readonly evidence: Exclude<Certainty, 'unobserved'>;
  /** the spans that it is a part of or that waited for it, from the root down */
  readonly within: readonly SpanData[];
}

export interface Verdict {
  /** what gated the end, the last first */
  readonly steps: readonly Step[];
  /** undefined if the logs prove it for no phase */
  readonly culprit: Culprit | undefined;
}

/**
 * What gated the end of an action, and which phase took the most of that time. Every output that names a slowest phase
 * takes it from here.
 *
 * A phase is named only if it must be the longest. If a span holds `n` phases that no line separates, the longest of
 * them took at least the nth part. Time without lines may be one phase. If another phase might be longer, the whole
 * that holds both is named instead. So a log with fewer lines gives a less exact name, and never a different one.
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
    // It holds several phases, and it is not known which of them the parts belong to.
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
 * Phases that do no work of their own. What they wait for began before the previous phase and gates both, so the two
 * are never the longest separately.
 */
const WAITS: ReadonlySet<string> = new Set(['network wait']);

/** How many phases share the step's span: any of them may be the longest. */
const countOf = ({ spans: [span] }: Step): number =>
  span === undefined ? 1 : span.name.split(' + ').filter((name, i) => i === 0 || !WAITS.has(name)).length;

/**
 * The part that must be the longest, whatever happened in the time between the parts.
 *
 * @param service only its parts count: an action is the work of its own service. Others gate it where that service
 *   waited for them
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
