import type { EventKind } from '../catalogue/event.js';
import { actions, bareOpeners, beginnings, mayNameBare, naming } from '../lifecycle/name.js';

const kinds = (...all: readonly EventKind[]): ReadonlySet<EventKind> => new Set(all);

/** nova-api's lines that say which instance a request is about, or what it begins. */
export const INTRODUCES = kinds(...beginnings, 'server.action.requested');

/** Lines without an instance that have a say in what an action is and when it ends. */
export const RESOLVED = kinds(
  ...beginnings,
  ...naming,
  ...actions.flatMap((spec) => [
    ...(spec.namedByAll ?? []).flat(),
    ...(spec.takesPart ?? []).flat(),
    ...spec.ends,
    ...spec.fails,
    ...(spec.confirms ?? []),
    ...(spec.provedBy ?? []),
  ]),
);

/** Lines that may end an action or name one. After any other nothing closes but a candidate that it opened, and that for its silence. */
export const MAY_CLOSE = kinds(
  ...naming,
  ...beginnings,
  ...mayNameBare,
  ...bareOpeners.keys(),
  'instance.build.started',
  ...actions.flatMap((spec) => [
    ...spec.ends,
    ...(spec.confirms ?? []),
    ...(spec.provedBy ?? []),
    ...(spec.endsAfter ?? []),
    ...(spec.endsQuietly ?? []),
    ...spec.fails,
    ...spec.cleansUp,
    ...(spec.handsBack ?? []),
    ...(spec.decides ?? []),
    ...spec.starts.flatMap((edge) => edge.kinds),
    ...(spec.takesPart ?? []).flat(),
  ]),
);

/** Lines after which the source of a resize may print nothing for as long as a disk takes to be copied. */
export const COPIES = kinds('disk.resize.moving', 'disk.resize.moved');

/** Lines that only ever accompany: they belong to an action but never begin one. */
export const NEVER_OPENS = kinds('power.state.checked', 'power.state.sync.pending', 'power.state.synchronizing');

/** The first line of another host after a build has failed. */
export const BEGINS_A_BUILD = kinds('instance.claimed', 'instance.build.started', 'instance.lock.awaited', 'instance.lock.acquired');

/** nova-compute's last word on a build: it is over, and one that waited for its turn may begin. */
export const ENDS_A_BUILD = kinds(
  'instance.built',
  'instance.build.failed',
  'instance.build.aborted',
  'instance.build.rescheduled',
  'instance.build.unexpected',
);

/** What placement holds for an instance is written or removed. */
export const ALLOCATIONS = kinds('allocation.written', 'allocation.removed');

/** On a controller, what shows a request to be an action that reached past the API. */
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

/** What a guest went through, as libvirt reported it: printed when a thread of nova-compute comes to it. */
export const LIFECYCLE = kinds(
  'guest.lifecycle.started',
  'guest.lifecycle.stopped',
  'guest.lifecycle.paused',
  'guest.lifecycle.resumed',
  'guest.lifecycle.suspended',
);

/** Lines that show only that a request is at work: they may be its first. */
export const ONLY_AT_WORK = kinds('instance.attribute.loaded');
