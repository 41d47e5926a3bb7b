/** A log with lines but no log record. */
export interface UnreadLog {
  readonly path: string;
  /** the service and host, if known */
  readonly services: readonly string[];
  /** what it looks like, in words */
  readonly seen: string | undefined;
  /** Its lines are from before the service set up its log. They can be read and are about no action. */
  readonly isStartup: boolean;
}
