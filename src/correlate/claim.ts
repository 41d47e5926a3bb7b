import type { Millis } from '../model/line.js';
import type { Said } from './owner.js';

/** What an action claims: decides which lines are its own. */
export interface Claim {
  readonly instance: string;
  /** the action's request id, and the client's own where it sent one */
  readonly aliases: ReadonlySet<string>;
  readonly from: Millis;
  readonly to: Millis;
  /** other instances have actions of this request: a line that names only the request says nothing of which */
  readonly isShared: boolean;
  /** the action owns the instance at this moment, and such a line with it where one is given */
  owns(at: Millis, line?: Said): boolean;
  /** the last moment at which it may begin a call to neutron */
  readonly callsUntil: Millis;
  /** another action of this instance has this request id */
  isOther(request: string): boolean;
}
