import { type Call, callIn } from '../catalogue/call.js';
import type { EventKind } from '../catalogue/event.js';
import { isPrintedAtInfo, knownAs } from '../catalogue/releases.js';
import { traitsOf } from '../catalogue/traits.js';
import type { Certainty } from '../model/attributes.js';
import { callName } from '../model/call.js';
import type { Millis } from '../model/line.js';
import { plugCycles } from './cycles.js';
import type { Edge, PhaseSpec } from './define.js';
import { type Event, inOrder, type Member, numberOf } from './event.js';
import { EMITTED, earliestProof, guestEventOf, guestLines } from './guest-events.js';
import { actionOfLock } from './name.js';
import { withPoints } from './points.js';
import { isOf, joinThreads, type Planned } from './thread.js';
import { type Wiring, wiringOf } from './wiring.js';

export interface Phase {
  readonly name: string;
  /** the phases that share this span, where no line parts them: `name` has all their names */
  readonly parts?: readonly string[];
  /** its row of the table */
  readonly spec: PhaseSpec;
  readonly service: string;
  readonly host: string;
  readonly start: Millis;
  readonly end: Millis;
  readonly startIs: Certainty;
  readonly endIs: Certainty;
  readonly port: string | undefined;
  /** the phase it is a part of, by name, or undefined for the root */
  readonly within: string | undefined;
  /** the lines at its ends */
  readonly lines: readonly Event[];
  /** the line at its end, where that says that it failed */
  readonly failure?: Event;
  /** of an HTTP request */
  readonly call?: Call | undefined;
}

/** Which phases were seen, and why the others were not. */
export interface Coverage {
  readonly observed: readonly string[];
  readonly missing: readonly string[];
  readonly notLogged: readonly string[];
  readonly notApplicable: readonly string[];
}

/** What phases are computed from. */
export interface Lived {
  readonly request: string;
  readonly start: Millis;
  readonly end: Millis;
  readonly members: readonly Member[];
  readonly ports: readonly string[];
  /** the compute host, or undefined for a fragment */
  readonly host: string | undefined;
  /** whether this process reads this service's log, on this host where one is given */
  reads(service: string, host?: string): boolean;
}

/** The lines among which a phase's edges are looked for, by kind, each kind in order. */
interface Scope {
  readonly port: string | undefined;
  readonly byKind: ReadonlyMap<EventKind, readonly Event[]>;
}

function scopeOf(port: string | undefined, members: readonly Member[]): Scope {
  const byKind = new Map<EventKind, Event[]>();
  for (const { event } of members) {
    const same = byKind.get(event.kind);
    if (same === undefined) byKind.set(event.kind, [event]);
    else same.push(event);
  }
  return { port, byKind };
}

/** All the scopes of an action. */
interface Scopes {
  readonly whole: Scope;
  readonly ports: readonly Scope[];
  readonly cycles: readonly Scope[];
}

function scopesOf(lived: Lived, wired: ReadonlyMap<string, Wiring>): Scopes {
  // Most actions have one port, and half of their lines are about none.
  const ofPort = (port: string): Member[] => lived.members.filter(({ ports }) => ports.length > 0 && ports.includes(port));
  const byPort = lived.ports.map((port) => ({ port, members: ofPort(port) }));
  const whole = scopeOf(undefined, lived.members);
  return {
    whole: { ...whole, byKind: new Map([...whole.byKind, ...guestLines(lived.members.map(({ event }) => event))]) },
    ports: byPort.map(({ port, members }) => scopeOf(port, members)),
    cycles: byPort.flatMap(({ port, members }) =>
      // No line tells of the plug of a device that is handed to the guest.
      (wired.get(port) === 'direct' ? [members] : plugCycles(members)).map((cycle) => scopeOf(port, cycle)),
    ),
  };
}

/** What is asked of a phase's table for every action, worked out once. */
interface Plan {
  readonly spec: PhaseSpec;
  readonly services: readonly string[];
  /** the kinds of its edges that are looked for among the lines of its scope */
  readonly kinds: readonly EventKind[];
  /** those that are looked for in the whole action */
  readonly kindsAnywhere: readonly EventKind[];
  /** whether a service that logs at INFO prints a line at its beginning, at its end */
  readonly showsStart: boolean;
  readonly showsEnd: boolean;
}

const plansByTable = new WeakMap<readonly PhaseSpec[], readonly Plan[]>();

function plansOf(specs: readonly PhaseSpec[]): readonly Plan[] {
  let plans = plansByTable.get(specs);
  if (plans === undefined) plansByTable.set(specs, (plans = specs.map(planOf)));
  return plans;
}

