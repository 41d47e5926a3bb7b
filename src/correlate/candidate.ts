import type { ActionInterval, ActionLock } from '../lifecycle/closed.js';
import type { ActionSpec } from '../lifecycle/define.js';
import type { Event } from '../lifecycle/event.js';
import type { Certainty } from '../model/attributes.js';
import type { Millis } from '../model/line.js';
import type { Outcome } from '../model/span.js';

/** The lines of a candidate, by the link to it. */
export interface CandidateLines {
  /** With the action's own request id, or of a kind that only this action logs; in order. */
  byRequest: Event[];
  /** Without a request id, logged while the action held the instance. */
  attributed: Event[];
  /** nova-api's lines that show which action the request starts. */
  readonly apiLines: Event[];
  /** Without a request id and without an owner, while this candidate has no name: they may name it. */
  unattributed: Event[];
  /** Lines without its request id about the instance's states, logged while only this candidate was in progress. */
  readonly stateLines: Event[];
}

/**
 * A time (epoch ms), and how it is known: a line at that time (`observed`), a bound or a substitute (`derived`), or no
 * line (`unobserved`).
 */
export interface Moment {
  readonly at: Millis;
  readonly is: Certainty;
}

/** The end that an end line shows. */
export interface EndLine extends Moment {
  /** It proves an end but not a success: the release of a lock, or the answer of an API. */
  readonly isNeutral: boolean;
}

/** The facts that the lines have shown so far. Computed again from the first line when the name changes. */
export interface Milestones {
  start: Moment;
  /** The lock of the action's function. */
  lock: ActionLock | undefined;
  /** The first end line. */
  ended: EndLine | undefined;
  /** A line after the end line that belongs to the end as well. */
  confirmed: Moment | undefined;
  /** The last line of `ActionSpec.provedBy`. */
  provedAt: Millis | undefined;
  /** The last line in which nova found the action's task pending. */
  pendingAt: Millis | undefined;
  /** A line of `ActionSpec.endsQuietly`: silence after it means success. */
  quietAt: Millis | undefined;
  /** The first failure line. */
  failedAt: Millis | undefined;
  /** The last failure line with the action's own request id. */
  failedLast: Millis | undefined;
  cleanedAt: Millis | undefined;
  /** One of its own lines is at DEBUG. */
  isAtDebug: boolean;
  /** It failed in a way that makes nova-conductor try another host. */
  isHandedBack: boolean;
  /** nova-compute itself decided the outcome, so no other host is tried. */
  isDecided: boolean;
  /** The allocation was released: no line of the action follows. */
  isFinal: boolean;
}

/** The milestones of a candidate without lines. */
export const noMilestones = (start: Millis): Milestones => ({
  start: { at: start, is: 'unobserved' },
  lock: undefined,
  ended: undefined,
  confirmed: undefined,
  provedAt: undefined,
  pendingAt: undefined,
  quietAt: undefined,
  failedAt: undefined,
  failedLast: undefined,
  cleanedAt: undefined,
  isAtDebug: false,
  isHandedBack: false,
  isDecided: false,
  isFinal: false,
});

/** How and when an action ends, according to the lines so far. Times are in epoch ms. */
export interface Verdict {
  readonly end: Millis | undefined;
  readonly endIs: Certainty;
  readonly outcome: Outcome | undefined;
  /** Only silence after its last line shows the end. */
  readonly isBySilence?: true | undefined;
  /** Later lines are not part of the action. */
  readonly until: Millis;
  /** The watermark at which nothing about the action can change any more. */
  readonly closesAt: Millis;
}

const UNDECIDED: Verdict = {
  end: undefined,
  endIs: 'unobserved',
  outcome: undefined,
  until: Number.POSITIVE_INFINITY,
  closesAt: Number.POSITIVE_INFINITY,
};

/** Facts that are known when a candidate is opened. */
export interface Circumstances {
  readonly attempt: number;
  readonly sharedSince: Millis;
  readonly mayHaveWaited: boolean;
}

/** The lines of nova-compute with one instance and one request id. It becomes an action when a line names it. */
export class Candidate implements ActionInterval {
  readonly instance: string;
  readonly request: string;
  readonly attempt: number;
  /** When a second instance first had a line of this request; infinity if none has. */
  readonly sharedSince: Millis;
  readonly lines: CandidateLines = { byRequest: [], attributed: [], apiLines: [], unattributed: [], stateLines: [] };
  /** The time of its first line. */
  opened: Millis;
  /** Another action of the instance was in progress at its first line, so it may have waited. */
  readonly mayHaveWaited: boolean;
  host: string;
  spec: ActionSpec | undefined = undefined;
  /** The function that holds a lock named it. */
  isNamedByLock = false;
  /** Another host has started the same build, so this attempt is over. */
  isSuperseded = false;
  /** A line shows that it works on the instance, and does not wait for another action. */
  isAtWork = false;
  /** When another action was first at work on the same host, which shows that this one was over. UTC ms. */
  followedAt: Millis | undefined = undefined;
  seen: Milestones;
  verdict: Verdict = UNDECIDED;

  constructor(instance: string, request: string, first: Event, { attempt, sharedSince, mayHaveWaited }: Circumstances) {
    this.instance = instance;
    this.request = request;
    this.attempt = attempt;
    this.sharedSince = sharedSince;
    this.mayHaveWaited = mayHaveWaited;
    this.opened = first.at;
    this.host = first.host;
    this.seen = noMilestones(first.at);
  }

  get start(): Millis {
    return this.seen.start.at;
  }

  get lock(): Milestones['lock'] {
    return this.seen.lock;
  }

  get end(): Millis | undefined {
    return this.verdict.end;
  }

  get outcome(): Outcome | undefined {
    return this.verdict.outcome;
  }

  /** nova-compute handed it back to nova-conductor: a build attempt, not the whole action. */
  get isHandedBack(): boolean {
    return this.isSuperseded || (this.seen.isHandedBack && !this.seen.isDecided);
  }

  /** As `isHandedBack`, unless nova-compute was restarted during the attempt. */
  get rescheduled(): boolean {
    return this.isHandedBack && this.verdict.outcome !== 'interrupted';
  }

  get until(): Millis {
    return this.verdict.until;
  }

  get closesAt(): Millis {
    return this.verdict.closesAt;
  }

  /** Equal to `lastOwn`: the name of this field in `ActionInterval`. */
  get last(): Millis {
    return this.lastOwn;
  }

  /** The time of its last line with its own request id. */
  get lastOwn(): Millis {
    const { byRequest } = this.lines;
    return byRequest.length === 0 ? this.opened : byRequest[byRequest.length - 1]!.at;
  }
}
