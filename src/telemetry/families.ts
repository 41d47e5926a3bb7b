/** A metric of what happened in the cloud, or of novaspan as a whole. */
export interface Family {
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  readonly help: string;
  readonly labels: readonly string[];
}

/** Kept across restarts: each action is counted once, when its trace is done with. By Prometheus' name without `novaspan_`. */
export const cumulative = {
  actions_total: {
    type: 'counter',
    help: 'actions that ended, and how',
    labels: ['action', 'outcome', 'host'],
  },
  actions_failed_total: {
    type: 'counter',
    help: 'actions that did not succeed, by what nova said: the exception, or the outcome where it named none',
    labels: ['action', 'reason', 'host'],
  },
  build_attempts_failed_total: {
    type: 'counter',
    help: 'builds that failed on a host and were handed back to the conductor, which tries another host or gives up',
    labels: ['host'],
  },
  action_duration_seconds: {
    type: 'histogram',
    help: 'how long actions took on their host, without the API request and the scheduling; one that timed out is beyond all buckets',
    labels: ['action', 'host', 'outcome'],
  },
  action_wait_seconds: {
    type: 'histogram',
    help: 'how long users waited: from the API request to the end of the action; only where one sidecar reads the logs of both nova-api and the host',
    labels: ['action', 'host', 'outcome'],
  },
  phase_duration_seconds: {
    type: 'summary',
    help: 'how long phases took of which both ends are known: how many, and their sum; a histogram with telemetry.phaseHistograms: coarse',
    labels: ['action', 'phase', 'service', 'host'],
  },
  phase_duration_native_seconds: {
    type: 'histogram',
    help: 'the same as a native histogram, with telemetry.phaseHistograms: native, for Prometheus that asks for these',
    labels: ['action', 'phase', 'service', 'host'],
  },
  phases_unmeasured_total: {
    type: 'counter',
    help: 'phases that no line begins or no line ends: their length is not known',
    labels: ['action', 'phase', 'service', 'host'],
  },
  nova_build_seconds: {
    type: 'histogram',
    help: 'what nova itself says that a build took',
    labels: ['host'],
  },
  nova_spawn_seconds: {
    type: 'histogram',
    help: 'what nova itself says that the spawn on the hypervisor took',
    labels: ['host'],
  },
} as const satisfies Record<string, Family>;

/**
 * The longest of the last minutes. A quantile of three boots says nothing, and a rate does not see the first of a series: these do.
 * By Prometheus' name without `novaspan_`; `of` which histogram.
 */
export const longest = {
  action_longest_seconds: {
    type: 'gauge',
    of: 'action_duration_seconds',
    help: 'the longest action whose trace was done with in the last five minutes',
    labels: ['action', 'host'],
  },
  action_wait_longest_seconds: {
    type: 'gauge',
    of: 'action_wait_seconds',
    help: 'the longest wait of a user, of actions whose trace was done with in the last five minutes',
    labels: ['action', 'host'],
  },
  phase_longest_seconds: {
    type: 'gauge',
    of: 'phase_duration_seconds',
    help: 'the longest phase of which both ends are known, of traces that were done with in the last five minutes',
    labels: ['action', 'phase', 'service', 'host'],
  },
  nova_build_longest_seconds: {
    type: 'gauge',
    of: 'nova_build_seconds',
    help: 'the longest build by what nova itself says, of traces that were done with in the last five minutes',
    labels: ['host'],
  },
  nova_spawn_longest_seconds: {
    type: 'gauge',
    of: 'nova_spawn_seconds',
    help: 'the longest spawn by what nova itself says, of traces that were done with in the last five minutes',
    labels: ['host'],
  },
} as const satisfies Record<string, Family & { readonly of: keyof typeof cumulative }>;

/** As of now. */
export const passing = {
  build_info: {
    type: 'gauge',
    help: 'always 1: what runs here',
    labels: ['version', 'node'],
  },
} as const satisfies Record<string, Family>;

/** What stands before every name. */
export const PREFIX = 'novaspan_';
