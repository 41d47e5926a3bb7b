import type { Call } from '../catalogue/call.js';
import type { EventKind } from '../catalogue/event.js';
import type { Certainty } from '../model/attributes.js';
import type { Millis } from '../model/line.js';
import { type Coverage, coverageOf, type Fate } from './coverage.js';
import { plugCycles } from './cycles.js';
import type { PhaseSpec } from './define.js';
import type { Event, Member } from './event.js';
import { Finder } from './finder.js';
import { EMITTED, guestLines } from './guest-events.js';
import { bitOf, bitsOf, hasAny, layoutOf, type Plan, type Scope, type Table, tableOf } from './plan.js';
import { withPoints } from './points.js';
import { isOf, joinThreads, type Planned } from './thread.js';
import { type Wiring, wiringOf } from './wiring.js';

export interface Phase {
  readonly name: string;
  /** the phases that share this span, where no line parts them: `name` has all their names */
  readonly parts?: readonly string[] | undefined;
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
  readonly failure?: Event | undefined;
  /** of an HTTP request */
  readonly call?: Call | undefined;
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

/** All lines of the action; an event of the guest where it happened. */
function wholeOf(members: readonly Member[], table: Table): Scope {
  const whole = scopeOf(undefined, members, table);
  // Only where lines state when it happened are the lines of an event others than those printed of it.
  if (whole.lines[table.numbers.get(EMITTED)!] === undefined) return whole;
  const lines = [...whole.lines];
  for (const [kind, stated] of guestLines(members.map(({ event }) => event))) {
    const number = table.numbers.get(kind);
    if (number !== undefined) lines[number] = stated;
  }
  return { port: undefined, lines };
}

/** All the scopes of an action. */
interface Scopes {
  readonly action: readonly Scope[];
  readonly port: readonly Scope[];
  readonly cycle: readonly Scope[];
}

const NO_SCOPES: readonly Scope[] = [];

function scopesOf({ members, ports }: Lived, wired: ReadonlyMap<string, Wiring>, table: Table): Scopes {
  const action = [wholeOf(members, table)];
  if (!table.hasPorts && !table.hasCycles) return { action, port: NO_SCOPES, cycle: NO_SCOPES };
  const port: Scope[] = [];
  const cycle: Scope[] = [];
  for (const name of ports) {
    // Most actions have one port, and half of their lines are about none.
    const about = members.filter((member) => member.ports.length > 0 && member.ports.includes(name));
    const whole = scopeOf(name, about, table);
    port.push(whole);
    if (!table.hasCycles) continue;
    // No line shows the plug of a device that is handed to the guest.
    if (wired.get(name) === 'direct') cycle.push(whole);
    else for (const each of plugCycles(about)) cycle.push(isSame(each, about) ? whole : scopeOf(name, each, table));
  }
  return { action, port, cycle };
}

const isSame = (a: readonly Member[], b: readonly Member[]): boolean => a.length === b.length && a.every((member, i) => member === b[i]);

/**
 * The phases of an action that its lines show: a pure function of the table and the lines, whatever their order.
 * A phase is reported by the process that reads its service's log: others know only one side of it, and would report it twice.
 */
export function phasesOf(specs: readonly PhaseSpec[], lived: Lived): { phases: Phase[]; coverage: Coverage } {
  const table = tableOf(specs);
  const wired = table.asksWiring ? wiringOf(lived) : NOT_WIRED;
  const wirings = bitsOf(wired.values());
  const layout = layoutOf(table, wirings);
  const scopes = scopesOf(lived, wired, table);
  const whole = scopes.action[0]!;
  const finder = new Finder(whole, table.numbers, lived);
  const isRead = table.services.map((service) => lived.reads(service));
  const isDeep = table.services.map(() => false);
  for (const { event } of lived.members) {
    const number = event.level === 'DEBUG' ? table.services.indexOf(event.service) : -1;
    if (number !== -1) isDeep[number] = true;
  }
  const hasPorts = lived.ports.length > 0;
  const planned: Planned[] = [];
  const fates: Fate[] = [];
  for (const plan of layout.plans) {
    const deep = isAny(isDeep, plan);
    const read = isAny(isRead, plan);
    /** The lines of this phase are DEBUG's, and its service logs at INFO here. */
    const isSilent = plan.isDebug && !deep;
    let phases = NO_PHASES;
    let isHinted = false;
    for (const scope of scopes[plan.per]) {
      if (plan.isWired && scope.port !== undefined && (plan.wirings & bitOf(wired.get(scope.port)!)) === 0) continue;
      // Most phases of the tables are not in most actions.
      if (!hasAny(plan.hints, scope) && !hasAny(plan.hintsAnywhere, whole)) continue;
      isHinted = true;
      finder.find(plan, scope, isSilent, phases === NO_PHASES ? (phases = []) : phases);
    }
    if (phases.length > plan.most) phases.length = plan.most;
    const isOtherwise = phases.length === 0 && hasAny(plan.unless, whole);
    planned.push({
      spec: plan.spec,
      phases,
      mayBeUnseen: read && !isOtherwise && (isSilent || !plan.isOptional) && (plan.per === 'action' || hasPorts),
      mayNotEnd: isSilent || plan.isOptional,
      showsStart: deep || plan.showsStart,
      showsEnd: deep || plan.showsEnd,
    });
    // Some phases that not every action has should have been in this one.
    const isMissed = !plan.isOptional || ((plan.missedIn & wirings) !== 0 && hasAny(plan.missedWith, whole));
    if (phases.length > 0) fates.push(plan.isOptional ? 'unsaid' : 'seen');
    else if (!isMissed) fates.push('unsaid');
    else if (isOtherwise) fates.push('not-applicable');
    else if (plan.per !== 'action' && !hasPorts)
      fates.push(!plan.isWired || (plan.wirings & bitOf('ovn')) !== 0 ? 'not-applicable' : 'unsaid');
    else if (!read) fates.push('not-read');
    // Where some of its lines are there, the others need DEBUG, unless another line says that what they show never came.
    else if (isSilent || (!deep && isHinted && plan.missedIn === 0)) fates.push('not-logged');
    else if (plan.per === 'cycle' && scopes.cycle.length === 0) fates.push('no-plug');
    else fates.push(plan.isFromRoot ? 'not-applicable' : 'no-line');
  }
  const phases = joinThreads(planned, layout.threads);
  return { phases: withPoints(closeOpenEnds(phases, lived), lived.members), coverage: coverageOf(layout, fates, phases) };
}

const NOT_WIRED: ReadonlyMap<string, Wiring> = new Map();
const NO_PHASES: Phase[] = [];

function isAny(are: readonly boolean[], { serviceNumbers }: Plan): boolean {
  for (const number of serviceNumbers) if (are[number]) return true;
  return false;
}

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
