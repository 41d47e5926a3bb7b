import type { ActionInterval, ClosedFragment, ClosedUnit } from '../lifecycle/closed.js';
import type { Event, Member } from '../lifecycle/event.js';
import type { Millis } from '../model/line.js';
import type { Claim } from './claim.js';
import type { Closer } from './close.js';
import { conclude } from './conclude.js';
import type { Decisions } from './decisions.js';
import type { Gather } from './gather.js';
import type { Instances } from './instances.js';
import type { Named } from './kept.js';
import { ALLOCATIONS, CONTROL_EVIDENCE } from './kinds.js';
import { isOfRoot } from './members.js';
import { compare } from './order.js';
import { ownerAt } from './owner.js';
import type { Closing, Session } from './state.js';
import { between, type EventStore, linesOf } from './store.js';
import { FRAGMENT_QUIET, GRACE, LEAD } from './times.js';

/** The controller's part of actions whose compute host another process may read. */
export class ControlPlane {
  readonly #store: EventStore;
  readonly #instances: Instances;
  readonly #gather: Gather;
  readonly #closer: Closer;
  readonly #decisions: Decisions | undefined;
  /** by request: the times of the controller's lines that show an action */
  readonly #times = new Map<string, Millis[]>();
  /** by request: the watermark before which its part cannot be complete */
  readonly #due = new Map<string, Millis>();

  constructor(store: EventStore, instances: Instances, gather: Gather, closer: Closer, decisions?: Decisions) {
    this.#store = store;
    this.#instances = instances;
    this.#gather = gather;
    this.#closer = closer;
    this.#decisions = decisions;
  }

  note(event: Event): void {
    if (!CONTROL_EVIDENCE.has(event.kind)) return;
    // nova's own daemons print the action's id as theirs; the others print it as the caller's.
    const request = event.service.startsWith('nova-') ? event.requestId : event.globalRequestId;
    if (request === undefined || event.userId === undefined) return;
    const times = this.#times.get(request);
    if (times === undefined) this.#times.set(request, [event.at]);
    else times.push(event.at);
    const due = event.at + FRAGMENT_QUIET + GRACE;
    this.#due.set(request, Math.min(due, this.#due.get(request) ?? due));
  }

  /** The first session of every request that is not over, and the times of its lines. */
  get sessions(): readonly { readonly session: Session; readonly times: readonly Millis[] }[] {
    return Array.from(this.#times, ([request, times]) => ({ session: firstSession(request, times), times }));
  }

  /**
   * As `Correlator.whole`. Times are sorted when they are read. The order of requests counts: they are looked at in
   * the order in which they arrived.
   */
  get whole(): unknown {
    const times = Array.from(this.#times, ([request, at]) => [request, [...at].sort((a, b) => a - b)] as const);
    return [times.sort(([a], [b]) => compare(a, b)), this.#due];
  }

  restore(saved: readonly (readonly [request: string, times: readonly Millis[]])[]): void {
    for (const [request, times] of saved) {
      this.#times.set(request, [...times]);
      this.#due.set(request, Number.NEGATIVE_INFINITY);
    }
  }

  /** The action's own id, if this is the id that the client sent: nova's lines show both. */
  ownIdOf(request: string): string {
    const own = new Set<string>();
    for (const { event } of this.#store.find('request', request)) {
      if (
        event.globalRequestId !== undefined &&
        event.service.startsWith('nova-') &&
        event.globalRequestId === request &&
        event.requestId !== undefined &&
        event.requestId !== request
      )
        own.add(event.requestId);
    }
    return own.size === 1 ? [...own][0]! : request;
  }

  /**
   * As `ownIdOf`. Damaged lines may name two ids as each other's. Then each is its own, else their lines would be
   * moved for ever.
   */
  #ownerOf(request: string): string {
    const own = this.ownIdOf(request);
    const passed = new Set([request]);
    for (let id = own; !passed.has(id); id = this.ownIdOf(id)) {
      if (this.ownIdOf(id) === id) return own;
      passed.add(id);
    }
    return request;
  }

  /** @returns the parts of actions that are complete, and what closed meanwhile */
  advance(watermark: Millis): Closing[] {
    const closings: Closing[] = [];
    for (const [request, notBefore] of this.#due) {
      if (watermark < notBefore) continue;
      this.#due.delete(request);
      for (let times = this.#times.get(request); times !== undefined; times = this.#times.get(request)) {
        const session = firstSession(request, times);
        const due = session.last + FRAGMENT_QUIET;
        if (watermark < due + GRACE) {
          this.#due.set(request, due + GRACE);
          break;
        }
        const own = this.#ownerOf(request);
        if (own === request) closings.push(...this.#close(session, watermark));
        const left = times.filter((at) => at > session.last);
        if (left.length > 0) this.#times.set(request, left);
        else this.#times.delete(request);
        // Lines under the client's id belong to the action, and are shown under the action's own id.
        if (own !== request) {
          this.#times.set(own, [...(this.#times.get(own) ?? []), ...times.filter((at) => at <= session.last)]);
          this.#due.set(own, Number.NEGATIVE_INFINITY);
        }
      }
    }
    return closings;
  }

  /**
   * The instances that a session's lines name. Lines after its end do not count, so that it cannot matter when they
   * are read.
   */
  instancesOf({ request, first, last }: Session): string[] {
    const instances = new Set<string>();
    const consumers = new Set<string>();
    for (const { event, links } of between(this.#store.find('request', request), first - LEAD, last + FRAGMENT_QUIET)) {
      const { instance, others } = links;
      if (instance !== undefined) (event.service === 'placement' ? consumers : instances).add(instance.name);
      for (const { sort, name } of others) if (sort === 'instance') instances.add(name);
    }
    // A migration has allocations of its own: an id that only placement names beside an instance is a migration.
    return [...(instances.size === 0 ? consumers : instances)].sort();
  }

  /** The parts of actions that one request's lines on a controller show, one for each of its instances. */
  #close(session: Session, watermark: Millis): Closing[] {
    const at = session.last + FRAGMENT_QUIET;
    return this.instancesOf(session).flatMap((instance) => {
      // First bring the instance up to this watermark, to know whether a compute host shows the action.
      const closings = this.#closer.upTo(instance, watermark);
      const isOfHost = this.#isOfHost(instance, session);
      const unit = isOfHost ? undefined : this.#partOf(instance, session);
      this.#decisions?.ofController(instance, session.request, unit, isOfHost);
      return unit === undefined ? closings : [...closings, { at, unit }];
    });
  }

  /** Attempts that compute hosts show. An action that began after the part had closed does not count, so that it cannot matter when it is read. */
  #triesOf(instance: string, session: Session): ActionInterval[] {
    const due = session.last + FRAGMENT_QUIET;
    return this.#instances.intervalsOf(instance).filter(({ request, opened }) => request === session.request && opened <= due);
  }

  /** Whether the compute host that writes the root is read here. */
  #isOfHost(instance: string, session: Session): boolean {
    return this.#triesOf(instance, session).some(({ rescheduled }) => !rescheduled);
  }

  #partOf(instance: string, session: Session): ClosedUnit | undefined {
    const tries = this.#triesOf(instance, session);
    const fragment = this.#fragmentOf(instance, session, Math.min(session.first, ...tries.map(({ start }) => start)));
    // Attempts are exported by themselves. The rest belongs to the control plane.
    const firstTry = Math.min(...tries.map(({ start }) => start));
    const members = fragment.members.filter(({ event }) => isOfRoot(event) || event.at < firstTry);
    if (!showsAction(members)) return undefined;
    this.#gather.place(members);
    return conclude({ ...fragment, members }, tries);
  }

