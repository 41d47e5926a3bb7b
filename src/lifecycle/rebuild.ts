import { minutes, seconds } from '../model/time.js';
import { type ActionSpec, bound, endMinusDuration, last, latest, line } from './define.js';
import { apiRequest, dispatch, plugChain, portDown, requests, scheduling, vifUnplug } from './plug.js';
import { spawning } from './spawning.js';

/** Rebuild a server in place: shut the guest down, delete its disks, and spawn it again with the same UUID. */
export const rebuild: ActionSpec = {
  name: 'rebuild',
  lockedBy: [],
  namedBy: ['instance.rebuilding'],
  // If its own line is missing: one request that deletes the files and then creates them again is a rebuild.
  namedByAll: [['instance.files.deleting'], ['image.creation.started']],
  // A rebuild claims no resources. Up to Queens an evacuation logs the same line, but claims resources.
  notWith: ['instance.claimed', 'instance.evacuating'],
  givenUpBy: { tasks: ['compute_task_rebuild_server'] },
  starts: [line('instance.rebuilding'), endMinusDuration('guest.shutdown.failed'), endMinusDuration('guest.shutdown.finished')],
  ends: ['instance.spawned'],
  // Its last step, at DEBUG. Before Yoga there is no lock for it.
  lateEndEvents: ['migration.context.missing', 'evacuation.lock.released'],
  sharedTasks: ['rebuilding', 'rebuild_block_device_mapping', 'rebuild_spawning'],
  endsWithLock: false,
  lockIsSuccess: false,
  fails: ['instance.error.set', 'task.state.reverted', 'guest.start.failed', 'instance.spawn.failed', 'vif.plug.timed.out'],
  cleanupEvents: ['instance.error.set', 'task.state.reverted'],
  deadline: minutes(60),
  // nova audits its resources every 60 s.
  postAuditWait: seconds(65),
  phases: [
    apiRequest,
    ...scheduling.map((phase) => ({ ...phase, optional: true as const })),
    dispatch(line('instance.rebuilding')),
    {
      name: 'guest shutdown',
      service: 'nova-compute',
      from: [
        line('guest.shutdown.started'),
        endMinusDuration('guest.shutdown.failed'),
        endMinusDuration('guest.shutdown.finished'),
        bound('instance.rebuilding'),
      ],
      to: [line('instance.destroyed'), line('guest.shutdown.finished', 'guest.shutdown.failed')],
    },
    vifUnplug,
    ...portDown,
    {
      name: 'disk remove',
      service: 'nova-compute',
      from: [line('disk.moving'), line('instance.files.deleting')],
      to: [line('instance.files.deleted'), last('disk.moved', 'instance.files.deleting')],
    },
    {
      name: 'block device mapping',
      service: 'nova-compute',
      debug: true,
      from: [line('block.devices.listed')],
      to: [line('image.creation.started')],
    },
    {
      name: 'spawn',
      service: 'nova-compute',
      from: [line('instance.directory.created'), line('image.creation.started'), bound('guest.xml.started')],
      to: [line('instance.spawned'), line('guest.start.failed')],
    },
    ...spawning,
    ...plugChain,
    {
      name: 'power sync',
      service: 'nova-compute',
      from: [latest('guest.lifecycle.resumed')],
      to: [last('power.state.synchronizing'), last('power.state.sync.pending')],
    },
    {
      name: 'info cache update',
      service: 'nova-compute',
      debug: true,
      from: [latest('network.cache.refreshing', 'network.cache.building')],
      to: [last('network.cache.updated')],
    },
    {
      name: 'resource audit',
      service: 'nova-compute',
      debug: true,
      isPoint: true,
      from: [line('resources.audited')],
      to: [line('resources.audited')],
    },
    ...requests,
  ],
};
