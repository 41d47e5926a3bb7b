import type { Millis } from '../model/line.js';
import type { PollReport, SourceReport } from '../tail/tailer.js';

/** Factor of the pause if all logs are read: reading many lines at a time wakes the CPU of the host less often. */
const PAUSES = 4;

/** Pause before the next poll. It depends on the unread bytes, not on those read: a full queue reads nothing. */
export const pauseAfter = (reports: readonly PollReport[], pollInterval: Millis): Millis =>
  reports.some(({ sources }) => sources.some(hasMore)) ? pollInterval : PAUSES * pollInterval;

/** Whether a log has more to read. An unreadable log does not count. */
const hasMore = ({ readable, lagBytes, behind }: SourceReport): boolean => readable && (lagBytes > 0 || behind !== undefined);
