/**
 * What is exposed of how long phases take, and actions other than boots, besides how many there were, their sum and
 * the longest:
 *
 *     off      nothing more: three series for each phase of a host
 *     coarse   buckets: seven more series for each phase, five for each action
 *     native   one histogram for each phase, to Prometheus that asks for native histograms; to others as `off`
 */
export const phaseHistograms = ['off', 'coarse', 'native'] as const;
export type PhaseHistograms = (typeof phaseHistograms)[number];
