import type { Level } from '../model/record.js';
import type { EventKind } from './event.js';

/** A number that a line states, and that must not be lower. */
export interface AtLeast {
  readonly field: string;
  readonly number: number;
}

/** Which lines of a kind are asked for. */
export interface Some {
  readonly atLeast?: AtLeast | undefined;
  /** not those of a request that no user made: of a periodic task */
  readonly ofUsers?: boolean;
}

/** Whether messages of a kind, which are logged at these levels, are asked for, or which of them are. */
export type Wants = (kind: EventKind, level: Level | readonly Level[]) => boolean | Some;
