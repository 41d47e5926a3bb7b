import type { EventKind } from '../catalogue/event.js';
import { isPrintedAtInfo, knownAs } from '../catalogue/releases.js';
import { traitsOf } from '../catalogue/traits.js';
import type { Edge, PhaseSpec } from './define.js';
import { type Event, inOrder } from './event.js';
import { EMITTED, PROOFS } from './guest-events.js';
import { actionOfLock } from './name.js';
import type { Blank, Coverage } from './phase.js';
import { threadsOf } from './thread.js';
import type { PortBackend } from './wiring.js';

/**
 * What is asked of a table of phases for every action, worked out once. Each plan and each edge has the same fields in the same
 * order, and each kind and each service its number in the table: an action's lines are put in place once, by number.
 */
export interface Table {
  readonly plans: readonly Plan[];
  readonly numbers: ReadonlyMap<EventKind, number>;
  readonly services: readonly string[];
  /** whether any plan asks how ports are wired, and is of a port, or of a plug cycle */
  readonly asksWiring: boolean;
  readonly hasPorts: boolean;
  readonly hasCycles: boolean;
  /** by the wirings that an action has, as bits */
  readonly layouts: Map<number, Layout>;
}

/** The plans of a table that may be in an action whose ports are wired in certain ways. */
export interface Layout {
  readonly wirings: number;
  readonly plans: readonly Plan[];
  /** by the number of a kind, the plans that its lines are of, or say something about */
  readonly byKind: readonly (readonly number[])[];
  /** the names of those that another wiring stands in for, by the place in the plans that they stand before */
  readonly replaced: ReadonlyMap<number, readonly string[]>;
  /** the plans that follow each other on one thread, by their places */
  readonly threads: readonly (readonly number[])[];
  /** what is said of the phases, by what became of each */
  readonly coverages: Map<string, Coverage>;
  /** the same plans where there is no line of any, by what else decides what becomes of them */
  readonly blanks: Map<string, Blank>;
}

/** Whose lines of a kind are a phase's. Locks and requests that other requests took are not the action's, though they lie in its time. */
type Whose = 'all' | 'own' | 'own-lock' | 'service';

export interface PlannedEdge {
  readonly kinds: readonly EventKind[];
  /** the numbers of its kinds, and whose lines of each count */
  readonly numbers: readonly number[];
  readonly whose: readonly Whose[];
  readonly isAnywhere: boolean;
  readonly pick: 'first' | 'last' | 'latest';
  readonly less: string | undefined;
  readonly lessStated: ((event: Event) => number | undefined) | undefined;
  readonly isDerived: boolean;
  readonly isStandIn: boolean;
  readonly notBefore: readonly number[];
  readonly isSameRequest: boolean;
}

/** An edge of which nothing is known but its line. */
export const PLAIN: PlannedEdge = {
  kinds: [],
  numbers: [],
  whose: [],
  isAnywhere: false,
  pick: 'first',
  less: undefined,
  lessStated: undefined,
  isDerived: false,
  isStandIn: false,
  notBefore: [],
  isSameRequest: false,
};

export interface Plan {
  readonly spec: PhaseSpec;
  readonly name: string;
  readonly services: readonly string[];
  readonly serviceNumbers: readonly number[];
  readonly per: 'action' | 'port' | 'cycle';
  readonly from: readonly PlannedEdge[];
  readonly to: readonly PlannedEdge[];
  /** the kinds of its edges that are looked for among the lines of its scope */
  readonly hints: readonly number[];
  /** those that are looked for in the whole action */
  readonly hintsAnywhere: readonly number[];
  /** bits; all where it asks for no wiring */
  readonly wirings: number;
  readonly isWired: boolean;
  readonly within: string | undefined;
  readonly isDebug: boolean;
  readonly isOptional: boolean;
  readonly repeats: boolean;
  readonly isSpread: boolean;
  readonly isPoint: boolean;
  readonly hasNext: boolean;
  readonly isAcross: boolean;
  readonly missedWith: readonly number[];
  readonly missedIn: number;
  readonly unless: readonly number[];
  readonly needsFrom: boolean;
  readonly isFromRoot: boolean;
  readonly innerEvents: readonly number[] | undefined;
  readonly most: number;
  readonly isHttp: boolean;
  readonly isNamedByCall: boolean;
  readonly failsAt: readonly EventKind[];
  /** whether a service that logs at INFO prints a line at its beginning, at its end */
  readonly showsStart: boolean;
  readonly showsEnd: boolean;
}

