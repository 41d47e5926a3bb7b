import type { EventKind } from '../catalogue/event.js';
import type { Past } from '../lifecycle/closed.js';
import { create } from '../lifecycle/create.js';
import type { ActionSpec, Edge } from '../lifecycle/define.js';
import { type Event, inOrder, numberOf } from '../lifecycle/event.js';
import { actionOfLock, bareOpeners, beginnings, isOfTask, mayNameBare, nameAction, naming } from '../lifecycle/name.js';
import type { Millis } from '../model/line.js';
import type { Outcome } from '../model/span.js';
import { seconds } from '../model/time.js';
import { WAITING } from './store.js';

export type { Past };

/** How long after its end an action waits for lines that are late in their file. */
export const GRACE = seconds(5);
/** The same while several instances share the request id: which port is whose may be told late. */
export const SHARED_GRACE = seconds(15);
/** How far before its start an action's lines may lie: its API call and scheduling. */
export const LEAD = seconds(60);
/** A failing action that prints nothing for so long has ended. */
const QUIET = seconds(30);
/** Lines that no action is named by are given up after this silence. */
export const UNNAMED_QUIET = seconds(120);

/** For so long after the last moment of an action that is exported, lines with its request are its own, and late. */
export const AFTERLIFE = LEAD + WAITING;

/** Whether a line with this request, at this time, is late for what is exported. */
export const isExported = (past: Past, request: string, at: Millis): boolean =>
  past.request === request && !past.rescheduled && at <= past.until + AFTERLIFE;

/** The same, of a line of nova-compute: a try at a build that was given on has its lines up to the last of them. */
export const isTaken = (past: Past, request: string, at: Millis): boolean =>
  past.rescheduled
    ? past.request === request && past.last !== undefined && at >= past.opened && at <= past.last
    : isExported(past, request, at);

/** nova-compute's lines of one instance and one request: an action, once it has a name. */
export interface Bag {
  readonly instance: string;
  /** The request id; `@` and the epoch milliseconds of the first line where no line names a request. */
  readonly request: string;
  /** Which try at the build it is: a build that fails may be given to another host, under the same request. */
  readonly attempt: number;
  /** With the action's own request id, or of a sort that only this action prints; in order. */
  own: Event[];
  /** Without an id of their own, printed while the action held the instance. */
  owned: Event[];
  /** nova-api's lines that say what the request begins. */
  readonly begun: Event[];
  /** Of no other action, while this one has no name: what may name it. */
  bare: Event[];
  opened: Millis;
  /** From when on another instance has lines of this request, too; infinity where none has. */
  readonly sharedSince: Millis;
  host: string;
  spec: ActionSpec | undefined;
  /** When the action's function held the instance's lock; `to` undefined while it does. */
  lock: { from: Millis; to: Millis | undefined } | undefined;
  succeededAt: Millis | undefined;
  /** A line after the end line that belongs to the end as well. */
  confirmedAt: Millis | undefined;
  /** A line after which silence is a success. */
  quietAt: Millis | undefined;
  /** The function of a lock named it. */
  isNamedByLock: boolean;
  /** A line at DEBUG is among its own. */
  isAtDebug: boolean;
  /** It failed in a way after which nova tries another host, and says so at DEBUG only: the next host is waited for. */
  mayBeGivenOn: boolean;
  /** The allocation was given back: nothing of the action comes after that. */
  isFinal: boolean;
  failedAt: Millis | undefined;
  cleanedAt: Millis | undefined;
  /** It was given to another host, as nova says at DEBUG or the next host shows: an attempt, and not the action. */
  rescheduled: boolean;
  start: Millis;
  end: Millis | undefined;
  outcome: Outcome | undefined;
  /** The last moment whose lines may be the action's. */
  until: Millis;
  /** The last moment whose lines of its ports may be the action's, if nothing else has begun: nova need not wait for them. */
  portsUntil: Millis;
  /** The watermark at which nothing more can change. */
  closesAt: Millis;
}

/** What a host's nova-compute printed that is of no instance, in order of time. */
export interface HostMarks {
  /** nova-compute began: whatever was under way is cut off */
  restarts(host: string): readonly Millis[];
  /** the periodic count of the host's resources */
  audits(host: string): readonly Millis[];
}

/** Lines that show a request to be neutron's event and not an action. */
const EXTERNAL: ReadonlySet<EventKind> = new Set<EventKind>([
  'vif.plug.received',
  'vif.plug.processed',
  'vif.plug.unawaited',
  'vif.plug.unexpected',
  'external.event.received',
  'external.event.processed',
  'external.event.unawaited',
  'external.event.unexpected',
  'interface.deleted.by.neutron',
]);

