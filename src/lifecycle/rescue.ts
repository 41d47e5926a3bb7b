import { action, FAILURES, guestDestroy, guestShutdown, networkInfo } from './common.js';
import { type ActionSpec, last, latest, line, standIn } from './define.js';
import { apiRequest, PORT_CHAIN_WAIT, plugUnawaited, portDown, requests, vifUnplug } from './plug.js';
import { maybe, partsOf, spawning } from './spawning.js';

/**
 * The phases of the ports. nova plugs and unplugs nothing, but the interface of a native OVS port disappears with the
 * old guest and appears with the new one, and then the chain runs again. nova does not wait for it.
 */
const ports = [...maybe(vifUnplug, ...portDown), ...maybe(...plugUnawaited)];

/** Start a server from a rescue image, with its own disk as a second disk. */
export const rescue: ActionSpec = action({
  name: 'rescue',
  lockedBy: ['do_rescue_instance'],
  // The second one names it if its first line is missing: no other action logs it.
  namedBy: ['instance.rescuing', 'rescue.attempted'],
  calls: ['_rescue'],
  tasks: ['rescuing'],
  ends: ['guest.lifecycle.started'],
  provedBy: ['power.state.checked'],
  fails: [...FAILURES, 'guest.start.failed'],
  portWait: { millis: PORT_CHAIN_WAIT },
  phases: [
    apiRequest,
    networkInfo,
    { ...guestShutdown, optional: true },
    { ...guestDestroy, optional: true },
    {
      name: 'rescue boot',
      service: 'nova-compute',
      from: [line('rescue.attempted'), standIn(line('image.creation.started'))],
      to: [last('guest.lifecycle.started')],
    },
    ...partsOf('rescue boot', maybe(...spawning.filter(({ name }) => name !== 'network wait' && name !== 'guest start'))),
    ...partsOf('rescue boot', ports),
    ...requests,
  ],
});

/** Start a rescued server from its own disk again. */
export const unrescue: ActionSpec = action({
  name: 'unrescue',
  lockedBy: ['do_unrescue_instance'],
  namedBy: ['instance.unrescuing'],
  calls: ['_unrescue'],
  tasks: ['unrescuing'],
  ends: ['guest.lifecycle.started'],
  provedBy: ['power.state.checked'],
  fails: [...FAILURES, 'guest.start.failed'],
  portWait: { millis: PORT_CHAIN_WAIT },
  phases: [
    apiRequest,
    networkInfo,
    {
      name: 'guest destroy',
      service: 'nova-compute',
      from: [standIn(latest('network.cache.updated')), standIn(line('instance.unrescuing'))],
      to: [line('instance.destroyed')],
    },
    {
      name: 'guest start',
      service: 'nova-compute',
      from: [line('instance.destroyed')],
      to: [last('guest.lifecycle.started')],
    },
    ...partsOf(undefined, ports),
    ...requests,
  ],
});
