import type { ClosedRecord } from '../correlate/closed-record.js';
import type { Saved } from '../correlate/saved.js';
import type { From } from '../journal/place.js';
import type { LogForm } from '../model/form.js';
import type { Millis } from '../model/line.js';
import type { FinishedTrace } from '../model/span.js';
import type { Processes } from '../read/mixed.js';
import type { Writing } from '../read/source.js';
import type { LogPosition, Place } from '../tail/position.js';

// The names of these fields are written to the disk: a process of a later version must read them. `told`: the record of an
// exported trace.

/** A trace on its way out, and the record that stays when it is delivered. */
export interface LiveTrace {
  readonly trace: FinishedTrace;
  /** the earliest of its lines */
  readonly from: Millis;
  readonly told: ClosedRecord;
}

/** What a restart must know. Plain data (docs/decisions/0010-restart-by-reading-again.md). */
export interface SavedLogs {
  /** everything that began before it is finished; null while nothing is */
  readonly horizon: Millis | null;
  readonly logs: readonly SavedLog[];
  readonly long: Saved;
  readonly told: readonly ClosedRecord[];
  /** Traces that are not delivered and have lines older than those that are read again: they cannot be built again. */
  readonly undelivered: readonly LiveTrace[];
}

export interface SavedLog {
  /** the path of the configuration that led to it */
  readonly under: string;
  readonly position: LogPosition;
  /** where reading continues */
  readonly at: Place;
  /** No line before `at` is newer than this. It distinguishes the two passes of a repeated hour. */
  readonly newest?: Millis;
  readonly form?: LogForm;
  readonly writers: readonly Writing[];
  /** of a log of several services: which service each process is */
  readonly processes?: Readonly<Record<string, Processes>>;
  /** of a journal: how to find `at` again */
  readonly from?: From;
}
