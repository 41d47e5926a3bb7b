import type { EventKind } from '../catalogue/event.js';
import type { ActionName, ActionSpec } from './define.js';
import { type Event, textOf } from './event.js';

/** The vm state and task state of an instance, as a line of nova shows them. */
export interface PrintedStates {
  readonly vm: string | undefined;
  readonly task: string | undefined;
}

/** Kinds of lines with a task state, and the field that has it. Most also have the vm state, in `vm_state`. */
const TASK_FIELDS: ReadonlyMap<EventKind, string> = new Map<EventKind, string>([
  ['power.state.sync.pending', 'task'],
  ['power.state.synchronizing', 'task_state'],
  ['vif.plug.timed.out', 'task_state'],
  ['vif.plug.unexpected', 'task_state'],
  ['external.event.unexpected', 'task_state'],
  ['task.state.reverted', 'task'],
]);

/** nova's text for the task state if no task is in progress. */
const NO_TASK = 'None';

/** The vm state of a server that has never run: only a create or its delete sees it. */
const BUILDING = 'building';

/**
 * Task states of a create. They are not in its table, because they must not delay its end: nova logs them until just
 * before it.
 */
const OF_CREATE: readonly string[] = ['scheduling', 'block_device_mapping', 'networking', 'spawning'];

/** Task states that an action passes through, beside those in its table. */
const EXTRA_TASKS: Partial<Record<ActionName, readonly string[]>> = {
  create: OF_CREATE,
  backup: ['image_snapshot', 'image_snapshot_pending', 'image_pending_upload', 'image_uploading'],
  shelve: ['image_snapshot', 'image_pending_upload', 'image_uploading'],
};

/** Whether lines of a kind have states. */
export const printsStates = (kind: EventKind): boolean => TASK_FIELDS.has(kind);

/** The states in a line; undefined if it has none. */
export function statesOf(event: Event): PrintedStates | undefined {
  const field = TASK_FIELDS.get(event.kind);
  if (field === undefined) return undefined;
  const task = textOf(event, field);
  return { vm: textOf(event, 'vm_state'), task: task === NO_TASK ? undefined : task };
}

/** Creates the lookup from states to actions. */
export function createStates(actions: readonly ActionSpec[]) {
  const actionsByTask = new Map<string, Set<ActionSpec>>();
  for (const spec of actions)
    for (const task of [...(spec.tasks ?? []), ...(spec.sharedTasks ?? []), ...(EXTRA_TASKS[spec.name] ?? [])])
      actionsByTask.set(task, (actionsByTask.get(task) ?? new Set()).add(spec));
  const withTasks = new Set([...actionsByTask.values()].flatMap((specs) => [...specs]));
  const isOfBuild = ({ name }: ActionSpec): boolean => name === 'create' || name === 'delete';

  return {
    /** The actions that pass through the task state, in the order of the table; empty if there is no task state. */
    possible({ vm, task }: PrintedStates): ActionSpec[] {
      const through = task === undefined ? undefined : actionsByTask.get(task);
      if (through === undefined) return [];
      const isBuilding = vm === undefined ? undefined : vm === BUILDING;
      return actions.filter(
        (spec) => through.has(spec) && (isBuilding === undefined || task !== 'spawning' || isBuilding === isOfBuild(spec)),
      );
    },

    /**
     * The actions whose task nova reverts when they fail. A build runs in a thread of its own, and nova does not revert
     * its task.
     */
    reverted(states: PrintedStates): ActionSpec[] {
      return this.possible(states).filter(({ name }) => name !== 'create');
    },

    /**
     * Whether the states belong to another action. Actions without a task state, such as the attachment of a volume,
     * run in parallel with others and are never excluded.
     */
    exclude(spec: ActionSpec, { vm, task }: PrintedStates): boolean {
      if (!withTasks.has(spec)) return false;
      if (vm === BUILDING && !isOfBuild(spec)) return true;
      const through = task === undefined ? undefined : actionsByTask.get(task);
      return (
        through !== undefined && (!through.has(spec) || (task === 'spawning' && vm !== undefined && vm !== BUILDING && isOfBuild(spec)))
      );
    },
  };
}
