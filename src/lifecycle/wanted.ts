import type { EventKind } from '../catalogue/event.js';
import { kindsWith } from '../catalogue/traits.js';
import type { Some } from '../catalogue/wants.js';
import type { Level } from '../model/record.js';
import { causeKinds, isOnlyOfUsers, minimumOf } from './causes.js';
import type { Edge } from './define.js';
import { actions } from './name.js';

/** Kinds of lines that show that a request is neutron's external event, and not an instance action. */
export const EXTERNAL_EVENTS: ReadonlySet<EventKind> = new Set(kindsWith(({ external }) => external === true));

/** Kinds that are needed although they are not an edge of a phase: they link ids, or open or close something. */
const NO_EDGES: readonly EventKind[] = [
  'compute.started',
  'resources.audited',
  'deletion.resumed',
  'server.action.called',
  ...EXTERNAL_EVENTS,
  // Link a port to its instance, its address and its request.
  'port.create.received',
  // The only lines of the request "create port" that contain the port's id: neutron's access line does not.
  'ip.allocated',
  'port.provision.awaited',
  'ovn.port.adding',
  'ovn.port.checked',
  'ovs.interface.setting',
  'lport.addressed',
  'live.migration.storage.checked',
  // The first line of a request.
  'instance.attribute.loaded',
  'instance.lock.awaited',
  'interface.lock.awaited',
  'interface.lock.acquired',
  'interface.lock.released',
  // The time of a guest event, which nova handles and logs later.
  'guest.event.emitted',
  // The network of a guest after its boot.
  'dhcp.acknowledged',
  'metadata.provisioning',
  'metadata.port.bound',
  // The agent that wires a port.
  'agent.details.requested',
  // Useful for a reader of a waterfall.
  'console.log.ensured',
  'instance.directory.created',
  'disk.moving',
  'disk.moved',
  'network.cache.vif.updated',
  'network.cache.missing',
  'external.event.wait.completed',
];

const kindsOf = (edges: readonly Edge[]): readonly EventKind[] => edges.flatMap(({ kinds }) => kinds);

const used: ReadonlySet<EventKind> = new Set([
  ...NO_EDGES,
  ...causeKinds,
  ...actions.flatMap((spec) => [
    ...spec.namedBy,
    ...(spec.namedByAll ?? []).flat(),
    ...(spec.namedUnless?.kinds ?? []),
    ...(spec.namedUnless?.unless ?? []),
    ...(spec.startsWithoutRequestId ?? []),
    ...(spec.peerEvidence ?? []).flat(),
    ...(spec.notWith ?? []),
    ...(spec.apiLines ?? []),
    ...(spec.endsQuietly ?? []),
    ...(spec.provedBy ?? []),
    ...(spec.opensWith ?? []),
    ...spec.phases.flatMap(({ innerEvents }) => innerEvents ?? []),
    ...kindsOf(spec.starts),
    ...spec.ends,
    ...(spec.endsAfter ?? []),
    ...(spec.lateEndEvents ?? []),
    ...spec.fails,
    ...spec.cleanupEvents,
    ...(spec.handsBack ?? []),
    ...(spec.decides ?? []),
    ...(spec.givenUpBy?.kinds ?? []),
    ...spec.phases.flatMap(({ from, to }) => [...kindsOf(from), ...kindsOf(to)]),
  ]),
]);

/** Lines at INFO or above that are useless for actions. */
const NOISE: ReadonlySet<EventKind> = new Set<EventKind>([
  'api.requested',
  'api.refused',
  'external.events.requested',
  'console.output.requested',
  'messages.dropped',
  'poll.stall.measured',
  'log.opened',
  'dhcp.offered',
  'metadata.port.unbound',
  'metadata.cleaning',
  'power.states.mismatched',
  'usage.audited',
  'image.cache.checked',
  'resources.viewed',
  // neutron's agents: their loops, every two seconds, and security groups
  'agent.loop.started',
  'agent.loop.completed',
  'agent.polling.started',
  'agent.ports.processed',
  'agent.removals.treated',
  'agent.network.unmanaged',
  'agent.port.unsecured',
  'agent.firewall.refreshing',
  'agent.firewall.port.known',
  'agent.groups.updated',
  'agent.filters.dropped',
  'agent.port.unplugged',
  'dhcp.sync.started',
  'dhcp.sync.fetched',
  'dhcp.sync.completed',
]);

/**
 * Whether lines of a kind are parsed: all at INFO or above except for noise, and at DEBUG only those that an action
 * needs. Half of a DEBUG log is known noise, and parsing it would cost more than all the rest.
 */
export const isWanted = (kind: EventKind, level: Level | readonly Level[]): boolean =>
  !NOISE.has(kind) && (used.has(kind) || [level].flat().some((each) => each !== 'DEBUG' && each !== 'TRACE'));

/** As `isWanted`, with the conditions on single lines: a shortest duration, and a user id in the request. */
export const wants = (kind: EventKind, level: Level | readonly Level[]): boolean | Some =>
  isWanted(kind, level) && { atLeast: minimumOf(kind), ofUsers: isOnlyOfUsers(kind) };
