import { hours } from '../model/time.js';
import { action, FAILURES, finishing, guestDestroy, guestShutdown, lockWait, networkInfo, portRequests } from './common.js';
import { type ActionSpec, last, latest, line, type PhaseSpec, standIn } from './define.js';
import { apiRequest, dispatch, plugChain, portDown, requests, scheduling, vifUnplug } from './plug.js';
import { snapshotting } from './snapshot.js';
import { maybe, spawning } from './spawning.js';

/** The host releases the resources of a shelved server. */
const offloading: readonly PhaseSpec[] = [
  {
    name: 'guest remove',
    service: 'nova-compute',
    requireStart: true,
    from: [line('instance.shelve.offloading')],
    to: [last('instance.destroyed')],
  },
  ...maybe(vifUnplug, ...portDown),
  {
    name: 'disk remove',
    service: 'nova-compute',
    from: [line('disk.moving'), line('instance.files.deleting')],
    to: [line('instance.files.deleted')],
    optional: true,
  },
  {
    name: 'allocation delete',
    service: 'nova-compute',
    from: [latest('instance.files.deleted'), standIn(latest('vif.unplugged')), standIn(latest('instance.destroyed'))],
    to: [line('allocation.deleted')],
  },
];

/** Shut a server down, save its disk as an image, and (by default) release its host, all with one request id. */
export const shelve: ActionSpec = action({
  name: 'shelve',
  lockedBy: ['do_shelve_instance'],
  namedBy: ['instance.shelving'],
  // If its first line is missing: only a shelve makes an image and then offloads the server.
  namedByAll: [['snapshot.started', 'snapshot.extracted', 'snapshot.uploaded'], ['instance.shelve.offloading']],
  calls: ['_shelve'],
  tasks: ['shelving', 'shelving_image_pending_upload', 'shelving_image_uploading'],
  sharedTasks: ['shelving_offloading'],
  ends: ['allocation.deleted'],
  // Offloading may be configured to happen hours later, or never. Up to Ocata nothing is logged after the disks are
  // deleted.
  endsQuietly: ['snapshot.uploaded', 'instance.files.deleted'],
  fails: [...FAILURES, 'guest.start.failed'],
  deadline: hours(6),
  phases: [
    apiRequest,
    lockWait,
    { ...guestShutdown, optional: true },
    { ...guestDestroy, optional: true },
    ...snapshotting,
    ...maybe(...offloading),
    { ...finishing('shelve finish', 'allocation.deleted', 'snapshot.uploaded'), optional: true },
    ...requests,
  ],
});

/** Release the host of a shelved server. */
export const shelveOffload: ActionSpec = action({
  name: 'shelveOffload',
  lockedBy: ['do_shelve_offload_instance'],
  namedBy: ['instance.shelve.offloading'],
  notWith: ['guest.shutdown.finished', 'guest.shutdown.failed', 'snapshot.started', 'snapshot.extracted', 'snapshot.uploaded'],
  calls: ['_shelve_offload'],
  tasks: ['shelving_offloading'],
  ends: ['allocation.deleted'],
  endsQuietly: ['instance.files.deleted'],
  mayEndQuietly: true,
  phases: [apiRequest, lockWait, ...offloading, finishing('offload finish', 'allocation.deleted'), ...requests],
});

/** Start a shelved server: it is scheduled again and spawned from its image. */
export const unshelve: ActionSpec = action({
  name: 'unshelve',
  lockedBy: ['do_unshelve_instance'],
  namedBy: ['instance.unshelving'],
  calls: ['_unshelve'],
  apiLines: ['server.unshelve.begun'],
  givenUpBy: { kinds: ['unshelve.host.missing'], alone: true },
  tasks: ['unshelving'],
  ends: ['instance.spawned'],
  sharedTasks: ['spawning'],
  lockIsSuccess: false,
  fails: [...FAILURES, 'guest.start.failed', 'claim.failed', 'vif.plug.timed.out'],
  phases: [
    apiRequest,
    ...maybe(...scheduling),
    dispatch(line('instance.lock.awaited'), line('instance.lock.acquired'), line('instance.unshelving')),
    lockWait,
    {
      name: 'unshelve prepare',
      service: 'nova-compute',
      debug: true,
      next: ['resource claim'],
      from: [line('instance.unshelving')],
      to: [line('claim.lock.acquired')],
    },
    {
      name: 'resource claim',
      service: 'nova-compute',
      from: [line('claim.lock.acquired')],
      to: [line('instance.claimed', 'claim.failed')],
    },
    networkInfo,
    {
      name: 'spawn',
      service: 'nova-compute',
      from: [line('instance.directory.created'), standIn(line('image.creation.started')), standIn(line('guest.xml.started'))],
      to: [line('instance.spawned'), line('guest.start.failed')],
    },
    ...spawning,
    ...plugChain,
    finishing('unshelve finish', 'instance.spawned'),
    ...portRequests,
    ...requests,
  ],
});
