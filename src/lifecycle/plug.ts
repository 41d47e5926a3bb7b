import type { EventKind } from '../catalogue/event.js';
import { REQUESTS } from '../model/call.js';
import { knownServices } from '../model/services.js';
import { seconds } from '../model/time.js';
import { bound, type Edge, endMinusDuration, inCycle, last, latest, line, type PhaseSpec, standIn } from './define.js';
import { agentChain, agentRemove, dhcpConfigure, portProvision } from './ml2-ovs.js';
import { secondsWaited } from './waited.js';

/** The services of neutron's API, which are several daemons in late releases. */
export const NEUTRON = knownServices.ofPart('network API');

/**
 * The interface is on the bridge, but its device does not exist yet: libvirt creates the tap when it starts the guest.
 * OVS logs that it cannot open the device, mostly a few ms before nova logs the end of the plug.
 */
const tapWait: PhaseSpec = {
  name: 'tap wait',
  service: 'ovs-vswitchd',
  per: 'cycle',
  within: 'ovs interface add',
  backends: ['ovn', 'ml2-ovs'],
  optional: true,
  requireStart: true,
  from: [{ kinds: ['interface.unopened'], notBefore: ['vif.plugged'] }],
  to: [line('interface.added')],
  innerEvents: ['interface.unopened'],
};

export const lportClaim: PhaseSpec = {
  name: 'lport claim',
  service: 'ovn-controller',
  per: 'cycle',
  backends: ['ovn'],
  from: [line('interface.added'), standIn(line('vif.plugged'))],
  to: [line('lport.claimed', 'lport.chassis.changed')],
};

export const flowInstall: PhaseSpec = {
  name: 'flow install',
  service: 'ovn-controller',
  per: 'cycle',
  backends: ['ovn'],
  from: [line('lport.claimed', 'lport.chassis.changed')],
  to: [line('lport.installed')],
};

export const lportUp: PhaseSpec = {
  name: 'lport up',
  service: 'ovn-controller',
  per: 'cycle',
  backends: ['ovn'],
  from: [line('lport.installed')],
  to: [line('lport.up')],
};

export const portStatusUp: PhaseSpec = {
  name: 'port status up',
  service: NEUTRON,
  per: 'cycle',
  backends: ['ovn'],
  from: [line('lport.up'), standIn(line('lport.installed')), standIn(line('lport.claimed', 'lport.chassis.changed'))],
  to: [line('port.status.up')],
};

/** neutron has received OVN's report, and its worker still handles earlier events. */
const neutronEventQueue: PhaseSpec = {
  name: 'neutron event queue',
  service: NEUTRON,
  per: 'cycle',
  within: 'port status up',
  backends: ['ovn'],
  debug: true,
  optional: true,
  requireStart: true,
  from: [line('ovn.port.up.matched')],
  to: [line('port.status.up')],
};

export const eventDeliver: PhaseSpec = {
  name: 'event deliver',
  service: 'nova-compute',
  per: 'cycle',
  debug: true,
  from: [line('vif.plug.announced')],
  // neutron says it two or three times.
  to: [{ kinds: ['vif.plug.received'], sameRequest: true }],
};

export const vifPluggedWait: PhaseSpec = {
  name: 'vif-plugged wait',
  service: 'nova-compute',
  per: 'cycle',
  within: 'spawn',
  failsAt: [{ kind: 'vif.plug.timed.out', why: 'timed out waiting for network-vif-plugged' }, { kind: 'vif.plug.failed.event' }],
  // At DEBUG nova logs that it prepares to wait before it plugs. The wait itself starts with the plug.
  from: [line('vif.plugged'), standIn(line('vif.plug.awaited')), { kinds: ['vif.plug.timed.out'], lessStated: secondsWaited }],
  to: [
    line('vif.plug.processed', 'vif.plug.timed.out', 'vif.plug.failed.event'),
    { kinds: ['vif.plug.announced'], derived: true },
    bound('guest.lifecycle.resumed'),
  ],
};

