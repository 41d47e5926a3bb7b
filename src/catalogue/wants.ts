import type { Level } from '../model/record.js';
import type { EventKind } from './event.js';

/** A field with a number, and its minimum: lines with a lower number are not read. */
export interface AtLeast {
  readonly field: string;
  readonly number: number;
}

/** The conditions on the lines of a kind that are read. */
export interface Some {
  readonly atLeast?: AtLeast | undefined;
  /** only lines of requests with a user, not those of periodic tasks */
  readonly ofUsers?: boolean;
}

/** Decides whether messages of a kind, logged at these levels, are read: all, none, or those that fulfil conditions. */
export type Wants = (kind: EventKind, level: Level | readonly Level[]) => boolean | Some;
