import { line, type PhaseSpec } from './define.js';

/** neutron's API workers, by the name that plug.ts gives them. */
type Services = readonly string[];

const AGENT = 'neutron-openvswitch-agent';

/**
 * The same way where neutron-openvswitch-agent wires ports, and not OVN. The agent looks for new interfaces in a loop, every
 * two seconds at the most, and handles all that it finds in one loop together:
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
    // Without a firewall there is nothing to prepare.
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

/** neutron makes a port active when the agent and DHCP have done their parts: where nova's wait timed out, one of them has not. */
const UNPLUGGED: PhaseSpec['missedWith'] = { kinds: ['vif.plug.timed.out'], backends: ['ml2-ovs', 'other', 'direct'] };

/** neutron-server's part: it waits for all that make the port usable, L2 (the agent) and DHCP. At INFO it says so since Wallaby. */
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

/** The DHCP agent's part: begins with the port, not with its plug, and is one of the steps that neutron waits for. */
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
 * What the agent does about an unplugged port, in the loop in which its interface is gone. The device filter goes first. When
 * neutron deletes the port as well, a later loop removes the filter of a port that has none: no part of it.
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
