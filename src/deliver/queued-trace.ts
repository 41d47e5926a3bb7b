import type { Refused, Retryable } from '../export/exporter.js';
import type { Millis } from '../model/line.js';
import type { FinishedTrace } from '../model/span.js';

/** A trace in the queue, and the earliest time of its lines: these must stay readable until the trace is settled. */
export interface QueuedTrace {
  readonly trace: FinishedTrace;
  readonly from: Millis;
}

/** Final result of a trace. */
export type Disposition = 'delivered' | 'dead-letter' | 'dropped';

/** A trace in the queue, with the record of its failures. */
export interface Entry<T extends QueuedTrace> {
  readonly queued: T;
  readonly bytes: number;
  /** failures that may be the fault of the trace or of the backend */
  ambiguousFailures: number;
  /** those of them after which the backend had accepted another trace */
  rejections: number;
  /** number of other traces accepted before the last failure */
  takenBefore: number;
}

/** Why a trace was not accepted. */
export type Failure = Refused | Retryable;
