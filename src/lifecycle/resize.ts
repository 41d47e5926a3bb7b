import { hours } from '../model/time.js';
import { AT_WORK, action, FAILURES, guestDestroy, guestShutdown, lockWait, networkInfo, portRequests } from './common.js';
import { type ActionSpec, anywhere, bound, type Edge, latest, line, type PhaseSpec } from './define.js';
import { apiRequest, dispatch, plugChain, plugUnawaited, portDown, requests, scheduling, vifUnplug } from './plug.js';
import { guestPaused, guestStart, guestXml, maybe, networkWait, partsOf, spawning } from './spawning.js';

/** If the log of the destination is not read, the last disk that the source copied bounds the transfer. */
const lastCopy: Edge = { kinds: ['disk.resize.copied'], pick: 'last', derived: true, anywhere: true };

/**
 * Phases on two hosts: the destination prepares; the source stops the guest and transfers its disks; the destination
 * starts it.
 */
const moving: readonly PhaseSpec[] = [
  apiRequest,
  ...maybe(...scheduling),
  dispatch(line('vm.state.stashed'), line('claim.attempted')),
  {
    name: 'resource claim',
    service: 'nova-compute',
    from: [line('vm.state.stashed'), line('claim.attempted')],
    to: [line('instance.claimed', 'claim.failed')],
  },
  { name: 'resize prepare', service: 'nova-compute', from: [line('instance.claimed')], to: [line('instance.migrating')] },
  guestShutdown,
  guestDestroy,
  vifUnplug,
  ...portDown,
  {
    name: 'disk transfer',
    service: 'nova-compute',
    from: [latest('vif.unplugged'), latest('instance.destroyed')],
    // The source logs nothing at the end of the transfer; the next step of the destination bounds it.
    to: [bound('port.binding.active'), bound('port.updating'), bound('migration.finishing'), bound('image.creation.started'), lastCopy],
  },
  networkInfo,
  {
    name: 'resize finish',
    service: 'nova-compute',
    from: [line('migration.finishing'), bound('image.creation.started')],
    to: [line('migration.finished'), line('instance.running')],
  },
  ...partsOf('resize finish', maybe(...spawning.filter((phase) => phase !== networkWait))),
  ...partsOf('resize finish', maybe(...plugUnawaited)),
  ...portRequests,
  ...requests,
];

/** Resize and migrate log the same lines on both hosts. The destination writes the root. */
const move = (given: Pick<ActionSpec, 'name'> & Partial<ActionSpec>): ActionSpec =>
  action({
    lockedBy: [],
    namedBy: ['instance.migrating'],
    peerEvidence: [
      ['migration.power.off.started'],
      ['disk.resize.moving'],
      ['disk.resize.moved'],
      ['disk.resize.copied'],
      ['guest.shutdown.finished', 'vif.unplugged'],
      ['guest.shutdown.failed', 'vif.unplugged'],
    ],
    starts: [],
    startsWithFirst: true,
    ends: ['instance.running'],
    endsAfter: ['instance.migrating'],
    sharedTasks: ['resize_prep', 'resize_migrating', 'resize_migrated', 'resize_finish'],
    opensWith: [
      'instance.attribute.loaded',
      'vm.state.stashed',
      'claim.attempted',
      'claim.lock.awaited',
      'claim.lock.acquired',
      'instance.claimed',
    ],
    fails: [...FAILURES, 'migration.error.set', 'guest.start.failed', 'claim.failed'],
    deadline: hours(6),
    phases: moving,
    ...given,
  });

/**
 * Give a server another flavor. If it stays on its host, the shutdown on that host names it. If it changes hosts, only
 * nova-api's line distinguishes it from `migrate`.
 */
export const resize: ActionSpec = move({
  name: 'resize',
  provenOnHost: ['guest.shutdown.finished', 'guest.shutdown.failed'],
  calls: ['_action_resize', '_resize'],
  givenUpBy: { tasks: ['compute_task_migrate_server'] },
  apiLines: ['server.resize.begun'],
});

