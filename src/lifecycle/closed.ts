import type { Vif } from '../catalogue/event.js';
import type { Certainty } from '../model/attributes.js';
import type { Millis } from '../model/line.js';
import type { Outcome } from '../model/span.js';
import type { ActionName, ActionSpec } from './define.js';
import type { Event, Member } from './event.js';

/** The lock that an action's function in nova-compute holds from its start to its end. */
export interface ActionLock {
  readonly from: Millis;
  /** undefined while it is held */
  readonly to: Millis | undefined;
  /**
   * Set if the lock is for one port of the instance: the port's id, or `new` before the port has one. Lines about other
   * ports may then belong to another action.
   */
  readonly port?: string;
}

/** The times of an action, as later lines need them after it was exported. */
export interface ActionInterval {
  /** the request id; if no line has one, `@` and the time of the first line in epoch ms */
  readonly request: string;
  /** the number of the build attempt, from 0 */
  readonly attempt: number;
  /** nova-compute handed it back to be rescheduled: a build attempt, not the whole action */
  readonly rescheduled: boolean;
  readonly opened: Millis;
  readonly start: Millis;
  readonly end: Millis | undefined;
  readonly lock: ActionLock | undefined;
  readonly spec: ActionSpec | undefined;
  /** later lines are not part of the action */
  readonly until: Millis;
  /** the time of its last line with its own request id, once it is closed */
  readonly last?: Millis;
}

/** An action that a later action of the same instance completes, such as a resize and its confirmation. */
export interface Followed {
  readonly request: string;
  readonly action: ActionName;
}

/**
 * The latest past action of the instance that an action of this spec completes.
 *
 * @param opened when the completing action opened
 * @param since actions that were over before this time do not count
 */
export function followedBy(
  { completes }: ActionSpec,
  past: readonly ActionInterval[],
  opened: Millis,
  since: Millis,
): Followed | undefined {
  const found = past.findLast(
    ({ spec, opened: at, until }) => spec !== undefined && completes?.includes(spec.name) === true && at < opened && until >= since,
  );
  return found?.spec === undefined ? undefined : { request: found.request, action: found.spec.name };
}

/** The fields of every closed unit. Times are in epoch ms. */
interface Closed {
  readonly instance: string;
  /** the request id, or `@` and epoch ms, as in `ActionInterval` */
  readonly request: string;
  readonly start: Millis;
  readonly end: Millis;
  /** the time of the first line that opened it (not of lines attached later); never changes */
  readonly began: Millis;
  /** its lines, ordered by time */
  readonly members: readonly Member[];
  /** by port uuid */
  readonly ports: ReadonlyMap<string, Vif>;
  /** lines in which daemons of its hosts report their own stalls during this time */
  readonly hostEvents?: readonly Event[];
}

/** An action as the logs of its compute host show it. */
export interface ClosedAction extends Closed {
  readonly form: 'action';
  readonly spec: ActionSpec;
  readonly outcome: Outcome;
  /** how the start and the end are known */
  readonly startIs: Certainty;
  readonly endIs: Certainty;
  /** the host and the service that write the root span */
  readonly host: string;
  readonly service: string;
  /** later lines are not part of the action */
  readonly until: Millis;
  /** the earlier build attempts that this process knows: their spans explain that part of the time */
  readonly attempts?: readonly { readonly start: Millis; readonly end: Millis }[];
  /** how many other builds were in progress on its host; only for actions that build on a host */
  readonly builds?: number;
  /** the action that it completes, such as a resize that it confirms, if this process knows it */
  readonly follows?: Followed | undefined;
  /** its times, kept for later lines; absent if only lines of the control plane are known */
  readonly past?: ActionInterval;
}

/** A build attempt that was rescheduled. It has no root: the next host or nova-conductor writes that. */
export interface ClosedAttempt extends Omit<ClosedAction, 'form'> {
  readonly form: 'attempt';
}

/** The part of an action that this process knows when another process reads the compute host. */
export interface ClosedFragment extends Closed {
  readonly form: 'fragment';
  /** the action that it is part of, if its lines show that: the other host of a migration */
  readonly spec?: ActionSpec;
  /** its times, kept for later lines; only for the other host of a migration */
  readonly past?: ActionInterval;
}

/** The fields of the boot that the network-ready trace needs. */
export type Boot = Pick<ClosedAction, 'instance' | 'request' | 'spec' | 'host' | 'start' | 'began' | 'ports'>;

/**
 * Why the wait for the network ended: every port has its address; the next action of the instance began; or the
 * time-out (`patience`).
 */
type EndOfNetworkReady = 'ready' | 'next-action' | 'patience';

/** The start of a guest's network after the boot. It is a trace of its own, with a link to the boot. */
export interface ClosedNetworkReady extends Closed {
  readonly form: 'network-ready';
  readonly of: Boot;
  /** the line that shows when the guest began to run */
  readonly opening: Event;
  readonly endedBy: EndOfNetworkReady;
}

export type ClosedUnit = ClosedAction | ClosedAttempt | ClosedFragment | ClosedNetworkReady;
