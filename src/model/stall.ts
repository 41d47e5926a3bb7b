import type { Millis } from './line.js';

/**
 * A time in which a daemon's main loop was blocked, or a periodic task of a service took longer than its interval. The
 * daemon itself reports it at the end.
 */
export interface Stall {
  readonly service: string;
  readonly host: string;
  /** its end: the time of the line, epoch ms */
  readonly at: Millis;
  /** its duration */
  readonly millis: Millis;
  /** The task, such as `_report_state`. It was blocked, or it waited for another service: the line does not show which. */
  readonly task?: string | undefined;
  /** whether a trace shows it as a cause of a slow span; undefined if no traces are made */
  readonly isInTrace?: boolean | undefined;
}

/** The stalls of one daemon: how many, how long in total, and the longest ones, longest first. */
export interface StallsOfDaemon {
  readonly service: string;
  readonly host: string;
  readonly count: number;
  readonly totalMillis: Millis;
  readonly longest: readonly Stall[];
}
