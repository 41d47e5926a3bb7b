import type { Millis } from '../model/line.js';
import type { Phase } from './phase.js';
import { isOf } from './thread.js';

/** nova states durations with two digits, and prints the line some ms after it took the time. */
const ROUNDING: Millis = 15;

/** When something began of which a line states how long it took: no later than the first line of its own within the rounding. */
export const notAfter = (stated: Millis, first: Millis): Millis => (first < stated && stated - first <= ROUNDING ? first : stated);

/**
 * The phases, where one whose length a line states begins no later than its first part: the part's line has the very moment.
 *
 *     spawn           [10.003 ─────────── 39.293]     "Took 29.29 seconds to spawn", printed at 39.293
 *     image create  [9.997 ──────────]                "Creating image", so spawn began at 9.997, too
 */
export function withRoundedStarts(phases: readonly Phase[]): readonly Phase[] {
  const earlier = new Map<Phase, Millis>();
  for (const whole of phases) {
    if (!whole.isTimed) continue;
    let start = whole.start;
    for (const part of phases) if (isPartOf(part, whole)) start = Math.min(start, notAfter(whole.start, part.start));
    if (start < whole.start) earlier.set(whole, start);
  }
  if (earlier.size === 0) return phases;
  return phases.map((phase) => {
    const start = earlier.get(phase);
    if (start !== undefined) return { ...phase, start };
    // What the phase follows on its thread ends where it begins.
    for (const [next, at] of earlier)
      if (phase.endIs === 'derived' && phase.end === next.start && phase.host === next.host && phase.service === next.service)
        return { ...phase, end: Math.max(phase.start, at) };
    return phase;
  });
}

const isPartOf = ({ within, startIs, host, service, port }: Phase, whole: Phase): boolean =>
  within !== undefined &&
  startIs !== 'unobserved' &&
  isOf(whole, within) &&
  host === whole.host &&
  service === whole.service &&
  (whole.port === undefined || port === undefined || port === whole.port);
