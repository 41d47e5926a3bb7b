import type { Millis } from '../model/line.js';

/**
 * Whole microseconds since 1970. A double represents epoch milliseconds to a quarter of a microsecond, so rounding
 * gives the exact value.
 */
export const micros = (at: Millis): number => Math.round(at * 1000);

/** A time in ISO 8601 with microseconds, such as `2026-01-14T10:42:22.772123Z`. */
export function isoMicros(at: Millis): string {
  const us = micros(at);
  const fraction = ((us % 1000) + 1000) % 1000;
  return new Date((us - fraction) / 1000).toISOString().replace('Z', `${String(fraction).padStart(3, '0')}Z`);
}
