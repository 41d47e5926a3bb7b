import type { Step } from '../export/steps.js';
import { extentOf } from '../export/terminal/reading.js';
import { nameOf } from '../export/terminal/rows.js';
import type { Verdict } from '../export/verdict.js';
import type { FinishedTrace } from '../model/span.js';
import type { ChainStep } from './types.js';

/** A step, and its own time: the part that no step within it covers. */
export interface Gate {
  readonly step: Step;
  readonly own: number;
}

/**
 * The critical chain with the own time of each step, in the verdict's order: the last step first. The chain of a
 * follow-up trace begins with its root, as a port may have been at work before; the chain of an action includes its API
 * request before the root.
 */
export function gatesOf({ steps: all }: Verdict, trace: FinishedTrace): Gate[] {
  const from = trace.form === 'network-ready' ? extentOf(trace).start : Number.NEGATIVE_INFINITY;
  const steps = all.flatMap((step): Step[] => {
    if ((step.end ?? step.start) <= from && step.start < from) return [];
    return [step.start < from ? { ...step, start: from } : step];
  });
  return steps.map((step, place) => {
    // If the end of a step is not in the logs, its time is unknown and counts for its parent.
    if (step.end === undefined) return { step, own: 0 };
    let own = step.end - step.start;
    // From the last step on: the time from here to the end is already counted.
    let counted = step.end;
    for (let i = place + 1; i < steps.length && steps[i]!.depth > step.depth; i++) {
      const { depth, start, end } = steps[i]!;
      if (depth !== step.depth + 1 || end === undefined) continue;
      // Time before the step is not part of its own time.
      const from = Math.max(start, step.start);
      own -= Math.max(0, Math.min(end, counted) - from);
      counted = Math.min(counted, from);
    }
    return { step, own: Math.max(0, own) };
  });
}

/** The chain in the page's order: by time, parents before their parts. */
export const chainOf = (gates: readonly Gate[]): ChainStep[] =>
  gates.map(({ step, own }) => {
    const [span] = step.spans;
    return {
      ...(span !== undefined && { span: span.spanId, service: span.service }),
      name: span === undefined ? 'nothing logged' : nameOf(step.spans),
      depth: step.depth,
      start: step.start,
      ...(step.end !== undefined && { end: step.end }),
      own,
    };
  });
