import { action, FAILURES, guestDestroy, guestShutdown, networkInfo } from './common.js';
import { type ActionSpec, last, latest, line } from './define.js';
import { apiRequest, plugChain, requests } from './plug.js';
import { maybe, partsOf, spawning } from './spawning.js';

/** Start a server from a rescue image, with its own disk beside it. Its ports stay plugged. */
export const rescue: ActionSpec = action({
  name: 'rescue',
  lockedBy: ['do_rescue_instance'],
  namedBy: ['instance.rescuing'],
  calls: ['_rescue'],
  tasks: ['rescuing'],
  ends: ['guest.lifecycle.started'],
  provedBy: ['power.state.checked'],
  fails: [...FAILURES, 'guest.start.failed'],
  phases: [
    apiRequest,
    networkInfo,
    { ...guestShutdown, optional: true },
    { ...guestDestroy, optional: true },
    {
      name: 'rescue boot',
      service: 'nova-compute',
      from: [line('rescue.attempted'), line('image.creation.started')],
      to: [last('guest.lifecycle.started')],
    },
    ...partsOf('rescue boot', maybe(...spawning.filter(({ name }) => name !== 'network wait' && name !== 'guest start'))),
    ...partsOf('rescue boot', maybe(...plugChain)),
    ...requests,
  ],
});

/** Start it from its own disk again. */
export const unrescue: ActionSpec = action({
  name: 'unrescue',
  lockedBy: ['do_unrescue_instance'],
  namedBy: ['instance.unrescuing'],
  calls: ['_unrescue'],
  tasks: ['unrescuing'],
  ends: ['guest.lifecycle.started'],
  provedBy: ['power.state.checked'],
  fails: [...FAILURES, 'guest.start.failed'],
  phases: [
    apiRequest,
    networkInfo,
    {
      name: 'guest destroy',
      service: 'nova-compute',
      from: [latest('network.cache.updated'), line('instance.unrescuing')],
      to: [line('instance.destroyed')],
    },
    {
      name: 'guest start',
      service: 'nova-compute',
      from: [line('instance.destroyed')],
      to: [last('guest.lifecycle.started')],
    },
    ...requests,
  ],
});
