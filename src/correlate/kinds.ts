import type { EventKind } from '../catalogue/event.js';
import { actions, beginnings, namersWithoutRequestId, naming, startersWithoutRequestId } from '../lifecycle/name.js';

const kinds = (...all: readonly EventKind[]): ReadonlySet<EventKind> => new Set(all);

/** nova-api's lines that link a request to an instance, or show which action it starts. */
export const INTRODUCES = kinds(...beginnings, 'server.action.requested');

/** Lines without an instance that help to name an action or to find its end. */
export const RESOLVED = kinds(
  ...beginnings,
  ...naming,
  ...actions.flatMap((spec) => [
    ...(spec.namedByAll ?? []).flat(),
    ...(spec.peerEvidence ?? []).flat(),
    ...spec.ends,
    ...spec.fails,
    ...(spec.lateEndEvents ?? []),
    ...(spec.provedBy ?? []),
  ]),
);

/**
 * Lines that may end an action or name one. After any other line, only the candidate that it opened can close, after a
 * silence.
 */
export const MAY_CLOSE = kinds(
  ...naming,
  ...beginnings,
  ...namersWithoutRequestId,
  ...startersWithoutRequestId.keys(),
  'instance.build.started',
  ...actions.flatMap((spec) => [
    ...spec.ends,
    ...(spec.lateEndEvents ?? []),
    ...(spec.provedBy ?? []),
    ...(spec.endsAfter ?? []),
    ...(spec.endsQuietly ?? []),
    ...spec.fails,
    ...spec.cleanupEvents,
    ...(spec.handsBack ?? []),
    ...(spec.decides ?? []),
    ...spec.starts.flatMap((edge) => edge.kinds),
    ...(spec.peerEvidence ?? []).flat(),
  ]),
);

/** After these lines the source of a resize may log nothing for a long time, because it copies a disk. */
export const COPIES = kinds('disk.resize.moving', 'disk.resize.moved');

/** Lines that belong to an action but never open one. */
export const NEVER_OPENS = kinds('power.state.checked', 'power.state.sync.pending', 'power.state.synchronizing');

/** The first line of the next host after a failed attempt. */
export const BEGINS_A_BUILD = kinds('instance.claimed', 'instance.build.started', 'instance.lock.awaited', 'instance.lock.acquired');

/** nova-compute's line that a build is over: the next build in the queue may start. */
export const ENDS_A_BUILD = kinds(
  'instance.built',
  'instance.build.failed',
  'instance.build.aborted',
  'instance.build.rescheduled',
  'instance.build.unexpected',
);

/** Lines of placement: an instance's allocations are written or removed. */
export const ALLOCATIONS = kinds('allocation.written', 'allocation.removed');

/** Lines of a controller that show that a request is an action and was accepted by the API. */
export const CONTROL_EVIDENCE = kinds(
  'scheduling.started',
  'placement.claiming',
  'host.chosen',
  ...ALLOCATIONS,
  'neutron.port.create.requested',
  'neutron.port.update.requested',
  'neutron.port.delete.requested',
  'port.create.received',
  'scheduling.failed',
  'scheduling.task.failed',
  'instance.state.set',
  'unshelve.host.missing',
);

/** libvirt's lifecycle events of a guest. nova-compute logs them when it handles them, which may be late. */
export const LIFECYCLE = kinds(
  'guest.lifecycle.started',
  'guest.lifecycle.stopped',
  'guest.lifecycle.paused',
  'guest.lifecycle.resumed',
  'guest.lifecycle.suspended',
);

/** Lines that show only that a request is active: one of them may be its first line. */
export const ONLY_AT_WORK = kinds('instance.attribute.loaded');
