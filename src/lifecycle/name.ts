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

/** All actions. Where the lines of one candidate action fit several, the first of them names it. */
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
/** "Terminating instance" also stands in failed builds: it names a delete only where nothing else does. */
const byLine: readonly ActionSpec[] = actions.filter((spec) => spec !== remove);

const byKind = new Map<EventKind, ActionSpec[]>();
for (const spec of byLine) for (const kind of spec.namedBy) byKind.set(kind, [...(byKind.get(kind) ?? []), spec]);

/** Which actions the states that nova prints are of. */
const states = createStates(actions);

/** Actions that a line names where none of certain others is there. */
const byLineUnless = actions.flatMap((spec) => (spec.namedUnless === undefined ? [] : [{ ...spec.namedUnless, spec }]));
const byAll = actions.flatMap((spec) => (spec.namedByAll === undefined ? [] : [{ steps: spec.namedByAll, spec }]));

/** Locks whose function names the action. */
const LOCKS: ReadonlySet<EventKind> = new Set(kindsWith(isActionLock));

/** Kinds of nova-compute's lines that can change the name of a candidate action. */
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

/** Kinds of lines without a request id that may name a candidate action that nothing else names. */
export const namersWithoutRequestId: ReadonlySet<EventKind> = new Set<EventKind>([
  'power.state.sync.pending',
  'power.state.synchronizing',
  ...actions.flatMap((spec) => (spec.namedByAll ?? []).flat()),
]);

/** Kinds of lines without a request id that may be an action's first: what has ended prints none of them. */
export const precedingKinds: ReadonlySet<EventKind> = new Set(actions.flatMap(({ precededBy }) => precededBy ?? []));

/** nova-api's lines that say what a request begins. */
export const beginnings: ReadonlySet<EventKind> = new Set<EventKind>(['server.action.called', ...byBeginning.keys()]);

/** Lines that belong to an action of this sort although they name no request. */
export const startersWithoutRequestId: ReadonlyMap<EventKind, ActionSpec> = new Map(
  actions.flatMap((spec) => (spec.startsWithoutRequestId ?? []).map((kind) => [kind, spec] as const)),
);

/** The action whose function holds this lock, where the line is of a lock that an action holds from end to end. */
export function actionOfLock(event: Event): ActionSpec | undefined {
  if (!LOCKS.has(event.kind)) return undefined;
  const name = textOf(event, 'function');
  return name === undefined ? undefined : byLock.get(name.slice(name.lastIndexOf('.') + 1));
}

/** The action that nova-api began, as one of its lines says. */
function actionOfCall(event: Event): ActionSpec | undefined {
  if (event.kind !== 'server.action.called') return byBeginning.get(event.kind);
  const method = textOf(event, 'method');
  return method === undefined ? undefined : byCall.get(method.slice(method.lastIndexOf('.') + 1));
}

/** The evidence for the name of a candidate action. */
export interface Evidence {
  /** nova-compute's lines with the action's own request id, in order */
  readonly byRequest: readonly Event[];
  /** nova-api's lines with that id */
  readonly apiLines: readonly Event[];
  /** lines of the instance that name no request and are no other action's, in order: what nothing else names may be named by them */
  readonly unattributed: () => readonly Event[];
  /** lines without its request id that print the instance's states while nothing but this was under way */
  readonly stateLines?: readonly Event[];
  /** whether the instance has had an action before: it is not being created */
  readonly hadActionBefore?: () => boolean;
}

/**
 * Which action the lines of a candidate action show, by the first rule that fits:
 *
 * 1. the function that holds the instance's lock (DEBUG)
 * 2. a line that names it; of two that share the line, what nova-api says, or what its host prints besides
 * 3. what nova-api says that it began (DEBUG)
 * 4. the task state that a line of its own prints
 * 5. "Claim successful", which is a create's first line at INFO
 * 6. a line that only another action with other lines shares
 * 7. "Terminating instance" as the first line: a delete. A failed build prints it, too, after lines of a build
 * 8. the task state that nova's power synchronization finds
 * 9. a set of lines that no other action has
 * 10. "Terminating instance" anywhere
 *
 * Of rules 4 to 10 a name does not count that other lines exclude: the action never prints such a line, or nova prints the task
 * state of another action meanwhile. A missing head leaves lines that two actions print. Nor is a server created twice: the claim
 * of one that has had an action before is of a migration or of an unshelve.
 *
 * Of lines without a request id only those after the first line of its own count: before it another action was under way.
 */
