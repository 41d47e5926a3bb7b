import { action, FAILURES, lockWait, networkInfo, startsAt } from './common.js';
import { type ActionSpec, latest, line, standIn } from './define.js';
import { apiRequest, PORT_CHAIN_WAIT, plugUnawaited, portDown, requests, vifUnplug } from './plug.js';
import { guestPaused, guestStart, guestXml, maybe, partsOf } from './spawning.js';

/**
 * Reboot. A soft reboot asks the guest and waits. Without an answer it becomes a hard reboot, which destroys the guest
 * and starts it again. Only a hard reboot unplugs and plugs the ports.
 */
export const reboot: ActionSpec = action({
  name: 'reboot',
  lockedBy: ['do_reboot_instance'],
  ignoresTasks: true,
  // The others name it if its first lines are missing: no other action logs them.
  namedBy: ['instance.rebooting', 'instance.soft.rebooted', 'soft.reboot.failed', 'reboot.failed'],
  starts: startsAt('instance.rebooting'),
  calls: ['_action_reboot'],
  tasks: ['rebooting', 'rebooting_hard', 'reboot_pending', 'reboot_pending_hard', 'reboot_started', 'reboot_started_hard'],
  ends: ['instance.rebooted', 'instance.soft.rebooted'],
  fails: [...FAILURES, 'reboot.failed', 'guest.start.failed'],
  portWait: { millis: PORT_CHAIN_WAIT, after: ['vif.plugged'] },
  phases: [
    apiRequest,
    lockWait,
    networkInfo,
    {
      name: 'soft reboot',
      service: 'nova-compute',
      optional: true,
      // nova reads its ports first.
      from: [standIn(line('instance.rebooting'))],
      to: [line('instance.soft.rebooted', 'soft.reboot.failed')],
    },
    {
      name: 'guest shutdown',
      service: 'nova-compute',
      within: 'soft reboot',
      optional: true,
      // nova reads its ports first.
      from: [standIn(line('instance.rebooting'))],
      to: [line('guest.soft.shutdown')],
    },
    {
      name: 'guest restart',
      service: 'nova-compute',
      within: 'soft reboot',
      optional: true,
      requireStart: true,
      from: [line('guest.soft.shutdown')],
      to: [line('guest.lifecycle.started')],
    },
    {
      name: 'guest destroy',
      service: 'nova-compute',
      optional: true,
      from: [latest('soft.reboot.failed'), standIn(latest('network.cache.updated', 'instance.rebooting'))],
      to: [line('instance.destroyed')],
    },
    ...maybe(vifUnplug, ...portDown),
    ...maybe(...partsOf('reboot finish', [guestXml])),
    ...partsOf(undefined, maybe(...plugUnawaited)),
    ...maybe(
      ...partsOf(
        'reboot finish',
        [guestStart, guestPaused].map((phase) => ({ ...phase, requireStart: true })),
      ),
    ),
    {
      name: 'reboot finish',
      service: 'nova-compute',
      optional: true,
      from: [latest('vif.plugged'), standIn(latest('guest.xml.ended')), standIn(latest('instance.destroyed'))],
      to: [line('instance.rebooted')],
    },
    ...requests,
  ],
});
