/** Upper bounds of the buckets of spawns, builds and boots, in seconds: densest where boots are. */
export const BUCKETS: readonly number[] = [0.5, 1, 2, 3, 5, 7, 10, 15, 20, 30, 45, 60, 90, 120, 300];

/** Buckets of other actions: few, because there are about twenty kinds and each host gets all of them in time. */
export const ACTION_BUCKETS: readonly number[] = [1, 5, 15, 60, 300];

/** Buckets of phases: from some milliseconds to the thresholds of the alerts. */
export const PHASE_BUCKETS: readonly number[] = [0.1, 0.3, 1, 3, 10, 30];

/** Schema of native histograms: 2^3 buckets per factor of two, so each is 9 % wider than the one before. */
export const SCHEMA = 3;
/** Logs have milliseconds, so a shorter time counts as 0. */
export const ZERO_THRESHOLD = 0.001;

/** Index of the native bucket of a duration: bucket i ends at 2^(i / 2^SCHEMA), inclusive. */
export const nativeBucketOf = (seconds: number): number => Math.ceil(Math.log2(seconds) * 2 ** SCHEMA);