/** Lines that only ever accompany: they belong to an action but never begin one. */
const NEVER_OPENS: ReadonlySet<EventKind> = new Set<EventKind>([
  'power.state.checked',
  'power.state.sync.pending',
  'power.state.synchronizing',
]);

/** What is known besides an instance's own lines. */
export interface Around {
  readonly marks: HostMarks;
  /** actions of this instance that are exported already: lines with their ids are too late */
  readonly past: readonly Past[];
  /** from when on several instances have lines of this request; infinity where they have not */
  sharedSince(request: string): Millis;
}

/**
 * Sorts the lines of one instance into bags, one per request, and finds out how each ended: in the order of their time, and
 * from nothing that came after, so that it is the same whenever it is asked.
 *
 *     open ──its end line──▶ ended ──grace──▶ closed (succeeded)
 *     open ──a failure──▶ failing ──clean-up or silence──▶ ended ──grace──▶ closed (failed)
 *     open ──nova-compute starts again──▶ closed (interrupted)
 *     open ──deadline──▶ closed (timed-out)
 *
 * @param events nova-compute's, and nova-api's that say what a request begins; in order, none after the watermark
 */
export function timeline(instance: string, events: readonly Event[], around: Around): Bag[] {
  return new Timeline(instance, events, around).bags();
}

/** One pass over an instance's lines. */
class Timeline {
  readonly #instance: string;
  readonly #events: readonly Event[];
  readonly #around: Around;
  /** requests that are neutron's events and no actions */
  readonly #external = new Set<string>();
  readonly #open = new Map<string, Bag>();
  readonly #attempts: Bag[] = [];
  /** nova-api's lines of requests that have no bag yet */
  readonly #begun = new Map<string, Event[]>();
  /** the last lines that are nobody's */
  #bare: Event[] = [];
  /** who may own a line without a request; to be made anew when a bag is opened */
  #owners: Past[] | undefined;

  constructor(instance: string, events: readonly Event[], around: Around) {
    this.#instance = instance;
    this.#events = events;
    this.#around = around;
    for (const event of events) if (EXTERNAL.has(event.kind) && event.requestId !== undefined) this.#external.add(event.requestId);
  }

