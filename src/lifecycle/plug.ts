import type { EventKind } from '../catalogue/event.js';
import { REQUESTS } from '../model/call.js';
import { knownServices } from '../model/services.js';
import { seconds } from '../model/time.js';
import { about, type Edge, endMinusDuration, last, latest, line, type PhaseSpec, recent, standIn } from './define.js';
import { agentChain, agentRemove, dhcpConfigure, portProvision } from './ml2-ovs.js';
import { secondsWaited } from './waited.js';

/** Neutron's API workers, which are several daemons in late releases. */
export const NEUTRON = knownServices.ofPart('network API');

/**
 * The interface is on the bridge and has no device yet: libvirt makes the tap when it starts the guest. OVS prints that it cannot
 * open the device when it finds out, mostly a few milliseconds before nova prints that the plug is done.
 */
const tapWait: PhaseSpec = {
  name: 'tap wait',
  service: 'ovs-vswitchd',
  per: 'cycle',
  within: 'ovs interface add',
  backends: ['ovn', 'ml2-ovs'],
  optional: true,
  needsFrom: true,
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

/** neutron has the report of OVN, and comes to it when its worker has done what came before. */
const neutronEventQueue: PhaseSpec = {
  name: 'neutron event queue',
  service: NEUTRON,
  per: 'cycle',
  within: 'port status up',
  backends: ['ovn'],
  debug: true,
  optional: true,
  needsFrom: true,
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
  // nova prepares to wait before it plugs, and says so at DEBUG; there is nothing to wait for before the plug.
  from: [line('vif.plugged'), standIn(line('vif.plug.awaited')), { kinds: ['vif.plug.timed.out'], lessStated: secondsWaited }],
  to: [
    line('vif.plug.processed', 'vif.plug.timed.out', 'vif.plug.failed.event'),
    { kinds: ['vif.plug.announced'], derived: true },
    about('guest.lifecycle.resumed'),
  ],
};

/**
 * How a port becomes usable, from the hypervisor to neutron and back: the wait that operators call "vif-plugged". Each
 * phase begins where the one before it ends, so that the eye falls on the slow one.
 *
 *     plug ▶ added ▶ claimed ▶ installed ▶ up ▶ status up ▶ activated ▶ delivered
 *     nova   ovs     ovn-controller ──────────┘  neutron ─────────────┘  nova
 *
 * Where neutron-openvswitch-agent stands in for OVN, see ml2-ovs.ts.
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
    // Before Wallaby nothing of neutron's begins it at INFO: the agent's last line of the port bounds it.
    from: [
      line('port.status.up'),
      line('port.provision.complete'),
      line('port.provisioning'),
      { ...recent('agent.devices.configured', 'agent.ports.filtered', 'agent.filters.preparing', 'agent.port.updated'), derived: true },
    ],
    to: [line('vif.plug.announced'), line('nova.notifying'), { kinds: ['nova.notified'], derived: true }],
  },
  eventDeliver,
  vifPluggedWait,
];

/** How long after an action that does not wait for its ports their chains are waited for: the agent handles several in one loop. */
export const CHAIN_LASTS = seconds(30);

/** The same where nova starts the guest without waiting for its ports, unless it says that it waits. */
export const plugUnawaited: readonly PhaseSpec[] = plugChain.map((phase) =>
  phase === vifPluggedWait
    ? {
        ...phase,
        from: [line('vif.plug.awaited')],
        to: [line('vif.plug.processed', 'vif.plug.timed.out', 'vif.plug.failed.event')],
        optional: true,
        needsFrom: true,
      }
    : phase,
);

/** How a port is taken away. */
export const vifUnplug: PhaseSpec = {
  name: 'vif unplug',
  service: 'nova-compute',
  per: 'port',
  backends: ['ovn', 'ml2-ovs', 'other'],
  from: [line('vif.unplugging')],
  // nova goes on when it fails.
  to: [line('vif.unplugged', 'vif.unplug.failed')],
  failsAt: [{ kind: 'vif.unplug.failed' }],
};

/** What OVS, OVN and neutron make of an unplugged port. Bound to no order: with some releases OVN releases the port before OVS does. */
export const portDown: readonly PhaseSpec[] = [
  {
    name: 'ovs interface delete',
    service: 'ovs-vswitchd',
    per: 'port',
    // The tap goes with the guest, which may be stopped and taken away in two steps: the last before it counts.
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

/** Requests about one port, each known from its own access line. */
export const portCreate = portRequest('create', 'neutron.port.create.requested');
export const portUpdate = portRequest('update', 'neutron.port.update.requested');
export const portDelete = portRequest('delete', 'neutron.port.delete.requested');

/** Other requests of the action to other services, each known from its own access line and named by its call. */
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
    most: 100,
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
    most: 100,
  },
];

/** The API call that began the action. */
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

/** A line near the end of the choice of a host. */
const chosen = (...kinds: readonly EventKind[]): Edge => standIn(latest(...kinds));

/**
 * The way of the order from the choice of a host to that host: nova-conductor writes the instance into its cell and sends the
 * order, which waits in a queue and for a free worker. It lies before the root, and only a process that reads both sides knows it.
 * @param taken the first lines of the compute host, the earliest first
 */
export const dispatch = (...taken: readonly Edge[]): PhaseSpec => ({
  name: 'dispatch',
  service: 'nova-compute',
  optional: true,
  needsFrom: true,
  across: true,
  // At INFO a build prints neither that it was taken nor that its turn has come.
  next: ['build queue'],
  from: [
    // Where a build was handed back, the next host comes from a list.
    latest('destinations.selected', 'build.attempt.failed'),
    chosen('host.chosen', 'placement.claiming'),
    chosen('allocation.written'),
  ],
  to: taken,
  // When the order goes out.
  innerEvents: ['host.selected', 'migration.host.selected', 'rebuild.host.selected'],
});

/** Choosing a host: each service that shows it has its own span. */
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
    spread: true,
    from: [line('scheduling.started'), standIn(line('hosts.counted', 'hosts.filtered', 'hosts.weighed', 'placement.claiming'))],
    to: [last('host.chosen', 'hosts.none', 'candidates.none'), standIn(last('hosts.filtered', 'hosts.weighed', 'placement.claiming'))],
  },
  {
    name: 'schedule',
    service: 'placement',
    // A line alone is no time: placement states no duration.
    needsFrom: true,
    from: [line('allocation.candidates.requested')],
    to: [line('allocation.written')],
    optional: true,
  },
];
