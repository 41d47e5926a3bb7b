import type { EventKind } from '../catalogue/event.js';
import { create } from './create.js';
import type { ActionSpec } from './define.js';
import { remove } from './delete.js';
import { type Event, textOf } from './event.js';
import { others } from './others.js';
import { rebuild } from './rebuild.js';

/** All actions. Their order matters only where two are named by the same line. */
export const actions: readonly ActionSpec[] = [rebuild, ...others, create, remove];

const byLock = new Map(actions.flatMap((spec) => spec.lockedBy.map((name) => [name, spec] as const)));
const byLine = new Map<EventKind, ActionSpec>(
  actions.flatMap((spec) => (spec === remove ? [] : spec.namedBy.map((kind) => [kind, spec] as const))),
);

const LOCKS: ReadonlySet<EventKind> = new Set<EventKind>([
  'instance.lock.awaited',
  'instance.lock.acquired',
  'instance.lock.released',
  'interface.lock.awaited',
  'interface.lock.acquired',
  'interface.lock.released',
]);

/** Kinds that nameAction looks at: any other line leaves a bag's name as it is. */
export const naming: ReadonlySet<EventKind> = new Set([
  ...LOCKS,
  'instance.claimed',
  'instance.terminating',
  ...actions.flatMap((spec) => [...spec.namedBy, ...(spec.namedByAll ?? []), ...(spec.provenOnHost ?? [])]),
]);

/** The action whose function holds this lock, where the line is of a lock that an action holds from end to end. */
export function actionOfLock(event: Event): ActionSpec | undefined {
  if (!LOCKS.has(event.kind)) return undefined;
  const name = textOf(event, 'function');
  return name === undefined ? undefined : byLock.get(name.slice(name.lastIndexOf('.') + 1));
}

/**
 * Which action a bag of lines is, by the first rule that fits: the function that holds the instance's lock (DEBUG); a line
 * that names it; "Claim successful" alone, which is a create's first line at INFO; and "Terminating instance" alone, which
 * a failed build prints too, with the create's request id.
 *
 * @param events nova-compute's lines with the action's own request id, in order
 */
export function nameAction(events: Iterable<Event>): ActionSpec | undefined {
  let named: ActionSpec | undefined;
  let claimed = false;
  let terminating = false;
  for (const event of events) {
    const locked = actionOfLock(event);
    if (locked !== undefined) return locked;
    const spec = byLine.get(event.kind);
    if (spec !== undefined && (named === undefined || actions.indexOf(spec) < actions.indexOf(named))) named = spec;
    if (event.kind === 'instance.claimed') claimed = true;
    if (event.kind === 'instance.terminating') terminating = true;
  }
  if (named !== undefined) return isProven(named, events) ? named : undefined;
  if (claimed) return create;
  return actions.find((spec) => spec.namedByAll !== undefined && areInOrder(spec.namedByAll, events)) ?? (terminating ? remove : undefined);
}

function isProven(spec: ActionSpec, events: Iterable<Event>): boolean {
  const { provenOnHost } = spec;
  if (provenOnHost === undefined) return true;
  const all = [...events];
  const host = all.find(({ kind }) => spec.namedBy.includes(kind))?.host;
  return all.some((event) => event.host === host && provenOnHost.includes(event.kind));
}

/** Whether lines of all these kinds are there, each after the one before it. */
function areInOrder(kinds: readonly EventKind[], events: Iterable<Event>): boolean {
  let next = 0;
  for (const { kind } of events) if (kind === kinds[next]) next++;
  return next === kinds.length;
}
