import type { Vif } from '../catalogue/event.js';
import type { Certainty } from '../model/attributes.js';
import type { Millis } from '../model/line.js';
import type { Outcome } from '../model/span.js';
import type { ActionName, ActionSpec } from './define.js';
import type { Event, Member } from './event.js';

/** A lock that an action's function holds from end to end. */
export interface ActionLock {
  readonly from: Millis;
  /** undefined while it is held */
  readonly to: Millis | undefined;
  /** It is of this port of the instance, or of one that has no id yet (`new`): what concerns the rest may be another action's. */
  readonly port?: string;
}

/** An action that has been exported: what is left of it for lines that come after. */
export interface ActionInterval {
  /** The request id; `@` and the epoch milliseconds of the first line where no line names a request. */
  readonly request: string;
  /** Which try at the build it is. */
  readonly attempt: number;
  /** It was given to another host: an attempt, and not the action. */
  readonly rescheduled: boolean;
  readonly opened: Millis;
  readonly start: Millis;
  readonly end: Millis | undefined;
  readonly lock: ActionLock | undefined;
  readonly spec: ActionSpec | undefined;
  /** The last moment whose lines may be the action's. */
  readonly until: Millis;
  /** Its last line with an id of its own, once it is closed. */
  readonly last?: Millis;
}

/** An action of the same instance that another one completes. */
export interface Followed {
  readonly request: string;
  readonly action: ActionName;
}

/** The latest of an instance's past actions that an action of this spec completes. @param since none that was over before */
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

/** Common to all closed units: instance, request, times and lines. */
interface Closed {
  readonly instance: string;
  /** undefined where no line gives it */
  readonly request: string;
  readonly start: Millis;
  readonly end: Millis;
  /** time of the first line that opened it (not of lines attached later); never changes */
  readonly began: Millis;
  /** in order */
  readonly members: readonly Member[];
  /** by port uuid */
  readonly ports: ReadonlyMap<string, Vif>;
  /** lines of its hosts' daemons about themselves during it */
  readonly hostEvents?: readonly Event[];
}

/** An action as the logs of its compute host show it. */
export interface ClosedAction extends Closed {
  readonly form: 'action';
  readonly spec: ActionSpec;
  readonly outcome: Outcome;
  /** what is known of the moments of its start and its end */
  readonly startIs: Certainty;
  readonly endIs: Certainty;
  /** who writes the root */
  readonly host: string;
  readonly service: string;
  /** the moment up to which lines may lie */
  readonly until: Millis;
  /** the attempts at it that were handed back, as far as this process reads them: their spans explain their time */
  readonly attempts?: readonly { readonly start: Millis; readonly end: Millis }[];
  /** how many others its host was taking in at the time, where it is taken in itself */
  readonly builds?: number;
  /** the action that it completes, as a confirmed resize, where this process has it */
  readonly follows?: Followed | undefined;
  /** what it leaves behind; absent if only the control plane's lines are known */
  readonly past?: ActionInterval;
}

/** A build attempt that was given to another host: no root, the next host or the conductor writes it. */
export interface ClosedAttempt extends Omit<ClosedAction, 'form'> {
  readonly form: 'attempt';
}

/** Lines of an action whose compute host is another process's to read. */
export interface ClosedFragment extends Closed {
  readonly form: 'fragment';
  /** The action that it is part of, if its lines show it: the other host of a migration. */
  readonly spec?: ActionSpec;
  /** what it leaves behind, of the other host of a migration */
  readonly past?: ActionInterval;
}

/** The fields of the boot that the network-ready trace needs. */
export type Boot = Pick<ClosedAction, 'instance' | 'request' | 'spec' | 'host' | 'start' | 'began' | 'ports'>;

/** Every port has its address; or it is no longer waited for, since the next action has begun, or it took too long. */
type EndOfNetworkReady = 'ready' | 'next-action' | 'patience';

/** What a guest's network does after the boot: a trace of its own, linked to the boot. */
export interface ClosedNetworkReady extends Closed {
  readonly form: 'network-ready';
  readonly of: Boot;
  /** the line that says when the guest ran */
  readonly opening: Event;
  readonly endedBy: EndOfNetworkReady;
}

export type ClosedUnit = ClosedAction | ClosedAttempt | ClosedFragment | ClosedNetworkReady;