  /** @param since when the action was first seen: an attempt may have begun long before the session */
  #fragmentOf(instance: string, session: Session, since: Millis): ClosedFragment {
    const { request, first, last } = session;
    const named = this.#store.named('instance', instance);
    const rivals = named === undefined ? [] : this.#sessionsOf(named);
    const intervals = this.#instances.intervalsOf(instance);
    // Of what no compute host shows, the request that began last owns what follows.
    const owns = (at: Millis): boolean =>
      ownerAt(intervals, at) === undefined && rivals.filter((each) => each.first <= at).at(-1)?.request === request;
    const claim = this.#gather.claimOf(instance, request, since - LEAD, last + FRAGMENT_QUIET, owns);
    const shared = new Set<Named>();
    for (const { links } of between(this.#store.find('request', request), claim.from, claim.to))
      if (links.instance !== undefined) shared.add(links.instance);
    const fair: Claim = { ...claim, isShared: claim.isShared || shared.size > 1 };
    const gathered = this.#gather.ofClaim(fair);
    const times = gathered.members.map(({ event }) => event.at);
    return {
      form: 'fragment',
      instance,
      request,
      start: Math.min(first, ...times),
      end: Math.max(last, ...times),
      began: first,
      ...gathered,
    };
  }

  /** The first sessions of the requests that an instance's lines name, in order. */
  #sessionsOf(instance: Named): Session[] {
    const requests = new Set<string>();
    for (const { links } of linesOf(instance)) {
      const { request, globalRequest } = links;
      if (request !== undefined) requests.add(request.name);
      if (globalRequest !== undefined) requests.add(globalRequest.name);
    }
    const sessions: Session[] = [];
    for (const request of requests) {
      const times = this.#times.get(request);
      if (times !== undefined) sessions.push(firstSession(request, times));
    }
    return sessions.sort((a, b) => a.first - b.first || compare(a.request, b.request));
  }
}

/** The first stretch of a request's lines: what came after a long silence is another part, whenever it was read. */
function firstSession(request: string, unsorted: readonly Millis[]): Session {
  const times = [...unsorted].sort((a, b) => a - b);
  let last = times[0]!;
  for (const at of times) {
    if (at - last > FRAGMENT_QUIET) break;
    last = at;
  }
  return { request, first: times[0]!, last };
}

/**
 * Whether a controller's lines show an action. That allocations were written is not enough: nova-compute does so too,
 * under an id that it never prints, when it finds a guest that is no longer its own.
 */
const showsAction = (members: readonly Member[]): boolean =>
  members.some(({ event }) => CONTROL_EVIDENCE.has(event.kind) && !ALLOCATIONS.has(event.kind)) ||
  (members.some(({ event }) => ALLOCATIONS.has(event.kind)) &&
    members.some(({ event }) => event.kind === 'allocation.candidates.requested' || event.service.startsWith('nova-')));
