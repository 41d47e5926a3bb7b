/** Upper bounds of the buckets of spawns, builds and whole boots, in seconds: closest where boots lie. */
export const BUCKETS: readonly number[] = [0.5, 1, 2, 3, 5, 7, 10, 15, 20, 30, 45, 60, 90, 120, 300];

/** Of actions other than boots, where they have any: there are some twenty kinds, and each host has all of them in time. */
export const ACTION_BUCKETS: readonly number[] = [1, 5, 15, 60, 300];

/** Of phases, where they have any: from some ms to what the alerts are about. */
export const PHASE_BUCKETS: readonly number[] = [0.1, 0.3, 1, 3, 10, 30];

/** How many times the bounds of a native histogram double to a factor of two: each bucket is 9 % wider than the one before. */
export const SCHEMA = 3;
/** Logs print milliseconds: a shorter time counts as 0. */
export const ZERO_THRESHOLD = 0.001;

/** Which bucket of a native histogram a duration is in: number i ends at 2^(i / 2^SCHEMA), inclusive. */
export const nativeBucketOf = (seconds: number): number => Math.ceil(Math.log2(seconds) * 2 ** SCHEMA);
