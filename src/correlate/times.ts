import type { Millis } from '../model/line.js';
import { hours, minutes, seconds } from '../model/time.js';

// All durations are in ms, of the time in the logs.

/** How long after its end an action waits for lines that are late in their file. */
export const GRACE = seconds(5);
/**
 * The grace while several instances share the request id: the line that links a port to its instance may come late.
 */
export const SHARED_GRACE = seconds(15);
/** How long before its start an action may have lines: those of its API call and scheduling. */
export const LEAD = seconds(60);
/** How much the clocks of the hosts of one action may differ. */
export const SKEW = seconds(2);
/** A failed action without a line for this long has ended. */
export const QUIET = seconds(30);
/** A candidate without a name is given up after this silence. */
export const UNNAMED_QUIET = seconds(120);
/** The silence that ends a candidate without a name while a host copies disks to another host. */
export const COPY_QUIET = minutes(30);
/** The controller's part of an action is complete after this silence. */
export const FRAGMENT_QUIET = seconds(60);
/** How long a line waits for the line that links it to an action. */
export const LINK_TIMEOUT = seconds(300);
/** How long after the end of an exported action lines with its request id count as its late lines. */
export const LATE_LINE_WINDOW: Millis = LEAD + LINK_TIMEOUT;
/** How long before an action's start lines of its host matter. */
export const REACH: Millis = LEAD + LINK_TIMEOUT;
/** How often old lines are dropped. */
export const SWEEP = seconds(30);
/** If there are too many lines, those further in the future than this are dropped: their clock was wrong. */
export const MAX_AHEAD = hours(6);
