import type { Certainty } from '../model/attributes.js';
import type { FinishedTrace, SpanData } from '../model/span.js';
import { type Step, stepsOf } from './steps.js';
import { certaintyOf, durationOf, extentOf, rootOf } from './terminal/reading.js';

/** The phase that took most of the gating time, as far as the logs prove it. */
export interface Culprit {
  readonly name: string;
  readonly span: SpanData;
  readonly millis: number;
  /** how its ends are known */
  readonly evidence: Exclude<Certainty, 'unobserved'>;
  /** the spans that contain it or waited for it, from the root down */
  readonly within: readonly SpanData[];
}

/** The gating chain of a trace, and its slowest phase. */
export interface Verdict {
  /** the steps that gated the end, the last first */
  readonly steps: readonly Step[];
  /** undefined if the logs prove no phase */
  readonly culprit: Culprit | undefined;
}

/**
 * The steps that gated the end of an action, and the phase that took most of that time. All outputs with a slowest
 * phase use this function.
 *
 * A phase is chosen only if it must be the longest. If a span shows `n` joined phases, the longest of them took at
 * least 1/n of its time. Time without lines may be one phase. If another phase may be longer, the span that contains
 * both is chosen instead. So a log with fewer lines gives a less exact phase, and never a different one.
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
    // It shows joined phases, and it is not known to which of them the parts belong.
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
 * Phases that only wait. The work that they wait for started before the previous phase and gates both, so the two
 * phases count as one.
 */
const WAITS: ReadonlySet<string> = new Set(['network wait']);

/** The number of phases that the span of a step shows: each of them may be the longest. */
const countOf = ({ spans: [span] }: Step): number =>
  span === undefined ? 1 : span.name.split(' + ').filter((name, i) => i === 0 || !WAITS.has(name)).length;

/**
 * The part that must be the longest, whatever happened in the time between the parts.
 *
 * @param service only parts of this service count: an action is the work of its own service, and other services gate it
 *   only while that service waits for them
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
