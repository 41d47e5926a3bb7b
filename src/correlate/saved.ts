import type { Vif } from '../catalogue/event.js';
import type { Event } from '../lifecycle/event.js';
import type { Millis } from '../model/line.js';
import type { BuildEvent } from './builds.js';
import type { ClosedRecord, SavedInterval } from './closed-record.js';

/** A saved line, and where it was kept. */
export interface SavedLine {
  readonly event: Event;
  /** among the lines of its instance that no exported action has taken, or of its request */
  readonly isOpen: boolean;
  /** among those that are found by what they name */
  readonly isFound: boolean;
}

/** An instance whose network is still waited for, while its boot is not built again. */
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
 * What a correlator needs from before the place where a restart reads again: plain JSON. Releases read each other's:
 * keep the names.
 */
export interface Saved {
  /** what has been open for long: all of its lines are saved or read again, although it began before the horizon */
  readonly long: readonly { readonly instance: string; readonly request: string }[];
  readonly lines: readonly SavedLine[];
  /** lines of daemons about themselves during that time */
  readonly hostLines: readonly Event[];
  readonly builds: readonly (BuildEvent & { readonly host: string })[];
  readonly restarts: readonly (readonly [host: string, readonly Millis[]])[];
  readonly audits: readonly (readonly [host: string, readonly Millis[]])[];
  /** missing in checkpoints of older versions */
  readonly buildEnds?: readonly (readonly [host: string, readonly Millis[]])[];
  /** actions that are over and were not exported, or that lie beside one that is open for long */
  readonly pasts: readonly (readonly [instance: string, past: SavedInterval])[];
  /** requests of several instances, and when each first had a line of it */
  readonly shared: readonly (readonly [request: string, instances: readonly (readonly [instance: string, at: Millis])[]])[];
  /** the times of a request's lines on a controller */
  readonly control: readonly (readonly [request: string, times: readonly Millis[]])[];
  readonly sequels: readonly SavedNetworkReady[];
}

/**
 * Whether the lines of a unit that closed after a restart were saved. Then it is sent although it began before the
 * horizon.
 */
export const wasSaved = (saved: Saved | undefined, { instance, request, began }: ClosedRecord): boolean =>
  // A unit that was saved without a request goes by its first line. A later line may have shown its request.
  saved?.long.some((each) => each.instance === instance && (each.request === request || each.request === `@${began}`)) ?? false;
