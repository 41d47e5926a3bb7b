import { minutes } from '../model/time.js';
import { type ActionSpec, about, anywhere, endMinusDuration, line, standIn } from './define.js';
import { apiRequest, portDelete, portDown, requests, vifUnplug } from './plug.js';

/** Delete a server: destroy the guest, unplug and free its network, give back its resources. */
export const remove: ActionSpec = {
  name: 'delete',
  lockedBy: ['do_terminate_instance'],
  ignoresTasks: true,
  // "Terminating instance" also stands in failed builds, under the create's request id: naming tries the others first.
  namedBy: ['instance.terminating'],
  // Without its first line. A build that failed says so between the two.
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
  // Up to Ocata nothing need be printed after these; nor is it where a failed build had given back the allocations. Volumes come last.
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
      from: [line('instance.destroy.started'), endMinusDuration('instance.destroy.timed'), about('instance.terminating')],
      to: [line('instance.destroy.timed')],
    },
    {
      name: 'guest shutdown',
      service: 'nova-compute',
      within: 'guest destroy',
      // It begins with what it is a part of.
      from: [line('instance.destroy.started'), endMinusDuration('instance.destroy.timed'), about('instance.terminating')],
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
