import { line, type PhaseSpec } from './define.js';

/** The names of neutron's API services, passed in by plug.ts. */
type Services = readonly string[];

const AGENT = 'neutron-openvswitch-agent';

/**
 * The chain of a port if neutron-openvswitch-agent wires it, and not OVN. The agent looks for new interfaces in a loop,
 * about every two seconds, and handles all new interfaces of a loop together:
 *
 *     added ▶ scan ▶ details ▶ wire ▶ filter ▶ device up ───────▶
 *     ovs     agent ─────────────────────────┘ └▶ provision ▶ activate ▶ …
 *                                                  neutron
 */
export const agentChain: readonly PhaseSpec[] = [
  {
    name: 'agent port scan',
    service: AGENT,
    per: 'cycle',
    backends: ['ml2-ovs'],
    from: [line('interface.added'), line('vif.plugged')],
    to: [line('agent.ports.retrieved'), line('agent.port.processing'), line('agent.port.updated')],
  },
  {
    name: 'agent port details',
    service: AGENT,
    per: 'cycle',
    backends: ['ml2-ovs'],
    optional: true,
    requireStart: true,
    from: [line('agent.ports.retrieved')],
    to: [line('agent.port.processing'), line('agent.port.updated')],
  },
  {
    name: 'agent port wire',
    service: AGENT,
    per: 'cycle',
    backends: ['ml2-ovs'],
    from: [line('agent.port.processing'), line('agent.port.updated')],
    to: [line('agent.ports.wired'), line('agent.filters.preparing'), line('agent.port.status.setting')],
  },
  {
    name: 'agent port filter',
    service: AGENT,
    per: 'cycle',
    backends: ['ml2-ovs'],
    // Without a firewall driver there are no filters.
    optional: true,
    requireStart: true,
    from: [line('agent.filters.preparing')],
    to: [line('agent.ports.filtered'), line('agent.port.status.setting')],
  },
  {
    name: 'agent device up',
    service: AGENT,
    per: 'cycle',
    backends: ['ml2-ovs'],
    from: [line('agent.port.status.setting'), line('agent.ports.filtered'), line('agent.filters.preparing'), line('agent.port.updated')],
    to: [line('agent.devices.configured')],
  },
];

/**
 * neutron activates a port when the agent and DHCP are done. If nova's wait timed out, one of the two did not finish.
 */
const UNPLUGGED: PhaseSpec['missedWith'] = { kinds: ['vif.plug.timed.out'], backends: ['ml2-ovs', 'other', 'direct'] };

/**
 * neutron-server waits until both L2 (the agent) and DHCP are done with the port. It logs the end at INFO since
 * Wallaby.
 */
export const portProvision = (neutron: Services): PhaseSpec => ({
  name: 'port provision',
  service: neutron,
  per: 'cycle',
  backends: ['ml2-ovs', 'other', 'direct'],
  optional: true,
  missedWith: UNPLUGGED,
  from: [
    line('agent.device.up'),
    line('agent.port.status.setting'),
    line('agent.ports.filtered'),
    line('agent.filters.preparing'),
    line('agent.port.updated'),
    line('vif.plugged'),
  ],
  to: [line('port.provision.complete'), line('port.provisioning')],
});

/** The part of neutron-dhcp-agent, which neutron-server waits for. It starts with the port, not with the plug. */
export const dhcpConfigure: PhaseSpec = {
  name: 'dhcp configure',
  service: 'neutron-dhcp-agent',
  per: 'port',
  optional: true,
  missedWith: UNPLUGGED,
  from: [line('dhcp.port.reloading')],
  to: [line('dhcp.ports.configured')],
};

/**
 * The agent removes an unplugged port in the loop in which it finds the interface gone. It removes the device filter
 * first. If neutron also deletes the port, a later loop removes a filter that does not exist: that line is not part of
 * this phase.
 *
 *     interface deleted ▶ Remove device filter for {…} ▶ Ports {…} removed │ Remove device filter for […]
 */
export const agentRemove: PhaseSpec = {
  name: 'agent port remove',
  service: AGENT,
  per: 'port',
  backends: ['ml2-ovs'],
  optional: true,
  from: [line('interface.deleted'), line('vif.unplugged')],
  to: [line('agent.ports.removed'), line('agent.filters.removing')],
};
