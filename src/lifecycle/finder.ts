import { callIn } from '../catalogue/call.js';
import type { EventKind } from '../catalogue/event.js';
import type { Certainty } from '../model/attributes.js';
import { callName } from '../model/call.js';
import type { Millis } from '../model/line.js';
import { type Event, inOrder, numberOf } from './event.js';
import { EMITTED, earliestProof, guestEventOf } from './guest-events.js';
import type { Phase, PhaseInput } from './phase.js';
import { linesOfEdge, NO_LINES, PLAIN, type Plan, type PlannedEdge, type Scope } from './plan.js';

/** An edge as found: the line, and the time that it gives. */
interface Found {
  readonly event: Event;
  readonly at: Millis;
  readonly is: Certainty;
  /** the line that gives the time, if it is not `event` */
  readonly proof: Event | undefined;
  /** it bounds the work, and does not prove that it was done */
  readonly isBound: boolean;
  /** the line itself states the duration */
  readonly isStated: boolean;
}

/** Whether one line gives both ends, with no time between them. */
const isPoint = (from: Found, to: Found): boolean => from.at === to.at && (from.proof ?? from.event) === (to.proof ?? to.event);

/** Finds the phases of an action, one plan in one scope at a time. */
export class Finder {
  readonly #whole: Scope;
  readonly #input: PhaseInput;
  readonly #numbers: ReadonlyMap<EventKind, number>;
  #plan!: Plan;
  #scope!: Scope;
  #isSilent = false;
  #phases!: Phase[];

  constructor(whole: Scope, numbers: ReadonlyMap<EventKind, number>, input: PhaseInput) {
    this.#whole = whole;
    this.#numbers = numbers;
    this.#input = input;
  }

  /**
   * Adds the phases of a plan that the lines of a scope show.
   *
   * @param isSilent the phase needs DEBUG, and its service logs at INFO
   */
  find(plan: Plan, scope: Scope, isSilent: boolean, phases: Phase[]): void {
    this.#plan = plan;
    this.#scope = scope;
    this.#isSilent = isSilent;
    this.#phases = phases;
    if (plan.isFirstToLast) {
      const from = this.#first(plan.from);
      const to = this.#lastOf(plan.to, this.#input.host === undefined ? undefined : this.#input.start);
      // A single line shows a moment, but no duration.
      if (from !== undefined && to !== undefined && from.event !== to.event) this.#add(from, to);
    } else if (plan.repeats) this.#addPairs();
    else this.#addPair();
  }