  bags(): Bag[] {
    for (const event of this.#events) {
      const request = event.requestId;
      if (event.service !== 'nova-compute') this.#takeBegun(event);
      else if (request !== undefined && event.userId !== undefined && !this.#external.has(request)) this.#takeOwn(request, event);
      else this.#takeBare(event);
    }
    for (const bag of this.#open.values()) this.#settle(bag);
    return [...this.#attempts, ...this.#open.values()];
  }

  #takeBegun(event: Event): void {
    const request = event.requestId;
    if (request === undefined || !beginnings.has(event.kind)) return;
    const bag = this.#open.get(request);
    if (bag === undefined) {
      const same = this.#begun.get(request);
      if (same === undefined) this.#begun.set(request, [event]);
      else same.push(event);
    } else if (event.at <= bag.until) {
      bag.begun.push(event);
      this.#name(bag);
      advance(bag, event);
      this.#settle(bag);
    }
  }

  #takeOwn(request: string, event: Event): void {
    if (this.#around.past.some((past) => isTaken(past, request, event.at))) return;
    let bag = this.#open.get(request);
    if (bag !== undefined && isNextAttempt(bag, event)) {
      bag.rescheduled = true;
      this.#settle(bag);
      // It is over when the next begins, and is told before it.
      bag.until = Math.min(bag.until, event.at + GRACE);
      bag.closesAt = bag.until;
      this.#attempts.push(bag);
      this.#owners = undefined;
      bag = undefined;
    }
    if (bag === undefined) {
      if (NEVER_OPENS.has(event.kind) && !this.#begun.has(request) && !this.#mayBeNamedByTask(event)) return;
      const before = [...this.#around.past, ...this.#attempts].filter((each) => each.request === request && each.rescheduled).length;
      bag = open(this.#instance, request, event, before, this.#around.sharedSince(request));
      this.#owners = undefined;
      bag.begun.push(...(this.#begun.get(request) ?? []));
      bag.bare = this.#bare.filter(({ at }) => at >= event.at - LEAD);
      this.#open.set(request, bag);
    }
    if (event.at > bag.until) return;
    bag.own.push(event);
    // The function that holds the lock is the first rule: what it names keeps its name.
    if (!bag.isNamedByLock) {
      if (naming.has(event.kind) || (bag.spec === undefined && (bag.own.length === 1 || bag.bare.length > 0))) this.#name(bag);
      bag.isNamedByLock = actionOfLock(event) !== undefined;
    }
    advance(bag, event);
    this.#settle(bag);
  }

  /** A line that only ever accompanies does open a bag where a task state next to it says what is going on. */
  #mayBeNamedByTask({ at }: Event): boolean {
    return this.#bare.some((event) => event.at >= at - LEAD && isOfTask(event));
  }

  #takeBare(event: Event): void {
    const owner = this.#ownerAt(event.at);
    const opener = bareOpeners.get(event.kind);
    if (opener !== undefined && owner?.spec !== opener) return this.#takeOpener(opener, event);
    if (owner === undefined) {
      this.#bare.push(event);
      for (const bag of this.#open.values()) {
        if (bag.spec !== undefined || event.at > bag.until) continue;
        bag.bare.push(event);
        if (mayNameBare.has(event.kind)) this.#name(bag);
      }
      return;
    }
    const open = this.#open.get(owner.request);
    const bag = open !== undefined && isSame(open, owner) ? open : this.#attempts.find((each) => isSame(each, owner));
    if (bag === undefined || event.at > bag.until) return;
    if (opener === undefined) bag.owned.push(event);
    else bag.own.push(event);
    advance(bag, event);
    this.#settle(bag);
  }

  /** A line of an action whose threads name no request, with no such action under way: it is its first line. */
  #takeOpener(spec: ActionSpec, event: Event): void {
    const under = [...this.#open.values()].filter((bag) => event.at <= bag.until);
    // What another host has begun without a name is this action's other side, and tells its request.
    const begun = under.find((bag) => bag.spec === spec) ?? under.findLast((bag) => bag.spec === undefined && bag.host !== event.host);
    const bag = begun ?? open(this.#instance, `@${event.at}`, event, 0, Number.POSITIVE_INFINITY);
    if (begun === undefined) {
      if (this.#around.past.some((past) => isExported(past, bag.request, event.at))) return;
      this.#open.set(bag.request, bag);
      this.#owners = undefined;
    }
    bag.own.push(event);
    bag.host = event.host;
    if (bag.spec === undefined) this.#name(bag);
    else {
      advance(bag, event);
      this.#settle(bag);
    }
  }

  /** Finds a bag's name from what it holds now. What it holds is read again in its light: an end line may have come before it. */
  #name(bag: Bag): void {
    const spec = nameAction(bag);
    if (spec === bag.spec) return;
    bag.spec = spec;
    if (spec !== undefined) {
      const headless = [...this.#open.values()].find((each) => each !== bag && each.request.startsWith('@') && each.spec === spec);
      if (headless !== undefined) {
        // Its first lines, which named no request.
        this.#open.delete(headless.request);
        this.#owners = undefined;
        bag.own = [...headless.own, ...bag.own].sort(inOrder);
        bag.owned = [...headless.owned, ...bag.owned].sort(inOrder);
        bag.opened = Math.min(bag.opened, headless.opened);
      }
      // What was nobody's next to it may be its own.
      const mine = bag.bare.filter(({ at }) => this.#ownerAt(at) === bag);
      bag.owned = [...bag.owned, ...mine].sort(inOrder);
      bag.bare = [];
      this.#bare = this.#bare.filter((event) => !mine.includes(event));
    }
    Object.assign(bag, UNKNOWN);
    bag.start = bag.opened;
    for (const event of [...bag.own, ...bag.owned, ...bag.begun].sort(inOrder)) advance(bag, event);
    this.#settle(bag);
  }

  #ownerAt(at: Millis): Past | undefined {
    this.#owners ??= [...this.#around.past, ...this.#attempts, ...this.#open.values()];
    return ownerAt<Past>(this.#owners, at);
  }

  #settle(bag: Bag): void {
    settle(bag, this.#around.marks);
  }
}

/** What a bag's lines have not told yet. */
const UNKNOWN = {
  lock: undefined,
  succeededAt: undefined,
  confirmedAt: undefined,
  quietAt: undefined,
  failedAt: undefined,
  cleanedAt: undefined,
  isAtDebug: false,
  mayBeGivenOn: false,
  isFinal: false,
} as const;

/** Whether two are the same action, or the same try at it. */
export const isSame = (a: Past, b: Past): boolean => a.request === b.request && a.attempt === b.attempt && a.opened === b.opened;

/** The first line of another host after a build has failed: nova says so at DEBUG only, but two claims under one request do as well. */
const isNextAttempt = (bag: Bag, event: Event): boolean =>
  event.host !== bag.host &&
  event.at <= bag.until &&
  (bag.rescheduled || (bag.spec === create && bag.failedAt !== undefined && BEGINS_A_BUILD.has(event.kind)));

const BEGINS_A_BUILD: ReadonlySet<EventKind> = new Set<EventKind>([
  'instance.claimed',
  'instance.build.started',
  'instance.lock.awaited',
  'instance.lock.acquired',
]);

function open(instance: string, request: string, event: Event, attempt: number, sharedSince: Millis): Bag {
  return {
    instance,
    request,
    attempt,
    own: [],
    owned: [],
    begun: [],
    bare: [],
    opened: event.at,
    sharedSince,
    host: event.host,
    spec: undefined,
    ...UNKNOWN,
    isNamedByLock: false,
    rescheduled: false,
    start: event.at,
    end: undefined,
    outcome: undefined,
    until: Number.POSITIVE_INFINITY,
    portsUntil: Number.POSITIVE_INFINITY,
    closesAt: Number.POSITIVE_INFINITY,
  };
}

/** Takes one line into account. */
function advance(bag: Bag, event: Event): void {
  const { spec } = bag;
  const { kind, at } = event;
  if (event.level === 'DEBUG' && event.requestId === bag.request) bag.isAtDebug = true;
  if (kind === 'instance.build.failed' || kind === 'claim.failed') bag.mayBeGivenOn = true;
  if (kind === 'allocation.deleted' && event.requestId === bag.request) bag.isFinal = true;
  if (event.requestId === bag.request && event.service === 'nova-compute') {
    // An action of two hosts is told by the one that prints its naming line.
    if (spec?.takesPart === undefined || spec.namedBy.includes(kind)) bag.host = event.host;
    if (actionOfLock(event) !== undefined) {
      if (kind.endsWith('.acquired')) bag.lock = { from: at, to: undefined };
      else if (kind.endsWith('.released')) bag.lock = { from: bag.lock?.from ?? at, to: at };
    }
  }
  if (spec === undefined) return;
  if (mayStart(spec, kind)) bag.start = startOf(spec, bag);
  if (spec.ends.includes(kind) && isAfterItsCause(spec, bag) && (spec.endsWithId !== true || event.requestId === bag.request))
    bag.succeededAt ??= at;
  else if (bag.succeededAt !== undefined && spec.confirms?.includes(kind)) bag.confirmedAt = at;
  if (spec.endsQuietly?.includes(kind)) bag.quietAt = at;
  if (spec.fails.includes(kind)) bag.failedAt ??= at;
  if (spec.cleansUp.includes(kind)) bag.cleanedAt = at;
  if (kind === 'instance.build.rescheduled') bag.rescheduled = true;
}

const isAfterItsCause = (spec: ActionSpec, bag: Bag): boolean =>
  spec.endsAfter === undefined || bag.own.some((event) => spec.endsAfter?.includes(event.kind));

/** Works out from what is known when the bag ends, how, and when it may be closed. */
function settle(bag: Bag, marks: HostMarks): void {
  const { spec } = bag;
  const lastOwn = bag.own[bag.own.length - 1]?.at ?? bag.opened;
  const withGrace = (end: Millis): Millis => end + (bag.sharedSince <= end + GRACE ? SHARED_GRACE : GRACE);
  if (spec === undefined) {
    bag.until = lastOwn + UNNAMED_QUIET;
    bag.portsUntil = bag.until;
    bag.closesAt = bag.until;
    return;
  }
  const released = bag.lock?.to;
  if (bag.succeededAt !== undefined) {
    bag.end = spec.endsWithLock && released !== undefined && released >= bag.succeededAt ? released : (bag.confirmedAt ?? bag.succeededAt);
    bag.outcome = 'succeeded';
    bag.until = withGrace(bag.end);
  } else if (released !== undefined && !bag.rescheduled) {
    bag.outcome = spec.lockIsSuccess && bag.failedAt === undefined ? 'succeeded' : 'failed';
    // nova's own record of a failed one ends with its clean-up; the lock is held on for a while.
    bag.end = bag.outcome === 'failed' ? (bag.cleanedAt ?? released) : released;
    bag.until = withGrace(released);
  } else if (bag.failedAt !== undefined && (bag.lock === undefined || bag.rescheduled)) {
    const cleaned = bag.rescheduled ? undefined : bag.cleanedAt;
    bag.end = cleaned ?? lastOwn;
    bag.outcome = 'failed';
    bag.until = cleaned !== undefined && !bag.mayBeGivenOn && (cleaned === lastOwn || bag.isFinal) ? withGrace(cleaned) : lastOwn + QUIET;
  } else if (bag.quietAt !== undefined && bag.quietAt >= lastOwn && (bag.lock === undefined || bag.lock.to !== undefined)) {
    bag.end = bag.quietAt;
    bag.outcome = 'succeeded';
    bag.until = bag.quietAt + QUIET;
  } else {
    bag.end = undefined;
    bag.outcome = 'timed-out';
    bag.until = bag.start + spec.deadline;
  }
  if (bag.succeededAt === undefined && released === undefined && !bag.isFinal) {
    const restart = marks.restarts(bag.host).find((at) => at > lastOwn && at <= bag.until);
    if (restart !== undefined) {
      bag.end = lastOwn;
      bag.outcome = 'interrupted';
      bag.until = withGrace(restart);
    }
  }
  const { outlivedBy } = spec;
  const isOutlived =
    outlivedBy !== undefined &&
    bag.outcome === 'succeeded' &&
    (outlivedBy.after === undefined || bag.own.some((event) => outlivedBy.after?.includes(event.kind)));
  bag.portsUntil = isOutlived ? Math.max(bag.until, (bag.end ?? lastOwn) + outlivedBy.millis) : bag.until;
  bag.closesAt = bag.portsUntil;
  if (spec.lingers !== undefined && bag.outcome === 'succeeded' && bag.isAtDebug) {
    const end = bag.end ?? bag.until;
    const audit = marks.audits(bag.host).find((at) => at > end && at <= end + spec.lingers!);
    bag.closesAt = Math.max(bag.portsUntil, audit === undefined ? end + spec.lingers : withGrace(audit));
  }
}

/** Whether a line of this kind has a say in when the action began. */
const mayStart = (spec: ActionSpec, kind: EventKind): boolean =>
  spec.starts.some(({ kinds, followedBy }) => kinds.includes(kind) || followedBy?.kind === kind);

function startOf(spec: ActionSpec, bag: Bag): Millis {
  for (const edge of spec.starts) {
    const among = bag.own.find((event) => edge.kinds.includes(event.kind) && isOfTheAction(event, spec));
    const found = among ?? [...bag.owned, ...bag.begun].find((event) => edge.kinds.includes(event.kind));
    if (found === undefined || !isFollowed(found, edge, bag)) continue;
    const at = edgeTime(found, edge);
    return spec.startsWithFirst === true ? Math.min(at, bag.opened) : at;
  }
  return bag.opened;
}

const isFollowed = ({ at }: Event, { followedBy }: Edge, bag: Bag): boolean =>
  followedBy === undefined ||
  bag.own.some((event) => event.kind === followedBy.kind && event.at >= at && event.at <= at + followedBy.within);

/** Among lock lines only those of the action's own function. */
const isOfTheAction = (event: Event, spec: ActionSpec): boolean => !event.kind.includes('.lock.') || actionOfLock(event) === spec;

const edgeTime = (event: Event, edge: Edge): Millis =>
  edge.less === undefined ? event.at : event.at - Math.round((numberOf(event, edge.less) ?? 0) * 1e6) / 1e3;

/**
 * Whose a line is that names the instance and no request: the holder of the instance's lock; else the earliest action
 * that has begun and not ended; else the one that ended just before; else the one that begins just after.
 */
export function ownerAt<T extends Past>(bags: readonly T[], at: Millis): T | undefined {
  let holder: T | undefined;
  let running: T | undefined;
  let before: T | undefined;
  let after: T | undefined;
  for (const bag of bags) {
    if (bag.spec === undefined) continue;
    const begin = Math.min(bag.opened, bag.start);
    if (bag.lock !== undefined && bag.lock.from <= at && at <= (bag.lock.to ?? Number.POSITIVE_INFINITY) && at <= bag.until) holder ??= bag;
    if (begin <= at && at <= (bag.end ?? bag.until)) {
      if (running === undefined || begin < Math.min(running.opened, running.start)) running = bag;
    } else if (bag.end !== undefined && bag.end < at && at <= bag.until) {
      if (before === undefined || bag.end > before.end!) before = bag;
    } else if (at < begin && begin - LEAD <= at) {
      if (after === undefined || begin < Math.min(after.opened, after.start)) after = bag;
    }
  }
  return holder ?? running ?? before ?? after;
}
