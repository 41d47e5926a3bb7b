import type { Millis, Origin } from './line.js';

export type Level = 'TRACE' | 'DEBUG' | 'INFO' | 'AUDIT' | 'WARNING' | 'ERROR' | 'CRITICAL';

/** Who wrote a log: these names are in the resources of spans. */
export interface Writer {
  /** the service's own name, such as `nova-compute` or `ovs-vswitchd` */
  readonly service: string;
  /** the hypervisor or controller that wrote the line */
  readonly host: string;
}

/** A line whose envelope was read: the parts before the message are split, the message is unchanged. */
export interface LogRecord extends Writer {
  readonly at: Millis;
  readonly origin: Origin;
  readonly level: Level;
  /** the Python logger, or the vlog module */
  readonly logger: string;
  readonly pid: number | undefined;
  /** this request's own id (`req-…`), undefined if the brackets are `[-]` */
  readonly requestId: string | undefined;
  /** the id that the caller sent (Zed and later) */
  readonly globalRequestId: string | undefined;
  /** its brackets have a field for the caller's id, which no release before Pike prints */
  readonly twoIds?: true | undefined;
  /** undefined if the log prints `-`: a periodic task or the start of the service */
  readonly userId: string | undefined;
  readonly projectId: string | undefined;
  /** from the `[instance: …]` prefix */
  readonly instance: string | undefined;
  /** the text after the envelope: the first physical line, without the DEBUG suffix */
  readonly message: string;
}
