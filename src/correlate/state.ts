import type { ActionInterval, ClosedUnit } from '../lifecycle/closed.js';
import type { Event } from '../lifecycle/event.js';
import type { Millis } from '../model/line.js';
import type { Candidate } from './candidate.js';
import type { VisibleMoments } from './hosts.js';
import type { Timeline } from './timeline.js';

/**
 * A pass over an instance's lines, which continues when more lines arrive, and the times of their hosts that are
 * visible to it.
 */
export interface TimelinePass {
  readonly timeline: Timeline;
  readonly visible: VisibleMoments;
}

/** The state of one instance. Times are in epoch ms. */
export interface InstanceState {
  /** nova-compute's lines that belong to no exported action; in order if `isSorted` */
  events: Event[];
  /** the request ids in these lines, and the time of the first line of each */
  requests: Map<string, Millis>;
  /**
   * request ids of neutron's events, which are no actions, and when a line first showed that; an exported action may
   * have removed that line
   */
  external: Map<string, Millis>;
  isSorted: boolean;
  /** exported actions */
  past: ActionInterval[];
  /** the last pass over the lines; undefined if the next one must start from the first line */
  pass: TimelinePass | undefined;
  /** the open candidates at `reviewedAt` */
  candidates: Candidate[];
  /** the watermark of the next review: nothing can close before that */
  reviewAt: Millis;
  /** the watermark of the last review */
  reviewedAt: Millis;
  /** the time of the earliest line that the last review did not use */
  newLinesAt: Millis;
}

/** A range of a request's lines on a controller, without a gap longer than FRAGMENT_QUIET. */
export interface Session {
  readonly request: string;
  readonly first: Millis;
  readonly last: Millis;
}

/** A unit that has closed, and when (epoch ms). */
export interface Closing {
  readonly at: Millis;
  readonly unit: ClosedUnit;
}
