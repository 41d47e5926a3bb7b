import type { Millis } from './line.js';

/** The present state of one log. */
interface SourceVitals {
  /** its base path */
  readonly path: string;
  /** bytes that were written and not read yet */
  readonly lagBytes: number;
  /** how far the newest line that was read is behind the clock, in seconds; 0 at the end of the log */
  readonly lagSeconds: number;
  readonly readable: boolean;
  /** time of its newest line; undefined before the first */
  readonly newest: Millis | undefined;
  /** how far its times seem to be ahead (ms), because its zone is wrong; undefined if nothing shows that */
  readonly zoneOffset: Millis | undefined;
}

/** The open actions with one name. */
export interface OpenActions {
  readonly count: number;
  /** the start of the oldest one, epoch ms in event time */
  readonly oldest: Millis;
}

/**
 * The present state of the sidecar. It is read at every scrape, so it must be cheap. Times are in epoch ms, and
 * undefined while there is none: then the gauge has no value, which is different from 0.
 */
export interface Vitals {
  /** novaspan's version */
  readonly version: string;
  /** when the process started */
  readonly started: Millis;
  readonly sources: readonly SourceVitals[];
  /** the event time before which no more lines are expected */
  readonly watermark: Millis | undefined;
  /** open actions by nova's name; `unnamed` if no line has named them yet */
  readonly openActions: Readonly<Record<string, OpenActions>>;
  /** hosts with a followed log of nova-compute or nova-conductor: their lines show how builds end */
  readonly buildHosts: readonly string[];
  /** hosts with a followed log of nova-compute */
  readonly computeHosts: readonly string[];
  /** lines in memory, because an action may need them */
  readonly linesKept: number;
  /** traces that wait for the backend, and the estimated memory that they take */
  readonly queueTraces: number;
  readonly queueBytes: number;
  /** whether the last request to the backend succeeded; undefined before the first */
  readonly backendUp: boolean | undefined;
  /** when the backend last accepted a trace */
  readonly acknowledged: Millis | undefined;
  /** when the checkpoint was last written */
  readonly checkpointed: Millis | undefined;
  /**
   * the event time since which lines are still needed: a restart would read them again, so logs must be kept that long
   */
  readonly horizon: Millis | undefined;
  /** log files that are held open */
  readonly descriptors: number;
  /** the buffer of received lines that are still needed; undefined if no logs are received */
  readonly receiveBuffer: { readonly bytes: number; readonly mostBytes: number; readonly logs: number } | undefined;
}

/** A gauge of Prometheus. */
export interface Gauge {
  readonly help: string;
  readonly unit: 'seconds' | 'bytes' | 'actions' | 'lines' | 'traces' | 'files' | 'logs' | 'yes or no' | 'none';
  /** the name of its label; undefined for a gauge without one */
  readonly label: string | undefined;
  /** its values by the value of the label, `''` if it has none; an undefined value is not exposed */
  readonly read: (vitals: Vitals, now: Millis) => Iterable<readonly [label: string, value: number | undefined]>;
}

type Scalar = (vitals: Vitals, now: Millis) => number | undefined;

const one = (unit: Gauge['unit'], help: string, read: Scalar): Gauge => ({
  help,
  unit,
  label: undefined,
  read: (vitals, now) => [['', read(vitals, now)]],
});

const perSource = (unit: Gauge['unit'], help: string, read: (source: SourceVitals) => number | undefined): Gauge => ({
  help,
  unit,
  label: 'path',
  read: ({ sources }) => sources.map((source) => [source.path, read(source)] as const),
});

/** The age in seconds, at least 0 even if the clock was set back. */
const age = (since: Millis | undefined, now: Millis): number | undefined =>
  since === undefined || !Number.isFinite(since) ? undefined : Math.max(0, now - since) / 1000;

const seconds = (at: Millis | undefined): number | undefined => (at === undefined ? undefined : at / 1000);

/** All gauges, by their names in Prometheus without `novaspan_`. */
export const gauges = {
  source_lag_bytes: perSource('bytes', 'bytes of a log that are not read yet', ({ lagBytes }) => lagBytes),
  source_lag_seconds: perSource('seconds', 'age of the oldest unread line of a log', ({ lagSeconds }) => lagSeconds),
  source_readable: perSource('yes or no', '1 while a log can be read', ({ readable }) => Number(readable)),
  source_newest_line_timestamp_seconds: perSource('seconds', 'time of the newest line of a log, since 1970', ({ newest }) =>
    seconds(newest),
  ),
  source_zone_offset_seconds: perSource(
    'seconds',
    'error of the time zone of a log, as its lines show it (positive: times are too late); no value while none is known',
    ({ zoneOffset }) => seconds(zoneOffset),
  ),
  watermark_lag_seconds: one('seconds', 'delay of processing behind the clock: an action is exported this long after its end', (v, now) =>
    age(v.watermark, now),
  ),
  open_actions: {
    help: 'actions that have begun and not ended',
    unit: 'actions',
    label: 'action',
    read: ({ openActions }) => Object.entries(openActions).map(([action, { count }]) => [action, count] as const),
  },
  open_action_oldest_age_seconds: {
    help: 'age of the oldest open action; no value without one',
    unit: 'seconds',
    label: 'action',
    read: ({ openActions }, now) => Object.entries(openActions).map(([action, { oldest }]) => [action, age(oldest, now)] as const),
  },
  lines_kept: one('lines', 'lines kept in memory for actions that may still need them', ({ linesKept }) => linesKept),
  queue_traces: one('traces', 'traces that wait for the backend', ({ queueTraces }) => queueTraces),
  queue_bytes: one('bytes', 'estimated memory of the waiting traces', ({ queueBytes }) => queueBytes),
  backend_up: one('yes or no', '1 while the backend accepts traces; no value before the first request', ({ backendUp }) =>
    backendUp === undefined ? undefined : Number(backendUp),
  ),
  acknowledgement_age_seconds: one('seconds', 'time since the backend last accepted a trace', (v, now) => age(v.acknowledged, now)),
  checkpoint_age_seconds: one('seconds', 'time since the checkpoint was last written', (v, now) => age(v.checkpointed, now)),
  needed_log_age_seconds: one('seconds', 'age of the oldest line that is still needed; logs must be kept longer than this', (v, now) =>
    age(v.horizon, now),
  ),
  receive_buffer_bytes: one(
    'bytes',
    'disk space used by received log lines that are still needed',
    ({ receiveBuffer }) => receiveBuffer?.bytes,
  ),
  receive_buffer_limit_bytes: one(
    'bytes',
    'limit of the receive buffer; when it is full, senders get 503 and must wait',
    ({ receiveBuffer }) => receiveBuffer?.mostBytes,
  ),
  received_logs: one('logs', 'received logs that are kept', ({ receiveBuffer }) => receiveBuffer?.logs),
  open_files: one('files', 'log files that are held open', ({ descriptors }) => descriptors),
  start_time_seconds: one('seconds', 'start time of the process, since 1970', ({ started }) => seconds(started)),
} as const satisfies Record<string, Gauge>;

/** The name of a gauge. */
export type GaugeName = keyof typeof gauges;
