import { hours } from '../model/time.js';
import { action, FAILURES } from './common.js';
import { type ActionSpec, endMinusDuration, line, type PhaseSpec } from './define.js';
import { apiRequest, requests } from './plug.js';

/** nova copies a disk and uploads it to glance. If both are on Ceph, the disk is cloned and nothing is uploaded. */
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

/** Create an image of a server. */
export const createImage: ActionSpec = action({
  name: 'createImage',
  lockedBy: [],
  namedBy: ['instance.snapshotting'],
  calls: ['_action_create_image'],
  tasks: ['image_snapshot', 'image_snapshot_pending', 'image_pending_upload', 'image_uploading'],
  startsWithFirst: true,
  opensWith: ['power.state.checked', 'instance.attribute.loaded'],
  ends: ['snapshot.timed'],
  // Up to Queens the duration is not logged.
  endsQuietly: ['snapshot.uploaded'],
  fails: [...FAILURES],
  deadline: hours(6),
  phases,
});

/** Create an image of a server, and delete the oldest of these images. */
export const backup: ActionSpec = action({
  ...createImage,
  name: 'backup',
  // At DEBUG nova logs the start of the rotation, but not its end.
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
