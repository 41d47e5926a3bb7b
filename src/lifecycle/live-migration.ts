import type { EventKind } from '../catalogue/event.js';
import { hours } from '../model/time.js';
import { action, FAILURES, networkInfo, portRequests } from './common.js';
import { type ActionSpec, endMinusDuration, inCycle, last, latest, line, type PhaseSpec } from './define.js';
import {
  apiRequest,
  flowInstall,
  lportClaim,
  lportUp,
  plugUnawaited,
  portDown,
  portStatusUp,
  requests,
  scheduling,
  vifUnplug,
} from './plug.js';
import { maybe, partsOf } from './spawning.js';

/**
 * The chain of a port on the destination. The port is plugged and its flows are installed while the guest still runs on
 * the source. When the guest has moved, nova activates the binding, and the destination becomes the port's chassis and
 * reports the port up.
 *
 *     plug ▶ added ▶ claimed in addition ▶ installed        (copy)        chassis changed ▶ up ▶ status up
 *
 * OVN before 22.06 has no additional chassis: it claims and installs after the change.
 */
const movingChain: readonly PhaseSpec[] = plugUnawaited.flatMap((phase): PhaseSpec[] => {
  switch (phase) {
    case lportClaim:
      return [
        { ...phase, name: 'lport claim additional', to: [line('lport.claimed.additional')] },
        {
          ...phase,
          name: 'lport chassis change',
          from: [
            latest('live.migration.finishing', 'live.migration.completed', 'guest.lifecycle.migrated', 'guest.lifecycle.postcopy'),
            latest('guest.lifecycle.resumed'),
            inCycle('lport.claimed.additional', 'interface.added', 'vif.plugged'),
          ],
          to: [line('lport.chassis.changed')],
        },
      ];
    case flowInstall:
      return [{ ...phase, from: [line('lport.claimed.additional'), line('lport.chassis.changed', 'lport.claimed')] }];
    case lportUp:
      return [{ ...phase, from: [inCycle('lport.chassis.changed', 'lport.claimed', 'lport.installed')] }];
    case portStatusUp:
      return [{ ...phase, from: [inCycle('lport.up', 'lport.chassis.changed', 'lport.claimed')] }];
    default:
      return [phase];
  }
});

/** Lines of the source in threads without a request id. */
const OF_THE_SOURCE: readonly EventKind[] = [
  'live.migration.prepared',
  'live.migration.started',
  'live.migration.monitoring',
  'live.migration.invoked',
  'live.migration.progressed',
  'live.migration.completed',
  'live.migration.finishing',
  'live.migration.preparation.failed',
  'live.migration.failed',
  'live.migration.aborted',
];

/**
 * Move a running server. The source drives the migration and writes the root; the destination plugs the ports and
 * receives the guest. The long middle part runs in a thread without a request id.
 *
 *     dest   check ▶ prepare (plug) ─────────────────────────▶ resumed ▶ finish
 *     source        check ▶ ──────▶ copy memory ▶ completed ▶ bindings ▶ unplug ▶ finished
 */
export const liveMigration: ActionSpec = action({
  name: 'live-migration',
  lockedBy: [],
  namedBy: [...OF_THE_SOURCE, 'live.migration.source.checked', 'live.migration.finished', 'live.migration.monitored'],
  startsWithoutRequestId: OF_THE_SOURCE,
  peerEvidence: [
    ['live.migration.destination.checked'],
    ['live.migration.preparing'],
    ['live.migration.vifs.plugging'],
    ['live.migration.destination.finishing'],
  ],
  calls: ['_migrate_live', '_migrateLive'],
  apiLines: ['server.live.migrate.begun'],
  givenUpBy: { tasks: ['compute_task_migrate_server'] },
  tasks: ['migrating'],
  starts: [endMinusDuration('live.migration.prepared')],
  opensWith: [
    'instance.attribute.loaded',
    'live.migration.destination.checked',
    'live.migration.source.checked',
    'live.migration.preparing',
    'live.migration.prepared',
  ],
  startsWithFirst: true,
  ends: ['live.migration.finished'],
  lateEndEvents: ['migration.allocation.deleted'],
  fails: [
    ...FAILURES,
    'live.migration.failed',
    'live.migration.aborted',
    'live.migration.preparation.failed',
    'live.migration.vif.failed',
    'live.migration.refused',
    'live.migration.cancelled',
    'live.migration.destination.failed',
  ],
  cleanupEvents: [
    'live.migration.aborted',
    'live.migration.claim.dropping',
    'migration.allocation.swapped',
    'migration.allocation.deleted',
    'live.migration.destination.failed',
  ],
  deadline: hours(12),
  phases: [
    apiRequest,
    ...maybe(...scheduling),
    {
      name: 'destination check',
      service: 'nova-compute',
      debug: true,
      from: [line('live.migration.destination.checked')],
      to: [line('live.migration.source.checked')],
    },
    {
      name: 'destination prepare',
      service: 'nova-compute',
      from: [endMinusDuration('live.migration.prepared'), line('live.migration.preparing')],
      to: [line('live.migration.prepared'), line('live.migration.preparation.failed')],
    },
    networkInfo,
    ...partsOf('destination prepare', maybe(...movingChain)),
    {
      name: 'memory copy',
      service: 'nova-compute',
      from: [
        line('live.migration.invoked'),
        line('live.migration.monitoring'),
        line('live.migration.progressed'),
        line('live.migration.prepared'),
      ],
      to: [line('live.migration.completed', 'live.migration.aborted', 'live.migration.failed')],
      innerEvents: [
        'live.migration.progressed',
        'live.migration.downtime.increased',
        'live.migration.postcopied',
        'live.migration.timed.out',
        'guest.lifecycle.postcopy',
        'guest.lifecycle.migrated',
      ],
    },
    {
      name: 'guest switchover',
      service: 'nova-compute',
      optional: true,
      from: [line('guest.lifecycle.paused'), line('guest.lifecycle.migrated')],
      to: [line('guest.lifecycle.resumed')],
    },
    {
      name: 'port binding activate',
      service: 'nova-compute',
      calls: true,
      per: 'port',
      debug: true,
      optional: true,
      from: [latest('live.migration.finishing')],
      to: [line('port.binding.activated')],
    },
    ...maybe(vifUnplug, ...portDown),
    {
      name: 'destination finish',
      service: 'nova-compute',
      requireStart: true,
      from: [line('live.migration.destination.finishing')],
      to: [last('network.cache.updated')],
    },
    {
      name: 'source finish',
      service: 'nova-compute',
      from: [line('live.migration.finishing')],
      to: [line('live.migration.finished')],
    },
    {
      name: 'rollback',
      service: 'nova-compute',
      optional: true,
      requireStart: true,
      from: [line('live.migration.failed', 'live.migration.aborted')],
      to: [line('migration.allocation.swapped'), line('live.migration.claim.dropping')],
    },
    ...portRequests,
    ...requests,
  ],
});
