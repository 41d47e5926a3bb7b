import type { EventKind } from '../catalogue/event.js';
import { isActionLock, kindsWith } from '../catalogue/traits.js';
import { attachInterface, detachInterface } from './attach-interface.js';
import { attachVolume, detachVolume } from './attach-volume.js';
import { create } from './create.js';
import type { ActionSpec } from './define.js';
import { remove } from './delete.js';
import { evacuate } from './evacuate.js';
import { type Event, inOrder, textOf } from './event.js';
import { liveMigration } from './live-migration.js';
import { pause, resume, start, stop, suspend, unpause } from './power.js';
import { reboot } from './reboot.js';
import { rebuild } from './rebuild.js';
import { rescue, unrescue } from './rescue.js';
import { confirmResize, migrate, resize, revertResize } from './resize.js';
import { shelve, shelveOffload, unshelve } from './shelve.js';
import { backup, createImage } from './snapshot.js';
import { createStates, statesOf } from './states.js';

/** All actions. If the lines of a candidate fit several actions, the first of them wins. */
export const actions: readonly ActionSpec[] = [
  rebuild,
  evacuate,
  reboot,
  stop,
  start,
  pause,
  unpause,
  suspend,
  resume,
  resize,
  migrate,
  confirmResize,
  liveMigration,
  revertResize,
  shelve,
  shelveOffload,
  unshelve,
  rescue,
  unrescue,
  backup,
  createImage,
  attachInterface,
  detachInterface,
  attachVolume,
  detachVolume,
  create,
  remove,
];

const byLock = new Map(actions.flatMap((spec) => spec.lockedBy.map((name) => [name, spec] as const)));
const byCall = new Map(actions.flatMap((spec) => (spec.calls ?? []).map((name) => [name, spec] as const)));
const byBeginning = new Map(actions.flatMap((spec) => (spec.apiLines ?? []).map((kind) => [kind, spec] as const)));
const byTask = new Map(actions.flatMap((spec) => (spec.tasks ?? []).map((task) => [task, spec] as const)));
/** Without delete: failed builds log "Terminating instance" as well, so it names a delete only if nothing else does. */
const byLine: readonly ActionSpec[] = actions.filter((spec) => spec !== remove);

const byKind = new Map<EventKind, ActionSpec[]>();
for (const spec of byLine) for (const kind of spec.namedBy) byKind.set(kind, [...(byKind.get(kind) ?? []), spec]);

/** The actions by the states that nova logs. */
const states = createStates(actions);

/** Actions that a line names only if certain other lines are absent. */
const byLineUnless = actions.flatMap((spec) => (spec.namedUnless === undefined ? [] : [{ ...spec.namedUnless, spec }]));
const byAll = actions.flatMap((spec) => (spec.namedByAll === undefined ? [] : [{ steps: spec.namedByAll, spec }]));

/** Locks whose function names the action. */
const LOCKS: ReadonlySet<EventKind> = new Set(kindsWith(isActionLock));

/** Kinds of lines of nova-compute that can change the name of a candidate. */
export const naming: ReadonlySet<EventKind> = new Set([
  ...LOCKS,
  'instance.claimed',
  'instance.terminating',
  'vif.plug.timed.out',
  'task.state.reverted',
  ...actions.flatMap((spec) => [
    ...spec.namedBy,
    ...(spec.namedByAll ?? []).flat(),
    ...(spec.namedUnless?.kinds ?? []),
    ...(spec.namedUnless?.unless ?? []),
    ...(spec.provenOnHost ?? []),
    ...(spec.notWith ?? []),
    ...(spec.peerEvidence ?? []).flat(),
  ]),
]);

/** Kinds of lines without a request id that may name a candidate if nothing else does. */
export const namersWithoutRequestId: ReadonlySet<EventKind> = new Set<EventKind>([
  'power.state.sync.pending',
  'power.state.synchronizing',
  ...actions.flatMap((spec) => (spec.namedByAll ?? []).flat()),
]);

/**
 * Kinds of lines without a request id that may be the first line of an action. An action that has ended logs none of
 * them.
 */
export const precedingKinds: ReadonlySet<EventKind> = new Set(actions.flatMap(({ precededBy }) => precededBy ?? []));

/** Kinds of lines of nova-api that show which action a request starts. */
export const beginnings: ReadonlySet<EventKind> = new Set<EventKind>(['server.action.called', ...byBeginning.keys()]);

/** Kinds of lines that open an action although they have no request id, with that action. */
export const startersWithoutRequestId: ReadonlyMap<EventKind, ActionSpec> = new Map(
  actions.flatMap((spec) => (spec.startsWithoutRequestId ?? []).map((kind) => [kind, spec] as const)),
);

/**
 * The action whose function holds the lock of this line; undefined if no action holds such a lock from start to end.
 */
export function actionOfLock(event: Event): ActionSpec | undefined {
  if (!LOCKS.has(event.kind)) return undefined;
  const name = textOf(event, 'function');
  return name === undefined ? undefined : byLock.get(name.slice(name.lastIndexOf('.') + 1));
}

