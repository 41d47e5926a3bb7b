import type { ActionInterval, ActionLock } from '../lifecycle/closed.js';
import type { ActionSpec } from '../lifecycle/define.js';
import type { Event } from '../lifecycle/event.js';
import type { Certainty } from '../model/attributes.js';
import type { Millis } from '../model/line.js';
import type { Outcome } from '../model/span.js';

/** The lines of a candidate, by what links them to it. */
export interface CandidateLines {
  /** With the action's own request id, or of a kind that only this action prints; in order. */
  byRequest: Event[];
  /** Without an id of their own, printed while the action held the instance. */
  attributed: Event[];
  /** nova-api's lines that say what the request begins. */
  readonly apiLines: Event[];
  /** Without an owner, while this candidate has no name: they may name it. */
  unattributed: Event[];
  /** Lines without its id about the instance's states, printed while only this was under way. */
  readonly stated: Event[];
}

/**
 * A moment, and how it is known: a line at that moment (`observed`), a bound or a stand-in (`derived`), or nothing
 * (`unobserved`).
 */
export interface Moment {
  readonly at: Millis;
  readonly is: Certainty;
}

/** An end line. */
export interface EndLine extends Moment {
  /** It proves an end but no success: the release of a lock, or an API's answer. */
  readonly isNeutral: boolean;
}

/** What the lines have shown so far. Read again from the first line when the name changes. */
export interface Milestones {
  start: Moment;
  /** Of its function. */
  lock: ActionLock | undefined;
  /** The first end line. */
  ended: EndLine | undefined;
  /** A line after the end line that belongs to the end as well. */
  confirmed: Moment | undefined;
  /** The last line that is printed when the work is done. */
  provedAt: Millis | undefined;
  /** When nova last said that the action's task is pending. */
  pendingAt: Millis | undefined;
  /** A line after which silence is a success. */
  quietAt: Millis | undefined;
  failedAt: Millis | undefined;
  /** The last failure line with the action's own id. */
  failedLast: Millis | undefined;
  cleanedAt: Millis | undefined;
  /** A line at DEBUG is among its own. */
  isAtDebug: boolean;
  /** It failed in a way that makes the conductor try another host. */
  isHandedBack: boolean;
  /** But nova-compute itself decided how it ended, so no other host is tried. */
  isDecided: boolean;
  /** The allocation was given back: nothing of the action comes after that. */
  isFinal: boolean;
}

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

/** How and when an action ends, by the lines so far. */
export interface Verdict {
  readonly end: Millis | undefined;
  readonly endIs: Certainty;
  readonly outcome: Outcome | undefined;
  /** Only silence after its last line shows the end. */
  readonly isBySilence?: true | undefined;
  /** The last moment whose lines may be the action's. */
  readonly until: Millis;
  /** The watermark at which nothing more can change. */
  readonly closesAt: Millis;
}

const UNDECIDED: Verdict = {
  end: undefined,
  endIs: 'unobserved',
  outcome: undefined,
  until: Number.POSITIVE_INFINITY,
  closesAt: Number.POSITIVE_INFINITY,
};

/** What is known when a candidate is opened. */
export interface Circumstances {
  readonly attempt: number;
  readonly sharedSince: Millis;
  readonly mayHaveWaited: boolean;
}

/** nova-compute's lines of one instance and one request: an action, once it has a name. */
export class Candidate implements ActionInterval {
  readonly instance: string;
  readonly request: string;
  readonly attempt: number;
  /** Since when another instance also has lines of this request; infinity if none has. */
  readonly sharedSince: Millis;
  readonly lines: CandidateLines = { byRequest: [], attributed: [], apiLines: [], unattributed: [], stated: [] };
  opened: Millis;
  /** Another action of the instance was under way at its first line, so it may have waited. */
  readonly mayHaveWaited: boolean;
  host: string;
  spec: ActionSpec | undefined = undefined;
  /** The function of a lock named it. */
  isNamedByLock = false;
  /** Another host has begun the same build: this one is over. */
  isGivenOn = false;
  /** A line shows that it has the instance to itself. */
  isAtWork = false;
  /** When another action was first at work on the same host, which shows that this one was over. */
  succeededAt: Millis | undefined = undefined;
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

  /** nova-compute handed it back to the conductor: an attempt, and not the action. */
  get isHandedBack(): boolean {
    return this.isGivenOn || (this.seen.isHandedBack && !this.seen.isDecided);
  }

  /** The same, unless nova-compute was restarted in the middle of that. */
  get rescheduled(): boolean {
    return this.isHandedBack && this.verdict.outcome !== 'interrupted';
  }

  get until(): Millis {
    return this.verdict.until;
  }

  get closesAt(): Millis {
    return this.verdict.closesAt;
  }

  /** As `lastOwn`, under the name that a closed action has for it. */
  get last(): Millis {
    return this.lastOwn;
  }

  /** The time of its last line with an id of its own. */
  get lastOwn(): Millis {
    const { byRequest } = this.lines;
    return byRequest.length === 0 ? this.opened : byRequest[byRequest.length - 1]!.at;
  }
}
