import type { EmptyResult, Fate, Phase, Planned } from './phase.js';
import { bitOf, hasAny, type Layout, type Plan, type Scope } from './plan.js';

/** The facts about an action, beside a phase's own lines, that decide the fate of the phase. */
export interface PhaseContext {
  /** the backends of the action's ports, as bits */
  readonly backendBits: number;
  /** a letter per service of the table: read (`r`), logs at DEBUG (`d`), both (`b`) or neither (`-`) */
  readonly reading: string;
  readonly hasPorts: boolean;
  readonly hasCycles: boolean;
}

const NO_LINES: Scope = { port: undefined, lines: [] };

/** Cached results per layout: which services are read, at which level, hardly changes. */
const MAX_CACHED = 8;

/** The result for an action that has no line of any plan. */
export function emptyResultOf(layout: Layout, context: PhaseContext): EmptyResult {
  const key = `${context.reading}${context.hasPorts}${context.hasCycles}`;
  let empty = layout.emptyResults.get(key);
  if (empty === undefined) {
    empty = {
      planned: layout.plans.map((plan) => plannedIn(plan, [], NO_LINES, context)),
      fates: layout.plans.map((plan) => fateOf(plan, false, false, NO_LINES, context)),
    };
    if (layout.emptyResults.size === MAX_CACHED) layout.emptyResults.clear();
    layout.emptyResults.set(key, empty);
  }
  return empty;
}

function isAny({ serviceNumbers }: Plan, reading: string, letter: 'r' | 'd'): boolean {
  for (let i = 0; i < serviceNumbers.length; i++) {
    const is = reading[serviceNumbers[i]!];
    if (is === letter || is === 'b') return true;
  }
  return false;
}

/** Whether a line shows that another driver does this work in another way. */
const isReplaced = (plan: Plan, isSeen: boolean, whole: Scope): boolean => !isSeen && hasAny(plan.unless, whole);

/** Whether the phase needs DEBUG and its service logs at INFO. */
export const isSilentIn = (plan: Plan, { reading }: PhaseContext): boolean => plan.isDebug && !isAny(plan, reading, 'd');

/** @param phases the phases found for this plan */
export function plannedIn(plan: Plan, phases: readonly Phase[], whole: Scope, context: PhaseContext): Planned {
  const isAtDebug = isAny(plan, context.reading, 'd');
  const isSilent = plan.isDebug && !isAtDebug;
  return {
    spec: plan.spec,
    phases,
    mayBeUnseen:
      isAny(plan, context.reading, 'r') &&
      !isReplaced(plan, phases.length > 0, whole) &&
      (isSilent || !plan.isOptional) &&
      (plan.per === 'action' || context.hasPorts),
    mayNotEnd: isSilent || plan.isOptional,
    showsStart: isAtDebug || plan.showsStart,
    showsEnd: isAtDebug || plan.showsEnd,
  };
}

/** The fate of a phase. @param hasAnyLine some of its lines are there */
export function fateOf(plan: Plan, isSeen: boolean, hasAnyLine: boolean, whole: Scope, context: PhaseContext): Fate {
  if (isSeen) return plan.isOptional ? 'not-reported' : 'seen';
  // A time-out may show that this action should have had an optional phase.
  if (plan.isOptional && ((plan.missedIn & context.backendBits) === 0 || !hasAny(plan.missedWith, whole))) return 'not-reported';
  if (isReplaced(plan, isSeen, whole)) return 'not-applicable';
  if (plan.per !== 'action' && !context.hasPorts) return (plan.backendBits & bitOf('ovn')) === 0 ? 'not-reported' : 'not-applicable';
  if (!isAny(plan, context.reading, 'r')) return 'not-read';
  if (isSilentIn(plan, context)) return 'not-logged';
  // The other lines need DEBUG, unless a time-out shows that they never came.
  if (hasAnyLine && plan.missedIn === 0 && !isAny(plan, context.reading, 'd')) return 'not-logged';
  if (plan.per === 'cycle' && !context.hasCycles) return 'no-plug';
  return plan.isNotBeforeRoot ? 'not-applicable' : 'no-line';
}