/** Move a stopped server to another host: a move between hosts that nova-api does not call a resize. */
export const migrate: ActionSpec = move({
  name: 'migrate',
  calls: ['_migrate'],
  apiLines: ['server.migrate.begun'],
  givenUpBy: { tasks: ['compute_task_migrate_server'], alone: true },
});

/** Accept a resize or migration: the source releases the resources that it kept. */
export const confirmResize: ActionSpec = action({
  name: 'confirmResize',
  lockedBy: ['do_confirm_resize', 'do_confirm'],
  namedBy: ['migration.confirming', 'resize.confirming'],
  namedByAll: [['migration.allocation.deleted']],
  // A live migration logs the same line when it releases its allocation, but also plugs on its destination.
  notWith: [
    'live.migration.finished',
    'live.migration.source.checked',
    'live.migration.monitored',
    'live.migration.destination.checked',
    'live.migration.preparing',
    'live.migration.vifs.plugging',
    'live.migration.destination.finishing',
    'vif.plugged',
  ],
  calls: ['_action_confirm_resize', '_confirm_resize'],
  completes: ['resize', 'migrate'],
  starts: [line('instance.lock.awaited'), { kinds: ['instance.lock.acquired'], less: 'waited' }, line('migration.confirming')],
  ends: ['migration.allocation.deleted'],
  phases: [
    apiRequest,
    lockWait,
    networkInfo,
    ...maybe(vifUnplug, ...portDown),
    {
      name: 'disk remove',
      service: 'nova-compute',
      optional: true,
      from: [line('disk.moving'), line('instance.files.deleting')],
      to: [line('instance.files.deleted')],
    },
    {
      name: 'allocation delete',
      service: 'nova-compute',
      from: [latest('instance.files.deleted'), latest('cache.lock.released'), latest('vif.unplugged')],
      to: [line('migration.allocation.deleted')],
    },
    {
      name: 'confirm finish',
      service: 'nova-compute',
      debug: true,
      from: [line('migration.allocation.deleted')],
      to: [line('instance.lock.released')],
    },
    ...requests,
  ],
});

/**
 * Undo a resize or migration: the destination removes its guest; the source starts the one that it kept, and writes the
 * root.
 */
export const revertResize: ActionSpec = action({
  name: 'revertResize',
  lockedBy: ['do_revert'],
  namedBy: ['instance.original.state', 'migration.reverting', 'migration.allocation.swapped'],
  peerEvidence: [['resize.reverting'], ['vif.unplugged', 'instance.files.deleting']],
  notWith: ['live.migration.source.checked', 'live.migration.finished', 'live.migration.failed'],
  calls: ['_action_revert_resize', '_revert_resize'],
  completes: ['resize', 'migrate'],
  starts: [],
  startsWithFirst: true,
  sharedTasks: ['resize_reverting'],
  opensWith: [...AT_WORK, 'instance.destroyed', 'vif.unplugged'],
  ends: ['instance.original.state'],
  deadline: hours(6),
  phases: [
    apiRequest,
    networkInfo,
    {
      name: 'guest destroy',
      service: 'nova-compute',
      from: [latest('cache.lock.released'), latest('network.cache.updated')],
      to: [line('instance.destroyed')],
    },
    ...maybe(vifUnplug, ...portDown),
    {
      name: 'allocation swap',
      service: 'nova-compute',
      from: [latest('vif.unplugged'), latest('instance.destroyed')],
      to: [line('migration.allocation.swapped')],
    },
    {
      name: 'revert finish',
      service: 'nova-compute',
      from: [line('migration.reverting'), anywhere('migration.allocation.swapped')],
      to: [line('migration.reverted'), line('instance.running')],
    },
    ...partsOf('revert finish', maybe(guestXml, guestStart, guestPaused)),
    ...partsOf('revert finish', maybe(...plugChain)),
    {
      name: 'state restore',
      service: 'nova-compute',
      from: [line('instance.running'), line('migration.reverted')],
      to: [line('instance.original.state')],
    },
    ...portRequests,
    ...requests,
  ],
});
