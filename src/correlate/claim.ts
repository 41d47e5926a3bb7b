import type { Millis } from '../model/line.js';
import type { UnattributedLine } from './owner.js';

/** The conditions that decide which lines belong to an action. Times are in epoch ms. */
export interface Claim {
  readonly instance: string;
  /** the action's request id, and the client's own id if it sent one */
  readonly aliases: ReadonlySet<string>;
  readonly from: Millis;
  readonly to: Millis;
  /** other instances have actions with this request id: then a line with only the request id fits all of them */
  readonly isShared: boolean;
  /** whether the action owns the instance at this time, and this line if one is given */
  owns(at: Millis, line?: UnattributedLine): boolean;
  /** the last time at which it may start a call to neutron */
  readonly callsUntil: Millis;
  /** whether another action of this instance has this request id */
  isOtherRequest(request: string): boolean;
}
