import type { EventKind } from '../catalogue/event.js';
import { isPrintedAtInfo, knownAs } from '../catalogue/releases.js';
import { traitsOf } from '../catalogue/traits.js';
import type { Edge, PhaseSpec } from './define.js';
import { type Event, inOrder } from './event.js';
import { EMITTED, PROOFS } from './guest-events.js';
import { actionOfLock } from './name.js';
import type { Coverage, EmptyResult } from './phase.js';
import type { PortBackend } from './port-backend.js';
import { threadsOf } from './thread.js';

/**
 * A table of phases, compiled once. All plans and edges have the same fields in the same order (faster in V8), and
 * kinds and services have numbers, so that an action's lines are sorted into arrays once.
 */
export interface Table {
  readonly plans: readonly Plan[];
  readonly numbers: ReadonlyMap<EventKind, number>;
  readonly services: readonly string[];
  /** whether a plan depends on the backends of ports, is per port, is per plug cycle */
  readonly needsBackends: boolean;
  readonly hasPorts: boolean;
  readonly hasCycles: boolean;
  /** by the bits of the backends that an action's ports have */
  readonly layouts: Map<number, Layout>;
}

/** The plans of a table for an action whose ports have certain backends. */
export interface Layout {
  readonly backendBits: number;
  readonly plans: readonly Plan[];
  /** by the number of a kind: the indexes of the plans that its lines belong to or affect */
  readonly byKind: readonly (readonly number[])[];
  /** the names of plans that another backend replaces, by the index of the plan that they would come before */
  readonly replaced: ReadonlyMap<number, readonly string[]>;
  /** the indexes of plans that follow each other on one thread */
  readonly threads: readonly (readonly number[])[];
  /** coverages, by the fates of the plans */
  readonly coverages: Map<string, Coverage>;
  /** results for actions without a line of any plan, by the rest of the context */
  readonly emptyResults: Map<string, EmptyResult>;
}

/**
 * Which lines of a kind belong to a phase: all; those with the action's own request id; those of its own lock; or those
 * of the phase's service. Other requests may take locks and send requests in the action's time.
 */
type Ownership = 'all' | 'own' | 'own-lock' | 'service';

/** An `Edge`, compiled. */
export interface PlannedEdge {
  readonly kinds: readonly EventKind[];
  /** the numbers of its kinds, and which lines of each kind count */
  readonly numbers: readonly number[];
  readonly ownership: readonly Ownership[];
  readonly isAnywhere: boolean;
  readonly pick: 'first' | 'last' | 'latest';
  readonly less: string | undefined;
  readonly lessStated: ((event: Event) => number | undefined) | undefined;
  readonly isDerived: boolean;
  readonly isStandIn: boolean;
  readonly notBefore: readonly number[];
  readonly isSameRequest: boolean;
}

/** An edge that is simply the time of its line. */
export const PLAIN: PlannedEdge = {
  kinds: [],
  numbers: [],
  ownership: [],
  isAnywhere: false,
  pick: 'first',
  less: undefined,
  lessStated: undefined,
  isDerived: false,
  isStandIn: false,
  notBefore: [],
  isSameRequest: false,
};

/** A `PhaseSpec`, compiled. */
export interface Plan {
  readonly spec: PhaseSpec;
  readonly name: string;
  readonly services: readonly string[];
  readonly serviceNumbers: readonly number[];
  readonly per: 'action' | 'port' | 'cycle';
  readonly from: readonly PlannedEdge[];
  readonly to: readonly PlannedEdge[];
  /** the kinds of its edges that are searched in its scope */
  readonly hints: readonly number[];
  /** the kinds of its edges that are searched in the whole action */
  readonly hintsAnywhere: readonly number[];
  /** bits of its backends; all bits if it does not depend on the backend */
  readonly backendBits: number;
  readonly isBackendSpecific: boolean;
  readonly within: string | undefined;
  readonly isDebug: boolean;
  readonly isOptional: boolean;
  readonly repeats: boolean;
  readonly isFirstToLast: boolean;
  readonly isPoint: boolean;
  readonly hasNext: boolean;
  readonly isAcross: boolean;
  readonly missedWith: readonly number[];
  readonly missedIn: number;
  readonly unless: readonly number[];
  readonly requireStart: boolean;
  readonly isNotBeforeRoot: boolean;
  readonly innerEvents: readonly number[] | undefined;
  readonly maxSpans: number;
  readonly isHttp: boolean;
  readonly isNamedByCall: boolean;
  readonly failsAt: readonly EventKind[];
  /** whether a service at INFO logs a line at its start, at its end */
  readonly showsStart: boolean;
  readonly showsEnd: boolean;
}

const BITS: Readonly<Record<PortBackend, number>> = { ovn: 1, 'ml2-ovs': 2, other: 4, direct: 8 };
const ANY = 15;

/** A backend as one bit. */
export const bitOf = (backend: PortBackend): number => BITS[backend];
/** Several backends as bits. */
export const bitsOf = (backends: Iterable<PortBackend>): number => {
  let bits = 0;
  for (const backend of backends) bits |= BITS[backend];
  return bits;
};