/**
 * How a port becomes usable, from the hypervisor to neutron and back: operators call this wait "vif-plugged". Each
 * phase starts where the one before it ends, so that the slow one is easy to see.
 *
 *     plug ▶ added ▶ claimed ▶ installed ▶ up ▶ status up ▶ activated ▶ delivered
 *     nova   ovs     ovn-controller ──────────┘  neutron ─────────────┘  nova
 *
 * For neutron-openvswitch-agent instead of OVN see ml2-ovs.ts.
 */
export const plugChain: readonly PhaseSpec[] = [
  {
    name: 'vif plug',
    service: 'nova-compute',
    per: 'cycle',
    within: 'spawn',
    backends: ['ovn', 'ml2-ovs', 'other'],
    next: ['guest start'],
    from: [line('vif.plugging')],
    to: [line('vif.plugged')],
  },
  {
    name: 'ovs interface add',
    service: 'ovs-vswitchd',
    per: 'cycle',
    backends: ['ovn', 'ml2-ovs'],
    from: [line('vif.plugged'), standIn(line('vif.plugging'))],
    to: [line('interface.added')],
  },
  tapWait,
  lportClaim,
  flowInstall,
  lportUp,
  portStatusUp,
  neutronEventQueue,
  ...agentChain,
  portProvision(NEUTRON),
  dhcpConfigure,
  {
    name: 'neutron port activate',
    service: NEUTRON,
    per: 'cycle',
    // Before Wallaby no line of neutron-server starts it at INFO: the agent's last line about the port bounds it.
    from: [
      line('port.status.up'),
      line('port.provision.complete'),
      line('port.provisioning'),
      { ...inCycle('agent.devices.configured', 'agent.ports.filtered', 'agent.filters.preparing', 'agent.port.updated'), derived: true },
    ],
    to: [line('vif.plug.announced'), line('nova.notifying'), { kinds: ['nova.notified'], derived: true }],
  },
  eventDeliver,
  vifPluggedWait,
];

/** How long (ms) to wait for the chains of ports after an action that does not wait for them itself. */
export const PORT_CHAIN_WAIT = seconds(30);

/**
 * The chain if nova starts the guest without waiting for its ports. If a line shows that it waits, the wait is a phase.
 */
export const plugUnawaited: readonly PhaseSpec[] = plugChain.map((phase) =>
  phase === vifPluggedWait
    ? {
        ...phase,
        from: [line('vif.plug.awaited')],
        to: [line('vif.plug.processed', 'vif.plug.timed.out', 'vif.plug.failed.event')],
        optional: true,
        requireStart: true,
      }
    : phase,
);

/** os-vif unplugs a port. */
export const vifUnplug: PhaseSpec = {
  name: 'vif unplug',
  service: 'nova-compute',
  per: 'port',
  backends: ['ovn', 'ml2-ovs', 'other'],
  from: [line('vif.unplugging')],
  // nova continues if it fails.
  to: [line('vif.unplugged', 'vif.unplug.failed')],
  failsAt: [{ kind: 'vif.unplug.failed' }],
};

/**
 * Phases of OVS, OVN and neutron after an unplug, in any order: in some releases OVN releases the port before OVS does.
 */
export const portDown: readonly PhaseSpec[] = [
  {
    name: 'ovs interface delete',
    service: 'ovs-vswitchd',
    per: 'port',
    // The tap disappears with the guest. A guest may be stopped and removed in two steps: the last one before this
    // counts.
    from: [standIn(latest('instance.destroyed')), standIn(line('vif.unplugging'))],
    to: [line('interface.deleted')],
    optional: true,
  },
  {
    name: 'lport release',
    service: 'ovn-controller',
    per: 'port',
    from: [line('interface.deleted'), standIn(line('vif.unplugged'))],
    to: [line('lport.released', 'lport.released.additional')],
    optional: true,
  },
  { name: 'lport down', service: 'ovn-controller', per: 'port', from: [line('lport.released')], to: [line('lport.down')], optional: true },
  {
    name: 'port status down',
    service: NEUTRON,
    per: 'port',
    from: [line('lport.down'), standIn(line('lport.released'))],
    to: [line('port.status.down')],
    optional: true,
  },
  agentRemove,
];

