import { about, last, lasting, latest, line, type PhaseSpec } from './define.js';
import { agentChain, agentRemove, dhcpConfigure, portProvision } from './ml2-ovs.js';

/** neutron's API workers by release: one eventlet service up to 2025.1, several daemons under uWSGI since. */
export const NEUTRON = [
  'neutron-server',
  'neutron-api',
  'neutron-rpc-server',
  'neutron-periodic-workers',
  'neutron-ovn-maintenance-worker',
];

export const lportClaim: PhaseSpec = {
  name: 'lport claim',
  service: 'ovn-controller',
  per: 'cycle',
  wiredBy: ['ovn'],
  from: [line('interface.added'), line('vif.plugged')],
  to: [line('lport.claimed', 'lport.chassis.changed')],
};

export const flowInstall: PhaseSpec = {
  name: 'flow install',
  service: 'ovn-controller',
  per: 'cycle',
  wiredBy: ['ovn'],
  from: [line('lport.claimed', 'lport.chassis.changed')],
  to: [line('lport.installed')],
};

export const lportUp: PhaseSpec = {
  name: 'lport up',
  service: 'ovn-controller',
  per: 'cycle',
  wiredBy: ['ovn'],
  from: [line('lport.installed')],
  to: [line('lport.up')],
};

export const portStatusUp: PhaseSpec = {
  name: 'port status up',
  service: NEUTRON,
  per: 'cycle',
  wiredBy: ['ovn'],
  from: [line('lport.up'), line('lport.installed'), line('lport.claimed', 'lport.chassis.changed')],
  to: [line('port.status.up')],
};

export const eventDeliver: PhaseSpec = {
  name: 'event deliver',
  service: 'nova-compute',
  per: 'cycle',
  debug: true,
  from: [line('vif.plug.announced')],
  to: [line('vif.plug.received')],
};

export const vifPluggedWait: PhaseSpec = {
  name: 'vif-plugged wait',
  service: 'nova-compute',
  per: 'cycle',
  within: 'spawn',
  failsAt: { kind: 'vif.plug.timed.out', why: 'timed out waiting for network-vif-plugged' },
  from: [line('vif.plug.awaited'), line('vif.plugged')],
  to: [
    line('vif.plug.processed', 'vif.plug.timed.out', 'vif.plug.failed.event'),
    line('vif.plug.announced'),
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
    wiredBy: ['ovn', 'ml2-ovs', 'other'],
    from: [line('vif.plugging')],
    to: [line('vif.plugged')],
  },
  {
    name: 'ovs interface add',
    service: 'ovs-vswitchd',
    per: 'cycle',
    wiredBy: ['ovn', 'ml2-ovs'],
    from: [line('vif.plugged'), line('vif.plugging')],
    to: [line('interface.added')],
  },
  lportClaim,
  flowInstall,
  lportUp,
  portStatusUp,
  ...agentChain,
  portProvision(NEUTRON),
  dhcpConfigure,
  {
    name: 'neutron port activate',
    service: NEUTRON,
    per: 'cycle',
    from: [line('port.status.up'), line('port.provision.complete'), line('port.provisioning')],
    to: [line('vif.plug.announced'), line('nova.notifying'), { kinds: ['nova.notified'], derived: true }],
  },
  eventDeliver,
  vifPluggedWait,
];

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
  wiredBy: ['ovn', 'ml2-ovs', 'other'],
  from: [line('vif.unplugging')],
  to: [line('vif.unplugged')],
};

/** What OVS, OVN and neutron make of an unplugged port. Bound to no order: with some releases OVN lets go before OVS does. */
export const portDown: readonly PhaseSpec[] = [
  {
    name: 'ovs interface delete',
    service: 'ovs-vswitchd',
    per: 'port',
    // A guest may be stopped and taken away in two steps: the last before it counts.
    from: [latest('instance.destroyed'), line('vif.unplugging')],
    to: [line('interface.deleted')],
    optional: true,
  },
  {
    name: 'lport release',
    service: 'ovn-controller',
    per: 'port',
    from: [line('interface.deleted'), line('vif.unplugged')],
    to: [line('lport.released', 'lport.released.additional')],
    optional: true,
  },
  { name: 'lport down', service: 'ovn-controller', per: 'port', from: [line('lport.released')], to: [line('lport.down')], optional: true },
  {
    name: 'port status down',
    service: NEUTRON,
    per: 'port',
    from: [line('lport.down'), line('lport.released')],
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
  from: [lasting(kind)],
  to: [line(kind)],
  repeats: true,
});

/** Requests about one port, each told by its own access line. */
export const portCreate = portRequest('create', 'neutron.port.create.requested');
export const portUpdate = portRequest('update', 'neutron.port.update.requested');
export const portDelete = portRequest('delete', 'neutron.port.delete.requested');

/** Requests of the action to other services, told by their own access lines. */
export const requests: readonly PhaseSpec[] = [
  {
    name: 'neutron-server request',
    service: NEUTRON,
    http: 'service',
    from: [lasting('neutron.requested'), lasting('neutron.ports.listed')],
    to: [line('neutron.requested', 'neutron.ports.listed')],
    repeats: true,
    optional: true,
    most: 100,
  },
  {
    name: 'placement request',
    service: 'placement',
    http: 'service',
    from: [],
    to: [line('placement.requested', 'allocation.candidates.requested', 'allocation.written')],
    repeats: true,
    optional: true,
    most: 100,
  },
  {
    name: 'glance request',
    service: 'glance',
    http: 'service',
    from: [lasting('image.requested'), lasting('image.downloaded')],
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
  from: [lasting('server.create.requested'), lasting('server.action.requested'), lasting('server.delete.requested')],
  to: [line('server.create.requested', 'server.action.requested', 'server.delete.requested')],
};

/** Choosing a host: each service that shows it tells its own part. */
export const scheduling: readonly PhaseSpec[] = [
  {
    name: 'schedule',
    service: 'nova-conductor',
    debug: true,
    from: [lasting('destinations.selected')],
    to: [line('destinations.selected', 'scheduling.failed')],
  },
  {
    name: 'schedule',
    service: 'nova-scheduler',
    debug: true,
    spread: true,
    from: [line('scheduling.started', 'hosts.counted', 'hosts.filtered', 'hosts.weighed', 'placement.claiming')],
    to: [last('hosts.filtered', 'hosts.weighed', 'placement.claiming', 'host.chosen', 'hosts.none', 'candidates.none')],
  },
  {
    name: 'schedule',
    service: 'placement',
    spread: true,
    from: [line('allocation.candidates.requested')],
    to: [last('allocation.candidates.requested', 'allocation.written')],
    optional: true,
  },
];