  #add(from: Found | undefined, to: Found | undefined): void {
    const plan = this.#plan;
    const input = this.#input;
    // A start alone proves nothing if the end is not logged at this level or is optional.
    if (to === undefined && !plan.hasNext && (this.#isSilent || plan.isOptional)) return;
    if (from === undefined && plan.requireStart) return;
    // A bound alone does not prove any work.
    if (from === undefined && to?.isBound === true && to.event.isRough !== true) return;
    // Two bounds, or a bound without an end, do not prove it either.
    if (from?.isBound === true && from.event !== to?.event && (to === undefined || (to.isBound && !to.isStated))) return;
    // A single line without a duration is a point: `points.ts` shows it on the phase around it.
    if (from !== undefined && to !== undefined && isPoint(from, to) && !plan.isFirstToLast && !plan.isPoint) return;
    const start = from === undefined ? to!.at : from.at;
    if (plan.isNotBeforeRoot && start < input.start) return;
    const own = this.#own(from, to);
    // If the work did not end, its service is the one on the host that waited for it.
    const waiting = from !== undefined && to === undefined && (input.host === from.event.host || plan.isAcross);
    const service = own?.service ?? (waiting ? plan.services.find((each) => input.reads(each, input.host)) : undefined);
    const host = own?.host ?? input.host;
    if (service === undefined || host === undefined) return;
    const call = !plan.isHttp || to === undefined ? undefined : callIn(to.event.text);
    this.#phases.push({
      name: plan.isNamedByCall && call !== undefined ? callName(call.method, call.route) : plan.name,
      parts: undefined,
      spec: plan.spec,
      service,
      host,
      start,
      end: to === undefined ? Number.NaN : to.at,
      startIs: from === undefined ? 'unobserved' : from.is,
      endIs: to === undefined ? 'unobserved' : to.is,
      isTimed: from?.isStated === true,
      port: this.#scope.port,
      within: plan.within,
      lines: plan.innerEvents === undefined ? linesOf(from?.event, to?.event) : this.#withInnerEvents(plan.innerEvents, from, to),
      failure: to !== undefined && plan.failsAt.includes(to.event.kind as EventKind) ? to.event : undefined,
      call,
    });
  }

  /** The line at an end of the phase that its own service logged. nova-api may log the end of neutron's work. */
  #own(from: Found | undefined, to: Found | undefined): Event | undefined {
    const { services } = this.#plan;
    if (to !== undefined && services.includes(to.event.service)) return to.event;
    if (from === undefined) return undefined;
    if (services.includes(from.event.service)) return from.event;
    if (to === undefined) return undefined;
    for (const edge of this.#plan.to) for (const event of this.#lines(edge)) if (services.includes(event.service)) return event;
    return undefined;
  }

  /** The lines at both ends, and the lines between them that become events of the span. */
  #withInnerEvents(inner: readonly number[], from: Found | undefined, to: Found | undefined): Event[] {
    const among = this.#plan.per === 'action' ? this.#whole : this.#scope;
    const first = from?.event.at ?? to!.event.at;
    const last = to?.event.at ?? Number.POSITIVE_INFINITY;
    const between = inner.flatMap((number) => among.lines[number] ?? []).filter(({ at }) => at >= first && at <= last);
    return [...new Set([...linesOf(from?.event, to?.event), ...between])].sort(inOrder);
  }

  #lines(edge: PlannedEdge): readonly Event[] {
    return linesOfEdge(edge, this.#plan, edge.isAnywhere ? this.#whole : this.#scope, this.#input.request);
  }

  /** @param since earlier lines have nothing to do with this edge */
  #found(event: Event, edge: PlannedEdge, since?: Millis): Found {
    if (edge.less !== undefined || edge.lessStated !== undefined) {
      const seconds = edge.less === undefined ? edge.lessStated?.(event) : numberOf(event, edge.less);
      const at = event.at - Math.round((seconds ?? 0) * 1e6) / 1e3;
      return { event, at, is: 'derived', proof: undefined, isBound: true, isStated: true };
    }
    if (edge.notBefore.length > 0) {
      const later = edge.notBefore.flatMap((number) => this.#scope.lines[number] ?? NO_LINES).sort(inOrder)[0];
      if (later !== undefined && later.at > event.at) return this.#found(later, PLAIN);
      if (later === undefined) return { ...this.#found(event, PLAIN), is: 'derived' };
    }
    const isBound = edge.isDerived || event.isRough === true;
    // nova logs an event of the guest when it handles it, which may be late.
    const isLate = event.kind !== EMITTED && guestEventOf(event) !== undefined;
    const is = isBound || isLate || edge.isStandIn ? 'derived' : 'observed';
    if (!isLate || isBound) return { event, at: event.at, is, proof: undefined, isBound, isStated: false };
    const proof = earliestProof(event, (kind) => this.#whole.lines[this.#numbers.get(kind)!] ?? NO_LINES, since);
    return { event, at: proof.at, is, proof, isBound, isStated: false };
  }

  #first(edges: readonly PlannedEdge[]): Found | undefined {
    for (const edge of edges) {
      const found = this.#firstOf(edge);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #firstOf(edge: PlannedEdge): Found | undefined {
    const lines = this.#lines(edge);
    const event = edge.pick === 'last' ? lines.at(-1) : lines[0];
    return event !== undefined && (edge.lessStated === undefined || edge.lessStated(event) !== undefined)
      ? this.#found(event, edge)
      : undefined;
  }

  /** @param until later lines belong to something else, such as the clean-up after scheduling */
  #lastOf(edges: readonly PlannedEdge[], until = Number.POSITIVE_INFINITY): Found | undefined {
    for (const edge of edges) {
      const event = this.#lines(edge).findLast(({ at }) => at <= until);
      if (event !== undefined) return this.#found(event, edge);
    }
    return undefined;
  }

  /**
   * Adds the phase between the best `from` and the `to` that follows it. If every `to` is before every `from` (clocks
   * of two hosts; up before ovn-installed), the phase is an instant at the `to`.
   */
  #addPair(): void {
    const plan = this.#plan;
    if (plan.to.some(({ isSameRequest }) => isSameRequest)) return this.#addPairOfRequest();
    for (const edge of plan.from) {
      if (edge.pick === 'latest') {
        if (this.#addLatest(edge)) return;
        continue;
      }
      const from = this.#firstOf(edge);
      if (from === undefined) continue;
      const to = this.#endAfter(from);
      if (to !== undefined) return this.#add(from, to);
    }
    const to = this.#end();
    if (to !== undefined) return this.#add(undefined, to);
    for (const edge of plan.from) {
      const from = edge.pick === 'latest' ? this.#lastOf([edge]) : this.#firstOf(edge);
      if (from !== undefined) return this.#add(from, undefined);
    }
  }

  /** Adds the phase from the first pair of lines with one request id. */
  #addPairOfRequest(): void {
    const ends = this.#allOf(this.#plan.to);
    const starts = this.#allOf(this.#plan.from);
    for (const from of starts) {
      const to = ends.find(({ event }) => event.requestId !== undefined && event.requestId === from.event.requestId);
      if (to !== undefined) return this.#add(to.at < from.at ? undefined : from, to);
    }
    const [from] = starts;
    const [to] = ends;
    // If no pair has one id, the end proves more: the work was done.
    if (to !== undefined) this.#add(undefined, to);
    else if (from !== undefined) this.#add(from, undefined);
  }

  /** Adds the phase from the latest line of an edge that is before an end. @returns whether there is such a line */
  #addLatest(edge: PlannedEdge): boolean {
    const lines = this.#lines(edge);
    if (lines.length === 0) return false;
    for (const toEdge of this.#plan.to) {
      const ends = this.#lines(toEdge);
      for (let i = 0; i < ends.length; i++) {
        const to = ends[toEdge.pick === 'last' ? ends.length - 1 - i : i]!;
        const found = this.#found(to, toEdge);
        for (let j = lines.length - 1; j >= 0; j--) {
          const before = lines[j]!;
          if (before === to || !(found.at < to.at ? before.at <= found.at : inOrder(before, to) < 0)) continue;
          this.#add(this.#found(before, edge), found);
          return true;
        }
      }
    }
    return false;
  }

  /** The preferred end. */
  #end(): Found | undefined {
    for (const edge of this.#plan.to) {
      const lines = this.#lines(edge);
      const event = edge.pick === 'last' ? lines.at(-1) : lines[0];
      if (event !== undefined) return this.#found(event, edge);
    }
    return undefined;
  }

  #endAfter(from: Found): Found | undefined {
    for (const edge of this.#plan.to) {
      const lines = this.#lines(edge);
      const follows = (event: Event): boolean => event === from.event || event.at >= from.at;
      const event = edge.pick === 'last' ? lines.findLast(follows) : lines.find(follows);
      if (event !== undefined) return this.#found(event, edge, from.at);
    }
    return undefined;
  }

  /** Adds all pairs: a line that states its duration is a pair by itself; otherwise each `from` with the next `to`. */
  #addPairs(): void {
    const { from } = this.#plan;
    const ends = this.#allOf(this.#plan.to);
    const itself = from.filter(({ less }) => less !== undefined);
    if (itself.length > 0 || from.length === 0) {
      for (const to of ends) {
        const edge = itself.find(({ kinds }) => kinds.includes(to.event.kind as EventKind));
        this.#add(edge === undefined ? undefined : this.#found(to.event, edge), to);
      }
      return;
    }
    const used = new Set<Found>();
    for (const begin of this.#allOf(from)) {
      const to = ends.find((each) => !used.has(each) && inOrder(begin.event, each.event) < 0);
      if (to !== undefined) used.add(to);
      this.#add(begin, to);
    }
  }

  /** All lines of the first of these edges that has any. */
  #allOf(edges: readonly PlannedEdge[]): readonly Found[] {
    for (const edge of edges) {
      const lines = this.#lines(edge);
      if (lines.length > 0) return lines.map((event) => this.#found(event, edge));
    }
    return [];
  }
}

/** The lines at both ends, each once, in order. */
function linesOf(from: Event | undefined, to: Event | undefined): Event[] {
  if (from === undefined || from === to) return to === undefined ? [] : [to];
  if (to === undefined) return [from];
  return inOrder(from, to) <= 0 ? [from, to] : [to, from];
}