const isShown = (edges: readonly Edge[]): boolean =>
  edges.some(({ kinds }) => kinds.some((kind) => knownAs(kind).some((known) => isPrintedAtInfo(known.spec))));

function planOf(spec: PhaseSpec): Plan {
  const edges = [...spec.to, ...spec.from];
  const kindsOf = (isAnywhere: boolean): EventKind[] => [
    ...new Set(edges.filter(({ anywhere }) => (anywhere === true) === isAnywhere).flatMap(({ kinds }) => kinds)),
  ];
  return {
    spec,
    services: typeof spec.service === 'string' ? [spec.service] : spec.service,
    kinds: kindsOf(false),
    kindsAnywhere: kindsOf(true),
    showsStart: isShown(spec.from),
    showsEnd: isShown(spec.to),
  };
}

/**
 * The phases of an action that its lines show: a pure function of the table and the lines, whatever their order.
 * A phase is told by the process that reads its service's log: others know only one side of it, and would tell it twice.
 */
export function phasesOf(specs: readonly PhaseSpec[], lived: Lived): { phases: Phase[]; coverage: Coverage } {
  const planned: Planned[] = [];
  const missing = new Map<string, string>();
  const notLogged = new Set<string>();
  const notApplicable = new Set<string>();
  const wired = wiringOf(lived);
  const wirings = new Set(wired.values());
  const scopes = scopesOf(lived, wired);
  const atDebug = new Set<string>();
  for (const { event } of lived.members) if (event.level === 'DEBUG') atDebug.add(event.service);

  for (const plan of plansOf(specs)) {
    const { spec, services } = plan;
    const { wiredBy } = spec;
    if (wiredBy !== undefined && wirings.size > 0 && !wiredBy.some((wiring) => wirings.has(wiring))) {
      // OVN and ML2/OVS stand in for each other; a port in neither has nothing of either.
      if (wiredBy.includes('ovn') && spec.optional !== true && !wirings.has('ml2-ovs')) notApplicable.add(spec.name);
      continue;
    }
    const all = spec.per === undefined ? [scopes.whole] : spec.per === 'port' ? scopes.ports : scopes.cycles;
    // Nearly always all ports are wired alike.
    const isForAll = wiredBy === undefined || wirings.size < 2;
    const among = isForAll ? all : all.filter(({ port }) => port === undefined || wiredBy.includes(wired.get(port)!));
    const isDeep = services.some((service) => atDebug.has(service));
    /** The lines of this phase are DEBUG's, and its service logs at INFO here. */
    const isSilent = spec.debug === true && !isDeep;
    const phases: Phase[] = [];
    for (const scope of among) {
      // Most phases of the tables are not in most actions.
      if (!isHinted(plan, scope, scopes.whole)) continue;
      for (const phase of phasesIn(plan, scope, scopes.whole, lived, isSilent)) phases.push(phase);
    }
    if (spec.most !== undefined && phases.length > spec.most) phases.length = spec.most;
    const isRead = services.some((service) => lived.reads(service));
    const isOtherwise = phases.length === 0 && (spec.unless?.some((kind) => scopes.whole.byKind.has(kind)) ?? false);
    planned.push({
      spec,
      phases,
      mayBeUnseen: isRead && !isOtherwise && (isSilent || spec.optional !== true) && (spec.per === undefined || lived.ports.length > 0),
      mayNotEnd: isSilent || spec.optional === true,
      showsStart: isDeep || plan.showsStart,
      showsEnd: isDeep || plan.showsEnd,
    });
    if (phases.length > 0 || (spec.optional === true && !isMissed(spec, scopes.whole, wirings))) continue;
    if (isOtherwise) notApplicable.add(spec.name);
    else if (spec.per !== undefined && lived.ports.length === 0) {
      if (wiredBy === undefined || wiredBy.includes('ovn')) notApplicable.add(spec.name);
    } else if (!isRead) missing.set(spec.name, `${services[0]} not read`);
    else if (isSilent) notLogged.add(spec.name);
    // Some of its lines are there: the others need DEBUG, unless another line says that what they show never came.
    else if (!isDeep && spec.missedWith === undefined && among.some((scope) => isHinted(plan, scope, scopes.whole)))
      notLogged.add(spec.name);
    else if (spec.per === 'cycle' && scopes.cycles.length === 0) missing.set(spec.name, 'no plug seen');
    else if (spec.fromRoot === true) notApplicable.add(spec.name);
    else missing.set(spec.name, 'no such line');
  }
  const phases = joinThreads(planned);
  // Requests that are named by their call are one phase where phases are listed.
  const observed = new Set(phases.map(({ name, spec }) => (spec.namedByCall === true ? spec.name : name)));
  for (const { parts = [] } of phases) {
    for (const part of parts) {
      missing.delete(part);
      notLogged.add(part);
    }
  }
  // A phase of which only the beginning is printed at this level was taken out.
  for (const { spec, phases: begun } of planned) if (begun.length > 0 && spec.optional !== true) notLogged.add(spec.name);
  const named = (names: Iterable<string>): string[] => [...names].filter((name) => !observed.has(name));
  return {
    phases: withPoints(closeOpenEnds(phases, lived), lived.members),
    coverage: {
      observed: [...observed],
      missing: named(missing.keys()).map((name) => `${name} (${missing.get(name)})`),
      notLogged: named(notLogged),
      notApplicable: named(notApplicable),
    },
  };
}