const BITS: Readonly<Record<PortBackend, number>> = { ovn: 1, 'ml2-ovs': 2, other: 4, direct: 8 };
const ANY = 15;

export const bitOf = (wiring: PortBackend): number => BITS[wiring];
export const bitsOf = (wirings: Iterable<PortBackend>): number => {
  let bits = 0;
  for (const wiring of wirings) bits |= BITS[wiring];
  return bits;
};

const tables = new WeakMap<readonly PhaseSpec[], Table>();

export function tableOf(specs: readonly PhaseSpec[]): Table {
  let table = tables.get(specs);
  if (table === undefined) tables.set(specs, (table = planned(specs)));
  return table;
}

function planned(specs: readonly PhaseSpec[]): Table {
  const numbers = new Map<EventKind, number>();
  const services: string[] = [];
  const numberOf = (kind: EventKind): number => {
    let number = numbers.get(kind);
    if (number === undefined) numbers.set(kind, (number = numbers.size));
    return number;
  };
  const numberOfService = (service: string): number => {
    const number = services.indexOf(service);
    return number === -1 ? services.push(service) - 1 : number;
  };
  // Whatever the phases are, these may say better when one of them ended.
  for (const kind of [EMITTED, ...PROOFS]) numberOf(kind);
  const plans = specs.map((spec) => planOf(spec, numberOf, numberOfService));
  return {
    plans,
    numbers,
    services,
    asksWiring: plans.some(({ isWired, missedIn, per }) => isWired || missedIn !== 0 || per === 'cycle'),
    hasPorts: plans.some(({ per }) => per === 'port'),
    hasCycles: plans.some(({ per }) => per === 'cycle'),
    layouts: new Map(),
  };
}

const isShown = (edges: readonly Edge[]): boolean =>
  edges.some(({ kinds }) => kinds.some((kind) => knownAs(kind).some((known) => isPrintedAtInfo(known.spec))));

function planOf(spec: PhaseSpec, numberOf: (kind: EventKind) => number, numberOfService: (service: string) => number): Plan {
  const edges = [...spec.to, ...spec.from];
  const hints = (isAnywhere: boolean): number[] => [
    ...new Set(edges.filter(({ anywhere }) => (anywhere === true) === isAnywhere).flatMap(({ kinds }) => kinds.map(numberOf))),
  ];
  const services = typeof spec.service === 'string' ? [spec.service] : spec.service;
  return {
    spec,
    name: spec.name,
    services,
    serviceNumbers: services.map(numberOfService),
    per: spec.per ?? 'action',
    from: spec.from.map((edge) => edgeOf(edge, spec, numberOf)),
    to: spec.to.map((edge) => edgeOf(edge, spec, numberOf)),
    hints: hints(false),
    hintsAnywhere: hints(true),
    wirings: spec.backends === undefined ? ANY : bitsOf(spec.backends),
    isWired: spec.backends !== undefined,
    within: spec.within,
    isDebug: spec.debug === true,
    isOptional: spec.optional === true,
    repeats: spec.repeats === true,
    isSpread: spec.spread === true,
    isPoint: spec.isPoint === true,
    hasNext: spec.next !== undefined,
    isAcross: spec.across === true,
    missedWith: (spec.missedWith?.kinds ?? []).map(numberOf),
    missedIn: bitsOf(spec.missedWith?.backends ?? []),
    unless: (spec.unless ?? []).map(numberOf),
    needsFrom: spec.needsFrom === true,
    isFromRoot: spec.fromRoot === true,
    innerEvents: spec.innerEvents?.map(numberOf),
    most: spec.most ?? Number.POSITIVE_INFINITY,
    isHttp: spec.http !== undefined,
    isNamedByCall: spec.namedByCall === true,
    failsAt: (spec.failsAt ?? []).map(({ kind }) => kind),
    showsStart: isShown(spec.from),
    showsEnd: isShown(spec.to),
  };
}

