import type { ActionInterval, ClosedUnit } from '../lifecycle/closed.js';
import type { Event } from '../lifecycle/event.js';
import type { Millis } from '../model/line.js';
import type { Candidate } from './candidate.js';
import type { VisibleMoments } from './hosts.js';
import type { Timeline } from './timeline.js';

/** A pass over an instance's lines that goes on when more of them come, and what it may see of their hosts. */
export interface Passage {
  readonly timeline: Timeline;
  readonly visible: VisibleMoments;
}

/** What is known of one instance. */
export interface InstanceState {
  /** nova-compute's lines that no exported action has taken, in order once `isSorted` */
  events: Event[];
  /** the requests that they name, and when the first line did */
  requests: Map<string, Millis>;
  /** the requests that are neutron's events and no actions, and when a line first showed it: an action may take that line with it */
  external: Map<string, Millis>;
  isSorted: boolean;
  /** actions that are exported */
  past: ActionInterval[];
  /** what has sorted the lines so far; undefined where it must begin anew */
  passage: Passage | undefined;
  /** actions that are under way, as of `lookedAt` */
  candidates: Candidate[];
  /** the watermark from which it must be looked at again: nothing closes sooner than its grace after a line */
  wakesAt: Millis;
  /** the watermark at which it was last looked at */
  lookedAt: Millis;
  /** the earliest line that came since, or lay beyond it */
  newsAt: Millis;
}

/** A stretch of a request's lines on a controller, with no gap as long as FRAGMENT_QUIET. */
export interface Session {
  readonly request: string;
  readonly first: Millis;
  readonly last: Millis;
}

/** What has closed, and the moment that it closed at. */
export interface Closing {
  readonly at: Millis;
  readonly unit: ClosedUnit;
}