/** The action that nova-api starts, according to one of its lines. */
function actionOfCall(event: Event): ActionSpec | undefined {
  if (event.kind !== 'server.action.called') return byBeginning.get(event.kind);
  const method = textOf(event, 'method');
  return method === undefined ? undefined : byCall.get(method.slice(method.lastIndexOf('.') + 1));
}

/** The evidence for the name of a candidate. */
export interface Evidence {
  /** nova-compute's lines with the candidate's own request id, in order */
  readonly byRequest: readonly Event[];
  /** nova-api's lines with that id */
  readonly apiLines: readonly Event[];
  /**
   * lines of the instance without a request id that belong to no other action, in order: used if nothing else names it
   */
  readonly unattributed: () => readonly Event[];
  /** lines without its request id that log the instance's states while only this candidate was in progress */
  readonly stateLines?: readonly Event[];
  /** whether the instance had an action before: then this is not its create */
  readonly hadActionBefore?: () => boolean;
}

/**
 * The action that the lines of a candidate show, by the first rule that applies:
 *
 * 1. the function that holds the instance's lock (DEBUG)
 * 2. a line that names it; if two actions share the line, nova-api's line or other lines of its host decide
 * 3. the action that nova-api starts, according to its line (DEBUG)
 * 4. the task state in a line with its own request id
 * 5. "Claim successful", the first line of a create at INFO
 * 6. a line that another action logs as well, but only together with certain other lines
 * 7. "Terminating instance" as its first line: a delete. A failed build logs it as well, after lines of the build
 * 8. the task state that nova's power synchronization finds
 * 9. a set of lines that no other action has
 * 10. "Terminating instance" anywhere
 *
 * In rules 4 to 10 other lines can exclude a name: lines that the action never logs, or the task state of another
 * action. That matters if the first lines are missing and the rest fits two actions. A server is created only once: if
 * the instance had an action before, the claim belongs to a migration or an unshelve.
 *
 * Lines without a request id count only after the candidate's first own line: before that another action was in
 * progress.
 */
export function nameAction(evidence: Evidence): ActionSpec | undefined {
  const { byRequest, apiLines, stateLines = [] } = evidence;
  const named: ActionSpec[] = [];
  for (const event of byRequest) {
    const locked = actionOfLock(event);
    if (locked !== undefined) return locked;
    for (const spec of byKind.get(event.kind) ?? []) if (!named.includes(spec)) named.push(spec);
  }
  const has = (kind: EventKind): boolean => byRequest.some((event) => event.kind === kind);
  const isRuledOut = ({ notWith }: ActionSpec): boolean => notWith?.some(has) ?? false;
  const called = firstOf(apiLines, actionOfCall);

  const possible = named.length === 0 ? named : named.filter((spec) => !isRuledOut(spec));
  if (possible.length > 0) return oneOf(possible, called, byRequest);
  // nova-api's line names the action, but only the hosts' own lines show which of two hosts writes the root.
  if (called !== undefined && called.peerEvidence === undefined) return called;

  const contradicts = (spec: ActionSpec) => (event: Event) => {
    const printed = statesOf(event);
    return printed !== undefined && states.exclude(spec, printed);
  };
  const isExcluded = (spec: ActionSpec): boolean => isRuledOut(spec) || stateLines.some(contradicts(spec));
  const unlessExcluded = (spec: ActionSpec): ActionSpec | undefined => (isExcluded(spec) ? undefined : spec);
  return (
    namedByOwnState(byRequest, called, isRuledOut) ??
    (has('instance.claimed') && evidence.hadActionBefore?.() !== true ? unlessExcluded(create) : undefined) ??
    byLineUnless.find(({ kinds, unless, spec }) => kinds.some(has) && !unless.some(has) && !isExcluded(spec))?.spec ??
    (byRequest[0]?.kind === 'instance.terminating' ? unlessExcluded(remove) : undefined) ??
    namedByRest(byRequest, evidence.unattributed(), isExcluded) ??
    (has('instance.terminating') ? unlessExcluded(remove) : undefined)
  );
}

