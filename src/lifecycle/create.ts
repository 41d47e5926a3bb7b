import type { EventKind } from '../catalogue/event.js';
import { minutes, seconds } from '../model/time.js';
import { type ActionSpec, bound, endMinusDuration, latest, line } from './define.js';
import { apiRequest, dispatch, plugChain, portCreate, portUpdate, requests, scheduling } from './plug.js';
import { spawning } from './spawning.js';
import { secondsWaited } from './waited.js';

/** Lines of the drivers other than libvirt. Their builds use no image cache and no tap, and nova plugs nothing. */
const OTHER_DRIVERS: readonly EventKind[] = [
  'ironic.spawn.started',
  'ironic.node.provisioned',
  'vmware.guest.creating',
  'vmware.guest.created',
];

/** Lines that end a failed action that is not a build. */
const FAILED_OTHERWISE: readonly EventKind[] = ['task.state.reverted', 'request.failed', 'instance.error.set'];

/** nova logs these when it cleans up after a failed build, and also when a delete succeeds. */
const TAKES_DOWN: readonly EventKind[] = [
  'instance.terminating',
  'network.deallocation.started',
  'network.deallocated',
  'vifs.unplugging',
  'allocation.deleted',
  'vif.unplugged',
];

/** Boot a server: claim resources, make its ports and disks, spawn the guest and plug it in. */
export const create: ActionSpec = {
  name: 'create',
  lockedBy: ['_locked_do_build_and_run_instance'],
  namedBy: [
    'instance.build.started',
    'spawn.started',
    'instance.spawn.timed',
    'instance.built',
    'networks.building',
    // These name it if its first lines are missing: no other action logs them.
    'network.allocation.started',
    'network.allocation.skipped',
    'network.allocated',
    'block.device.mapping.started',
    'network.setup.retried',
    'network.setup.failed',
    'network.allocation.failed',
    'instance.build.failed',
    'instance.build.aborted',
    'instance.build.rescheduled',
    'instance.build.unexpected',
    'instance.disappeared',
    'build.cleanup.failed',
  ],
  // An unshelve logs these as well, and then reverts its task.
  namedUnless: { kinds: ['instance.spawn.failed', 'bdm.failed'], unless: FAILED_OTHERWISE },
  // Other actions claim resources as well, but they work on a guest that exists: they shut it down, resize or copy it.
  notWith: [
    'instance.rebuilding',
    'instance.evacuating',
    'instance.unshelving',
    'vm.state.stashed',
    'migration.power.off.started',
    'migration.finishing',
    'migration.finished',
    'instance.running',
    'instance.rebooted',
    'guest.shutdown.finished',
    'guest.shutdown.failed',
    'snapshot.started',
    'snapshot.extracted',
    'snapshot.uploaded',
    'instance.shelve.offloading',
    'live.migration.preparing',
  ],
  requiredNext: { after: 'instance.spawned', with: ['instance.spawn.timed'] },
  starts: [
    // nova writes the start to the database between the two lines. A slow database delays the second one by half a
    // second.
    { kinds: ['instance.lock.acquired'], followedBy: { kind: 'instance.build.started', within: seconds(1) } },
    line('instance.build.started'),
    endMinusDuration('instance.built'),
  ],
  underWay: [{ kinds: ['vif.plug.timed.out'], lessStated: secondsWaited }],
  // At INFO the start of a build is not known before its end.
  opensWith: ['instance.attribute.loaded', 'instance.claimed', 'claim.failed', 'claim.attempted'],
  ends: ['instance.built'],
  endsWithLock: false,
  lockIsSuccess: false,
  fails: [
    'network.setup.failed',
    'network.allocation.failed',
    'port.creation.failed',
    'fixed.ips.exhausted',
    'port.quota.exceeded',
    'instance.spawn.failed',
    'guest.start.failed',
    'instance.build.failed',
    'instance.build.unexpected',
    'instance.build.aborted',
    'instance.build.rescheduled',
    'instance.disappeared',
    'instance.build.error',
    'instance.build.timed.out',
    'build.cleanup.failed',
    'instance.error.set',
    'task.state.reverted',
    'claim.failed',
    'bdm.failed',
    ...TAKES_DOWN,
  ],
  failsWithOwnId: TAKES_DOWN,
  handsBack: ['instance.build.rescheduled', 'instance.build.failed', 'instance.spawn.failed', 'claim.failed'],
  // A build that timed out waiting for its ports is aborted and not rescheduled. If vif_plugging_is_fatal is off, it
  // continues.
  decides: ['vif.plug.timed.out', 'instance.build.aborted', 'instance.build.unexpected', 'instance.disappeared', 'reschedule.declined'],
  reopens: ['instance.build.rescheduled', 'instance.build.failed'],
  givenUpBy: { tasks: ['compute_task_build_instances'], kinds: ['scheduling.failed'], alone: true },
  cleanupEvents: ['allocation.deleted', 'network.deallocated'],
  reports: 'instance.built',
  // nova itself gives up a build only if instance_build_timeout is set, and large images take long.
  deadline: minutes(60),
  phases: [
    apiRequest,
    ...scheduling,
    dispatch(line('instance.lock.awaited'), line('instance.lock.acquired'), line('instance.build.started')),
    {
      name: 'build queue',
      service: 'nova-compute',
      debug: true,
      next: ['resource claim'],
      from: [line('instance.lock.acquired')],
      to: [line('instance.build.started')],
    },
    {
      name: 'resource claim',
      service: 'nova-compute',
      next: ['claim save'],
      // nova's own duration begins with the build.
      from: [line('instance.build.started'), line('claim.lock.acquired'), line('claim.attempted'), endMinusDuration('instance.built')],
      to: [line('instance.claimed', 'claim.failed')],
      failsAt: [{ kind: 'claim.failed' }],
    },
    {
      name: 'claim save',
      service: 'nova-compute',
      debug: true,
      next: ['build prepare'],
      from: [line('instance.claimed')],
      to: [line('claim.lock.released')],
    },
    {
      name: 'build prepare',
      service: 'nova-compute',
      debug: true,
      next: ['block device mapping'],
      from: [line('networks.building'), latest('claim.lock.released')],
      to: [line('block.device.mapping.started')],
    },
    {
      name: 'network allocate',
      service: 'nova-compute',
      debug: true,
      // At INFO only a failure is logged: the claim before it bounds its start.
      from: [line('network.allocation.started'), line('networks.building'), bound('instance.claimed')],
      to: [line('network.allocated'), line('network.setup.failed')],
      failsAt: [{ kind: 'network.setup.failed' }],
    },
    {
      name: 'port create',
      service: 'nova-compute',
      calls: true,
      per: 'port',
      within: 'network allocate',
      debug: true,
      from: [latest('network.allocation.requested', 'port.created')],
      to: [line('port.created')],
    },
    {
      name: 'port update',
      service: 'nova-compute',
      calls: true,
      per: 'port',
      within: 'network allocate',
      debug: true,
      from: [latest('port.created', 'port.updated', 'network.allocation.requested')],
      to: [line('port.updated')],
    },
    {
      name: 'network info',
      service: 'nova-compute',
      within: 'network allocate',
      debug: true,
      repeats: true,
      onlyOwn: ['network.cache.building', 'network.cache.updated'],
      from: [line('cache.lock.acquired'), line('network.cache.building')],
      to: [line('cache.lock.released'), line('network.cache.updated')],
    },
    {
      name: 'block device mapping',
      service: 'nova-compute',
      debug: true,
      next: ['spawn'],
      from: [line('block.device.mapping.started')],
      to: [line('spawn.started'), line('bdm.failed')],
      failsAt: [{ kind: 'bdm.failed' }],
    },
    {
      name: 'volume attach',
      service: 'nova-compute',
      within: 'block device mapping',
      optional: true,
      requireStart: true,
      from: [line('volume.booting')],
      to: [line('spawn.started'), endMinusDuration('instance.spawn.timed'), line('bdm.failed')],
    },
    {
      name: 'spawn',
      service: 'nova-compute',
      reports: 'instance.spawn.timed',
      // At INFO, for a failed build, the line about the disks is the nearest one to its start.
      from: [line('spawn.started'), endMinusDuration('instance.spawn.timed'), bound('image.creation.started')],
      to: [line('instance.spawn.timed'), line('instance.spawn.failed')],
      failsAt: [{ kind: 'instance.spawn.failed' }],
    },
    ...[...spawning, ...plugChain].map((phase) => ({ ...phase, unless: OTHER_DRIVERS })),
    {
      name: 'node deploy',
      service: 'nova-compute',
      within: 'spawn',
      optional: true,
      from: [line('ironic.spawn.started'), line('ironic.node.awaited')],
      to: [line('ironic.node.active'), line('ironic.node.provisioned')],
      innerEvents: ['ironic.node.awaited'],
    },
    {
      name: 'guest create',
      service: 'nova-compute',
      within: 'spawn',
      optional: true,
      from: [line('vmware.guest.creating')],
      to: [line('vmware.guest.created')],
    },
    {
      name: 'spawn finish',
      service: 'nova-compute',
      within: 'spawn',
      from: [
        line('instance.spawned'),
        line('guest.created'),
        line('ironic.node.provisioned'),
        line('vmware.guest.started'),
        line('guest.lifecycle.resumed'),
      ],
      to: [line('instance.spawn.timed')],
    },
    { name: 'build finish', service: 'nova-compute', from: [line('instance.spawn.timed')], to: [line('instance.built')] },
    { ...portCreate, notBeforeRoot: true },
    { ...portUpdate, notBeforeRoot: true },
    {
      name: 'network deallocate',
      service: 'nova-compute',
      optional: true,
      from: [line('network.deallocation.started'), endMinusDuration('network.deallocated')],
      to: [line('network.deallocated')],
    },
    ...requests,
  ],
};
