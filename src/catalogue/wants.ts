import type { Level } from '../model/record.js';
import type { EventKind } from './event.js';

/** Of some lines those are asked for that state a number that is not lower. */
export interface AtLeast {
  readonly field: string;
  readonly number: number;
}

/** Whether messages of a kind, which are logged at these levels, are asked for, or which of them are. */
export type Wants = (kind: EventKind, level: Level | readonly Level[]) => boolean | AtLeast;
