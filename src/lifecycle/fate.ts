import type { Blank, Fate, Phase, Planned } from './phase.js';
import { bitOf, hasAny, type Layout, type Plan, type Scope } from './plan.js';

/** What decides, beside its own lines, what becomes of a phase. */
export interface Around {
  /** those of the action's ports, as bits */
  readonly wirings: number;
  /** which services of the table are read (`r`), log at DEBUG (`d`), or both (`b`) */
  readonly reading: string;
  readonly hasPorts: boolean;
  readonly hasCycles: boolean;
}

const NO_LINES: Scope = { port: undefined, lines: [] };

/** Of a layout; which services are read at which level hardly changes. */
const MOST = 8;

export function blankOf(layout: Layout, around: Around): Blank {
  const key = `${around.reading}${around.hasPorts}${around.hasCycles}`;
  let blank = layout.blanks.get(key);
  if (blank === undefined) {
    blank = {
      planned: layout.plans.map((plan) => plannedIn(plan, [], NO_LINES, around)),
      fates: layout.plans.map((plan) => fateOf(plan, false, false, NO_LINES, around)),
    };
    if (layout.blanks.size === MOST) layout.blanks.clear();
    layout.blanks.set(key, blank);
  }
  return blank;
}

function isAny({ serviceNumbers }: Plan, reading: string, letter: 'r' | 'd'): boolean {
  for (let i = 0; i < serviceNumbers.length; i++) {
    const is = reading[serviceNumbers[i]!];
    if (is === letter || is === 'b') return true;
  }
  return false;
}

/** Whether a line of these shows that the phase is another's work here. */
const isOtherwise = (plan: Plan, isSeen: boolean, whole: Scope): boolean => !isSeen && hasAny(plan.unless, whole);

/** Whether its lines are DEBUG's, and its service logs at INFO here. */
export const isSilentIn = (plan: Plan, { reading }: Around): boolean => plan.isDebug && !isAny(plan, reading, 'd');

/** @param phases what was found of it */
export function plannedIn(plan: Plan, phases: readonly Phase[], whole: Scope, around: Around): Planned {
  const isDeep = isAny(plan, around.reading, 'd');
  const isSilent = plan.isDebug && !isDeep;
  return {
    spec: plan.spec,
    phases,
    mayBeUnseen:
      isAny(plan, around.reading, 'r') &&
      !isOtherwise(plan, phases.length > 0, whole) &&
      (isSilent || !plan.isOptional) &&
      (plan.per === 'action' || around.hasPorts),
    mayNotEnd: isSilent || plan.isOptional,
    showsStart: isDeep || plan.showsStart,
    showsEnd: isDeep || plan.showsEnd,
  };
}

/** @param isHinted some of its lines are there */
export function fateOf(plan: Plan, isSeen: boolean, isHinted: boolean, whole: Scope, around: Around): Fate {
  if (isSeen) return plan.isOptional ? 'unsaid' : 'seen';
  // Some phases that not every action has should have been in this one.
  if (plan.isOptional && ((plan.missedIn & around.wirings) === 0 || !hasAny(plan.missedWith, whole))) return 'unsaid';
  if (isOtherwise(plan, isSeen, whole)) return 'not-applicable';
  if (plan.per !== 'action' && !around.hasPorts) return (plan.wirings & bitOf('ovn')) === 0 ? 'unsaid' : 'not-applicable';
  if (!isAny(plan, around.reading, 'r')) return 'not-read';
  if (isSilentIn(plan, around)) return 'not-logged';
  // The others need DEBUG, unless another line says that what they show never came.
  if (isHinted && plan.missedIn === 0 && !isAny(plan, around.reading, 'd')) return 'not-logged';
  if (plan.per === 'cycle' && !around.hasCycles) return 'no-plug';
  return plan.isFromRoot ? 'not-applicable' : 'no-line';
}