/** The first result of `of` that is not undefined. */
function firstOf<T>(events: readonly Event[], of: (event: Event) => T | undefined): T | undefined {
  for (const event of events) {
    const found = of(event);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The first of the named actions. If others share its naming line: the one with more evidence. */
function oneOf(named: ActionSpec[], called: ActionSpec | undefined, byRequest: readonly Event[]): ActionSpec | undefined {
  const [first, ...others] = named.length > 1 ? named.sort((a, b) => byLine.indexOf(a) - byLine.indexOf(b)) : named;
  if (first === undefined || others.length === 0) return first;
  const rivals = named.filter(({ namedBy }) => namedBy === first.namedBy || namedBy.some((kind) => first.namedBy.includes(kind)));
  return rivals.find((spec) => spec === called) ?? rivals.find((spec) => isProven(spec, byRequest)) ?? rivals.at(-1);
}

/**
 * The action by the states in its own lines. A resize and a migration have the same states: the name is then `migrate`.
 */
function namedByOwnState(
  byRequest: readonly Event[],
  called: ActionSpec | undefined,
  isRuledOut: (spec: ActionSpec) => boolean,
): ActionSpec | undefined {
  for (const event of byRequest) {
    const printed = statesOf(event);
    if (printed === undefined) continue;
    const isReverted = event.kind === 'task.state.reverted';
    const possible = (isReverted ? states.reverted(printed) : states.possible(printed)).filter((spec) => !isRuledOut(spec));
    const [first] = possible;
    // A reverted task may fit several actions (a shelve contains a snapshot), or be logged by the host that writes no
    // root.
    if (first === undefined || (isReverted && (possible.length > 1 || first.peerEvidence !== undefined))) continue;
    return first.peerEvidence === undefined ? first : (possible.find((spec) => spec === called) ?? possible.at(-1));
  }
  return undefined;
}

/** The action by lines without a request id, alone or together with its own lines. */
function namedByRest(own: readonly Event[], rest: readonly Event[], isExcluded: (spec: ActionSpec) => boolean): ActionSpec | undefined {
  const after = rest.filter(({ at }) => own[0] !== undefined && at >= own[0].at);
  const task = firstOf(after, taskNamed);
  // Both hosts of a migration find the task pending, so it does not show which of them writes the root.
  const pending = task === undefined ? undefined : byTask.get(task);
  if (pending !== undefined && pending.peerEvidence === undefined && !isExcluded(pending)) return pending;
  const all = after.length === 0 ? own : [...own, ...after].sort(inOrder);
  return byAll.find(({ steps, spec }) => areInOrder(steps, all) && !isExcluded(spec))?.spec;
}

/** The action of another host that these unnamed lines are a part of. */
export function partOf(byRequest: readonly Event[]): ActionSpec | undefined {
  const kinds = new Set(byRequest.map(({ kind }) => kind));
  return actions.find(({ peerEvidence }) => peerEvidence?.some((all) => all.every((kind) => kinds.has(kind))));
}

/** The names of all actions with the same naming line. Only nova-api or another host shows which of them it is. */
export const namesakesOf = (spec: ActionSpec): readonly string[] =>
  actions.filter((each) => each === spec || each.namedBy.some((kind) => spec.namedBy.includes(kind))).map(({ name }) => name);

/**
 * The action that nova-conductor gave up, by the lines of the control plane.
 *
 * @returns undefined if it gave up nothing, or if only a line of nova-api could name the action and there is none
 */
export function actionGivenUp(events: readonly Event[]): ActionSpec | undefined {
  const tasks = new Set<string | undefined>();
  const kinds = new Set<EventKind>();
  let existedBefore = false;
  for (const event of events) {
    if (event.service !== 'nova-conductor') continue;
    kinds.add(event.kind);
    if (event.kind === 'scheduling.task.failed') tasks.add(textOf(event, 'task'));
    // A server that returns to its earlier state existed before, so this is not a create.
    if (event.kind === 'instance.state.set' && textOf(event, 'state') !== 'ERROR') existedBefore = true;
  }
  const givenUp = actions.filter(
    ({ givenUpBy }) =>
      givenUpBy?.tasks?.some((task) => tasks.has(task)) === true || givenUpBy?.kinds?.some((kind) => kinds.has(kind)) === true,
  );
  const possible = existedBefore ? givenUp.filter((spec) => spec !== create) : givenUp;
  const called = firstOf(events, actionOfCall);
  return possible.find((spec) => spec === called) ?? possible.find(({ givenUpBy }) => givenUpBy?.alone === true);
}

/** The task state in the line, if it names an action. */
function taskNamed(event: Event): string | undefined {
  const task = taskOf(event);
  return task !== undefined && byTask.has(task) ? task : undefined;
}

/** Whether the line has a task state that names an action. */
export const isOfTask = (event: Event): boolean => taskNamed(event) !== undefined;

/** Whether an action passes through a task state. */
export const isTaskOf = ({ tasks, sharedTasks }: ActionSpec, task: string | undefined): boolean =>
  task !== undefined && (tasks?.includes(task) === true || sharedTasks?.includes(task) === true);

/** The task state in a power-sync line. */
export function taskOf(event: Event): string | undefined {
  if (event.kind === 'power.state.sync.pending') return textOf(event, 'task');
  return event.kind === 'power.state.synchronizing' ? textOf(event, 'task_state') : undefined;
}

function isProven(spec: ActionSpec, byRequest: readonly Event[]): boolean {
  const { provenOnHost } = spec;
  if (provenOnHost === undefined) return false;
  const host = byRequest.find(({ kind }) => spec.namedBy.includes(kind))?.host;
  return byRequest.some((event) => event.host === host && provenOnHost.includes(event.kind));
}

/** Whether the lines contain one line of each step, in this order. */
function areInOrder(steps: readonly (readonly EventKind[])[], events: readonly Event[]): boolean {
  let next = 0;
  for (const { kind } of events) if (steps[next]?.includes(kind) === true) next++;
  return next === steps.length;
}
