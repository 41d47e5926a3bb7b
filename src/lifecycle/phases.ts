import type { EventKind } from '../catalogue/event.js';
import { coverageOf } from './coverage.js';
import { plugCycles } from './cycles.js';
import type { PhaseSpec } from './define.js';
import type { Event, Member } from './event.js';
import { emptyResultOf, fateOf, isSilentIn, type PhaseContext, plannedIn } from './fate.js';
import { Finder } from './finder.js';
import { EMITTED, guestLines } from './guest-events.js';
import type { Coverage, Phase, PhaseInput } from './phase.js';
import { bitOf, bitsOf, hasAny, type Layout, layoutOf, type Scope, type Table, tableOf } from './plan.js';
import { withPoints } from './points.js';
import { type PortBackend, portBackendsOf } from './port-backend.js';
import { withRoundedStarts } from './rounding.js';
import { isOf, joinThreads } from './thread.js';

function scopeOf(port: string | undefined, members: readonly Member[], { numbers }: Table): Scope {
  const lines: (Event[] | undefined)[] = new Array(numbers.size);
  for (const { event } of members) {
    const number = numbers.get(event.kind as EventKind);
    if (number === undefined) continue;
    const same = lines[number];
    if (same === undefined) lines[number] = [event];
    else same.push(event);
  }
  return { port, lines };
}

/** All lines of the action. Lines that state the time of a guest event replace the lines at its handling. */
function wholeOf(members: readonly Member[], table: Table): Scope {
  const whole = scopeOf(undefined, members, table);
  // Without a line that states a time, only the handling lines exist.
  if (whole.lines[table.numbers.get(EMITTED)!] === undefined) return whole;
  const lines = [...whole.lines];
  for (const [kind, stated] of guestLines(members.map(({ event }) => event))) {
    const number = table.numbers.get(kind);
    if (number !== undefined) lines[number] = stated;
  }
  return { port: undefined, lines };
}

/** The scopes of an action: one for all its lines, one per port, one per plug cycle. */
interface Scopes {
  readonly action: readonly Scope[];
  readonly port: readonly Scope[];
  readonly cycle: readonly Scope[];
}

const NO_SCOPES: readonly Scope[] = [];

function scopesOf({ members, ports }: PhaseInput, backends: ReadonlyMap<string, PortBackend>, table: Table): Scopes {
  const action = [wholeOf(members, table)];
  if (!table.hasPorts && !table.hasCycles) return { action, port: NO_SCOPES, cycle: NO_SCOPES };
  const port: Scope[] = [];
  const cycle: Scope[] = [];
  for (const name of ports) {
    // Half of an action's lines are about no port.
    const about = members.filter((member) => member.ports.length > 0 && member.ports.includes(name));
    const whole = scopeOf(name, about, table);
    port.push(whole);
    if (!table.hasCycles) continue;
    // A device that is passed through to the guest is never plugged: all its lines are one cycle.
    if (backends.get(name) === 'direct') cycle.push(whole);
    else for (const each of plugCycles(about)) cycle.push(isSame(each, about) ? whole : scopeOf(name, each, table));
  }
  return { action, port, cycle };
}

const isSame = (a: readonly Member[], b: readonly Member[]): boolean => a.length === b.length && a.every((member, i) => member === b[i]);

/**
 * The phases that an action's lines show: a pure function of the table and the lines, independent of their order. Only
 * the process that reads the log of a phase's service reports the phase. Otherwise two processes would report it.
 */
export function phasesOf(specs: readonly PhaseSpec[], input: PhaseInput): { phases: Phase[]; coverage: Coverage } {
  const table = tableOf(specs);
  const backends = table.needsBackends ? portBackendsOf(input) : NO_BACKENDS;
  const layout = layoutOf(table, bitsOf(backends.values()));
  const scopes = scopesOf(input, backends, table);
  const whole = scopes.action[0]!;
  const context: PhaseContext = {
    backendBits: layout.backendBits,
    reading: readingOf(table, input),
    hasPorts: input.ports.length > 0,
    hasCycles: scopes.cycle.length > 0,
  };
  const empty = emptyResultOf(layout, context);
  const planned = empty.planned.slice();
  const fates = empty.fates.slice();
  const finder = new Finder(whole, table.numbers, input);
  // Most actions have lines of only a few plans.
  const hasLines = plansWithLines(whole, layout);
  for (let place = 0; place < hasLines.length; place++) {
    if (hasLines[place] === 0) continue;
    const plan = layout.plans[place]!;
    const isSilent = isSilentIn(plan, context);
    const phases: Phase[] = [];
    let hasAnyLine = false;
    for (const scope of scopes[plan.per]) {
      if (plan.isBackendSpecific && scope.port !== undefined && (plan.backendBits & bitOf(backends.get(scope.port)!)) === 0) continue;
      if (!hasAny(plan.hints, scope) && !hasAny(plan.hintsAnywhere, whole)) continue;
      hasAnyLine = true;
      finder.find(plan, scope, isSilent, phases);
    }
    if (phases.length > plan.maxSpans) phases.length = plan.maxSpans;
    planned[place] = plannedIn(plan, phases, whole, context);
    fates[place] = fateOf(plan, phases.length > 0, hasAnyLine, whole, context);
  }
  const phases = withRoundedStarts(joinThreads(planned, layout.threads));
  return { phases: withPoints(closeOpenEnds(phases, input), input.members), coverage: coverageOf(layout, fates, phases) };
}

const NO_BACKENDS: ReadonlyMap<string, PortBackend> = new Map();

/** A letter per service of the table: it logs at DEBUG (`d`), is read (`r`), both (`b`) or neither (`-`). */
function readingOf({ services }: Table, { members, reads }: PhaseInput): string {
  const isAtDebug = services.map(() => false);
  for (const { event } of members) {
    const number = event.level === 'DEBUG' ? services.indexOf(event.service) : -1;
    if (number !== -1) isAtDebug[number] = true;
  }
  let letters = '';
  for (let i = 0; i < services.length; i++) letters += reads(services[i]!) ? (isAtDebug[i]! ? 'b' : 'r') : isAtDebug[i]! ? 'd' : '-';
  return letters;
}

/** For each plan of a layout, 1 if the action has a line that belongs to it or affects it. */
function plansWithLines({ lines }: Scope, { plans, byKind }: Layout): Uint8Array {
  const hasLines = new Uint8Array(plans.length);
  for (let number = 0; number < lines.length; number++) {
    if (lines[number] === undefined) continue;
    const places = byKind[number]!;
    for (let i = 0; i < places.length; i++) hasLines[places[i]!] = 1;
  }
  return hasLines;
}

/** A phase without a line at its end ends together with the phase that it is a part of. */
function closeOpenEnds(phases: readonly Phase[], input: PhaseInput): Phase[] {
  return phases.map((phase) => {
    if (!Number.isNaN(phase.end)) return phase;
    const parent = phases.find(
      (each) => phase.within !== undefined && isOf(each, phase.within) && each.host === phase.host && !Number.isNaN(each.end),
    );
    return { ...phase, end: Math.max(phase.start, parent?.end ?? input.end) };
  });
}
