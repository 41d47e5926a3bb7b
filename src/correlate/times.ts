import type { Millis } from '../model/line.js';
import { hours, minutes, seconds } from '../model/time.js';

/** How long after its end an action waits for lines that are late in their file. */
export const GRACE = seconds(5);
/** The same while several instances share the request id: the line that says which port belongs to which may come late. */
export const SHARED_GRACE = seconds(15);
/** How far before its start an action's lines may lie: its API call and scheduling. */
export const LEAD = seconds(60);
/** A failing action that prints nothing for so long has ended. */
export const QUIET = seconds(30);
/** Lines that no action is named by are given up after this silence. */
export const UNNAMED_QUIET = seconds(120);
/** The same while a host copies disks to another. */
export const COPY_QUIET = minutes(30);
/** A part of an action on a controller is complete when nothing has come for so long. */
export const FRAGMENT_QUIET = seconds(60);
/** How long a line waits for the one that links it to an action. */
export const WAITING = seconds(300);
/** For so long after the last moment of an action that is exported, lines with its request are its own, and late. */
export const AFTERLIFE: Millis = LEAD + WAITING;
/** How far before its beginning an action's host counts. */
export const REACH: Millis = LEAD + WAITING;
/** How often, in event time, old lines are forgotten. */
export const SWEEP = seconds(30);
/** Lines that are further ahead than this are the first to go when the room is full: their clock was wrong. */
export const AHEAD = hours(6);
