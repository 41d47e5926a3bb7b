import { defineMessages } from './define.js';

/**
 * The agent of ML2/OVS.
 * Wordings: openstack/neutron neutron/plugins/ml2/drivers/openvswitch/agent/ovs_neutron_agent.py, neutron/agent/securitygroups_rpc.py.
 */
export const neutronOpenvswitchAgent = defineMessages('neutron-openvswitch-agent', {
  'agent.port.processing': {
    agent: true,
    logger: 'neutron.plugins.ml2.drivers.openvswitch.agent.ovs_neutron_agent',
    level: 'DEBUG',
    says: ['Processing port: {port:uuid}'],
    seen: ['Processing port: b8acd14b-35cc-4931-bd08-129b0bf97b38'],
  },
  'agent.port.updated': {
    agent: true,
    logger: 'neutron.plugins.ml2.drivers.openvswitch.agent.ovs_neutron_agent',
    level: 'INFO',
    says: ['Port {port:uuid} updated. Details: {details:rest}'],
    seen: ['Port b8acd14b-35cc-4931-bd08-129b0bf97b38 updated. Details: …'],
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
      'Assigning 3 as local vlan for net-id=b8acd14b-35cc-4931-bd08-129b0bf97b38',
      'Assigning 3 as local vlan for net-id=b8acd14b-35cc-4931-bd08-129b0bf97b38, seg-id=vm',
    ],
  },
  'agent.filters.preparing': {
    agent: true,
    logger: 'neutron.agent.securitygroups_rpc',
    level: 'INFO',
    says: ['Preparing filters for devices {ports:uuids}'],
    seen: [
      "Preparing filters for devices ['b8acd14b-35cc-4931-bd08-129b0bf97b38']",
      "Preparing filters for devices set([u'b8acd14b-35cc-4931-bd08-129b0bf97b38', u'df247bb8-4779-4902-aede-8e714f4bed2c'])",
    ],
  },
  'agent.port.status.setting': {
    agent: true,
    logger: 'neutron.plugins.ml2.drivers.openvswitch.agent.ovs_neutron_agent',
    level: 'DEBUG',
    says: ['Setting status for {port:uuid} to UP', 'Setting status for {port:uuid} to DOWN'],
    seen: [
      'Setting status for b8acd14b-35cc-4931-bd08-129b0bf97b38 to UP',
      'Setting status for b8acd14b-35cc-4931-bd08-129b0bf97b38 to DOWN',
    ],
  },
  'agent.devices.configured': {
    agent: true,
    logger: 'neutron.plugins.ml2.drivers.openvswitch.agent.ovs_neutron_agent',
    level: 'INFO',
    says: ['Configuration for devices up {ports:uuids} and devices down {down:rest}'],
    seen: ["Configuration for devices up ['b8acd14b-35cc-4931-bd08-129b0bf97b38'] and devices down …"],
  },
  'agent.ports.wired': {
    agent: true,
    logger: 'neutron.plugins.ml2.drivers.openvswitch.agent.ovs_neutron_agent',
    level: ['INFO', 'DEBUG'],
    says: [
      'process_network_ports - iteration:{iteration:int} - treat_devices_added_or_updated completed. Skipped {skipped:int} and no activated binding devices {unbound:int} of {current:int} devices currently available. Time elapsed: {seconds:float}',
    ],
    seen: [
      'process_network_ports - iteration:3 - treat_devices_added_or_updated completed. Skipped 3 and no activated binding devices 3 of 3 devices currently available. Time elapsed: 1.25',
    ],
  },
  'agent.ports.filtered': {
    agent: true,
    logger: 'neutron.plugins.ml2.drivers.openvswitch.agent.ovs_neutron_agent',
    level: 'INFO',
    says: ['process_network_ports - iteration:{iteration:int} - agent port security group processed in {seconds:float}'],
    seen: ['process_network_ports - iteration:3 - agent port security group processed in 1.25'],
  },
  'agent.loop.completed': {
    agent: true,
    logger: 'neutron.plugins.ml2.drivers.openvswitch.agent.ovs_neutron_agent',
    level: ['INFO', 'DEBUG'],
    says: ['Agent rpc_loop - iteration:{iteration:int} completed. Processed ports statistics: {statistics:rest}'],
    seen: ['Agent rpc_loop - iteration:3 completed. Processed ports statistics: …'],
  },
  'agent.ports.retrieved': {
    agent: true,
    logger: 'neutron.plugins.ml2.drivers.openvswitch.agent.ovs_neutron_agent',
    level: ['INFO', 'DEBUG'],
    says: ['Agent rpc_loop - iteration:{iteration:int} - port information retrieved. Elapsed:{seconds:float}'],
    seen: ['Agent rpc_loop - iteration:3 - port information retrieved. Elapsed:1.25'],
  },
  'agent.ports.removed': {
    agent: true,
    logger: 'neutron.plugins.ml2.drivers.openvswitch.agent.ovs_neutron_agent',
    level: 'INFO',
    says: ['Ports {ports:uuids} removed'],
    seen: [
      "Ports ['b8acd14b-35cc-4931-bd08-129b0bf97b38'] removed",
      "Ports {'b8acd14b-35cc-4931-bd08-129b0bf97b38', 'df247bb8-4779-4902-aede-8e714f4bed2c'} removed",
    ],
  },
  'agent.filters.removing': {
    agent: true,
    logger: 'neutron.agent.securitygroups_rpc',
    level: 'INFO',
    says: ['Remove device filter for {ports:uuids}'],
    seen: ["Remove device filter for ['b8acd14b-35cc-4931-bd08-129b0bf97b38']"],
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
      'Port b8acd14b-35cc-4931-bd08-129b0bf97b38 was not found on the integration bridge and will therefore not be processed',
      'Device b8acd14b-35cc-4931-bd08-129b0bf97b38 not defined on plugin or binding failed',
    ],
  },
  'agent.port.migrating': {
    agent: true,
    logger: 'neutron.plugins.ml2.drivers.openvswitch.agent.ovs_neutron_agent',
    level: 'INFO',
    says: ['Port {port:uuid} is being migrated to host {host:host}.'],
    seen: ['Port b8acd14b-35cc-4931-bd08-129b0bf97b38 is being migrated to host vm2.'],
    since: 'Victoria',
  },
  'agent.vlan.lost': {
    agent: true,
    logger: 'neutron.plugins.ml2.drivers.openvswitch.agent.ovs_neutron_agent',
    level: 'INFO',
    says: ["Port '{tap:ifname}' has lost its vlan tag '{vlan:int}'! Current vlan tag on this port is '{found:word}'."],
    seen: ["Port 'tapdf247bb8-47' has lost its vlan tag '3'! Current vlan tag on this port is 'vm'."],
    since: 'Victoria',
  },
});
