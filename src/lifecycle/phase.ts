import type { Call } from '../catalogue/call.js';
import type { Certainty } from '../model/attributes.js';
import type { Millis } from '../model/line.js';
import type { PhaseSpec } from './define.js';
import type { Event, Member } from './event.js';

/** A phase as the lines show it: a span is made of each. Times are in epoch ms. */
export interface Phase {
  readonly name: string;
  /** the joined phases that share this span, because no line separates them: `name` contains all their names */
  readonly parts?: readonly string[] | undefined;
  /** its row of the table */
  readonly spec: PhaseSpec;
  readonly service: string;
  readonly host: string;
  readonly start: Millis;
  readonly end: Millis;
  readonly startIs: Certainty;
  readonly endIs: Certainty;
  /** a line states its duration, so the start is only as exact as the rounding of that */
  readonly isTimed: boolean;
  readonly port: string | undefined;
  /** the name of the phase that it is a part of; undefined for the root */
  readonly within: string | undefined;
  /** the lines at its ends */
  readonly lines: readonly Event[];
  /** the line at its end, if that shows a failure */
  readonly failure?: Event | undefined;
  /** method and route, if it is an HTTP request */
  readonly call?: Call | undefined;
}

/** The input from which phases are computed. Times are in epoch ms. */
export interface PhaseInput {
  readonly request: string;
  readonly start: Millis;
  readonly end: Millis;
  readonly members: readonly Member[];
  readonly ports: readonly string[];
  /** the compute host, or undefined for a fragment */
  readonly host: string | undefined;
  /** whether this process reads the log of a service, on this host if one is given */
  reads(service: string, host?: string): boolean;
}

/** The names of the phases that were seen, and of those that were not, by the reason. */
export interface Coverage {
  readonly observed: readonly string[];
  readonly missing: readonly string[];
  readonly notLogged: readonly string[];
  readonly notApplicable: readonly string[];
}

/** The result for one phase of the table; `not-reported`: optional, so it is not reported. */
export type Fate = 'seen' | 'not-reported' | 'not-applicable' | 'not-read' | 'not-logged' | 'no-plug' | 'no-line';

/** A phase of the table, its spans, and what the logs could show of it. */
export interface Planned {
  readonly spec: PhaseSpec;
  readonly phases: readonly Phase[];
  /** it may have happened without a line */
  readonly mayBeUnseen: boolean;
  /** a start alone proves nothing: the end is not logged at this level, or is optional */
  readonly mayNotEnd: boolean;
  /** the log would have a line at its start, at its end */
  readonly showsStart: boolean;
  readonly showsEnd: boolean;
}

/** The result for all plans of a layout if there is no line of any. */
export interface EmptyResult {
  readonly planned: readonly Planned[];
  readonly fates: readonly Fate[];
}
