import { defineMessages } from './define.js';

/**
 * OVN's metadata agent. Wordings: openstack/neutron neutron/agent/ovn/metadata/agent.py (networking-ovn up to Train,
 * which logged the datapath's own UUID instead of the network's up to Stein).
 */
export const neutronOvnMetadataAgent = defineMessages(
  ['neutron-ovn-metadata-agent', 'networking-ovn-metadata-agent', 'neutron-ovn-agent'],
  {
    'metadata.port.bound': {
      logger: ['neutron.agent.ovn.metadata.agent', 'networking_ovn.agent.metadata.agent', 'neutron.agent.ovn.extensions.metadata'],
      level: 'INFO',
      says: [
        'Port {port:uuid} in datapath {network:uuid} bound to our chassis',
        'Port {port:uuid} in datapath {network:uuid} bound to our chassis on insert',
      ],
      seen: [
        'Port 10a58ff1-5e0f-496b-8249-41c0f837a8b7 in datapath ac6f6edf-74bf-4193-89a8-aa429a383999 bound to our chassis',
        'Port b8acd14b-35cc-4931-bd08-129b0bf97b38 in datapath b8acd14b-35cc-4931-bd08-129b0bf97b38 bound to our chassis on insert',
      ],
    },
    'metadata.port.unbound': {
      logger: ['neutron.agent.ovn.metadata.agent', 'networking_ovn.agent.metadata.agent', 'neutron.agent.ovn.extensions.metadata'],
      level: 'INFO',
      says: ['Port {port:uuid} in datapath {network:uuid} unbound from our chassis'],
      seen: ['Port 87d3921e-d450-4b2c-ad77-feb6611298b5 in datapath ac6f6edf-74bf-4193-89a8-aa429a383999 unbound from our chassis'],
    },
    'metadata.port.updated': {
      logger: ['neutron.agent.ovn.metadata.agent', 'networking_ovn.agent.metadata.agent', 'neutron.agent.ovn.extensions.metadata'],
      level: 'INFO',
      says: [
        'Metadata Port {port:uuid} in datapath {network:uuid} updated',
        'PortBindingEvent matched for logical port {port:uuid} and network {network:uuid}',
      ],
      seen: [
        'Metadata Port b8acd14b-35cc-4931-bd08-129b0bf97b38 in datapath b8acd14b-35cc-4931-bd08-129b0bf97b38 updated',
        'PortBindingEvent matched for logical port b8acd14b-35cc-4931-bd08-129b0bf97b38 and network b8acd14b-35cc-4931-bd08-129b0bf97b38',
      ],
    },
    'metadata.provisioning': {
      logger: ['neutron.agent.ovn.metadata.agent', 'networking_ovn.agent.metadata.agent', 'neutron.agent.ovn.extensions.metadata'],
      level: ['INFO', 'DEBUG'],
      says: ['Provisioning metadata for network {network:uuid}', 'Provisioning datapath {network:uuid}'],
      seen: [
        'Provisioning metadata for network ac6f6edf-74bf-4193-89a8-aa429a383999',
        'Provisioning datapath b8acd14b-35cc-4931-bd08-129b0bf97b38',
      ],
    },
    'metadata.veth.creating': {
      logger: ['neutron.agent.ovn.metadata.agent', 'networking_ovn.agent.metadata.agent', 'neutron.agent.ovn.extensions.metadata'],
      level: 'DEBUG',
      says: ['Creating VETH {tap:ifname} in ovnmeta-{network:uuid} namespace'],
      seen: ['Creating VETH tapac6f6edf-71 in ovnmeta-ac6f6edf-74bf-4193-89a8-aa429a383999 namespace'],
    },
    'metadata.cleaning': {
      logger: ['neutron.agent.ovn.metadata.agent', 'networking_ovn.agent.metadata.agent', 'neutron.agent.ovn.extensions.metadata'],
      level: 'INFO',
      says: ['Cleaning up ovnmeta-{network:uuid} namespace which is not needed anymore'],
      seen: ['Cleaning up ovnmeta-ac6f6edf-74bf-4193-89a8-aa429a383999 namespace which is not needed anymore'],
    },
    'metadata.unneeded': {
      logger: ['neutron.agent.ovn.metadata.agent', 'networking_ovn.agent.metadata.agent', 'neutron.agent.ovn.extensions.metadata'],
      level: ['DEBUG', 'ERROR'],
      says: [
        'There is no metadata port for network {network:uuid} or it has no MAC or IP addresses configured, tearing the namespace down if needed',
        "Metadata port for network {network:uuid} doesn't have a MAC address, tearing the namespace down if needed",
      ],
      seen: [
        'There is no metadata port for network b8acd14b-35cc-4931-bd08-129b0bf97b38 or it has no MAC or IP addresses configured, tearing the namespace down if needed',
        "Metadata port for network b8acd14b-35cc-4931-bd08-129b0bf97b38 doesn't have a MAC address, tearing the namespace down if needed",
      ],
    },
    'metadata.syncing': {
      logger: ['neutron.agent.ovn.metadata.agent', 'networking_ovn.agent.metadata.agent', 'neutron.agent.ovn.extensions.metadata'],
      level: 'INFO',
      says: ['Connection to OVSDB established, doing a full sync'],
      seen: ['Connection to OVSDB established, doing a full sync'],
    },
    'metadata.port.adding': {
      logger: 'ovsdbapp.backend.ovs_idl.transaction',
      level: 'DEBUG',
      says: ['Running {txn:txn}: AddPortCommand({result:result}bridge={bridge:ifname}, port={tap:ifname}, {options:rest}'],
      seen: ['Running txn n=1 command(idx=0): AddPortCommand(bridge=br-int, port=tapee51a674-50, may_exist=True)'],
    },
    'metadata.port.deleting': {
      logger: 'ovsdbapp.backend.ovs_idl.transaction',
      level: 'DEBUG',
      says: ['Running {txn:txn}: DelPortCommand({result:result}port={tap:ifname}, {options:rest}'],
      seen: ['Running txn n=1 command(idx=0): DelPortCommand(port=tapee51a674-50, bridge=None, if_exists=True)'],
    },
    'metadata.unbinding.matched': {
      logger: 'ovsdbapp.backend.ovs_idl.event',
      level: 'DEBUG',
      says: ['Matched UPDATE: PortBindingChassisDeletedEvent({row:ovnrow}'],
      seen: [
        "Matched UPDATE: PortBindingChassisDeletedEvent(events=('update', 'delete'), table='Port_Binding', conditions=None, old_conditions=None), priority=20 to row=Port_Binding(parent_port=[], chassis=[], up=[False], logical_port=10a58ff1-5e0f-496b-8249-41c0f837a8b7, external_ids={'neutron:device_id': '8abf8e29-e581-4a1b-ac11-0feb20d8dba9'})",
      ],
      since: 'Train',
    },
    'metadata.interface.setting': {
      logger: 'ovsdbapp.backend.ovs_idl.transaction',
      level: 'DEBUG',
      says: [
        "Running {txn:txn}: DbSetCommand({result:result}table=Interface, record={tap:ifname}, col_values=(('external_ids', {ids:ovsexternalids}",
      ],
      seen: [
        "Running txn n=1 command(idx=0): DbSetCommand(table=Interface, record=tapee51a674-50, col_values=(('external_ids', {'iface-id': '89abd3cf-a4d2-44ee-bc08-44106da26c20'}),))",
      ],
    },
    'metadata.binding.matched': {
      logger: 'ovsdbapp.backend.ovs_idl.event',
      level: 'DEBUG',
      says: ['Matched UPDATE: PortBindingChassisCreatedEvent({row:ovnrow}', 'Matched UPDATE: PortBindingUpdatedEvent({row:ovnrow}'],
      seen: [
        "Matched UPDATE: PortBindingChassisCreatedEvent(events=('update',), table='Port_Binding', conditions=None, old_conditions=None), priority=20 to row=Port_Binding(parent_port=[], up=[False], tunnel_key=2, logical_port=10a58ff1-5e0f-496b-8249-41c0f837a8b7, external_ids={'neutron:device_id': '8abf8e29-e581-4a1b-ac11-0feb20d8dba9'})",
        "Matched UPDATE: PortBindingUpdatedEvent(events=('update',), table='Port_Binding', conditions=None, old_conditions=None), priority=20 to row=Port_Binding(parent_port=[], up=[False], tunnel_key=2, logical_port=10a58ff1-5e0f-496b-8249-41c0f837a8b7, external_ids={'neutron:device_id': '8abf8e29-e581-4a1b-ac11-0feb20d8dba9'})",
      ],
      since: 'Train',
    },
  },
);
