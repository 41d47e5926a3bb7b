/** A log with lines but no log record. */
export interface UnreadLog {
  readonly path: string;
  /** the service and host, if known */
  readonly services: readonly string[];
  /** what it looks like, in words */
  readonly seen: string | undefined;
  /** its lines were written before the service set up its log: they are readable, but about no action */
  readonly isStartup: boolean;
}
