/** A metric about actions, or about novaspan as a whole. */
export interface Family {
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  readonly help: string;
  readonly labels: readonly string[];
}

/**
 * Kept across restarts: each action is counted once, when its trace is settled. Keys are Prometheus names without
 * `novaspan_`.
 */
export const cumulative = {
  actions_total: {
    type: 'counter',
    help: 'actions that ended, by outcome',
    labels: ['action', 'outcome', 'host'],
  },
  actions_failed_total: {
    type: 'counter',
    help: 'actions that did not succeed, by reason: the exception that nova logged, or the outcome if it logged none',
    labels: ['action', 'reason', 'host'],
  },
  build_attempts_failed_total: {
    type: 'counter',
    help: 'builds that failed on a host and were handed back to the conductor, which tries another host or gives up',
    labels: ['host'],
  },
  action_duration_seconds: {
    type: 'histogram',
    help: 'duration of actions on their host, without the API request and the scheduling; an action that timed out is above all buckets',
    labels: ['action', 'host', 'outcome'],
  },
  action_wait_seconds: {
    type: 'histogram',
    help: 'time that users waited, from the API request to the end of the action; only where one sidecar reads the logs of both nova-api and the host',
    labels: ['action', 'host', 'outcome'],
  },
  phase_duration_seconds: {
    type: 'summary',
    help: 'duration of phases with both ends known: count and sum; a histogram if telemetry.phaseHistograms is coarse',
    labels: ['action', 'phase', 'service', 'host'],
  },
  phase_duration_native_seconds: {
    type: 'histogram',
    help: 'the same as a native histogram, if telemetry.phaseHistograms is native and Prometheus requests it',
    labels: ['action', 'phase', 'service', 'host'],
  },
  phases_unmeasured_total: {
    type: 'counter',
    help: 'phases whose start or end no line shows: their duration is not known',
    labels: ['action', 'phase', 'service', 'host'],
  },
  nova_build_seconds: {
    type: 'histogram',
    help: 'duration of builds as nova itself logs it',
    labels: ['host'],
  },
  nova_spawn_seconds: {
    type: 'histogram',
    help: 'duration of spawns on the hypervisor as nova itself logs it',
    labels: ['host'],
  },
} as const satisfies Record<string, Family>;

/**
 * Maxima of the last five minutes. They show slow boots where quantiles of few boots mean nothing and `rate` misses the
 * first value of a series.
 * Keys are Prometheus names without `novaspan_`; `of` is the histogram.
 */
export const longest = {
  action_longest_seconds: {
    type: 'gauge',
    of: 'action_duration_seconds',
    help: 'the longest action whose trace was settled in the last five minutes',
    labels: ['action', 'host'],
  },
  action_wait_longest_seconds: {
    type: 'gauge',
    of: 'action_wait_seconds',
    help: 'the longest wait of a user for an action whose trace was settled in the last five minutes',
    labels: ['action', 'host'],
  },
  phase_longest_seconds: {
    type: 'gauge',
    of: 'phase_duration_seconds',
    help: 'the longest phase with both ends known, in traces that were settled in the last five minutes',
    labels: ['action', 'phase', 'service', 'host'],
  },
  nova_build_longest_seconds: {
    type: 'gauge',
    of: 'nova_build_seconds',
    help: 'the longest build as nova itself logs it, in traces that were settled in the last five minutes',
    labels: ['host'],
  },
  nova_spawn_longest_seconds: {
    type: 'gauge',
    of: 'nova_spawn_seconds',
    help: 'the longest spawn as nova itself logs it, in traces that were settled in the last five minutes',
    labels: ['host'],
  },
} as const satisfies Record<string, Family & { readonly of: keyof typeof cumulative }>;

/** Computed at each scrape. */
export const passing = {
  build_info: {
    type: 'gauge',
    help: 'always 1; the labels are the versions that run here',
    labels: ['version', 'node'],
  },
} as const satisfies Record<string, Family>;

/** Prefix of all names. */
export const PREFIX = 'novaspan_';
