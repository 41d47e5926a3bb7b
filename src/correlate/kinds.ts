import type { EventKind } from '../catalogue/event.js';
import { actions, beginnings, namersWithoutRequestId, naming, startersWithoutRequestId } from '../lifecycle/name.js';

const kinds = (...all: readonly EventKind[]): ReadonlySet<EventKind> => new Set(all);

/** nova-api's lines that say which instance a request is about, or what it begins. */
export const INTRODUCES = kinds(...beginnings, 'server.action.requested');

/** Lines without an instance that help to decide what an action is and when it ends. */
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
 * Lines that may end an action or name one. After any other line only the candidate that it opened can close, by
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

/** After these lines the source of a resize may print nothing while it copies a disk. */
export const COPIES = kinds('disk.resize.moving', 'disk.resize.moved');

/** Lines that only ever accompany: they belong to an action but never begin one. */
export const NEVER_OPENS = kinds('power.state.checked', 'power.state.sync.pending', 'power.state.synchronizing');

/** The first line of another host after a build has failed. */
export const BEGINS_A_BUILD = kinds('instance.claimed', 'instance.build.started', 'instance.lock.awaited', 'instance.lock.acquired');

/** nova-compute's last word on a build: it is over, and one that waited for its loop may begin. */
export const ENDS_A_BUILD = kinds(
  'instance.built',
  'instance.build.failed',
  'instance.build.aborted',
  'instance.build.rescheduled',
  'instance.build.unexpected',
);

/** An instance's allocations in placement are written or removed. */
export const ALLOCATIONS = kinds('allocation.written', 'allocation.removed');

/** On a controller: lines that show that a request is an action that got past the API. */
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

/** libvirt's lifecycle events of a guest. nova-compute prints them when a thread of it gets to them. */
export const LIFECYCLE = kinds(
  'guest.lifecycle.started',
  'guest.lifecycle.stopped',
  'guest.lifecycle.paused',
  'guest.lifecycle.resumed',
  'guest.lifecycle.suspended',
);

/** Lines that show only that a request is at work: they may be its first. */
export const ONLY_AT_WORK = kinds('instance.attribute.loaded');
