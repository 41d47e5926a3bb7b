import type { ClosedRecord } from '../correlate/closed-record.js';
import type { Saved } from '../correlate/saved.js';
import type { From } from '../journal/place.js';
import type { LogForm } from '../model/form.js';
import type { Millis } from '../model/line.js';
import type { FinishedTrace } from '../model/span.js';
import type { Processes } from '../read/mixed.js';
import type { Writing } from '../read/source.js';
import type { LogPosition, Place } from '../tail/position.js';

// These field names are on disk, and later versions must read them. `told` is the record of an exported action.

/** A trace being delivered, and the record that remains afterwards. */
export interface LiveTrace {
  readonly trace: FinishedTrace;
  /** the earliest of its lines */
  readonly from: Millis;
  readonly told: ClosedRecord;
}

/** State for a restart, as plain data (docs/decisions/0010-restart-by-reading-again.md). */
export interface SavedLogs {
  /** all actions that began before it are finished; null while there is no horizon */
  readonly horizon: Millis | null;
  readonly logs: readonly SavedLog[];
  readonly long: Saved;
  readonly told: readonly ClosedRecord[];
  /** Undelivered traces with lines older than those that are read again: they cannot be built again. */
  readonly undelivered: readonly LiveTrace[];
}

/** State of one log in a checkpoint. */
export interface SavedLog {
  /** path in the configuration that led to the log */
  readonly under: string;
  readonly position: LogPosition;
  /** next place to read */
  readonly at: Place;
  /** No line before `at` is newer than this. It distinguishes the two passes of a repeated hour. */
  readonly newest?: Millis;
  readonly form?: LogForm;
  readonly writers: readonly Writing[];
  /** for a log of several services: the service of each process */
  readonly processes?: Readonly<Record<string, Processes>>;
  /** for a journal: how to find `at` again */
  readonly from?: From;
}
