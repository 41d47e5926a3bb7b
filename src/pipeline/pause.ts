import type { Millis } from '../model/line.js';
import type { PollReport, SourceReport } from '../tail/tailer.js';

/** Where all was read, the next poll comes so many times later: lines are read many at a time, and a guest's processor is seldom woken. */
const PAUSES = 4;

/** How long to wait before the next poll. It depends on what is left to read, not on what was read: a full queue reads nothing. */
export const pauseAfter = (reports: readonly PollReport[], pollInterval: Millis): Millis =>
  reports.some(({ sources }) => sources.some(hasMore)) ? pollInterval : PAUSES * pollInterval;

/** What cannot be read is no reason to hurry. */
const hasMore = ({ readable, lagBytes, behind }: SourceReport): boolean => readable && (lagBytes > 0 || behind !== undefined);