/** Whether a phase that not every action has should have been in this one. */
const isMissed = ({ missedWith }: PhaseSpec, { byKind }: Scope, wirings: ReadonlySet<Wiring>): boolean =>
  missedWith?.kinds.some((kind) => byKind.has(kind)) === true && missedWith.wiredBy.some((wiring) => wirings.has(wiring));

/** One edge as found: the line, and the time it gives. */
interface Found {
  readonly event: Event;
  readonly at: Millis;
  readonly is: Certainty;
  /** the line that gives the time, where it is another */
  readonly proof?: Event;
  /** It bounds the work and does not show that it was done. */
  readonly isBound: boolean;
  /** The line states itself how long before it this was. */
  readonly isStated?: true;
}

/** One line gives both ends, and no time between them. */
const isPoint = (from: Found, to: Found): boolean => from.at === to.at && (from.proof ?? from.event) === (to.proof ?? to.event);

/** Whether there is a line of any of the phase's edges. */
function isHinted({ kinds, kindsAnywhere }: Plan, scope: Scope, whole: Scope): boolean {
  for (const kind of kinds) if (scope.byKind.has(kind)) return true;
  for (const kind of kindsAnywhere) if (whole.byKind.has(kind)) return true;
  return false;
}

function phasesIn({ spec, services }: Plan, scope: Scope, whole: Scope, lived: Lived, isSilent: boolean): Phase[] {
  const bag = new Finder(spec, services, scope, whole, lived);
  const tell = (from: Found | undefined, to: Found | undefined): Phase[] => {
    // That it began is no sign that it did not end, where its end is not printed or need not come.
    if (to === undefined && spec.next === undefined && (isSilent || spec.optional === true)) return [];
    if (from === undefined && spec.needsFrom === true) return [];
    // A bound alone tells of no work.
    if (from === undefined && to?.isBound === true && to.event.isRough !== true) return [];
    // Nor do two, or one with no end.
    if (from?.isBound === true && from.event !== to?.event && (to === undefined || (to.isBound && to.isStated !== true))) return [];
    // One line that states no duration is a point: it is shown on whatever it falls into.
    if (from !== undefined && to !== undefined && isPoint(from, to) && spec.spread !== true && spec.isPoint !== true) return [];
    const teller =
      [to, from].find((found) => found !== undefined && services.includes(found.event.service))?.event ??
      (from === undefined ? undefined : bag.own(to));
    // Where the work was never finished, the service that should have done it is known by the host that waited for it.
    const waiting = from !== undefined && to === undefined && (lived.host === from.event.host || spec.across === true);
    const service = teller?.service ?? (waiting ? services.find((each) => lived.reads(each, lived.host)) : undefined);
    const host = teller?.host ?? lived.host;
    if (service === undefined || host === undefined) return [];
    const start = from?.at ?? to!.at;
    if (spec.fromRoot === true && start < lived.start) return [];
    const call = spec.http === undefined || to === undefined ? undefined : callIn(to.event.text);
    return [
      {
        name: spec.namedByCall === true && call !== undefined ? callName(call.method, call.route) : spec.name,
        spec,
        call,
        service,
        host,
        start,
        end: to?.at ?? Number.NaN,
        startIs: from?.is ?? 'unobserved',
        endIs: to?.is ?? 'unobserved',
        port: scope.port,
        within: spec.within,
        ...(to !== undefined && spec.failsAt?.some(({ kind }) => kind === to.event.kind) === true ? { failure: to.event } : {}),
        lines:
          spec.marks === undefined
            ? linesOf(from?.event, to?.event)
            : withMarks(spec.marks, spec.per === undefined ? whole : scope, from, to),
      },
    ];
  };
  if (spec.spread === true) {
    const from = bag.first(spec.from);
    const to = bag.lastOf(spec.to, lived.host === undefined ? undefined : lived.start);
    // One line shows a moment of it and no time.
    return from === undefined || to === undefined || from.event === to.event ? [] : tell(from, to);
  }
  if (spec.repeats === true) return bag.pairs().flatMap(([from, to]) => tell(from, to));
  const pair = bag.pair();
  return pair === undefined ? [] : tell(...pair);
}

