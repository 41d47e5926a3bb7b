import type { Vif } from '../catalogue/event.js';
import type { Event } from '../lifecycle/event.js';

/**
 * What a line can be found by. A tap goes by the first 11 characters of its port, a network by its first 10, all
 * others by the whole name. Taps are for lines that do not name the port itself. Addresses, networks and hosts are for
 * what waits for such lines.
 */
export type NameType = 'instance' | 'request' | 'port' | 'tap' | 'mac' | 'network' | 'host';

/**
 * A name, and the lines that have it. Each line points at its `Named`, so "same instance?" is a comparison of
 * pointers. Comparing the id strings cost as much as everything else.
 */
export interface Named {
  readonly type: NameType;
  readonly name: string;
  lines: StoredLine[];
  /** `lines` is in order */
  isSorted: boolean;
  /** how many of `lines` are not forgotten */
  live: number;
  /** of a port: what the last line said that named this port alone. Most lines of a port say the same, and share it */
  namedPort: readonly [NamedPort] | undefined;
  /** the links of the last lines whose first name this is: the next line mostly has the same links as one of them */
  links: Links | undefined;
}

/** A port that a line names, and what the line says of it. */
export interface NamedPort {
  readonly named: Named;
  readonly vif: Vif;
}

/** Everything that a line names. Lines with the same names share one object. */
export interface Links {
  readonly instance: Named | undefined;
  readonly request: Named | undefined;
  readonly globalRequest: Named | undefined;
  readonly ports: readonly NamedPort[];
  /** what it names besides */
  readonly others: readonly Named[];
  /** the links of an earlier line with the same first name */
  readonly before: Links | undefined;
}

/** A kept line, with what is read of it often. */
export interface StoredLine {
  readonly event: Event;
  readonly links: Links;
  /** the last search that has seen it (see `EventStore.nextSearch`), or `FORGOTTEN` */
  lastSearch: number;
}

export const FORGOTTEN = -1;

/** An event that is its own entry in the store, to save memory where many are kept for long. */
export interface SelfStored {
  storedWith(links: Links): StoredLine;
}

export const NO_LINKS: Links = {
  instance: undefined,
  request: undefined,
  globalRequest: undefined,
  ports: [],
  others: [],
  before: undefined,
};
