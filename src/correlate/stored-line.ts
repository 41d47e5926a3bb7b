import type { Vif } from '../catalogue/event.js';
import type { Event } from '../lifecycle/event.js';

/**
 * The types of names by which lines are found. A tap's name is the first 11 characters of its port's id, a network's
 * the first 10 of its id; all others are complete. Taps find lines that do not contain the port's id. MAC addresses,
 * networks and hosts are used where a unit waits for a certain line.
 */
export type NameType = 'instance' | 'request' | 'port' | 'tap' | 'mac' | 'network' | 'host';

/**
 * A name, and the lines that contain it. Each line points at its `Named`, so "same instance?" is a comparison of
 * pointers. To compare the id strings took as long as all the rest.
 */
export interface Named {
  readonly type: NameType;
  readonly name: string;
  lines: StoredLine[];
  /** whether `lines` is ordered by time */
  isSorted: boolean;
  /** how many of `lines` were not dropped */
  live: number;
  /**
   * only for a port: the details from the last line that named only this port; most lines of a port share one object
   */
  namedPort: readonly [NamedPort] | undefined;
  /** the links of the last lines with this first name: the next line usually has equal links */
  links: Links | undefined;
}

/** A port that a line names, with the details in the line. */
export interface NamedPort {
  readonly named: Named;
  readonly vif: Vif;
}

/** All names in a line. Lines with the same names share one object. */
export interface Links {
  readonly instance: Named | undefined;
  readonly request: Named | undefined;
  readonly globalRequest: Named | undefined;
  readonly ports: readonly NamedPort[];
  /** all other names */
  readonly others: readonly Named[];
  /** the links of an earlier line with the same first name */
  readonly before: Links | undefined;
}

/** A line in the store, with the names that it contains. */
export interface StoredLine {
  readonly event: Event;
  readonly links: Links;
  /** the number of the last search that saw it (see `EventStore.nextSearch`), or `FORGOTTEN` */
  lastSearch: number;
}

/** `StoredLine.lastSearch` of a line that was dropped from the store. */
export const FORGOTTEN = -1;

/** An event that is its own entry in the store, to save memory. */
export interface SelfStored {
  storedWith(links: Links): StoredLine;
}

/** The links of a line before it is stored. */
export const NO_LINKS: Links = {
  instance: undefined,
  request: undefined,
  globalRequest: undefined,
  ports: [],
  others: [],
  before: undefined,
};
