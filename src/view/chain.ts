import type { Step } from '../export/steps.js';
import { extentOf } from '../export/terminal/reading.js';
import { nameOf } from '../export/terminal/rows.js';
import type { Verdict } from '../export/verdict.js';
import type { FinishedTrace } from '../model/span.js';
import type { ChainStep } from './types.js';

/** A step, and how much of the time it has to itself: what no step within it covers. */
export interface Gate {
  readonly step: Step;
  readonly own: number;
}

/**
 * The chain with the own time of each step, in the order of the verdict: the last first. Of a follow-up it begins with its root:
 * a port may have been at work before its guest ran. An action has what its API did before its root in it.
 */
export function gatesOf({ steps: all }: Verdict, trace: FinishedTrace): Gate[] {
  const from = trace.form === 'network-ready' ? extentOf(trace).start : Number.NEGATIVE_INFINITY;
  const steps = all.flatMap((step): Step[] => {
    if ((step.end ?? step.start) <= from && step.start < from) return [];
    return [step.start < from ? { ...step, start: from } : step];
  });
  return steps.map((step, place) => {
    // Of a step whose end is not in the logs, no time is known: what it is a part of keeps it.
    if (step.end === undefined) return { step, own: 0 };
    let own = step.end - step.start;
    // The last first: what is already counted begins here.
    let counted = step.end;
    for (let i = place + 1; i < steps.length && steps[i]!.depth > step.depth; i++) {
      const { depth, start, end } = steps[i]!;
      if (depth !== step.depth + 1 || end === undefined) continue;
      // What gated from before the step is no part of its time.
      const from = Math.max(start, step.start);
      own -= Math.max(0, Math.min(end, counted) - from);
      counted = Math.min(counted, from);
    }
    return { step, own: Math.max(0, own) };
  });
}

/** As the page draws it: in the order of time, wholes before their parts. */
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
