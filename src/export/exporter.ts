import type { FinishedTrace } from '../model/span.js';

/** Takes finished traces, one at a time: whole, root included. */
export interface Exporter {
  /** Never rejects for what a backend or a network does: that is an outcome. */
  export(trace: FinishedTrace): Promise<ExportResult>;
  /** A trace as one line of OTLP JSON, just as it is sent where the encoding is JSON. Without it, traces are never set aside. */
  document?(trace: FinishedTrace): string;
  /** Gives up what is under way (as retryable) and closes connections. */
  shutdown(): Promise<void>;
}

/** OTLP's three outcomes. Only `delivered` lets a checkpoint move. */
export type ExportResult = Delivered | Retryable | Refused;

/** The backend has acknowledged the trace. `rejected` counts the spans it said it did not take, `message` says why. */
export interface Delivered {
  readonly outcome: 'delivered';
  readonly rejected: number;
  readonly message?: string;
}

/** Worth sending again, as it is. `retryInMs` is the backend's own wish. */
export interface Retryable {
  readonly outcome: 'retryable';
  readonly reason: string;
  readonly retryInMs?: number;
  /** It may be this trace that cannot pass: a crash, a timeout or a reset says nothing of whose fault it is. */
  readonly isDoubtful?: boolean;
  /** the same for the same trouble, whatever words the backend has for it this time; `reason` where it is not given */
  readonly fault?: string;
}

/**
 * Sending the same again will not help. `reason` tells the operator what to do.
 * `about` says what is at fault: this `trace` (others may pass), or the `settings` (no other will pass either).
 */
export interface Refused {
  readonly outcome: 'refused';
  readonly about: 'trace' | 'settings';
  readonly reason: string;
  /** as for what is retryable */
  readonly fault?: string;
  /** of HTTP; undefined where nothing was answered */
  readonly status?: number;
}
