import { hours, minutes } from '../model/time.js';
import type { ActionSpec } from './define.js';
import { line } from './define.js';
import { apiRequest, plugChain, portDown, requests, vifUnplug } from './plug.js';

type Given = Pick<ActionSpec, 'name' | 'lockedBy' | 'namedBy' | 'ends'> & Partial<ActionSpec>;

/**
 * An action known by its name, its bounds and the phases that many have in common. Its own phases are still to be told:
 * it is here so that nothing it prints is taken for another action.
 */
const action = (given: Given): ActionSpec => ({
  starts: [{ kinds: ['instance.lock.acquired'], less: 'waited' }, ...given.namedBy.map((kind) => line(kind))],
  endsWithLock: given.lockedBy.length > 0,
  lockIsSuccess: true,
  fails: ['instance.error.set', 'task.state.reverted'],
  cleansUp: ['instance.error.set', 'task.state.reverted'],
  deadline: minutes(60),
  phases: [
    apiRequest,
    { ...vifUnplug, optional: true },
    ...portDown,
    ...plugChain.map((phase) => ({ ...phase, optional: true as const })),
    ...requests,
  ],
  ...given,
});

/** Everything but create, delete and rebuild, by nova's own names. */
export const others: readonly ActionSpec[] = [
  action({
    name: 'evacuate',
    lockedBy: [],
    namedBy: ['instance.evacuating'],
    ends: ['instance.spawned'],
    confirms: ['guest.lifecycle.resumed'],
  }),
  action({
    name: 'reboot',
    lockedBy: ['do_reboot_instance'],
    namedBy: ['instance.rebooting'],
    ends: ['instance.rebooted', 'instance.soft.rebooted'],
  }),
  action({
    name: 'stop',
    lockedBy: ['do_stop_instance'],
    namedBy: ['instance.stopping'],
    ends: ['instance.destroyed'],
    endsAfter: ['guest.shutdown.finished', 'guest.shutdown.failed'],
  }),
  action({ name: 'pause', lockedBy: ['do_pause_instance'], namedBy: ['instance.pausing'], ends: ['guest.lifecycle.paused'] }),
  action({ name: 'unpause', lockedBy: ['do_unpause_instance'], namedBy: ['instance.unpausing'], ends: ['guest.lifecycle.resumed'] }),
  action({ name: 'resume', lockedBy: [], namedBy: ['instance.resuming'], ends: ['instance.running'] }),
  action({
    name: 'resize',
    lockedBy: [],
    namedBy: ['instance.migrating'],
    // A cold migration prints the same; but it never shuts the guest down on the host that takes it.
    provenOnHost: ['guest.shutdown.finished', 'guest.shutdown.failed'],
    ends: ['instance.running'],
    deadline: hours(6),
  }),
  action({
    name: 'confirmResize',
    lockedBy: ['do_confirm_resize'],
    namedBy: ['migration.confirming'],
    ends: ['migration.allocation.deleted'],
  }),
  action({ name: 'revertResize', lockedBy: [], namedBy: ['instance.original.state'], ends: ['instance.original.state'] }),
  action({ name: 'shelve', lockedBy: ['do_shelve_instance'], namedBy: ['instance.shelving'], ends: ['allocation.deleted'] }),
  action({
    name: 'shelveOffload',
    lockedBy: ['do_shelve_offload_instance'],
    namedBy: ['instance.shelve.offloading'],
    ends: ['allocation.deleted'],
  }),
  action({
    name: 'unshelve',
    lockedBy: ['do_unshelve_instance'],
    namedBy: ['instance.unshelving'],
    ends: ['instance.spawned'],
    confirms: ['guest.lifecycle.resumed'],
  }),
  action({ name: 'rescue', lockedBy: [], namedBy: ['instance.rescuing'], ends: ['guest.lifecycle.started'] }),
  action({ name: 'unrescue', lockedBy: [], namedBy: ['instance.unrescuing'], ends: ['guest.lifecycle.started'] }),
  action({ name: 'createImage', lockedBy: [], namedBy: ['instance.snapshotting'], ends: ['snapshot.timed'] }),
  action({ name: 'attach_interface', lockedBy: ['do_attach_interface'], namedBy: [], ends: [] }),
  action({ name: 'detach_interface', lockedBy: ['do_detach_interface'], namedBy: [], ends: [] }),
  action({ name: 'attach_volume', lockedBy: ['do_attach_volume'], namedBy: [], ends: [] }),
  action({ name: 'detach_volume', lockedBy: ['do_detach_volume'], namedBy: [], ends: [] }),
  action({
    name: 'live-migration',
    lockedBy: [],
    namedBy: ['live.migration.prepared', 'live.migration.finished'],
    ends: ['live.migration.finished'],
    fails: ['live.migration.failed'],
    cleansUp: ['live.migration.failed'],
    deadline: hours(12),
  }),
];
