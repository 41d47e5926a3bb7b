import type { EventKind } from '../catalogue/event.js';
import type { ActionName, ActionSpec } from './define.js';
import { type Event, textOf } from './event.js';

/** The states that nova has an instance in, as one of its lines prints them. */
export interface PrintedStates {
  readonly vm: string | undefined;
  readonly task: string | undefined;
}

/** Lines that print the task state, by the field that has it; most print the state of the instance (`vm_state`) as well. */
const TASK_FIELDS: ReadonlyMap<EventKind, string> = new Map<EventKind, string>([
  ['power.state.sync.pending', 'task'],
  ['power.state.synchronizing', 'task_state'],
  ['vif.plug.timed.out', 'task_state'],
  ['vif.plug.unexpected', 'task_state'],
  ['external.event.unexpected', 'task_state'],
  ['task.state.reverted', 'task'],
]);

/** What nova writes where no task is under way. */
const NO_TASK = 'None';

/** nova's state of a server that has not run yet: only a create, or its delete, finds it so. */
const BUILDING = 'building';

/** Task states of a create. They do not prolong it, as those in its table would: nova prints them of the moment before its end, too. */
const OF_CREATE: readonly string[] = ['scheduling', 'block_device_mapping', 'networking', 'spawning'];

/** Task states that one action goes through beside those that its table names. */
const EXTRA_TASKS: Partial<Record<ActionName, readonly string[]>> = {
  create: OF_CREATE,
  backup: ['image_snapshot', 'image_snapshot_pending', 'image_pending_upload', 'image_uploading'],
  shelve: ['image_snapshot', 'image_pending_upload', 'image_uploading'],
};

/** Whether lines of a kind print states. */
export const printsStates = (kind: EventKind): boolean => TASK_FIELDS.has(kind);

/** The states that a line prints; undefined where it prints none. */
export function statesOf(event: Event): PrintedStates | undefined {
  const field = TASK_FIELDS.get(event.kind);
  if (field === undefined) return undefined;
  const task = textOf(event, field);
  return { vm: textOf(event, 'vm_state'), task: task === NO_TASK ? undefined : task };
}

/** Which actions a printed state is of. */
export function createStates(actions: readonly ActionSpec[]) {
  const actionsByTask = new Map<string, Set<ActionSpec>>();
  for (const spec of actions)
    for (const task of [...(spec.tasks ?? []), ...(spec.sharedTasks ?? []), ...(EXTRA_TASKS[spec.name] ?? [])])
      actionsByTask.set(task, (actionsByTask.get(task) ?? new Set()).add(spec));
  const withTasks = new Set([...actionsByTask.values()].flatMap((specs) => [...specs]));
  const isOfBuild = ({ name }: ActionSpec): boolean => name === 'create' || name === 'delete';

  return {
    /** The actions that go through the printed task state, in the order of the table; none where it names none. */
    possible({ vm, task }: PrintedStates): ActionSpec[] {
      const through = task === undefined ? undefined : actionsByTask.get(task);
      if (through === undefined) return [];
      const isBuilding = vm === undefined ? undefined : vm === BUILDING;
      return actions.filter(
        (spec) => through.has(spec) && (isBuilding === undefined || task !== 'spawning' || isBuilding === isOfBuild(spec)),
      );
    },

    /**
     * The actions whose task nova takes back when they fail. A build runs in a thread of its own: nova says of it that it failed, and
     * takes nothing back.
     */
    reverted(states: PrintedStates): ActionSpec[] {
      return this.possible(states).filter(({ name }) => name !== 'create');
    },

    /** Whether the printed states are those of another action. Actions without a task state, such as to attach a volume, go on beside others. */
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
