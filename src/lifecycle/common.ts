import type { EventKind } from '../catalogue/event.js';
import { minutes } from '../model/time.js';
import { type ActionSpec, endMinusDuration, line, type PhaseSpec } from './define.js';
import { portCreate, portDelete, portUpdate } from './plug.js';
import { maybe } from './spawning.js';

/** Lines of nova-compute that show that an action failed, for any action. */
export const FAILURES: readonly EventKind[] = ['instance.error.set', 'task.state.reverted', 'request.failed'];

/** Lines of nova-conductor that show that a build failed, for any action. */
export const CONTROLLER_FAILURES: ReadonlySet<EventKind> = new Set<EventKind>([
  'scheduling.failed',
  'scheduling.task.failed',
  'build.attempt.failed',
]);

/** The first lines of most actions at DEBUG, before a line that names the action. */
export const AT_WORK: readonly EventKind[] = [
  'instance.attribute.loaded',
  'cache.lock.awaited',
  'cache.lock.acquired',
  'network.cache.building',
  'port.binding.active',
];

type ActionDetails = Pick<ActionSpec, 'name' | 'lockedBy' | 'namedBy' | 'ends' | 'phases'> & Partial<ActionSpec>;

/** The start edges of an action: the lock of the instance, else one of these lines. */
export const startsAt = (...kinds: readonly EventKind[]): ActionSpec['starts'] => [
  line('instance.lock.awaited'),
  { kinds: ['instance.lock.acquired'], less: 'waited' },
  ...kinds.map((kind) => line(kind)),
];

/**
 * An action with the usual rules: it starts with its lock or with the line that names it, and it succeeded if its lock
 * is released without a failure.
 */
export function action(details: ActionDetails): ActionSpec {
  return {
    starts: startsAt(...details.namedBy),
    endsWithLock: details.lockedBy.length > 0,
    lockIsSuccess: true,
    fails: FAILURES,
    cleanupEvents: FAILURES,
    deadline: minutes(60),
    ...details,
  };
}

/** The action waits because another action holds the instance's lock. */
export const lockWait: PhaseSpec = {
  name: 'lock wait',
  service: 'nova-compute',
  debug: true,
  optional: true,
  from: [line('instance.lock.awaited'), { kinds: ['instance.lock.acquired'], less: 'waited' }],
  to: [line('instance.lock.acquired')],
};

/** nova asks the guest to shut down, and waits up to its time-out. */
export const guestShutdown: PhaseSpec = {
  name: 'guest shutdown',
  service: 'nova-compute',
  from: [line('guest.shutdown.started'), endMinusDuration('guest.shutdown.finished'), endMinusDuration('guest.shutdown.failed')],
  to: [line('guest.shutdown.finished', 'guest.shutdown.failed')],
};

/** nova ends the guest's process, whether the guest has shut down or not. */
export const guestDestroy: PhaseSpec = {
  name: 'guest destroy',
  service: 'nova-compute',
  from: [line('guest.shutdown.finished', 'guest.shutdown.failed')],
  to: [line('instance.destroyed')],
};

/** nova reads the ports from neutron again, before it plugs them. */
export const networkInfo: PhaseSpec = {
  name: 'network info',
  service: 'nova-compute',
  debug: true,
  optional: true,
  repeats: true,
  from: [line('cache.lock.acquired'), line('network.cache.building')],
  to: [line('cache.lock.released'), line('network.cache.updated')],
};

/** The time between the line that ends an action and the release of its lock. @param after kinds of that end line */
export const finishing = (name: string, ...after: readonly EventKind[]): PhaseSpec => ({
  name,
  service: 'nova-compute',
  debug: true,
  from: after.map((kind) => line(kind)),
  to: [line('instance.lock.released')],
});

/** The requests to neutron that move a port to another host or give it an address. */
export const portRequests: readonly PhaseSpec[] = maybe(portCreate, portUpdate, portDelete);
