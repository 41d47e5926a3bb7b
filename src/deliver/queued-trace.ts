import type { Refused, Retryable } from '../export/exporter.js';
import type { Millis } from '../model/line.js';
import type { FinishedTrace } from '../model/span.js';

/** A trace to be delivered, and the earliest time of its lines: those must stay readable until the trace is settled. */
export interface QueuedTrace {
  readonly trace: FinishedTrace;
  readonly from: Millis;
}

/** What became of a trace in the end. `dead-letter`: it is in the folder of dead letters. */
export type Disposition = 'delivered' | 'dead-letter' | 'dropped';

/** A trace in the queue, with what is known of its failures. */
export interface Entry<T extends QueuedTrace> {
  readonly queued: T;
  readonly bytes: number;
  /** failures that may be the fault of the trace itself, or of the backend */
  ambiguousFailures: number;
  /** those of them that came after the backend had taken another trace */
  rejections: number;
  /** how many other traces had been taken at the last failure */
  takenBefore: number;
}

/** Why a trace was not taken. */
export type Failure = Refused | Retryable;
