import type { EventKind } from '../catalogue/event.js';
import type { Outcome } from '../lifecycle/closed.js';
import { create } from '../lifecycle/create.js';
import type { ActionSpec, Edge } from '../lifecycle/define.js';
import { type Event, numberOf } from '../lifecycle/event.js';
import { actionOfLock, nameAction, naming } from '../lifecycle/name.js';
import type { Millis } from '../model/line.js';
import { seconds } from '../model/time.js';

/** How long after its end an action waits for lines that are late in their file. */
export const GRACE = seconds(5);
/** The same while several instances share the request id: which port is whose may be told late. */
export const SHARED_GRACE = seconds(15);
/** How far before its start an action's lines may lie: its API call and scheduling. */
export const LEAD = seconds(60);
/** A failing action that prints nothing for so long has ended. */
const QUIET = seconds(30);
/** Lines that no action is named by are given up after this silence. */
const UNNAMED_QUIET = seconds(120);

/** nova-compute's lines of one instance and one request: an action, once it has a name. */
export interface Bag {
  readonly instance: string;
  readonly request: string;
  /** Which try at the build it is: a build that fails may be given to another host, under the same request. */
  readonly attempt: number;
  /** With the action's own request id, in order. */
  readonly own: Event[];
  /** Without an id of their own, printed while the action held the instance. */
  readonly owned: Event[];
  readonly opened: Millis;
  /** Other instances have actions of this request. */
  readonly isShared: boolean;
  host: string;
  spec: ActionSpec | undefined;
  /** When the action's function held the instance's lock; `to` undefined while it does. */
  lock: { from: Millis; to: Millis | undefined } | undefined;
  /** The function of a lock named it: nothing that comes after says otherwise. */
  isNamedByLock: boolean;
  /** A line at DEBUG is among its own. */
  isAtDebug: boolean;
  /** It failed in a way after which nova tries another host, and says so at DEBUG only: the next host is waited for. */
  mayBeGivenOn: boolean;
  /** The allocation was given back: nothing of the action comes after that. */
  isFinal: boolean;
  succeededAt: Millis | undefined;
  /** A line after the end line that belongs to the end as well. */
  confirmedAt: Millis | undefined;
  failedAt: Millis | undefined;
  cleanedAt: Millis | undefined;
  /** It was given to another host, as nova says at DEBUG or the next host shows: an attempt, and not the action. */
  rescheduled: boolean;
  start: Millis;
  end: Millis | undefined;
  outcome: Outcome | undefined;
  /** The last moment whose lines may be the action's. */
  until: Millis;
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

/** An action that has been exported: what is left of it for lines that come after. */
export type Past = Pick<Bag, 'request' | 'attempt' | 'rescheduled' | 'opened' | 'start' | 'end' | 'lock' | 'spec' | 'until'>;

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

/**
 * Sorts the lines that nova-compute printed of one instance into bags, one per request, and finds out how each ended: in
 * the order of their time, and from nothing that came after, so that it is the same whenever it is asked.
 *
 *     open ──its end line──▶ ended ──grace──▶ closed (succeeded)
 *     open ──a failure──▶ failing ──clean-up or silence──▶ ended ──grace──▶ closed (failed)
 *     open ──nova-compute starts again──▶ closed (interrupted)
 *     open ──deadline──▶ closed (timed-out)
 *
 * @param events in order, none after the watermark
 * @param marks of the hosts' own
 * @param past actions of this instance that are exported already: lines with their ids are too late
 * @param isShared whether other instances have actions of this request
 */
export function timeline(
  instance: string,
  events: readonly Event[],
  marks: HostMarks,
  past: readonly Past[],
  isShared: (request: string) => boolean,
): Bag[] {
  const external = new Set<string>();
  for (const event of events) if (EXTERNAL.has(event.kind) && event.requestId !== undefined) external.add(event.requestId);
  const exported = new Set<string>();
  for (const { rescheduled, request } of past) if (!rescheduled) exported.add(request);
  const bags = new Map<string, Bag>();
  const attempts: Bag[] = [];
  /** Who may own a line without a request; to be made anew when a bag is opened. */
  let owners: Past[] | undefined;

  for (const event of events) {
    const request = event.requestId;
    if (request !== undefined && event.userId !== undefined && !external.has(request)) {
      if (exported.has(request)) continue;
      let bag = bags.get(request);
      if (bag !== undefined && isNextAttempt(bag, event)) {
        bag.rescheduled = true;
        settle(bag, marks);
        // It is over when the next begins, and is told before it.
        bag.until = Math.min(bag.until, event.at + GRACE);
        bag.closesAt = bag.until;
        attempts.push(bag);
        bag = undefined;
      }
      if (bag === undefined) {
        if (NEVER_OPENS.has(event.kind)) continue;
        const before = [...past, ...attempts].filter((each) => each.request === request).length;
        bag = open(instance, request, event, before, isShared(request));
        bags.set(request, bag);
        owners = undefined;
      }
      if (event.at > bag.until) continue;
      bag.own.push(event);
      nameBy(bag, event);
      locateBy(bag, event);
      advance(bag, event, marks);
    } else {
      owners ??= [...past, ...attempts, ...bags.values()];
      const owner = ownerAt<Past>(owners, event.at);
      const bag = owner === undefined ? undefined : [...attempts, ...bags.values()].find((each) => isSame(each, owner));
      if (bag === undefined || event.at > bag.until) continue;
      bag.owned.push(event);
      if (event.requestId === bag.request) locateBy(bag, event);
      advance(bag, event, marks);
    }
  }
  for (const bag of bags.values()) settle(bag, marks);
  return [...attempts, ...bags.values()];
}

/** Whether two are the same action, or the same try at it. */
export const isSame = (a: Past, b: Past): boolean => a.request === b.request && a.attempt === b.attempt;

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

function open(instance: string, request: string, event: Event, attempt: number, isShared: boolean): Bag {
  return {
    instance,
    request,
    attempt,
    own: [],
    owned: [],
    opened: event.at,
    isShared,
    host: event.host,
    spec: undefined,
    lock: undefined,
    isNamedByLock: false,
    isAtDebug: false,
    mayBeGivenOn: false,
    isFinal: false,
    succeededAt: undefined,
    confirmedAt: undefined,
    failedAt: undefined,
    cleanedAt: undefined,
    rescheduled: false,
    start: event.at,
    end: undefined,
    outcome: undefined,
    until: Number.POSITIVE_INFINITY,
    closesAt: Number.POSITIVE_INFINITY,
  };
}

/** What the newest of its own lines tells of the action: which it is, and when it began. */
function nameBy(bag: Bag, event: Event): void {
  const { kind } = event;
  const before = bag.spec;
  if (!bag.isNamedByLock && naming.has(kind)) {
    bag.spec = nameAction(bag.own);
    bag.isNamedByLock = actionOfLock(event) !== undefined;
  }
  if (event.level === 'DEBUG') bag.isAtDebug = true;
  if (kind === 'instance.build.failed' || kind === 'claim.failed') bag.mayBeGivenOn = true;
  if (kind === 'allocation.deleted') bag.isFinal = true;
  const { spec } = bag;
  if (spec !== undefined && (spec !== before || spec.starts.some(({ kinds }) => kinds.includes(kind)))) bag.start = startOf(spec, bag);
}

/** Where the action is, and whether it holds the instance's lock, by a line with its request id. */
function locateBy(bag: Bag, event: Event): void {
  bag.host = event.host;
  if (actionOfLock(event) === undefined) return;
  if (event.kind.endsWith('.acquired')) bag.lock = { from: event.at, to: undefined };
  else if (event.kind.endsWith('.released')) bag.lock = { from: bag.lock?.from ?? event.at, to: event.at };
}

/** Takes one line into account. */
function advance(bag: Bag, event: Event, marks: HostMarks): void {
  const { spec } = bag;
  if (spec !== undefined) {
    const { kind, at } = event;
    if (spec.ends.includes(kind) && isAfterItsCause(spec, bag)) bag.succeededAt ??= at;
    else if (bag.succeededAt !== undefined && spec.confirms?.includes(kind)) bag.confirmedAt = at;
    if (spec.fails.includes(kind)) bag.failedAt ??= at;
    if (spec.cleansUp.includes(kind)) bag.cleanedAt = at;
    if (kind === 'instance.build.rescheduled') bag.rescheduled = true;
  }
  settle(bag, marks);
}

const isAfterItsCause = (spec: ActionSpec, bag: Bag): boolean =>
  spec.endsAfter === undefined || bag.own.some((event) => spec.endsAfter?.includes(event.kind));

/** Works out from what is known when the bag ends, how, and when it may be closed. */
function settle(bag: Bag, marks: HostMarks): void {
  const { spec } = bag;
  const lastOwn = bag.own[bag.own.length - 1]?.at ?? bag.opened;
  const grace = bag.isShared ? SHARED_GRACE : GRACE;
  if (spec === undefined) {
    bag.until = lastOwn + UNNAMED_QUIET;
    bag.closesAt = bag.until;
    return;
  }
  const released = bag.lock?.to;
  if (bag.succeededAt !== undefined) {
    bag.end = spec.endsWithLock && released !== undefined && released >= bag.succeededAt ? released : (bag.confirmedAt ?? bag.succeededAt);
    bag.outcome = 'succeeded';
    bag.until = bag.end + grace;
  } else if (released !== undefined && !bag.rescheduled) {
    bag.outcome = spec.lockIsSuccess && bag.failedAt === undefined ? 'succeeded' : 'failed';
    // nova's own record of a failed one ends with its clean-up; the lock is held on for a while.
    bag.end = bag.outcome === 'failed' ? (bag.cleanedAt ?? released) : released;
    bag.until = released + grace;
  } else if (bag.failedAt !== undefined && (bag.lock === undefined || bag.rescheduled)) {
    const cleaned = bag.rescheduled ? undefined : bag.cleanedAt;
    bag.end = cleaned ?? lastOwn;
    bag.outcome = 'failed';
    bag.until = cleaned !== undefined && !bag.mayBeGivenOn && (cleaned === lastOwn || bag.isFinal) ? cleaned + grace : lastOwn + QUIET;
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
      bag.until = restart + grace;
    }
  }
  bag.closesAt = bag.until;
  if (spec.lingers !== undefined && bag.outcome === 'succeeded' && bag.isAtDebug) {
    const end = bag.end ?? bag.until;
    const audit = marks.audits(bag.host).find((at) => at > end && at <= end + spec.lingers!);
    bag.closesAt = Math.max(bag.until, audit === undefined ? end + spec.lingers : audit + grace);
  }
}

function startOf(spec: ActionSpec, bag: Bag): Millis {
  for (const edge of spec.starts) {
    const found = bag.own.find((event) => edge.kinds.includes(event.kind) && isOfTheAction(event, spec));
    if (found !== undefined) return edgeTime(found, edge);
  }
  return bag.opened;
}

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
