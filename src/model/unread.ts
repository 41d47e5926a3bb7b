/** A log with lines, of which none is a log record. */
export interface UnreadLog {
  readonly path: string;
  /** whose it is, as far as that is known */
  readonly services: readonly string[];
  /** what it looks like, in words */
  readonly seen: string | undefined;
  /** Its lines are what a service prints before its log is set up: they can be read, and say nothing of actions. */
  readonly isStartup: boolean;
}
