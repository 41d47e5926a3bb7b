import type { Vif } from '../catalogue/event.js';
import type { Event } from '../lifecycle/event.js';
import type { Millis } from '../model/line.js';
import type { BuildEvent } from './builds.js';
import type { ClosedRecord, SavedInterval } from './closed-record.js';

/** A line that is saved, and where it is kept. */
export interface SavedLine {
  readonly event: Event;
  /** among the lines of its instance that no exported action has taken, or of its request */
  readonly isOpen: boolean;
  /** among those that are found by what they name */
  readonly isFound: boolean;
}

/** A guest whose network is waited for, and whose boot is not built again. */
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

/** What a correlator needs of the time before lines are read again: plain JSON. */
export interface Saved {
  /** what is open for long: all of it is here or read again, though it began before the horizon */
  readonly long: readonly { readonly instance: string; readonly request: string }[];
  readonly lines: readonly SavedLine[];
  /** what daemons said of themselves while it lasted */
  readonly hostLines: readonly Event[];
  readonly builds: readonly (BuildEvent & { readonly host: string })[];
  readonly restarts: readonly (readonly [host: string, readonly Millis[]])[];
  readonly audits: readonly (readonly [host: string, readonly Millis[]])[];
  /** missing in what an older version saved */
  readonly buildEnds?: readonly (readonly [host: string, readonly Millis[]])[];
  /** what is over and was not told, or lies beside what is open for long */
  readonly pasts: readonly (readonly [instance: string, past: SavedInterval])[];
  /** requests of several instances, and when each first had a line of it */
  readonly shared: readonly (readonly [request: string, instances: readonly (readonly [instance: string, at: Millis])[]])[];
  /** when lines showed a request on a controller */
  readonly control: readonly (readonly [request: string, times: readonly Millis[]])[];
  readonly sequels: readonly SavedNetworkReady[];
}

/** Whether a thing that closed after a restart is one whose lines were saved: that it began before the horizon is no reason not to send it. */
export const wasSaved = (saved: Saved | undefined, { instance, request, began }: ClosedRecord): boolean =>
  // What was saved without a request goes by its first line; a later line may have told its request.
  saved?.long.some((each) => each.instance === instance && (each.request === request || each.request === `@${began}`)) ?? false;
