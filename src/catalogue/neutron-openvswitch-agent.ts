import { defineMessages } from './define.js';

/**
 * The agent of ML2/OVS. Wordings: openstack/neutron neutron/plugins/ml2/drivers/openvswitch/agent/ovs_neutron_agent.py,
 * neutron/agent/securitygroups_rpc.py.
 */
export const neutronOpenvswitchAgent = defineMessages('neutron-openvswitch-agent', {
  'agent.port.processing': {
    agent: true,
    logger: 'neutron.plugins.ml2.drivers.openvswitch.agent.ovs_neutron_agent',
    level: 'DEBUG',
    says: ['Processing port: {port:uuid}'],
    seen: ['Processing port: f2b29e22-e4cc-40dd-a089-219502368a15'],
  },
  'agent.port.updated': {
    agent: true,
    logger: 'neutron.plugins.ml2.drivers.openvswitch.agent.ovs_neutron_agent',
    level: 'INFO',
    says: ['Port {port:uuid} updated. Details: {details:rest}'],
    seen: [
      "Port f2b29e22-e4cc-40dd-a089-219502368a15 updated. Details: {'device': 'f2b29e22-e4cc-40dd-a089-219502368a15', 'device_id': '66e526a4-012a-481a-9dff-8dc2e38d3f6e', 'network_id': '3166962f-2592-488d-806d-bcb5ef7c20a0', 'port_id': 'f2b29e22-e4cc-40dd-a089-219502368a15', 'mac_address': 'fa:16:3e:f4:bb:c7', 'admin_state_up': True, 'network_type': 'vxlan', 'segmentation_id': 1, 'physical_network': None, 'fixed_ips': [{'subnet_id': '95f25409-bce0-4c5c-8c22-103d98a06485', 'ip_address': '198.51.100.22'}], 'device_owner': 'compute:nova', 'allowed_address_pairs': [], 'port_security_enabled': True, 'qos_policy_id': None, 'network_qos_policy_id': None, 'profile': {}, 'vif_type': 'ovs', 'vnic_type': 'normal', 'security_groups': ['597d4785-346e-467a-939d-1481159a4973'], 'migrating_to': None}",
    ],
  },
  'agent.vlan.assigned': {
    agent: true,
    logger: 'neutron.plugins.ml2.drivers.openvswitch.agent.ovs_neutron_agent',
    level: 'INFO',
    says: [
      'Assigning {vlan:int} as local vlan for net-id={network:uuid}',
      'Assigning {vlan:int} as local vlan for net-id={network:uuid}, seg-id={segment:word}',
    ],
    seen: [
      'Assigning 3 as local vlan for net-id=a0c8223f-5454-451d-b8d4-d1704587a4ae',
      'Assigning 3 as local vlan for net-id=a0c8223f-5454-451d-b8d4-d1704587a4ae, seg-id=3221',
    ],
  },
  'agent.filters.preparing': {
    agent: true,
    logger: 'neutron.agent.securitygroups_rpc',
    level: 'INFO',
    says: ['Preparing filters for devices {ports:uuids}'],
    seen: [
      "Preparing filters for devices {'f2b29e22-e4cc-40dd-a089-219502368a15'}",
      "Preparing filters for devices set([u'cfa12123-6d03-4c40-9b69-97c767adc48e', u'771a9609-0d30-40e2-8b63-68a9cc0bc7c0'])",
    ],
  },
  'agent.port.status.setting': {
    agent: true,
    logger: 'neutron.plugins.ml2.drivers.openvswitch.agent.ovs_neutron_agent',
    level: 'DEBUG',
    says: ['Setting status for {port:uuid} to UP', 'Setting status for {port:uuid} to DOWN'],
    seen: [
      'Setting status for f2b29e22-e4cc-40dd-a089-219502368a15 to UP',
      'Setting status for f2b29e22-e4cc-40dd-a089-219502368a15 to DOWN',
    ],
  },
  'agent.devices.configured': {
    agent: true,
    logger: 'neutron.plugins.ml2.drivers.openvswitch.agent.ovs_neutron_agent',
    level: 'INFO',
    says: ['Configuration for devices up {ports:uuids} and devices down {down:rest}'],
    seen: [
      "Configuration for devices up ['f2b29e22-e4cc-40dd-a089-219502368a15'] and devices down [] completed.",
      'Configuration for devices up [] and devices down [] completed.',
    ],
  },
  'agent.ports.wired': {
    agent: true,
    logger: 'neutron.plugins.ml2.drivers.openvswitch.agent.ovs_neutron_agent',
    level: ['INFO', 'DEBUG'],
    says: [
      'process_network_ports - iteration:{iteration:int} - treat_devices_added_or_updated completed. Skipped {skipped:int} and no activated binding devices {unbound:int} of {current:int} devices currently available. Time elapsed: {seconds:float}',
    ],
    seen: [
      'process_network_ports - iteration:23 - treat_devices_added_or_updated completed. Skipped 0 and no activated binding devices 0 of 4 devices currently available. Time elapsed: 0.035',
    ],
  },
  'agent.ports.filtered': {
    agent: true,
    logger: 'neutron.plugins.ml2.drivers.openvswitch.agent.ovs_neutron_agent',
    level: 'INFO',
    says: ['process_network_ports - iteration:{iteration:int} - agent port security group processed in {seconds:float}'],
    seen: ['process_network_ports - iteration:23 - agent port security group processed in 1.452'],
  },
  'agent.loop.completed': {
    agent: true,
    logger: 'neutron.plugins.ml2.drivers.openvswitch.agent.ovs_neutron_agent',
    level: ['INFO', 'DEBUG'],
    says: ['Agent rpc_loop - iteration:{iteration:int} completed. Processed ports statistics: {statistics:rest}'],
    seen: [
      "Agent rpc_loop - iteration:7 completed. Processed ports statistics: {'regular': {'added': 0, 'updated': 0, 'removed': 0}}. Elapsed:0.007",
    ],
  },
  'agent.ports.retrieved': {
    agent: true,
    logger: 'neutron.plugins.ml2.drivers.openvswitch.agent.ovs_neutron_agent',
    level: ['INFO', 'DEBUG'],
    says: ['Agent rpc_loop - iteration:{iteration:int} - port information retrieved. Elapsed:{seconds:float}'],
    seen: ['Agent rpc_loop - iteration:18 - port information retrieved. Elapsed:0.020'],
  },
  'agent.ports.removed': {
    agent: true,
    logger: 'neutron.plugins.ml2.drivers.openvswitch.agent.ovs_neutron_agent',
    level: 'INFO',
    says: ['Ports {ports:uuids} removed'],
    seen: [
      "Ports {'f2b29e22-e4cc-40dd-a089-219502368a15'} removed",
      "Ports {'cfa12123-6d03-4c40-9b69-97c767adc48e', '771a9609-0d30-40e2-8b63-68a9cc0bc7c0'} removed",
    ],
  },
  'agent.filters.removing': {
    agent: true,
    logger: 'neutron.agent.securitygroups_rpc',
    level: 'INFO',
    // A set: the ports whose interfaces are gone, before "Ports … removed".
    says: ['Remove device filter for {ports:uuidset}'],
    seen: [
      "Remove device filter for {'cfa12123-6d03-4c40-9b69-97c767adc48e', '771a9609-0d30-40e2-8b63-68a9cc0bc7c0'}",
      "Remove device filter for set([u'cfa12123-6d03-4c40-9b69-97c767adc48e'])",
    ],
  },
  'agent.filters.dropped': {
    logger: 'neutron.agent.securitygroups_rpc',
    level: 'INFO',
    // A list with one port: neutron has deleted the port, in a later loop of the agent.
    says: ['Remove device filter for {ports:uuidlist}'],
    seen: ["Remove device filter for ['f2b29e22-e4cc-40dd-a089-219502368a15']"],
  },
  'agent.port.missing': {
    agent: true,
    logger: 'neutron.plugins.ml2.drivers.openvswitch.agent.ovs_neutron_agent',
    level: ['INFO', 'WARNING'],
    says: [
      'Port {port:uuid} was not found on the integration bridge and will therefore not be processed',
      'Device {port:uuid} not defined on plugin or binding failed',
    ],
    seen: [
      'Port f2b29e22-e4cc-40dd-a089-219502368a15 was not found on the integration bridge and will therefore not be processed',
      'Device f2b29e22-e4cc-40dd-a089-219502368a15 not defined on plugin or binding failed',
    ],
  },
  'agent.port.migrating': {
    agent: true,
    logger: 'neutron.plugins.ml2.drivers.openvswitch.agent.ovs_neutron_agent',
    level: 'INFO',
    says: ['Port {port:uuid} is being migrated to host {host:host}.'],
    seen: ['Port f2b29e22-e4cc-40dd-a089-219502368a15 is being migrated to host vm2.'],
    since: 'Victoria',
  },
  'agent.vlan.lost': {
    agent: true,
    logger: 'neutron.plugins.ml2.drivers.openvswitch.agent.ovs_neutron_agent',
    level: 'INFO',
    says: ["Port '{tap:ifname}' has lost its vlan tag '{vlan:int}'! Current vlan tag on this port is '{found:word}'."],
    seen: ["Port 'qvo501d41f6-7a' has lost its vlan tag '3'! Current vlan tag on this port is '[]'."],
    since: 'Victoria',
  },
  // Lines about the loop itself, every two seconds; at DEBUG up to Rocky.
  'agent.loop.started': {
    logger: 'neutron.plugins.ml2.drivers.openvswitch.agent.ovs_neutron_agent',
    level: ['INFO', 'DEBUG'],
    says: ['Agent rpc_loop - iteration:{iteration:int} started'],
    seen: ['Agent rpc_loop - iteration:7 started'],
  },
  'agent.polling.started': {
    logger: 'neutron.plugins.ml2.drivers.openvswitch.agent.ovs_neutron_agent',
    level: ['INFO', 'DEBUG'],
    says: ['Agent rpc_loop - iteration:{iteration:int} - starting polling. Elapsed:{seconds:float}'],
    seen: ['Agent rpc_loop - iteration:18 - starting polling. Elapsed:0.001'],
  },
  'agent.ports.processed': {
    logger: 'neutron.plugins.ml2.drivers.openvswitch.agent.ovs_neutron_agent',
    level: ['INFO', 'DEBUG'],
    says: ['Agent rpc_loop - iteration:{iteration:int} - ports processed. Elapsed:{seconds:float}'],
    seen: ['Agent rpc_loop - iteration:23 - ports processed. Elapsed:4.513'],
  },
  'agent.removals.treated': {
    logger: 'neutron.plugins.ml2.drivers.openvswitch.agent.ovs_neutron_agent',
    level: ['INFO', 'DEBUG'],
    says: ['process_network_ports - iteration:{iteration:int} - treat_devices_removed completed in {seconds:float}'],
    seen: ['process_network_ports - iteration:59 - treat_devices_removed completed in 0.393'],
  },
  'agent.network.unmanaged': {
    logger: 'neutron.plugins.ml2.drivers.openvswitch.agent.ovs_neutron_agent',
    level: 'INFO',
    says: ['net_uuid {network:word} not managed by VLAN manager'],
    seen: ['net_uuid None not managed by VLAN manager'],
  },
  'agent.port.unsecured': {
    logger: 'neutron.plugins.ml2.drivers.openvswitch.agent.ovs_neutron_agent',
    level: 'INFO',
    says: ["Skipping ARP spoofing rules for port '{tap:ifname}' because it has port security disabled"],
    seen: ["Skipping ARP spoofing rules for port 'tap87f053ed-c6' because it has port security disabled"],
  },
  'agent.firewall.refreshing': {
    logger: 'neutron.agent.securitygroups_rpc',
    level: 'INFO',
    says: ['Refresh firewall rules'],
    seen: ['Refresh firewall rules'],
  },
  'agent.groups.updated': {
    logger: 'neutron.agent.securitygroups_rpc',
    level: 'INFO',
    says: ['Security group member updated {groups:uuids}', 'Security group rule updated {groups:uuids}'],
    seen: [
      "Security group member updated {'597d4785-346e-467a-939d-1481159a4973'}",
      "Security group rule updated ['597d4785-346e-467a-939d-1481159a4973']",
    ],
  },
  'agent.firewall.port.known': {
    logger: 'neutron.agent.linux.openvswitch_firewall.firewall',
    level: 'INFO',
    says: ['Initializing port {port:uuid} that was already initialized.'],
    seen: ['Initializing port b3de73a3-5a02-49f9-b671-6e346e217252 that was already initialized.'],
  },
  'agent.port.unplugged': {
    logger: 'neutron.agent.common.ovs_lib',
    level: 'INFO',
    says: ['Port {port:uuid} not present in bridge {bridge:ifname}'],
    seen: ['Port cfa12123-6d03-4c40-9b69-97c767adc48e not present in bridge br-int'],
  },
});
