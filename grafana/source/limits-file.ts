import { parse } from 'yaml';
import { type Limits, limits, type Threshold, type ThresholdName, thresholds } from './thresholds.js';

const isName = (name: string): name is ThresholdName => Object.hasOwn(thresholds, name);

/** Bounds of the histograms' buckets; a test holds them to those of novaspan. */
export const BUCKETS: readonly number[] = [0.5, 1, 2, 3, 5, 7, 10, 15, 20, 30, 45, 60, 90, 120, 300];
export const PHASE_BUCKETS: readonly number[] = [0.1, 0.3, 1, 3, 10, 30];

/** What a threshold may be, where it must be one of these. */
const oneOf: Readonly<Record<string, readonly number[]>> = { 'be a bucket': BUCKETS, 'be a bucket of phases': PHASE_BUCKETS };

const isRight: Readonly<Record<Threshold['must'], (value: number) => boolean>> = {
  'be a bucket': (value) => BUCKETS.includes(value),
  'be a bucket of phases': (value) => PHASE_BUCKETS.includes(value),
  'be positive': (value) => value > 0,
  'be a whole number': (value) => Number.isInteger(value) && value >= 0,
  'be between 0 and 1': (value) => value > 0 && value < 1,
};

/**
 * Thresholds of one's own in place of the usual ones.
 *
 * @param text YAML, `name: number`; what is not named is as usual
 * @throws Error that names each fault, one a line
 */
export function limitsOf(text: string): Limits {
  const given: unknown = parse(text) ?? {};
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw new Error('thresholds are `name: number`, one a line');
  const faults = Object.entries(given).flatMap(([name, value]: [string, unknown]) => {
    if (!isName(name)) return [`${name}: there is no such threshold; there are ${Object.keys(thresholds).join(', ')}`];
    const { must } = thresholds[name];
    if (typeof value === 'number' && isRight[must](value)) return [];
    return [`${name}: ${String(value)} must ${must}${Object.hasOwn(oneOf, must) ? `: one of ${oneOf[must]!.join(', ')}` : ''}`];
  });
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return { ...limits, ...given };
}