const portRequest = (
  what: 'create' | 'update' | 'delete',
  kind: 'neutron.port.create.requested' | 'neutron.port.update.requested' | 'neutron.port.delete.requested',
): PhaseSpec => ({
  name: `neutron port ${what}`,
  service: NEUTRON,
  per: 'port',
  http: 'service',
  from: [endMinusDuration(kind)],
  to: [line(kind)],
  repeats: true,
});

/** Requests to neutron about one port, each known from its access line. */
export const portCreate = portRequest('create', 'neutron.port.create.requested');
export const portUpdate = portRequest('update', 'neutron.port.update.requested');
export const portDelete = portRequest('delete', 'neutron.port.delete.requested');

/** All other requests of the action to neutron and glance, each known from its access line and named by its call. */
export const requests: readonly PhaseSpec[] = [
  {
    name: REQUESTS,
    namedByCall: true,
    service: NEUTRON,
    http: 'service',
    from: [endMinusDuration('neutron.requested'), endMinusDuration('neutron.ports.listed')],
    to: [line('neutron.requested', 'neutron.ports.listed')],
    repeats: true,
    optional: true,
    maxSpans: 100,
  },
  {
    name: REQUESTS,
    namedByCall: true,
    service: 'glance',
    http: 'service',
    from: [endMinusDuration('image.requested'), endMinusDuration('image.downloaded')],
    to: [line('image.requested', 'image.downloaded')],
    repeats: true,
    optional: true,
    maxSpans: 100,
  },
];

/** The API call that started the action, by nova-api's access line. */
export const apiRequest: PhaseSpec = {
  name: 'api request',
  service: 'nova-api',
  http: 'user',
  from: [
    endMinusDuration('server.create.requested'),
    endMinusDuration('server.action.requested'),
    endMinusDuration('server.delete.requested'),
  ],
  to: [line('server.create.requested', 'server.action.requested', 'server.delete.requested')],
};

/** A line near the moment at which the host was chosen. */
const chosen = (...kinds: readonly EventKind[]): Edge => standIn(latest(...kinds));

/**
 * From the choice of a host to the first line of that host: nova-conductor writes the instance to its cell and sends
 * the message, which waits in RabbitMQ and for a free worker. This is before the root starts. Only a process that reads
 * both logs can show it.
 *
 * @param taken the first lines of the compute host, the earliest first
 */
export const dispatch = (...taken: readonly Edge[]): PhaseSpec => ({
  name: 'dispatch',
  service: 'nova-compute',
  optional: true,
  requireStart: true,
  across: true,
  // At INFO a build logs neither that a worker took it nor that it left the build queue.
  next: ['build queue'],
  from: [
    // After a failed attempt, nova-conductor takes the next host from its list of alternates.
    latest('destinations.selected', 'build.attempt.failed'),
    chosen('host.chosen', 'placement.claiming'),
    chosen('allocation.written'),
  ],
  to: taken,
  // When the message is sent.
  innerEvents: ['host.selected', 'migration.host.selected', 'rebuild.host.selected'],
});

/** The choice of a host: each service that takes part has its own span. */
export const scheduling: readonly PhaseSpec[] = [
  {
    name: 'schedule',
    service: 'nova-conductor',
    debug: true,
    from: [endMinusDuration('destinations.selected')],
    to: [line('destinations.selected', 'scheduling.failed')],
  },
  {
    name: 'schedule',
    service: 'nova-scheduler',
    debug: true,
    firstToLast: true,
    from: [line('scheduling.started'), standIn(line('hosts.counted', 'hosts.filtered', 'hosts.weighed', 'placement.claiming'))],
    to: [last('host.chosen', 'hosts.none', 'candidates.none'), standIn(last('hosts.filtered', 'hosts.weighed', 'placement.claiming'))],
  },
  {
    name: 'schedule',
    service: 'placement',
    // A single line gives no duration: placement logs none.
    requireStart: true,
    from: [line('allocation.candidates.requested')],
    to: [line('allocation.written')],
    optional: true,
  },
];
