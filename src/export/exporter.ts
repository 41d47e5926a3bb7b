import type { FinishedTrace } from '../model/span.js';

/** Sends finished traces, one at a time, each with its root. */
export interface Exporter {
  /** Never rejects because of a backend or a network: that is a result. */
  export(trace: FinishedTrace): Promise<ExportResult>;
  /** A trace as one line of OTLP JSON, the same bytes that are sent as JSON. Without it there are no dead letters. */
  document?(trace: FinishedTrace): string;
  /** Aborts the request under way (as retryable) and closes connections. */
  shutdown(): Promise<void>;
}

/** OTLP's three outcomes. Only `delivered` lets a checkpoint move. */
export type ExportResult = Delivered | Retryable | Refused;

/** The backend acknowledged the trace. `rejected` is how many spans it refused, `message` is its reason. */
export interface Delivered {
  readonly outcome: 'delivered';
  readonly rejected: number;
  readonly message?: string;
}

/** Worth sending again, unchanged. `retryInMs` is what the backend asked for. */
export interface Retryable {
  readonly outcome: 'retryable';
  readonly reason: string;
  readonly retryInMs?: number;
  /** This trace itself may be the cause: a crash, a timeout or a reset does not show whose fault it is. */
  readonly isDoubtful?: boolean;
  /** equal for the same problem, however the backend words it; `reason` if not given */
  readonly fault?: string;
}

/**
 * Sending the same again will not help. `reason` says what the operator should do.
 * `about` is the cause: this `trace` (others may be accepted), or the `settings` (no other will be accepted).
 */
export interface Refused {
  readonly outcome: 'refused';
  readonly about: 'trace' | 'settings';
  readonly reason: string;
  /** as for what is retryable */
  readonly fault?: string;
  /** the HTTP status; undefined if there was no answer */
  readonly status?: number;
}
