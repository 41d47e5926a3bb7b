import type { Millis } from '../model/line.js';
import type { Phase } from './phase.js';
import { isOf } from './thread.js';

/** nova rounds durations to 10 ms, and logs the line a few ms after it measured (ms). */
const ROUNDING: Millis = 15;

/**
 * The start that a stated duration gives, but not after the first own line if the difference is within the rounding.
 */
export const notAfter = (stated: Millis, first: Millis): Millis => (first < stated && stated - first <= ROUNDING ? first : stated);

/**
 * The phases with corrected starts: a phase with a stated duration starts no later than its first part, because the
 * line of the part has the exact time.
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
    // The phase before it on the same thread ends where it starts.
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
