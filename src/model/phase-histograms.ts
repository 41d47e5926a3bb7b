/**
 * Histograms of the durations of phases, and of actions other than boots. Count, sum and maximum are always exposed;
 * besides them:
 *
 *     off      nothing: three series for each phase of a host
 *     coarse   buckets: seven more series for each phase, five for each action
 *     native   one native histogram for each phase, if Prometheus requests it; otherwise as `off`
 */
export const phaseHistograms = ['off', 'coarse', 'native'] as const;
/** A setting of `phaseHistograms`. */
export type PhaseHistograms = (typeof phaseHistograms)[number];
