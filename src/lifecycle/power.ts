import { AT_WORK, action, FAILURES, finishing, guestDestroy, guestShutdown, lockWait, networkInfo } from './common.js';
import { type ActionSpec, last, latest, line, standIn } from './define.js';
import { apiRequest, PORT_CHAIN_WAIT, plugUnawaited, portDown, requests, vifUnplug } from './plug.js';
import { guestPaused, guestStart, guestXml, maybe, partsOf } from './spawning.js';

/** Power a server off. No line shows its start at INFO: there the shutdown of the guest names it. */
export const stop: ActionSpec = action({
  name: 'stop',
  lockedBy: ['do_stop_instance'],
  namedBy: ['instance.stopping', 'instance.already.stopped'],
  namedByAll: [['guest.shutdown.finished', 'guest.shutdown.failed'], ['instance.destroyed']],
  // Other actions shut a guest down as well, and then continue.
  notWith: [
    'vif.unplugged',
    'vif.plugged',
    'instance.files.deleting',
    'image.creation.started',
    'guest.xml.started',
    'instance.terminating',
    'allocation.deleted',
    'instance.claimed',
    'snapshot.started',
    'snapshot.extracted',
    'snapshot.uploaded',
    'migration.power.off.started',
    'migration.finishing',
    'disk.resize.moving',
    'disk.resize.moved',
    'disk.resize.copied',
    'instance.shelve.offloading',
    'instance.rebooted',
    'rescue.attempted',
    'port.binding.active',
    'port.updating',
  ],
  calls: ['_stop_server'],
  apiLines: ['server.stop.begun'],
  tasks: ['powering-off'],
  starts: [
    line('instance.lock.awaited'),
    { kinds: ['instance.lock.acquired'], less: 'waited' },
    line('instance.stopping'),
    { kinds: ['guest.shutdown.finished', 'guest.shutdown.failed'], less: 'seconds' },
  ],
  ends: ['instance.destroyed', 'instance.already.stopped'],
  endsAfter: ['guest.shutdown.finished', 'guest.shutdown.failed', 'instance.already.stopped'],
  phases: [apiRequest, lockWait, guestShutdown, guestDestroy, finishing('stop finish', 'instance.destroyed'), ...requests],
});

/**
 * Power a server on. nova's driver does a hard reboot of a guest that does not run, and logs "rebooted". Only its task
 * state names it.
 */
export const start: ActionSpec = action({
  name: 'start',
  lockedBy: [],
  namedBy: [],
  // A hard reboot logs the last two as well, and its first line may be missing.
  namedByAll: [['instance.destroyed', 'vif.unplugged'], ['vif.plugged'], ['instance.rebooted']],
  notWith: [
    // It removes the rest of the old guest, and never shuts a guest down.
    'guest.shutdown.finished',
    'guest.shutdown.failed',
    'instance.rebooting',
    'instance.terminating',
    'allocation.deleted',
    'instance.files.deleting',
    'image.creation.started',
    'instance.claimed',
    'snapshot.started',
    'migration.finishing',
  ],
  calls: ['_start_server'],
  apiLines: ['server.start.begun'],
  tasks: ['powering-on'],
  starts: [{ kinds: ['instance.destroyed'], derived: true }],
  startsWithFirst: true,
  opensWith: [...AT_WORK, 'instance.destroyed', 'vif.unplugged', 'vif.plugged'],
  // The hard reboot first removes the rest of the old guest.
  precededBy: ['instance.destroyed'],
  ends: ['instance.rebooted'],
  fails: [...FAILURES, 'guest.start.failed'],
  portWait: { millis: PORT_CHAIN_WAIT, after: ['vif.plugged'] },
  phases: [
    apiRequest,
    networkInfo,
    {
      name: 'guest destroy',
      service: 'nova-compute',
      optional: true,
      from: [standIn(latest('network.cache.updated'))],
      to: [line('instance.destroyed')],
    },
    ...maybe(vifUnplug, ...portDown),
    ...partsOf(undefined, maybe(guestXml)),
    ...partsOf(undefined, plugUnawaited),
    ...maybe(...partsOf('start finish', [guestStart, guestPaused])),
    {
      name: 'start finish',
      service: 'nova-compute',
      from: [latest('vif.plugged'), standIn(latest('guest.xml.ended')), standIn(latest('instance.destroyed'))],
      to: [line('instance.rebooted')],
    },
    ...requests,
  ],
});

/** Pause a guest: its virtual CPUs stop, and its memory stays on the host. */
export const pause: ActionSpec = action({
  name: 'pause',
  lockedBy: ['do_pause_instance'],
  namedBy: ['instance.pausing'],
  calls: ['_pause'],
  tasks: ['pausing'],
  ends: ['guest.lifecycle.paused'],
  provedBy: ['power.state.checked'],
  phases: [
    apiRequest,
    { name: 'guest pause', service: 'nova-compute', from: [line('instance.pausing')], to: [line('guest.lifecycle.paused')] },
    ...requests,
  ],
});

/** Continue a paused guest. */
export const unpause: ActionSpec = action({
  name: 'unpause',
  lockedBy: ['do_unpause_instance'],
  namedBy: ['instance.unpausing'],
  calls: ['_unpause'],
  tasks: ['unpausing'],
  ends: ['guest.lifecycle.resumed'],
  provedBy: ['power.state.checked'],
  phases: [
    apiRequest,
    { name: 'guest unpause', service: 'nova-compute', from: [line('instance.unpausing')], to: [line('guest.lifecycle.resumed')] },
    ...requests,
  ],
});

/**
 * Save a guest to disk. nova logs no line about it, except for a check of the power state at the end (DEBUG). Its task
 * state names it.
 */
export const suspend: ActionSpec = action({
  name: 'suspend',
  lockedBy: ['do_suspend_instance'],
  namedBy: [],
  calls: ['_suspend'],
  tasks: ['suspending'],
  starts: [],
  opensWith: ['instance.attribute.loaded'],
  ends: [],
  provedBy: ['power.state.checked'],
  phases: [
    apiRequest,
    { name: 'guest save', service: 'nova-compute', from: [line('guest.lifecycle.paused')], to: [standIn(last('power.state.checked'))] },
    ...requests,
  ],
});

/** Start a suspended guest from its saved memory. */
export const resume: ActionSpec = action({
  name: 'resume',
  lockedBy: ['do_resume_instance'],
  namedBy: ['instance.resuming'],
  calls: ['_resume'],
  tasks: ['resuming'],
  ends: ['instance.running'],
  fails: [...FAILURES, 'guest.start.failed'],
  portWait: { millis: PORT_CHAIN_WAIT, after: ['vif.plugged'] },
  phases: [
    apiRequest,
    networkInfo,
    ...partsOf(undefined, maybe(guestXml)),
    ...partsOf(undefined, maybe(...plugUnawaited)),
    ...partsOf('resume finish', [guestStart]),
    {
      name: 'resume finish',
      service: 'nova-compute',
      optional: true,
      from: [latest('guest.lifecycle.started')],
      to: [line('instance.running')],
    },
    ...requests,
  ],
});
