import type { Vif } from '../catalogue/event.js';
import type { Event } from '../lifecycle/event.js';

/**
 * What a line can be found by: a tap by its port's first 11 characters, a network by its first 10, all else by its whole
 * name. Taps are for lines that do not name the port itself; addresses, networks and hosts for those that wait for them.
 */
export type Sort = 'instance' | 'request' | 'port' | 'tap' | 'mac' | 'network' | 'host';

/**
 * One thing that lines name, and the lines that do. They hold on to it: whether two lines are of one instance is asked of
 * what they hold, for to compare ids, which are long and cut from their lines, took as long as all the rest.
 */
export interface Named {
  readonly sort: Sort;
  readonly name: string;
  lines: Kept[];
  /** `lines` is in order */
  isSorted: boolean;
  /** how many of `lines` are not forgotten */
  live: number;
  /** of a port: what the last line said that named it and no other, as most lines of a port say the same */
  said: readonly [NamedPort] | undefined;
  /** all that the last lines named of which this is the first: the next line mostly names the same as one of them */
  links: Links | undefined;
}

/** A port that a line names, and what the line says of it. */
export interface NamedPort {
  readonly named: Named;
  readonly vif: Vif;
}

/** All that a line names. Lines that name the same share it. */
export interface Links {
  readonly instance: Named | undefined;
  readonly request: Named | undefined;
  readonly globalRequest: Named | undefined;
  readonly ports: readonly NamedPort[];
  /** what it names besides */
  readonly others: readonly Named[];
  /** what another line named of which the first is the same */
  readonly before: Links | undefined;
}

/** A line that is kept, with what is asked of it again and again. */
export interface Kept {
  readonly event: Event;
  readonly links: Links;
  /** the last look that met it: see `EventStore.nextLook`; `FORGOTTEN` once it is */
  look: number;
}

export const FORGOTTEN = -1;

/** An event that is kept as it is, without an object beside it: where many are kept for long. */
export interface Keepable {
  keptWith(links: Links): Kept;
}

export const NO_LINKS: Links = {
  instance: undefined,
  request: undefined,
  globalRequest: undefined,
  ports: [],
  others: [],
  before: undefined,
};
