import type { Millis } from './line.js';

/** A time in which a daemon's main loop did not come round, as the daemon itself reports at its end. */
export interface Stall {
  readonly service: string;
  readonly host: string;
  /** its end: when the line was printed */
  readonly at: Millis;
  readonly millis: Millis;
  /** a trace shows it as what slowed one of its spans; undefined where no traces are made */
  readonly isInTrace?: boolean | undefined;
}

/** The stalls of one daemon: how many there were, how long they took together, and the longest of them, the longest first. */
export interface StallsOfDaemon {
  readonly service: string;
  readonly host: string;
  readonly count: number;
  readonly totalMillis: Millis;
  readonly longest: readonly Stall[];
}
