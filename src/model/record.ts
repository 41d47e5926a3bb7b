import type { Millis, Origin } from './line.js';

export type Level = 'TRACE' | 'DEBUG' | 'INFO' | 'AUDIT' | 'WARNING' | 'ERROR' | 'CRITICAL';

/** Who wrote a log: the names that the spans' resources carry. */
export interface Writer {
  /** the service's own name, such as `nova-compute` or `ovs-vswitchd` */
  readonly service: string;
  /** the hypervisor or controller that wrote the line */
  readonly host: string;
}

/** A line whose envelope has been read: everything before the message taken apart, the message left as it was. */
export interface LogRecord extends Writer {
  readonly at: Millis;
  readonly origin: Origin;
  readonly level: Level;
  /** the Python logger, or the vlog module */
  readonly logger: string;
  readonly pid: number | undefined;
  /** this request's own id (`req-…`), undefined where the bracket is `[-]` */
  readonly requestId: string | undefined;
  /** the id the caller sent along (Zed and later) */
  readonly globalRequestId: string | undefined;
  /** its brackets have room for the caller's id, which no release before Pike prints */
  readonly twoIds?: true | undefined;
  /** undefined where the log prints `-`: a periodic task or a start-up */
  readonly userId: string | undefined;
  readonly projectId: string | undefined;
  /** from the `[instance: …]` prefix */
  readonly instance: string | undefined;
  /** the text after the envelope, of the first physical line, without the DEBUG suffix */
  readonly message: string;
}
