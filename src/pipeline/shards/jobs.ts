import type { NotesOfLog } from '../../clock/hint.js';
import type { Event } from '../../lifecycle/event.js';
import type { Reported, Slowed } from '../../lifecycle/stalls.js';
import type { Unnamed } from '../../lifecycle/unnamed.js';
import type { CounterName } from '../../model/counters.js';
import type { Millis } from '../../model/line.js';
import type { FinishedTrace } from '../../model/span.js';
import type { UnreadLog } from '../../model/unread.js';
import type { ReadOptions } from '../read-options.js';

/** How a replay is shared between threads. */
export interface Jobs {
  /**
   * Output format of traces: the other thread then returns an outline and the encoded line. Undefined: it returns whole
   * traces.
   */
  readonly format: 'otlp' | 'json' | undefined;
  /** Called before such a trace is returned, with a function that gives its line. */
  readonly onWritten: (trace: FinishedTrace, line: () => Uint8Array) => void;
  /** Called with why the work was not shared, or with the result of sharing. */
  readonly onNote?: (text: string) => void;
  /** Starts a thread with a job. */
  readonly start?: (job: Job, take: (report: Report) => void) => Thread;
  /** below this number of bytes, one thread is used */
  readonly least?: number;
  /** log time before the cut that the second thread reads */
  readonly overlap?: Millis;
  /** position of the cut, as a share of bytes */
  readonly at?: number;
}

/** A thread that can be stopped. */
export interface Thread {
  stop(): void;
}

/** Job of the second thread: plain data. */
export interface Job {
  readonly options: Pick<ReadOptions, 'paths' | 'service' | 'host' | 'form' | 'zone' | 'isZoneGiven' | 'lines' | 'rules'> & {
    readonly piece: number;
  };
  readonly format: Jobs['format'];
  readonly wants: { readonly requests: boolean; readonly wrongZone: boolean };
  readonly overlap: Millis;
  readonly at: number;
}

/** Reports of the second thread: plain data. */
export type Report =
  /** the cut was chosen */
  | { readonly is: 'cut'; readonly at: Millis }
  /** its state at the cut */
  | { readonly is: 'there'; readonly whole: string; readonly workers: ReadonlyMap<string, string> }
  | { readonly is: 'done'; readonly found: Found }
  /** it gives up */
  | { readonly is: 'over'; readonly why: string };

/** Workers of a log that served requests after the cut, and how many were known at the end. */
export interface Asked {
  readonly path: string;
  readonly pids: readonly number[];
  readonly known: number;
}

/** A trace in the file of the second thread. */
export interface Written {
  /** undefined if the file has the trace itself */
  readonly outline: FinishedTrace | undefined;
  readonly length: number;
  readonly requests: readonly string[] | undefined;
}

/** Callback calls about lines without a trace, in order. */
export type LineCall =
  | { readonly of: 'unnamed'; readonly what: Unnamed }
  | { readonly of: 'requestless'; readonly what: Event }
  | { readonly of: 'unread'; readonly what: UnreadLog }
  | { readonly of: 'cut-off'; readonly path: string; readonly seen: string }
  | { readonly of: 'stall'; readonly what: Reported }
  | { readonly of: 'slowed'; readonly what: Slowed };

/** All results after the cut. */
export interface Found {
  /** an open, already unlinked file; descriptors are shared by all threads */
  readonly file: number;
  readonly traces: readonly Written[];
  readonly counts: readonly (readonly [name: CounterName, by: number, label: string | undefined])[];
  readonly calls: readonly LineCall[];
  readonly clocks: readonly NotesOfLog[];
  /** hosts whose lack of allocation lines affected the results, as far as this thread knew */
  readonly askedTooEarly: readonly string[];
  readonly asked: readonly Asked[];
  readonly readBytes: number;
}
