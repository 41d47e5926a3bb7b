import type { Past } from '../lifecycle/closed.js';
import type { ActionSpec } from '../lifecycle/define.js';
import type { Event } from '../lifecycle/event.js';
import type { Millis } from '../model/line.js';
import type { Outcome } from '../model/span.js';

/** The lines of a candidate, by what ties them to it. */
export interface CandidateLines {
  /** With the action's own request id, or of a sort that only this action prints; in order. */
  own: Event[];
  /** Without an id of their own, printed while the action held the instance. */
  owned: Event[];
  /** nova-api's lines that say what the request begins. */
  readonly begun: Event[];
  /** Of no other action, while this one has no name: what may name it. */
  bare: Event[];
}

/** What the lines have shown so far. Read again from the first line when the name changes. */
export interface Milestones {
  start: Millis;
  /** When the action's function held the instance's lock; `to` undefined while it does. */
  lock: { from: Millis; to: Millis | undefined } | undefined;
  succeededAt: Millis | undefined;
  /** A line after the end line that belongs to the end as well. */
  confirmedAt: Millis | undefined;
  /** A line after which silence is a success. */
  quietAt: Millis | undefined;
  failedAt: Millis | undefined;
  cleanedAt: Millis | undefined;
  /** A line at DEBUG is among its own. */
  isAtDebug: boolean;
  /** It failed in a way after which nova tries another host, and says so at DEBUG only: the next host is waited for. */
  mayBeGivenOn: boolean;
  /** The allocation was given back: nothing of the action comes after that. */
  isFinal: boolean;
}

export const noMilestones = (start: Millis): Milestones => ({
  start,
  lock: undefined,
  succeededAt: undefined,
  confirmedAt: undefined,
  quietAt: undefined,
  failedAt: undefined,
  cleanedAt: undefined,
  isAtDebug: false,
  mayBeGivenOn: false,
  isFinal: false,
});

/** How and when an action ends, as far as its lines go. */
export interface Verdict {
  readonly end: Millis | undefined;
  readonly outcome: Outcome | undefined;
  /** The last moment whose lines may be the action's. */
  readonly until: Millis;
  /** The watermark at which nothing more can change. */
  readonly closesAt: Millis;
}

const UNDECIDED: Verdict = {
  end: undefined,
  outcome: undefined,
  until: Number.POSITIVE_INFINITY,
  closesAt: Number.POSITIVE_INFINITY,
};

/** nova-compute's lines of one instance and one request: an action, once it has a name. */
export class Candidate implements Past {
  readonly instance: string;
  readonly request: string;
  readonly attempt: number;
  /** From when on another instance has lines of this request, too; infinity where none has. */
  readonly sharedSince: Millis;
  readonly lines: CandidateLines = { own: [], owned: [], begun: [], bare: [] };
  opened: Millis;
  host: string;
  spec: ActionSpec | undefined = undefined;
  /** The function of a lock named it. */
  isNamedByLock = false;
  /** It was given to another host, as nova says at DEBUG or the next host shows: an attempt, and not the action. */
  rescheduled = false;
  seen: Milestones;
  verdict: Verdict = UNDECIDED;

  constructor(instance: string, request: string, first: Event, attempt: number, sharedSince: Millis) {
    this.instance = instance;
    this.request = request;
    this.attempt = attempt;
    this.sharedSince = sharedSince;
    this.opened = first.at;
    this.host = first.host;
    this.seen = noMilestones(first.at);
  }

  get start(): Millis {
    return this.seen.start;
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

  get until(): Millis {
    return this.verdict.until;
  }

  get closesAt(): Millis {
    return this.verdict.closesAt;
  }

  /** The time of its last line with an id of its own. */
  get lastOwn(): Millis {
    const { own } = this.lines;
    return own.length === 0 ? this.opened : own[own.length - 1]!.at;
  }
}
