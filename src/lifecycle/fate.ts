import type { EmptyResult, Fate, Phase, Planned } from './phase.js';
import { bitOf, hasAny, type Layout, type Plan, type Scope } from './plan.js';

/** What decides, beside its own lines, what becomes of a phase. */
export interface PhaseContext {
  /** those of the action's ports, as bits */
  readonly backendBits: number;
  /** which services of the table are read (`r`), log at DEBUG (`d`), or both (`b`) */
  readonly reading: string;
  readonly hasPorts: boolean;
  readonly hasCycles: boolean;
}

const NO_LINES: Scope = { port: undefined, lines: [] };

/** Of a layout; which services are read at which level hardly changes. */
const MAX_CACHED = 8;

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

/** Whether a line of these shows that the phase is another's work here. */
const isReplaced = (plan: Plan, isSeen: boolean, whole: Scope): boolean => !isSeen && hasAny(plan.unless, whole);

/** Whether its lines are DEBUG's, and its service logs at INFO here. */
export const isSilentIn = (plan: Plan, { reading }: PhaseContext): boolean => plan.isDebug && !isAny(plan, reading, 'd');

/** @param phases what was found of it */
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

/** @param hasAnyLine some of its lines are there */
export function fateOf(plan: Plan, isSeen: boolean, hasAnyLine: boolean, whole: Scope, context: PhaseContext): Fate {
  if (isSeen) return plan.isOptional ? 'not-reported' : 'seen';
  // Some phases that not every action has should have been in this one.
  if (plan.isOptional && ((plan.missedIn & context.backendBits) === 0 || !hasAny(plan.missedWith, whole))) return 'not-reported';
  if (isReplaced(plan, isSeen, whole)) return 'not-applicable';
  if (plan.per !== 'action' && !context.hasPorts) return (plan.backendBits & bitOf('ovn')) === 0 ? 'not-reported' : 'not-applicable';
  if (!isAny(plan, context.reading, 'r')) return 'not-read';
  if (isSilentIn(plan, context)) return 'not-logged';
  // The others need DEBUG, unless another line says that what they show never came.
  if (hasAnyLine && plan.missedIn === 0 && !isAny(plan, context.reading, 'd')) return 'not-logged';
  if (plan.per === 'cycle' && !context.hasCycles) return 'no-plug';
  return plan.isNotBeforeRoot ? 'not-applicable' : 'no-line';
}
