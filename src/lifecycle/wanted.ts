import type { EventKind } from '../catalogue/event.js';
import { kindsWith } from '../catalogue/traits.js';
import type { Some } from '../catalogue/wants.js';
import type { Level } from '../model/record.js';
import { causeKinds, isOnlyOfUsers, minimumOf } from './causes.js';
import type { Edge } from './define.js';
import { actions } from './name.js';

/** Lines that show a request to be neutron's event and not an instance action. */
export const EXTERNAL_EVENTS: ReadonlySet<EventKind> = new Set(kindsWith(({ external }) => external === true));

/** Kinds that link ids, open or close something, or bound a trace of their own, without being an edge of a phase. */
const NO_EDGES: readonly EventKind[] = [
  'compute.started',
  'resources.audited',
  'deletion.resumed',
  'server.action.called',
  ...EXTERNAL_EVENTS,
  // Which port is whose, on which address, under which request.
  'port.create.received',
  // Of the request that makes a port, the only lines that name it: neutron's access line does not.
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
  // When an event of the guest happened, which nova prints later.
  'guest.event.emitted',
  // The sequel of a boot.
  'dhcp.acknowledged',
  'metadata.provisioning',
  'metadata.port.bound',
  // Which agent has a port.
  'agent.details.requested',
  // What a reader of a waterfall looks for.
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

/** What services print in production that says nothing of an action. */
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
  // what neutron's agents say of their loops, every two seconds, and of security groups
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
 * Whether a kind of line is worth reading: what services print in production, and of what they print at DEBUG only what an
 * action needs. Half of a DEBUG log is known noise, and reading it would cost more than all the rest.
 */
export const isWanted = (kind: EventKind, level: Level | readonly Level[]): boolean =>
  !NOISE.has(kind) && (used.has(kind) || [level].flat().some((each) => each !== 'DEBUG' && each !== 'TRACE'));

/** The same, with which lines of the kind are: what took too little to be a cause is not read, nor what periodic tasks do all day. */
export const wants = (kind: EventKind, level: Level | readonly Level[]): boolean | Some =>
  isWanted(kind, level) && { atLeast: minimumOf(kind), ofUsers: isOnlyOfUsers(kind) };
