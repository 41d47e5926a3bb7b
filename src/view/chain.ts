import { boundsOf } from '../export/terminal/reading.js';
import { nameOf } from '../export/terminal/rows.js';
import type { Step, Verdict } from '../export/verdict.js';
import type { FinishedTrace } from '../model/span.js';
import type { ChainStep } from './types.js';

/** A step, and how much of the time it has to itself: what no step within it covers. */
export interface Gate {
  readonly step: Step;
  readonly own: number;
}

/** The chain with the own time of each step, in the order of the verdict: the last first. */
export function gatesOf(trace: FinishedTrace, { steps }: Verdict): Gate[] {
  const { end } = boundsOf(trace);
  const lengthOf = (step: Step): number => Math.max(0, (step.end ?? end) - step.start);
  return steps.map((step, place) => {
    let within = 0;
    for (let i = place + 1; i < steps.length && steps[i]!.depth > step.depth; i++) {
      const part = steps[i]!;
      // What gated from before the step is no part of its time.
      if (part.depth === step.depth + 1) within += Math.max(0, (part.end ?? end) - Math.max(part.start, step.start));
    }
    // Of a step whose end is not in the logs, no time is known.
    return { step, own: step.end === undefined ? 0 : Math.max(0, lengthOf(step) - within) };
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
