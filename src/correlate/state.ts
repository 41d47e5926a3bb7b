import type { ActionInterval, ClosedUnit } from '../lifecycle/closed.js';
import type { Event } from '../lifecycle/event.js';
import type { Millis } from '../model/line.js';
import type { Candidate } from './candidate.js';
import type { VisibleMoments } from './hosts.js';
import type { Timeline } from './timeline.js';

/**
 * A pass over an instance's lines, which continues when more lines come, and the moments of their hosts that it may
 * see.
 */
export interface TimelinePass {
  readonly timeline: Timeline;
  readonly visible: VisibleMoments;
}

/** What is known of one instance. */
export interface InstanceState {
  /** nova-compute's lines that no exported action has taken, in order once `isSorted` */
  events: Event[];
  /** the requests that they name, and when the first line did */
  requests: Map<string, Millis>;
  /**
   * requests that are neutron's events and no actions, and when a line first showed it. An action may take that line
   */
  external: Map<string, Millis>;
  isSorted: boolean;
  /** actions that are exported */
  past: ActionInterval[];
  /** what has sorted the lines so far; undefined if the next pass must start from the first line */
  pass: TimelinePass | undefined;
  /** actions that are under way, as of `reviewedAt` */
  candidates: Candidate[];
  /** the watermark at which to look at it again: nothing closes earlier than the grace after a line */
  reviewAt: Millis;
  /** the watermark at which it was last looked at */
  reviewedAt: Millis;
  /** the time of the earliest line that came since, or that was after it */
  newLinesAt: Millis;
}

/** A stretch of a request's lines on a controller, with no gap as long as FRAGMENT_QUIET. */
export interface Session {
  readonly request: string;
  readonly first: Millis;
  readonly last: Millis;
}

/** What has closed, and when. */
export interface Closing {
  readonly at: Millis;
  readonly unit: ClosedUnit;
}
