import { hours } from '../model/time.js';
import { action, FAILURES } from './common.js';
import { type ActionSpec, endMinusDuration, line, type PhaseSpec } from './define.js';
import { apiRequest, requests } from './plug.js';

/** Copying a disk and giving it to glance. Where both are on Ceph it is cloned: nothing is uploaded. */
export const snapshotting: readonly PhaseSpec[] = [
  {
    name: 'snapshot extract',
    service: 'nova-compute',
    optional: true,
    next: ['snapshot upload'],
    from: [line('snapshot.started')],
    to: [line('snapshot.extracted')],
  },
  {
    name: 'snapshot upload',
    service: 'nova-compute',
    from: [line('snapshot.extracted')],
    to: [line('snapshot.uploaded')],
  },
];

const phases: readonly PhaseSpec[] = [
  apiRequest,
  {
    name: 'snapshot',
    service: 'nova-compute',
    from: [endMinusDuration('snapshot.timed'), line('instance.snapshotting')],
    to: [line('snapshot.timed')],
  },
  ...snapshotting.map((phase) => ({ ...phase, within: 'snapshot' })),
  ...requests,
];

/** Make an image of a server. */
export const createImage: ActionSpec = action({
  name: 'createImage',
  lockedBy: [],
  namedBy: ['instance.snapshotting'],
  calls: ['_action_create_image'],
  tasks: ['image_snapshot', 'image_snapshot_pending', 'image_pending_upload', 'image_uploading'],
  startsWithFirst: true,
  opensWith: ['power.state.checked', 'instance.attribute.loaded'],
  ends: ['snapshot.timed'],
  // Up to Queens the time it took is not printed.
  endsQuietly: ['snapshot.uploaded'],
  fails: [...FAILURES],
  deadline: hours(6),
  phases,
});

/** The same, and take the oldest of such images away. */
export const backup: ActionSpec = action({
  ...createImage,
  name: 'backup',
  // nova says so when it begins to, at DEBUG, and not when it is done.
  lateEndEvents: ['backups.rotating'],
  phases: [
    ...phases,
    {
      name: 'backup rotate',
      service: 'nova-compute',
      optional: true,
      requireStart: true,
      from: [line('snapshot.timed')],
      to: [line('backups.rotating')],
    },
  ],
  namedBy: ['backups.rotating'],
  calls: ['_create_backup'],
  tasks: ['image_backup'],
  starts: [line('instance.snapshotting')],
});
