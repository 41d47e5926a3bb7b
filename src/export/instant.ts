import type { HrTime } from '@opentelemetry/api';
import type { Millis } from '../model/line.js';

/** Whole microseconds since 1970. A double holds epoch milliseconds to a quarter of a microsecond, so rounding gives back the exact one. */
export const micros = (at: Millis): number => Math.round(at * 1000);

/** `[seconds, nanoseconds]`, by integer arithmetic alone. */
export function hrTime(at: Millis): HrTime {
  return split(micros(at));
}

/** The time from `start` to `end`; negative where two clocks disagree, then with both parts negative or zero. */
export function hrDuration(start: Millis, end: Millis): HrTime {
  return split(micros(end) - micros(start));
}

/** Such as `2026-01-14T10:42:22.772123Z`. */
export function isoMicros(at: Millis): string {
  const us = micros(at);
  const fraction = ((us % 1000) + 1000) % 1000;
  return new Date((us - fraction) / 1000).toISOString().replace('Z', `${String(fraction).padStart(3, '0')}Z`);
}

function split(us: number): HrTime {
  const rest = us % 1_000_000;
  return [(us - rest) / 1_000_000, rest * 1000];
}