const edgeOf = (edge: Edge, spec: PhaseSpec, numberOf: (kind: EventKind) => number): PlannedEdge => ({
  kinds: edge.kinds,
  numbers: edge.kinds.map(numberOf),
  whose: edge.kinds.map((kind) => whoseOf(kind, edge, spec)),
  isAnywhere: edge.anywhere === true,
  pick: edge.pick ?? 'first',
  less: edge.less,
  lessStated: edge.lessStated,
  isDerived: edge.derived === true,
  isStandIn: edge.standIn === true,
  notBefore: (edge.notBefore ?? []).map(numberOf),
  isSameRequest: edge.sameRequest === true,
});

function whoseOf(kind: EventKind, edge: Edge, { onlyOwn }: PhaseSpec): Whose {
  const traits = traitsOf(kind);
  if (traits.lock?.of === 'instance') return 'own-lock';
  if (traits.lock !== undefined || onlyOwn?.includes(kind) === true) return 'own';
  // A request's lines show the service that wrote them; they may bound what others do.
  return traits.request === true && edge.standIn !== true ? 'service' : 'all';
}

/** @param wirings those of an action's ports, as bits */
export function layoutOf(table: Table, wirings: number): Layout {
  let layout = table.layouts.get(wirings);
  if (layout === undefined) table.layouts.set(wirings, (layout = laidOut(table, wirings)));
  return layout;
}

function laidOut(table: Table, wirings: number): Layout {
  const plans: Plan[] = [];
  const replaced = new Map<number, string[]>();
  for (const plan of table.plans) {
    if (wirings === 0 || (plan.wirings & wirings) !== 0) plans.push(plan);
    // OVN and ML2/OVS stand in for each other; a port in neither has nothing of either.
    else if ((plan.wirings & BITS.ovn) !== 0 && !plan.isOptional && (wirings & BITS['ml2-ovs']) === 0)
      replaced.set(plans.length, [...(replaced.get(plans.length) ?? []), plan.name]);
  }
  const byKind = Array.from(table.numbers, (): number[] => []);
  for (const [place, { hints, hintsAnywhere, unless, missedWith }] of plans.entries()) {
    for (const number of new Set([...hints, ...hintsAnywhere, ...unless, ...missedWith])) byKind[number]!.push(place);
  }
  const threads = threadsOf(plans.map(({ spec }) => spec));
  return { wirings, plans, byKind, replaced, threads, coverages: new Map(), blanks: new Map() };
}

/** The lines among which a phase's edges are looked for, by the number of their kind, each kind in order. */
export interface Scope {
  readonly port: string | undefined;
  readonly lines: (readonly Event[] | undefined)[];
}

export const NO_LINES: readonly Event[] = [];

/** Whether there is a line of any of these kinds. */
export function hasAny(numbers: readonly number[], { lines }: Scope): boolean {
  for (const number of numbers) if (lines[number] !== undefined) return true;
  return false;
}

/** The lines of an edge that are the phase's, in order. */
export function linesOfEdge(edge: PlannedEdge, plan: Plan, { lines }: Scope, request: string): readonly Event[] {
  const { numbers, whose } = edge;
  let found: readonly Event[] = NO_LINES;
  let isMixed = false;
  for (let i = 0; i < numbers.length; i++) {
    const same = lines[numbers[i]!];
    if (same === undefined) continue;
    const ours = whose[i] === 'all' ? same : same.filter((event) => isOurs(event, whose[i]!, plan, request));
    if (found.length === 0) found = ours;
    else {
      found = [...found, ...ours];
      isMixed = true;
    }
  }
  return isMixed ? found.toSorted(inOrder) : found;
}

function isOurs(event: Event, whose: Whose, { services }: Plan, request: string): boolean {
  if (whose === 'service') return services.includes(event.service);
  return event.requestId === request && (whose === 'own' || actionOfLock(event) !== undefined);
}
