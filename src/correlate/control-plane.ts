import type { ActionInterval, ClosedFragment, ClosedUnit } from '../lifecycle/closed.js';
import type { Event, Member } from '../lifecycle/event.js';
import type { Millis } from '../model/line.js';
import type { Claim } from './claim.js';
import type { Closer } from './close.js';
import { conclude } from './conclude.js';
import type { Decisions } from './decisions.js';
import type { Gather } from './gather.js';
import type { Instances } from './instances.js';
import { ALLOCATIONS, CONTROL_EVIDENCE } from './kinds.js';
import { isOfRoot } from './members.js';
import { compare } from './order.js';
import { ownerAt } from './owner.js';
import type { Closing, Session } from './state.js';
import { between, type EventStore, linesOf } from './store.js';
import type { Named } from './stored-line.js';
import { FRAGMENT_QUIET, GRACE, LEAD } from './times.js';

/** The controller's part of actions. Another process may read their compute hosts. */
export class ControlPlane {
  readonly #store: EventStore;
  readonly #instances: Instances;
  readonly #gather: Gather;
  readonly #closer: Closer;
  readonly #decisions: Decisions | undefined;
  /** by request: the times of the controller's lines that show an action */
  readonly #times = new Map<string, Millis[]>();
  /** by request: its part cannot be complete before this watermark */
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
    // nova's own services log the action's id as the request id; other services log it as the global request id.
    const request = event.service.startsWith('nova-') ? event.requestId : event.globalRequestId;
    if (request === undefined || event.userId === undefined) return;
    const times = this.#times.get(request);
    if (times === undefined) this.#times.set(request, [event.at]);
    else times.push(event.at);
    const due = event.at + FRAGMENT_QUIET + GRACE;
    this.#due.set(request, Math.min(due, this.#due.get(request) ?? due));
  }

  /** The first session of every open request, and the times of all its lines. */
  get sessions(): readonly { readonly session: Session; readonly times: readonly Millis[] }[] {
    return Array.from(this.#times, ([request, times]) => ({ session: firstSession(request, times), times }));
  }

  /**
   * See `Correlator.comparableState`. Times are sorted when they are read. The order of requests matters, because they
   * are handled in the order in which they arrived.
   */
  get comparableState(): unknown {
    const times = Array.from(this.#times, ([request, at]) => [request, [...at].sort((a, b) => a - b)] as const);
    return [times.sort(([a], [b]) => compare(a, b)), this.#due];
  }

  restore(saved: readonly (readonly [request: string, times: readonly Millis[]])[]): void {
    for (const [request, times] of saved) {
      this.#times.set(request, [...times]);
      this.#due.set(request, Number.NEGATIVE_INFINITY);
    }
  }

  /** The action's own request id, if this is the id that the client sent: nova's lines contain both. */
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
   * As `ownIdOf`. In damaged lines two ids may each be the client's id of the other. Then each is its own, to avoid an
   * endless loop.
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

  /** @returns the parts of actions that are complete, and other units that closed at the same time */
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
        // Lines with the client's id belong to the action, and are moved to its own id.
        if (own !== request) {
          this.#times.set(own, [...(this.#times.get(own) ?? []), ...times.filter((at) => at <= session.last)]);
          this.#due.set(own, Number.NEGATIVE_INFINITY);
        }
      }
    }
    return closings;
  }

  /**
   * The instances that a session's lines name. Lines after its end do not count, so that the order of reading does not
   * matter.
   */
  instancesOf({ request, first, last }: Session): string[] {
    const instances = new Set<string>();
    const consumers = new Set<string>();
    for (const { event, links } of between(this.#store.find('request', request), first - LEAD, last + FRAGMENT_QUIET)) {
      const { instance, others } = links;
      if (instance !== undefined) (event.service === 'placement' ? consumers : instances).add(instance.name);
      for (const { type, name } of others) if (type === 'instance') instances.add(name);
    }
    // A migration has allocations under its own id: if the lines name an instance, other ids in placement are
    // migrations.
    return [...(instances.size === 0 ? consumers : instances)].sort();
  }

  /** The controller's part of the action of one request, one for each of its instances. */
  #close(session: Session, watermark: Millis): Closing[] {
    const at = session.last + FRAGMENT_QUIET;
    return this.instancesOf(session).flatMap((instance) => {
      // The instance must be up to date first, to know whether a compute host shows the action.
      const closings = this.#closer.upTo(instance, watermark);
      const isOfHost = this.#isOfHost(instance, session);
      const unit = isOfHost ? undefined : this.#partOf(instance, session);
      this.#decisions?.ofController(instance, session.request, unit, isOfHost);
      return unit === undefined ? closings : [...closings, { at, unit }];
    });
  }

  /**
   * The attempts that compute hosts show. Actions that opened after the session do not count, so that the order of
   * reading does not matter.
   */
  #attemptsOf(instance: string, session: Session): ActionInterval[] {
    const due = session.last + FRAGMENT_QUIET;
    return this.#instances.intervalsOf(instance).filter(({ request, opened }) => request === session.request && opened <= due);
  }

  /** Whether this process reads the compute host that writes the root. */
  #isOfHost(instance: string, session: Session): boolean {
    return this.#attemptsOf(instance, session).some(({ rescheduled }) => !rescheduled);
  }

  #partOf(instance: string, session: Session): ClosedUnit | undefined {
    const attempts = this.#attemptsOf(instance, session);
    const fragment = this.#fragmentOf(instance, session, Math.min(session.first, ...attempts.map(({ start }) => start)));
    // Attempts are exported separately. All other lines belong to the control plane.
    const firstAttempt = Math.min(...attempts.map(({ start }) => start));
    const members = fragment.members.filter(({ event }) => isOfRoot(event) || event.at < firstAttempt);
    if (!showsAction(members)) return undefined;
    this.#gather.noteInTrace(members);
    return conclude({ ...fragment, members }, attempts);
  }

  /** @param since when the action was first seen: an attempt may have started long before the session */
  #fragmentOf(instance: string, session: Session, since: Millis): ClosedFragment {
    const { request, first, last } = session;
    const named = this.#store.named('instance', instance);
    const rivals = named === undefined ? [] : this.#sessionsOf(named);
    const intervals = this.#instances.intervalsOf(instance);
    // If no compute host shows an action at a time, the request that started last owns the line.
    const owns = (at: Millis): boolean =>
      ownerAt(intervals, at) === undefined && rivals.filter((each) => each.first <= at).at(-1)?.request === request;
    const claim = this.#gather.claimOf(instance, request, since - LEAD, last + FRAGMENT_QUIET, owns);
    const shared = new Set<Named>();
    for (const { links } of between(this.#store.find('request', request), claim.from, claim.to))
      if (links.instance !== undefined) shared.add(links.instance);
    const claimWithSharing: Claim = { ...claim, isShared: claim.isShared || shared.size > 1 };
    const gathered = this.#gather.ofClaim(claimWithSharing);
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

/** The first session of a request: lines after a long silence belong to another session. */
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
 * Whether a controller's lines show an action. Written allocations alone are not enough: nova-compute writes them as
 * well, with a request id that it never logs, when it finds a guest that has moved away.
 */
const showsAction = (members: readonly Member[]): boolean =>
  members.some(({ event }) => CONTROL_EVIDENCE.has(event.kind) && !ALLOCATIONS.has(event.kind)) ||
  (members.some(({ event }) => ALLOCATIONS.has(event.kind)) &&
    members.some(({ event }) => event.kind === 'allocation.candidates.requested' || event.service.startsWith('nova-')));