export function nameAction({
  byRequest,
  apiLines,
  unattributed,
  stateLines = [],
  hadActionBefore = () => false,
}: Evidence): ActionSpec | undefined {
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
  // nova-api names an action; it never makes a host its owner. Which of two hosts writes the root, only their own lines show.
  if (called !== undefined && called.peerEvidence === undefined) return called;

  const contradicts = (spec: ActionSpec) => (event: Event) => {
    const printed = statesOf(event);
    return printed !== undefined && states.exclude(spec, printed);
  };
  const isExcluded = (spec: ActionSpec): boolean => isRuledOut(spec) || stateLines.some(contradicts(spec));
  const unlessExcluded = (spec: ActionSpec): ActionSpec | undefined => (isExcluded(spec) ? undefined : spec);
  return (
    namedByOwnState(byRequest, called, isRuledOut) ??
    (has('instance.claimed') && !hadActionBefore() ? unlessExcluded(create) : undefined) ??
    byLineUnless.find(({ kinds, unless, spec }) => kinds.some(has) && !unless.some(has) && !isExcluded(spec))?.spec ??
    (byRequest[0]?.kind === 'instance.terminating' ? unlessExcluded(remove) : undefined) ??
    namedByRest(byRequest, unattributed(), isExcluded) ??
    (has('instance.terminating') ? unlessExcluded(remove) : undefined)
  );
}

/** What the first of the lines says that says anything. */
function firstOf<T>(events: readonly Event[], of: (event: Event) => T | undefined): T | undefined {
  for (const event of events) {
    const found = of(event);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Of actions that lines name, and that share such a line, the first: or the one that something else speaks for. */
function oneOf(named: ActionSpec[], called: ActionSpec | undefined, byRequest: readonly Event[]): ActionSpec | undefined {
  const [first, ...others] = named.length > 1 ? named.sort((a, b) => byLine.indexOf(a) - byLine.indexOf(b)) : named;
  if (first === undefined || others.length === 0) return first;
  const rivals = named.filter(({ namedBy }) => namedBy === first.namedBy || namedBy.some((kind) => first.namedBy.includes(kind)));
  return rivals.find((spec) => spec === called) ?? rivals.find((spec) => isProven(spec, byRequest)) ?? rivals.at(-1);
}

/** What the states name that a line of its own prints. A resize and a migration share theirs: it is named a migration. */
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
    // What nova takes back may be of several actions, as a snapshot is a part of a shelve too, or of the host that writes no root.
    if (first === undefined || (isReverted && (possible.length > 1 || first.peerEvidence !== undefined))) continue;
    return first.peerEvidence === undefined ? first : (possible.find((spec) => spec === called) ?? possible.at(-1));
  }
  return undefined;
}

/** What lines without a request id name, alone or with its own. */
function namedByRest(
  byRequest: readonly Event[],
  unattributed: readonly Event[],
  isExcluded: (spec: ActionSpec) => boolean,
): ActionSpec | undefined {
  const after = unattributed.filter(({ at }) => byRequest[0] !== undefined && at >= byRequest[0].at);
  const task = firstOf(after, taskNamed);
  // Both hosts of a migration find it pending: it is no sign of which of them writes the root.
  const pending = task === undefined ? undefined : byTask.get(task);
  if (pending !== undefined && pending.peerEvidence === undefined && !isExcluded(pending)) return pending;
  const all = after.length === 0 ? byRequest : [...byRequest, ...after].sort(inOrder);
  return byAll.find(({ steps, spec }) => areInOrder(steps, all) && !isExcluded(spec))?.spec;
}

/** The action of which unnamed lines are another host's part. */
export function partOf(byRequest: readonly Event[]): ActionSpec | undefined {
  const kinds = new Set(byRequest.map(({ kind }) => kind));
  return actions.find(({ peerEvidence }) => peerEvidence?.some((all) => all.every((kind) => kinds.has(kind))));
}

/** The names of the actions that the same line names: which of them it is, only nova-api shows, or another host. */
export const namesakesOf = (spec: ActionSpec): readonly string[] =>
  actions.filter((each) => each === spec || each.namedBy.some((kind) => spec.namedBy.includes(kind))).map(({ name }) => name);

/**
 * The action that the conductor gave up, as the lines of the control plane name it.
 *
 * @returns undefined where it gave nothing up, or where only nova-api could name it and no line of it does
 */
export function actionGivenUp(events: readonly Event[]): ActionSpec | undefined {
  const tasks = new Set<string | undefined>();
  const kinds = new Set<EventKind>();
  let existedBefore = false;
  for (const event of events) {
    if (event.service !== 'nova-conductor') continue;
    kinds.add(event.kind);
    if (event.kind === 'scheduling.task.failed') tasks.add(textOf(event, 'task'));
    // A server that goes back to the state that it had was there before: this is no create.
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

/** The task state that the line prints, where it names an action. */
function taskNamed(event: Event): string | undefined {
  const task = taskOf(event);
  return task !== undefined && byTask.has(task) ? task : undefined;
}

/** Whether the line prints a task state that names an action. */
export const isOfTask = (event: Event): boolean => taskNamed(event) !== undefined;

/** Whether an action goes through a task state. */
export const isTaskOf = ({ tasks, sharedTasks }: ActionSpec, task: string | undefined): boolean =>
  task !== undefined && (tasks?.includes(task) === true || sharedTasks?.includes(task) === true);

/** The task state that a power-sync line prints. */
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

/** Whether lines of all these kinds are there, each after the one before it. */
function areInOrder(steps: readonly (readonly EventKind[])[], events: readonly Event[]): boolean {
  let next = 0;
  for (const { kind } of events) if (steps[next]?.includes(kind) === true) next++;
  return next === steps.length;
}