/** The lines at both ends, and those between them that are told with the phase. */
function withMarks(kinds: readonly EventKind[], among: Scope, from: Found | undefined, to: Found | undefined): Event[] {
  const first = from?.event.at ?? to!.event.at;
  const last = to?.event.at ?? Number.POSITIVE_INFINITY;
  const between = kinds.flatMap((kind) => among.byKind.get(kind) ?? []).filter(({ at }) => at >= first && at <= last);
  return [...new Set([...linesOf(from?.event, to?.event), ...between])].sort(inOrder);
}

/** Each line once, in order. */
function linesOf(from: Event | undefined, to: Event | undefined): Event[] {
  if (from === undefined || from === to) return to === undefined ? [] : [to];
  if (to === undefined) return [from];
  return inOrder(from, to) <= 0 ? [from, to] : [to, from];
}

const NO_LINES: readonly Event[] = [];

/** Looks for a phase's edges among the lines of its scope. */
class Finder {
  readonly #spec: PhaseSpec;
  readonly #services: readonly string[];
  readonly #scope: Scope;
  readonly #whole: Scope;
  readonly #lived: Lived;

  constructor(spec: PhaseSpec, services: readonly string[], scope: Scope, whole: Scope, lived: Lived) {
    this.#spec = spec;
    this.#services = services;
    this.#scope = scope;
    this.#whole = whole;
    this.#lived = lived;
  }

