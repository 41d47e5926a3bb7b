import type { Vif } from '../catalogue/event.js';
import type { Event } from '../lifecycle/event.js';
import type { Millis } from '../model/line.js';
import type { BuildEvent } from './builds.js';
import type { ClosedRecord, SavedInterval } from './closed-record.js';

/** A saved line, and the stores that contained it. */
export interface SavedLine {
  readonly event: Event;
  /** in `Instances`: a line of an instance or a request that belongs to no exported action */
  readonly isOpen: boolean;
  /** in `EventStore`: found by the names that it contains */
  readonly isFound: boolean;
}

/** An instance whose network is still waited for, and whose boot is not built again. Times are in epoch ms. */
export interface SavedNetworkReady {
  readonly instance: string;
  readonly request: string;
  readonly spec: string;
  readonly host: string;
  readonly start: Millis;
  readonly began: Millis;
  readonly ports: readonly (readonly [string, Vif])[];
  readonly opening: Event;
  readonly since: Millis;
}

/**
 * The state that a correlator needs from before the place where a restarted process reads again. It is plain JSON, and
 * other releases read it: do not rename the fields.
 */
export interface Saved {
  /**
   * units that have been open for long: all their lines are saved or read again, although they opened before the
   * horizon
   */
  readonly long: readonly { readonly instance: string; readonly request: string }[];
  readonly lines: readonly SavedLine[];
  /** stalls of daemons during that time */
  readonly hostLines: readonly Event[];
  readonly builds: readonly (BuildEvent & { readonly host: string })[];
  readonly restarts: readonly (readonly [host: string, readonly Millis[]])[];
  readonly audits: readonly (readonly [host: string, readonly Millis[]])[];
  /** missing in checkpoints of older versions */
  readonly buildEnds?: readonly (readonly [host: string, readonly Millis[]])[];
  /** closed actions that were not exported, or that are beside a long open one */
  readonly pasts: readonly (readonly [instance: string, past: SavedInterval])[];
  /** requests of several instances, and when each instance first had a line of it */
  readonly shared: readonly (readonly [request: string, instances: readonly (readonly [instance: string, at: Millis])[]])[];
  /** the times of a request's lines on a controller */
  readonly control: readonly (readonly [request: string, times: readonly Millis[]])[];
  readonly sequels: readonly SavedNetworkReady[];
}

/**
 * Whether the lines of a unit that closed after a restart were saved. Then it is exported although it opened before the
 * horizon.
 */
export const wasSaved = (saved: Saved | undefined, { instance, request, began }: ClosedRecord): boolean =>
  // A unit without a request id is saved with the time of its first line. A later line may have shown its request id.
  saved?.long.some((each) => each.instance === instance && (each.request === request || each.request === `@${began}`)) ?? false;
