import type { Millis } from '../model/line.js';
import { hours, minutes, seconds } from '../model/time.js';

/** How long after its end an action waits for lines that are late in their file. */
export const GRACE = seconds(5);
/**
 * The same while several instances share the request id: the line that says which port belongs to which may come late.
 */
export const SHARED_GRACE = seconds(15);
/** How far before its start an action's lines may lie: its API call and scheduling. */
export const LEAD = seconds(60);
/** By how much the clocks of the hosts of one action may differ. */
export const SKEW = seconds(2);
/** A failing action that prints nothing for this long has ended. */
export const QUIET = seconds(30);
/** Lines that name no action are given up after this silence. */
export const UNNAMED_QUIET = seconds(120);
/** The same while a host copies disks to another. */
export const COPY_QUIET = minutes(30);
/** The controller's part of an action is complete when no line has come for this long. */
export const FRAGMENT_QUIET = seconds(60);
/** How long a line waits for the one that links it to an action. */
export const WAITING = seconds(300);
/** For this long after the last moment of an exported action, lines with its request count as its late lines. */
export const AFTERLIFE: Millis = LEAD + WAITING;
/** How far before an action's start lines of its host matter. */
export const REACH: Millis = LEAD + WAITING;
/** How often, in event time, old lines are forgotten. */
export const SWEEP = seconds(30);
/** Lines further ahead than this are forgotten first when the room is full: their clock was wrong. */
export const AHEAD = hours(6);
