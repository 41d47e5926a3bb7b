import { type Step, stepsOf } from '../export/steps.js';
import { extentOf } from '../export/terminal/reading.js';
import type { Millis } from '../model/line.js';
import type { FinishedTrace } from '../model/span.js';

/** The time between two steps for which no line accounts. */
export const NO_LINE = 'no line accounts for it';

export interface Gated {
  readonly service: string | undefined;
  readonly name: string;
  /** the time that it gated the end, without the steps within it */
  readonly self: Millis;
}

/**
 * The parts of an action's time: the steps that gated its end, each without the steps within it. The parts add up to
 * the whole.
 */
export function gatedBy(trace: FinishedTrace): Gated[] {
  const whole = extentOf(trace);
  const steps = stepsOf(trace);
  const lengths = steps.map((step) => lengthIn(step, whole));
  const self = [...lengths];
  // After each step come its parts, one level deeper.
  const open: number[] = [];
  for (const [i, { depth }] of steps.entries()) {
    open.length = depth;
    const holder = open[depth - 1];
    if (holder !== undefined) self[holder]! -= lengthIn(steps[i]!, clipped(steps[holder]!, whole));
    open[depth] = i;
  }
  return steps.flatMap(({ spans: [span] }, i) => {
    const time = Math.max(0, self[i]!);
    if (time === 0) return [];
    const isRoot = span !== undefined && span.parentSpanId === undefined;
    const name = span === undefined || isRoot ? NO_LINE : span.name;
    return [{ service: span === undefined || isRoot ? undefined : span.service, name, self: time }];
  });
}

interface Time {
  readonly start: number;
  readonly end: number;
}

/** The time of a step within the whole. A span without a known end gates nothing. */
const clipped = ({ start, end }: Step, whole: Time): Time => ({
  start: Math.max(start, whole.start),
  end: Math.min(end ?? start, whole.end),
});

const lengthIn = (step: Step, whole: Time): number => {
  const { start, end } = clipped(step, whole);
  return Math.max(0, end - start);
};
