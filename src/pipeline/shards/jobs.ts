import type { NotesOfLog } from '../../clock/hint.js';
import type { Event } from '../../lifecycle/event.js';
import type { Reported, Slowed } from '../../lifecycle/stalls.js';
import type { Unnamed } from '../../lifecycle/unnamed.js';
import type { CounterName } from '../../model/counters.js';
import type { Millis } from '../../model/line.js';
import type { FinishedTrace } from '../../model/span.js';
import type { UnreadLog } from '../../model/unread.js';
import type { ReadOptions } from '../read-options.js';

/** How the work of a replay is shared. */
export interface Jobs {
  /** What traces are written as: then a trace of another thread is an outline of it, and its line. Undefined: all of it is needed. */
  readonly format: 'otlp' | 'json' | undefined;
  /** Takes, before such a trace is given, what gives its line. */
  readonly onWritten: (trace: FinishedTrace, line: () => Uint8Array) => void;
  /** Takes why the work was not shared, or what came of it. */
  readonly onNote?: (said: string) => void;
  /** Begins a thread, and tells it what to do. */
  readonly start?: (job: Job, take: (report: Report) => void) => Thread;
  /** fewer bytes are read by one thread */
  readonly least?: number;
  /** how much of the logs' time before the cut the second thread reads */
  readonly overlap?: Millis;
  /** where the logs are cut, as a share of their bytes */
  readonly at?: number;
}

/** A thread that can be stopped. */
export interface Thread {
  stop(): void;
}

/** What the second thread does: plain data. */
export interface Job {
  readonly options: Pick<ReadOptions, 'paths' | 'service' | 'host' | 'form' | 'zone' | 'isZoneGiven' | 'lines' | 'rules'> & {
    readonly piece: number;
  };
  readonly format: Jobs['format'];
  readonly wants: { readonly requests: boolean; readonly wrongZone: boolean };
  readonly overlap: Millis;
  readonly at: number;
}

/** What the second thread reports: plain data. */
export type Report =
  /** the cut */
  | { readonly is: 'cut'; readonly at: Millis }
  /** what it knew when it was there */
  | { readonly is: 'there'; readonly whole: string; readonly workers: ReadonlyMap<string, string> }
  | { readonly is: 'done'; readonly found: Found }
  /** it cannot do its part */
  | { readonly is: 'over'; readonly why: string };

/** Workers of a log that served something behind the cut, and how many were known at the end. */
export interface Asked {
  readonly path: string;
  readonly pids: readonly number[];
  readonly known: number;
}

/** A trace, in the file of the second thread. */
export interface Written {
  /** undefined where the file holds the trace itself */
  readonly outline: FinishedTrace | undefined;
  readonly length: number;
  readonly requests: readonly string[] | undefined;
}

/** What was said of lines that make no trace, in order. */
export type Said =
  | { readonly of: 'unnamed'; readonly what: Unnamed }
  | { readonly of: 'requestless'; readonly what: Event }
  | { readonly of: 'unread'; readonly what: UnreadLog }
  | { readonly of: 'cut-off'; readonly path: string; readonly seen: string }
  | { readonly of: 'stall'; readonly what: Reported }
  | { readonly of: 'slowed'; readonly what: Slowed };

/** All that was found behind the cut. */
export interface Found {
  /** an open file that has no name any more, of all threads */
  readonly file: number;
  readonly traces: readonly Written[];
  readonly counts: readonly (readonly [name: CounterName, by: number, label: string | undefined])[];
  readonly said: readonly Said[];
  readonly clocks: readonly NotesOfLog[];
  /** hosts of which it mattered that they print no allocations, as far as was known */
  readonly askedTooEarly: readonly string[];
  readonly asked: readonly Asked[];
  readonly readBytes: number;
}
