import type { Millis } from '../model/line.js';
import type { SourceReport } from '../tail/tailer.js';
import type { Log } from '../telemetry/log.js';

/** A start without a checkpoint and without `--backfill`. */
export interface FirstStart {
  readonly since: Millis;
  readonly lookBack: Millis;
  /** folder of the checkpoint, if there is one */
  readonly folder: string | undefined;
}

/** Whether a log had lines before this start. */
export const holdsLines = ({ place, lagBytes }: SourceReport): boolean => place.offset + lagBytes > 0;

/** Logs which lines are not exported. A user who tries `tail` on old logs sees no trace, and needs the reason. */
export function sayWhatIsNotRead({ since, lookBack, folder }: FirstStart, log: Log): void {
  const fresh = folder === undefined ? '' : `, with no checkpoint in ${folder}`;
  log.info(
    { since: new Date(since).toISOString(), linesFrom: new Date(since - lookBack).toISOString() },
    `these logs hold lines already: actions that ended before this start are not exported; to export them, start with --backfill${fresh}`,
  );
}
