import type { Millis, Origin } from './line.js';

/** The level of a line in a log that novaspan reads: those of oslo.log; vlog's levels are mapped to them. */
export type Level = 'TRACE' | 'DEBUG' | 'INFO' | 'AUDIT' | 'WARNING' | 'ERROR' | 'CRITICAL';

/** The writer of a log. Both names are in the resources of spans. */
export interface Writer {
  /** the service's own name, such as `nova-compute` or `ovs-vswitchd` */
  readonly service: string;
  /** the hypervisor or controller that wrote the line */
  readonly host: string;
}

/** A line whose envelope was parsed. The message is unchanged. */
export interface LogRecord extends Writer {
  /** epoch ms, UTC */
  readonly at: Millis;
  readonly origin: Origin;
  readonly level: Level;
  /** the Python logger, or the vlog module */
  readonly logger: string;
  readonly pid: number | undefined;
  /** the request's own id (`req-…`); undefined if the brackets are `[-]` */
  readonly requestId: string | undefined;
  /** the id that the caller sent (since Zed) */
  readonly globalRequestId: string | undefined;
  /** its brackets have a field for the caller's id, which no release before Pike has */
  readonly twoIds?: true | undefined;
  /** undefined if the line has `-`: a periodic task or the start of the service */
  readonly userId: string | undefined;
  readonly projectId: string | undefined;
  /** from the `[instance: …]` prefix */
  readonly instance: string | undefined;
  /** the text after the envelope: the first physical line, without the DEBUG suffix */
  readonly message: string;
}
