import { action, FAILURES, lockWait, networkInfo, startsAt } from './common.js';
import { type ActionSpec, latest, line, standIn } from './define.js';
import { apiRequest, CHAIN_LASTS, plugUnawaited, portDown, requests, vifUnplug } from './plug.js';
import { guestPaused, guestStart, guestXml, maybe, partsOf } from './spawning.js';

/**
 * Reboot. A soft one asks the guest and waits; when it does not answer it becomes a hard one, which takes the guest away
 * and starts it anew: only that one unplugs and plugs.
 */
export const reboot: ActionSpec = action({
  name: 'reboot',
  lockedBy: ['do_reboot_instance'],
  ignoresTasks: true,
  // The others where its head is missing: no other action prints them.
  namedBy: ['instance.rebooting', 'instance.soft.rebooted', 'soft.reboot.failed', 'reboot.failed'],
  starts: startsAt('instance.rebooting'),
  calls: ['_action_reboot'],
  tasks: ['rebooting', 'rebooting_hard', 'reboot_pending', 'reboot_pending_hard', 'reboot_started', 'reboot_started_hard'],
  ends: ['instance.rebooted', 'instance.soft.rebooted'],
  fails: [...FAILURES, 'reboot.failed', 'guest.start.failed'],
  outlivedBy: { millis: CHAIN_LASTS, after: ['vif.plugged'] },
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
      needsFrom: true,
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
        [guestStart, guestPaused].map((phase) => ({ ...phase, needsFrom: true })),
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