  #lines(edge: Edge): readonly Event[] {
    const { byKind } = edge.anywhere === true ? this.#whole : this.#scope;
    let lines = NO_LINES;
    for (const kind of edge.kinds) {
      const found = byKind.get(kind);
      if (found === undefined) continue;
      const ours = this.#onlyOfTheAction(kind, found, edge);
      lines = lines.length === 0 ? ours : [...lines, ...ours].sort(inOrder);
    }
    return lines;
  }

  /** Locks and requests that other requests took are not the action's, though they lie in its time. */
  #onlyOfTheAction(kind: EventKind, lines: readonly Event[], edge: Edge): readonly Event[] {
    const { request } = this.#lived;
    const traits = traitsOf(kind);
    if (traits.lock?.of === 'instance') return lines.filter((event) => event.requestId === request && actionOfLock(event) !== undefined);
    if (traits.lock !== undefined || this.#spec.onlyOwn?.includes(kind) === true)
      return lines.filter((event) => event.requestId === request);
    // A request's lines are told of the service that wrote them; they may bound what others do.
    if (traits.request === true && edge.standIn !== true) return lines.filter(({ service }) => this.#services.includes(service));
    return lines;
  }

  /** @param since what lies before this moment has nothing to do with it */
  #found(event: Event, edge: Edge, since?: Millis): Found {
    if (edge.less !== undefined || edge.lessStated !== undefined) {
      const seconds = edge.less === undefined ? edge.lessStated?.(event) : numberOf(event, edge.less);
      const at = event.at - Math.round((seconds ?? 0) * 1e6) / 1e3;
      return { event, at, is: 'derived', isBound: true, isStated: true };
    }
    const later = edge.notBefore?.flatMap((kind) => this.#scope.byKind.get(kind) ?? NO_LINES).sort(inOrder)[0];
    if (later !== undefined && later.at > event.at) return this.#found(later, { kinds: [later.kind] });
    const isBound = edge.derived === true || event.isRough === true;
    // nova prints an event of the guest when it comes to handle it.
    const isLate = event.kind !== EMITTED && guestEventOf(event) !== undefined;
    const is = isBound || isLate || edge.standIn === true ? 'derived' : 'observed';
    if (!isLate || isBound) return { event, at: event.at, is, isBound };
    const proof = earliestProof(event, (kind) => this.#whole.byKind.get(kind) ?? NO_LINES, since);
    return { event, at: proof.at, is, isBound, proof };
  }

  first(edges: readonly Edge[]): Found | undefined {
    for (const edge of edges) {
      const lines = this.#lines(edge);
      const event = edge.pick === 'last' ? lines.at(-1) : lines[0];
      if (event !== undefined && isStated(event, edge)) return this.#found(event, edge);
    }
    return undefined;
  }

  /** Of what ends the phase a line of the phase's own service: nova-api may print the end of what neutron does. */
  own(to: Found | undefined): Event | undefined {
    if (to === undefined) return undefined;
    return this.#spec.to.flatMap((edge) => this.#lines(edge)).find(({ service }) => this.#services.includes(service));
  }

  /** @param until lines after this moment are of something else, such as the cleaning up of what was scheduled */
  lastOf(edges: readonly Edge[], until = Number.POSITIVE_INFINITY): Found | undefined {
    for (const edge of edges) {
      const event = this.#lines(edge).findLast(({ at }) => at <= until);
      if (event !== undefined) return this.#found(event, edge);
    }
    return undefined;
  }

  /**
   * The pair of lines that bound the phase: the best `from` that a `to` follows. When every `to` lies before every `from`
   * (two daemons' clocks; up before ovn-installed) it is an instant at the `to`.
   */
  pair(): [Found | undefined, Found | undefined] | undefined {
    for (const edge of this.#spec.from) {
      if (edge.pick === 'latest') {
        for (const [to, toEdge] of this.#ends()) {
          const found = this.#found(to, toEdge);
          const isBefore = (event: Event): boolean => (found.at < to.at ? event.at <= found.at : inOrder(event, to) < 0);
          const before = this.#lines(edge).findLast((event) => event !== to && isBefore(event));
          if (before !== undefined) return [this.#found(before, edge), found];
        }
        continue;
      }
      const from = this.first([edge]);
      if (from === undefined) continue;
      const to = this.#endAfter(from);
      if (to !== undefined) return [from, to];
    }
    const to = this.#ends()[0];
    if (to !== undefined) return [undefined, this.#found(to[0], to[1])];
    const from = this.#spec.from
      .map((edge) => (edge.pick === 'latest' ? this.lastOf([edge]) : this.first([edge])))
      .find((found) => found !== undefined);
    return from === undefined ? undefined : [from, undefined];
  }

  /** All candidates for the end, in order of preference. */
  #ends(): [Event, Edge][] {
    return this.#spec.to.flatMap((edge) => {
      const lines = this.#lines(edge);
      return (edge.pick === 'last' ? lines.toReversed() : lines).map((event): [Event, Edge] => [event, edge]);
    });
  }

  #endAfter(from: Found): Found | undefined {
    for (const edge of this.#spec.to) {
      const lines = this.#lines(edge);
      const follows = (event: Event): boolean => event === from.event || event.at >= from.at;
      const event = edge.pick === 'last' ? lines.findLast(follows) : lines.find(follows);
      if (event !== undefined) return this.#found(event, edge, from.at);
    }
    return undefined;
  }

  /** Every pair: a line that states its own duration is one by itself; else each `from` with the next `to`. */
  pairs(): [Found | undefined, Found | undefined][] {
    const itself = this.#spec.from.filter((edge) => edge.less !== undefined);
    const ends =
      this.#spec.to.map((edge) => this.#lines(edge).map((event) => this.#found(event, edge))).find((found) => found.length > 0) ?? [];
    if (itself.length > 0 || this.#spec.from.length === 0) {
      return ends.map((to) => {
        const edge = itself.find(({ kinds }) => kinds.includes(to.event.kind as EventKind));
        return [edge === undefined ? undefined : this.#found(to.event, edge), to];
      });
    }
    const begins =
      this.#spec.from.map((edge) => this.#lines(edge).map((event) => this.#found(event, edge))).find((found) => found.length > 0) ?? [];
    const used = new Set<Found>();
    return begins.map((from) => {
      const to = ends.find((each) => !used.has(each) && inOrder(from.event, each.event) < 0);
      if (to !== undefined) used.add(to);
      return [from, to];
    });
  }
}

const isStated = (event: Event, { lessStated }: Edge): boolean => lessStated === undefined || lessStated(event) !== undefined;

/** A phase whose end no line shows ends with the one it is part of. */
function closeOpenEnds(phases: readonly Phase[], lived: Lived): Phase[] {
  return phases.map((phase) => {
    if (!Number.isNaN(phase.end)) return phase;
    const parent = phases.find(
      (each) => phase.within !== undefined && isOf(each, phase.within) && each.host === phase.host && !Number.isNaN(each.end),
    );
    return { ...phase, end: Math.max(phase.start, parent?.end ?? lived.end) };
  });
}
