import type { FinishedTrace } from '../model/span.js';

/** Sends finished traces, one at a time. */
export interface Exporter {
  /** Sends a trace. Errors of the backend or the network are results, and never reject the promise. */
  export(trace: FinishedTrace): Promise<ExportResult>;
  /** A trace as one line of OTLP JSON, the same bytes that are sent as JSON. Without it there are no dead letters. */
  document?(trace: FinishedTrace): string;
  /** Aborts the current request (as retryable) and closes connections. */
  shutdown(): Promise<void>;
}

/** OTLP's three outcomes. Only after `delivered` a checkpoint may move. */
export type ExportResult = Delivered | Retryable | Refused;

/** The backend acknowledged the trace. `rejected` is how many spans it refused, `message` is its reason. */
export interface Delivered {
  readonly outcome: 'delivered';
  readonly rejected: number;
  readonly message?: string;
}

/** The same request should be sent again later. `retryInMs` is the wait that the backend requested. */
export interface Retryable {
  readonly outcome: 'retryable';
  readonly reason: string;
  readonly retryInMs?: number;
  /** this trace itself may be the cause: a crash, a time-out or a reset does not show the cause */
  readonly isDoubtful?: boolean;
  /** equal for the same problem, however the backend words it; `reason` if not given */
  readonly fault?: string;
}

/**
 * To send the same again will not help. `reason` contains the remedy for the operator. `about` is the cause: this
 * `trace` (others may be accepted), or the `settings` (no trace will be accepted).
 */
export interface Refused {
  readonly outcome: 'refused';
  readonly about: 'trace' | 'settings';
  readonly reason: string;
  /** as in `Retryable` */
  readonly fault?: string;
  /** the HTTP status; undefined if there was no answer */
  readonly status?: number;
}
