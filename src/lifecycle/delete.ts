import { minutes } from '../model/time.js';
import { type ActionSpec, anywhere, bound, endMinusDuration, line, standIn } from './define.js';
import { apiRequest, portDelete, portDown, requests, vifUnplug } from './plug.js';

/** Delete a server: destroy the guest, unplug it and free its network, and release its resources. */
export const remove: ActionSpec = {
  name: 'delete',
  lockedBy: ['do_terminate_instance'],
  ignoresTasks: true,
  // A failed build logs "Terminating instance" as well, with the create's request id: naming tries other actions first.
  namedBy: ['instance.terminating'],
  // If its first line is missing. A failed build logs its failure between the two.
  namedByAll: [['instance.destroy.timed'], ['allocation.deleted']],
  notWith: [
    'instance.claimed',
    'image.creation.started',
    'guest.xml.started',
    'vif.plugged',
    'vif.plug.timed.out',
    'guest.start.failed',
    'instance.spawn.failed',
    'bdm.failed',
    'fixed.ips.exhausted',
    'instance.shelve.offloading',
    'snapshot.extracted',
    'snapshot.uploaded',
  ],
  starts: [line('instance.lock.awaited'), { kinds: ['instance.lock.acquired'], less: 'waited' }, line('instance.terminating')],
  ends: ['allocation.deleted'],
  // Up to Ocata these may be the last lines. Also later, if a failed build had already released the allocations.
  endsQuietly: ['network.deallocated', 'volumes.detach.timed'],
  mayEndQuietly: true,
  sharedTasks: ['deleting', 'soft-deleting'],
  endsWithLock: true,
  lockIsSuccess: true,
  fails: ['instance.error.set', 'task.state.reverted'],
  cleanupEvents: ['instance.error.set', 'task.state.reverted'],
  deadline: minutes(60),
  phases: [
    apiRequest,
    {
      name: 'lock wait',
      service: 'nova-compute',
      debug: true,
      from: [line('instance.lock.awaited'), { kinds: ['instance.lock.acquired'], less: 'waited' }],
      to: [line('instance.lock.acquired')],
    },
    {
      name: 'guest destroy',
      service: 'nova-compute',
      from: [line('instance.destroy.started'), endMinusDuration('instance.destroy.timed'), bound('instance.terminating')],
      to: [line('instance.destroy.timed')],
    },
    {
      name: 'guest shutdown',
      service: 'nova-compute',
      within: 'guest destroy',
      // It starts together with the phase that it is a part of.
      from: [line('instance.destroy.started'), endMinusDuration('instance.destroy.timed'), bound('instance.terminating')],
      to: [line('instance.destroyed')],
    },
    { ...vifUnplug, within: 'guest destroy' },
    ...portDown,
    {
      name: 'disk remove',
      service: 'nova-compute',
      within: 'guest destroy',
      from: [line('disk.moving'), line('instance.files.deleting')],
      to: [line('instance.files.deleted')],
    },
    {
      name: 'volume detach',
      service: 'nova-compute',
      within: 'guest destroy',
      optional: true,
      from: [endMinusDuration('volumes.detach.timed')],
      to: [line('volumes.detach.timed')],
    },
    {
      name: 'network deallocate',
      service: 'nova-compute',
      from: [line('network.deallocation.started'), endMinusDuration('network.deallocated')],
      to: [line('network.deallocated')],
    },
    {
      name: 'allocation delete',
      service: 'nova-compute',
      from: [line('network.deallocated'), standIn(line('instance.destroy.timed'))],
      to: [line('allocation.deleted')],
    },
    {
      name: 'delete finish',
      service: 'nova-compute',
      debug: true,
      from: [line('allocation.deleted')],
      to: [line('instance.lock.released')],
    },
    {
      ...portDelete,
      optional: true,
      from: [...portDelete.from, anywhere('network.deallocation.requested')],
    },
    ...requests,
  ],
};