const tables = new WeakMap<readonly PhaseSpec[], Table>();

/** The compiled table; each table is compiled once. */
export function tableOf(specs: readonly PhaseSpec[]): Table {
  let table = tables.get(specs);
  if (table === undefined) tables.set(specs, (table = createTable(specs)));
  return table;
}

function createTable(specs: readonly PhaseSpec[]): Table {
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
  // These may show more exactly when any phase ended.
  for (const kind of [EMITTED, ...PROOFS]) numberOf(kind);
  const plans = specs.map((spec) => planOf(spec, numberOf, numberOfService));
  return {
    plans,
    numbers,
    services,
    needsBackends: plans.some(({ isBackendSpecific, missedIn, per }) => isBackendSpecific || missedIn !== 0 || per === 'cycle'),
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
    backendBits: spec.backends === undefined ? ANY : bitsOf(spec.backends),
    isBackendSpecific: spec.backends !== undefined,
    within: spec.within,
    isDebug: spec.debug === true,
    isOptional: spec.optional === true,
    repeats: spec.repeats === true,
    isFirstToLast: spec.firstToLast === true,
    isPoint: spec.isPoint === true,
    hasNext: spec.next !== undefined,
    isAcross: spec.across === true,
    missedWith: (spec.missedWith?.kinds ?? []).map(numberOf),
    missedIn: bitsOf(spec.missedWith?.backends ?? []),
    unless: (spec.unless ?? []).map(numberOf),
    requireStart: spec.requireStart === true,
    isNotBeforeRoot: spec.notBeforeRoot === true,
    innerEvents: spec.innerEvents?.map(numberOf),
    maxSpans: spec.maxSpans ?? Number.POSITIVE_INFINITY,
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
  ownership: edge.kinds.map((kind) => ownershipOf(kind, edge, spec)),
  isAnywhere: edge.anywhere === true,
  pick: edge.pick ?? 'first',
  less: edge.less,
  lessStated: edge.lessStated,
  isDerived: edge.derived === true,
  isStandIn: edge.standIn === true,
  notBefore: (edge.notBefore ?? []).map(numberOf),
  isSameRequest: edge.sameRequest === true,
});

function ownershipOf(kind: EventKind, edge: Edge, { onlyOwn }: PhaseSpec): Ownership {
  const traits = traitsOf(kind);
  if (traits.lock?.of === 'instance') return 'own-lock';
  if (traits.lock !== undefined || onlyOwn?.includes(kind) === true) return 'own';
  // An access line belongs to the service that logged it, but it may bound phases of other services.
  return traits.request === true && edge.standIn !== true ? 'service' : 'all';
}

/**
 * The plans of a table for these backends.
 *
 * @param backendBits the backends of an action's ports, as bits; 0 without ports
 */
export function layoutOf(table: Table, backendBits: number): Layout {
  let layout = table.layouts.get(backendBits);
  if (layout === undefined) table.layouts.set(backendBits, (layout = createLayout(table, backendBits)));
  return layout;
}

function createLayout(table: Table, backendBits: number): Layout {
  const plans: Plan[] = [];
  const replaced = new Map<number, string[]>();
  for (const plan of table.plans) {
    if (backendBits === 0 || (plan.backendBits & backendBits) !== 0) plans.push(plan);
    // OVN and ML2/OVS replace each other. A port that uses neither has no phases of either.
    else if ((plan.backendBits & BITS.ovn) !== 0 && !plan.isOptional && (backendBits & BITS['ml2-ovs']) === 0)
      replaced.set(plans.length, [...(replaced.get(plans.length) ?? []), plan.name]);
  }
  const byKind = Array.from(table.numbers, (): number[] => []);
  for (const [place, { hints, hintsAnywhere, unless, missedWith }] of plans.entries()) {
    for (const number of new Set([...hints, ...hintsAnywhere, ...unless, ...missedWith])) byKind[number]!.push(place);
  }
  const threads = threadsOf(plans.map(({ spec }) => spec));
  return { backendBits, plans, byKind, replaced, threads, coverages: new Map(), emptyResults: new Map() };
}

/** The lines in which a phase's edges are searched, by the number of their kind; the lines of a kind are in order. */
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

/** The lines of an edge that belong to the phase, in order. */
export function linesOfEdge(edge: PlannedEdge, plan: Plan, { lines }: Scope, request: string): readonly Event[] {
  const { numbers, ownership } = edge;
  let found: readonly Event[] = NO_LINES;
  let isMixed = false;
  for (let i = 0; i < numbers.length; i++) {
    const same = lines[numbers[i]!];
    if (same === undefined) continue;
    const owned = ownership[i] === 'all' ? same : same.filter((event) => isOwned(event, ownership[i]!, plan, request));
    if (found.length === 0) found = owned;
    else {
      found = [...found, ...owned];
      isMixed = true;
    }
  }
  return isMixed ? found.toSorted(inOrder) : found;
}

function isOwned(event: Event, ownership: Ownership, { services }: Plan, request: string): boolean {
  if (ownership === 'service') return services.includes(event.service);
  return event.requestId === request && (ownership === 'own' || actionOfLock(event) !== undefined);
}
