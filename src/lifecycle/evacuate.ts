import { hours } from '../model/time.js';
import { action, FAILURES, lockWait, networkInfo, portRequests } from './common.js';
import { type ActionSpec, bound, latest, line } from './define.js';
import { apiRequest, dispatch, plugChain, portDown, requests, scheduling, vifUnplug } from './plug.js';
import { maybe, spawning } from './spawning.js';

/** Start a server of a failed host on another host, from its disk or its image. */
export const evacuate: ActionSpec = action({
  name: 'evacuate',
  lockedBy: ['_locked_do_rebuild_instance_with_claim'],
  ignoresTasks: true,
  namedBy: ['instance.evacuating', 'evacuation.disk.shared', 'evacuation.disk.from.image', 'evacuation.disk.on.volume'],
  // Up to Queens its first line is that of a rebuild; only an evacuation claims resources.
  namedByAll: [['instance.rebuilding'], ['instance.claimed']],
  calls: ['_evacuate'],
  apiLines: ['server.evacuate.begun'],
  givenUpBy: { tasks: ['compute_task_rebuild_server'] },
  starts: [line('instance.evacuating'), line('instance.rebuilding')],
  ends: ['instance.spawned'],
  lateEndEvents: ['evacuation.lock.released'],
  sharedTasks: ['rebuilding', 'rebuild_block_device_mapping', 'rebuild_spawning'],
  endsWithLock: false,
  lockIsSuccess: false,
  fails: [...FAILURES, 'rebuild.refused', 'claim.failed', 'guest.start.failed', 'vif.plug.timed.out'],
  deadline: hours(6),
  phases: [
    apiRequest,
    ...maybe(...scheduling),
    dispatch(line('instance.lock.awaited'), line('instance.lock.acquired'), line('instance.evacuating'), line('instance.rebuilding')),
    lockWait,
    {
      name: 'resource claim',
      service: 'nova-compute',
      from: [line('instance.evacuating'), line('instance.rebuilding')],
      to: [line('instance.claimed', 'claim.failed')],
    },
    {
      name: 'port migrate',
      service: 'nova-compute',
      from: [latest('evacuation.disk.shared', 'evacuation.disk.from.image', 'evacuation.disk.on.volume'), line('instance.claimed')],
      to: [latest('port.updating')],
      optional: true,
    },
    networkInfo,
    {
      name: 'spawn',
      service: 'nova-compute',
      from: [line('instance.directory.created'), line('image.creation.started'), bound('guest.xml.started')],
      to: [line('instance.spawned'), line('guest.start.failed')],
    },
    ...spawning,
    ...plugChain,
    ...maybe(vifUnplug, ...portDown),
    ...portRequests,
    ...requests,
  ],
});
