/**
 * What is told of how long phases take, besides how many there were, their sum and the longest:
 *
 *     off      nothing more: three series for each phase of a host
 *     coarse   buckets: seven more series for each
 *     native   one histogram for each, to Prometheus that asks for native histograms; to others as `off`
 */
export const phaseHistograms = ['off', 'coarse', 'native'] as const;
export type PhaseHistograms = (typeof phaseHistograms)[number];
