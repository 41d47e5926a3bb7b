import type { EventKind } from '../catalogue/event.js';
import { minutes } from '../model/time.js';
import { type ActionSpec, endMinusDuration, line, type PhaseSpec } from './define.js';
import { portCreate, portDelete, portUpdate } from './plug.js';
import { maybe } from './spawning.js';

/** What nova prints when any of its actions goes wrong. */
export const FAILURES: readonly EventKind[] = ['instance.error.set', 'task.state.reverted', 'request.failed'];

/** What nova-conductor prints when a build goes wrong, whatever the action. */
export const CONTROLLER_FAILURES: ReadonlySet<EventKind> = new Set<EventKind>([
  'scheduling.failed',
  'scheduling.task.failed',
  'build.attempt.failed',
]);

/** With what most actions begin at DEBUG, before they print what they are. */
export const AT_WORK: readonly EventKind[] = [
  'instance.attribute.loaded',
  'cache.lock.awaited',
  'cache.lock.acquired',
  'network.cache.building',
  'port.binding.active',
];

type Given = Pick<ActionSpec, 'name' | 'lockedBy' | 'namedBy' | 'ends' | 'phases'> & Partial<ActionSpec>;

/** An action of the usual kind: it begins with its lock or its naming line, and its lock's release without a failure is a success. */
export function action(given: Given): ActionSpec {
  return {
    starts: [
      line('instance.lock.awaited'),
      { kinds: ['instance.lock.acquired'], less: 'waited' },
      ...given.namedBy.map((kind) => line(kind)),
    ],
    endsWithLock: given.lockedBy.length > 0,
    lockIsSuccess: true,
    fails: FAILURES,
    cleanupEvents: FAILURES,
    deadline: minutes(60),
    ...given,
  };
}

/** Waiting for another action on the instance. */
export const lockWait: PhaseSpec = {
  name: 'lock wait',
  service: 'nova-compute',
  debug: true,
  optional: true,
  from: [line('instance.lock.awaited'), { kinds: ['instance.lock.acquired'], less: 'waited' }],
  to: [line('instance.lock.acquired')],
};

/** Asking the guest to shut down, up to its timeout. */
export const guestShutdown: PhaseSpec = {
  name: 'guest shutdown',
  service: 'nova-compute',
  from: [line('guest.shutdown.started'), endMinusDuration('guest.shutdown.finished'), endMinusDuration('guest.shutdown.failed')],
  to: [line('guest.shutdown.finished', 'guest.shutdown.failed')],
};

/** Taking the guest's process away, when it has shut down or has not. */
export const guestDestroy: PhaseSpec = {
  name: 'guest destroy',
  service: 'nova-compute',
  from: [line('guest.shutdown.finished', 'guest.shutdown.failed')],
  to: [line('instance.destroyed')],
};

/** Reading the ports from neutron anew, before they are plugged. */
export const networkInfo: PhaseSpec = {
  name: 'network info',
  service: 'nova-compute',
  debug: true,
  optional: true,
  repeats: true,
  from: [line('cache.lock.acquired'), line('network.cache.building')],
  to: [line('cache.lock.released'), line('network.cache.updated')],
};

/** What nova-compute does between the line that ends an action and the release of its lock. */
export const finishing = (name: string, ...after: readonly EventKind[]): PhaseSpec => ({
  name,
  service: 'nova-compute',
  debug: true,
  from: after.map((kind) => line(kind)),
  to: [line('instance.lock.released')],
});

/** neutron's part of moving a port to another host, or of giving it an address. */
export const portRequests: readonly PhaseSpec[] = maybe(portCreate, portUpdate, portDelete);
