import type { Call } from '../catalogue/call.js';
import type { Certainty } from '../model/attributes.js';
import type { Millis } from '../model/line.js';
import type { PhaseSpec } from './define.js';
import type { Event, Member } from './event.js';

export interface Phase {
  readonly name: string;
  /** the phases that share this span, where no line parts them: `name` has all their names */
  readonly parts?: readonly string[] | undefined;
  /** its row of the table */
  readonly spec: PhaseSpec;
  readonly service: string;
  readonly host: string;
  readonly start: Millis;
  readonly end: Millis;
  readonly startIs: Certainty;
  readonly endIs: Certainty;
  /** A line states how long it took, and so its start: as exact as that is rounded. */
  readonly isTimed: boolean;
  readonly port: string | undefined;
  /** the phase it is a part of, by name, or undefined for the root */
  readonly within: string | undefined;
  /** the lines at its ends */
  readonly lines: readonly Event[];
  /** the line at its end, where that says that it failed */
  readonly failure?: Event | undefined;
  /** of an HTTP request */
  readonly call?: Call | undefined;
}

/** What phases are computed from. */
export interface PhaseInput {
  readonly request: string;
  readonly start: Millis;
  readonly end: Millis;
  readonly members: readonly Member[];
  readonly ports: readonly string[];
  /** the compute host, or undefined for a fragment */
  readonly host: string | undefined;
  /** whether this process reads this service's log, on this host where one is given */
  reads(service: string, host?: string): boolean;
}

/** Which phases were seen, and why the others were not. */
export interface Coverage {
  readonly observed: readonly string[];
  readonly missing: readonly string[];
  readonly notLogged: readonly string[];
  readonly notApplicable: readonly string[];
}

/** What became of a phase of the table. */
export type Fate = 'seen' | 'not-reported' | 'not-applicable' | 'not-read' | 'not-logged' | 'no-plug' | 'no-line';

/** A phase of the tables, what was found of it, and how much more the log could show. */
export interface Planned {
  readonly spec: PhaseSpec;
  readonly phases: readonly Phase[];
  /** It may have happened without a line. */
  readonly mayBeUnseen: boolean;
  /** A start alone proves nothing: the end is not logged at this level, or is optional. */
  readonly mayNotEnd: boolean;
  /** The log would show a line at its beginning, at its end. */
  readonly showsStart: boolean;
  readonly showsEnd: boolean;
}

/** All plans of a layout, of none of which there is a line. */
export interface EmptyResult {
  readonly planned: readonly Planned[];
  readonly fates: readonly Fate[];
}
