import { defineMessages } from './define.js';

/** The DHCP agent of ML2/OVS. Wordings: openstack/neutron neutron/agent/dhcp/agent.py, neutron/agent/linux/dhcp.py. */
export const neutronDhcpAgent = defineMessages('neutron-dhcp-agent', {
  'dhcp.port.reloading': {
    logger: 'neutron.agent.dhcp.agent',
    level: 'INFO',
    says: ['Trigger reload_allocations for port {port:uuid}', 'Trigger reload_allocations for port {port:uuid} on network {network:uuid}'],
    seen: [
      'Trigger reload_allocations for port b8acd14b-35cc-4931-bd08-129b0bf97b38',
      'Trigger reload_allocations for port b8acd14b-35cc-4931-bd08-129b0bf97b38 on network b8acd14b-35cc-4931-bd08-129b0bf97b38',
    ],
  },
  'dhcp.allocations.reloading': {
    logger: 'neutron.agent.linux.dhcp',
    level: 'DEBUG',
    says: ['Reloading allocations for network: {network:uuid}'],
    seen: ['Reloading allocations for network: b8acd14b-35cc-4931-bd08-129b0bf97b38'],
  },
  'dhcp.ports.configured': {
    logger: 'neutron.agent.dhcp.agent',
    level: 'INFO',
    says: ['DHCP configuration for ports {ports:uuids} is completed'],
    seen: [
      "DHCP configuration for ports ['b8acd14b-35cc-4931-bd08-129b0bf97b38'] is completed",
      "DHCP configuration for ports {'b8acd14b-35cc-4931-bd08-129b0bf97b38', 'df247bb8-4779-4902-aede-8e714f4bed2c'} is completed",
      "DHCP configuration for ports set([u'b8acd14b-35cc-4931-bd08-129b0bf97b38']) is completed",
    ],
  },
  'dhcp.network.configuring': {
    logger: 'neutron.agent.dhcp.agent',
    level: 'INFO',
    says: ['Starting network {network:uuid} dhcp configuration'],
    seen: ['Starting network b8acd14b-35cc-4931-bd08-129b0bf97b38 dhcp configuration'],
  },
  'dhcp.network.configured': {
    logger: 'neutron.agent.dhcp.agent',
    level: 'INFO',
    says: ['Finished network {network:uuid} dhcp configuration'],
    seen: ['Finished network b8acd14b-35cc-4931-bd08-129b0bf97b38 dhcp configuration'],
  },
});
