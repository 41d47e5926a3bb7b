import { defineMessages } from './define.js';

/**
 * neutron's OVN driver (networking-ovn up to Train), and its transactions on the Northbound database.
 * Wordings: openstack/neutron neutron/plugins/ml2/drivers/ovn/, neutron/db/ovn_revision_numbers_db.py;
 * openstack/ovsdbapp ovsdbapp/backend/ovs_idl/{transaction,event}.py.
 */
export const neutronOvn = defineMessages(
  ['neutron-server', 'neutron-api', 'neutron-rpc-server', 'neutron-periodic-workers', 'neutron-ovn-maintenance-worker'],
  {
    'port.status.up': {
      logger: ['neutron.plugins.ml2.drivers.ovn.mech_driver.mech_driver', 'networking_ovn.ml2.mech_driver'],
      level: 'INFO',
      says: ['OVN reports status up for port: {port:uuid}'],
      seen: ['OVN reports status up for port: 10a58ff1-5e0f-496b-8249-41c0f837a8b7'],
    },
    'port.status.down': {
      logger: ['neutron.plugins.ml2.drivers.ovn.mech_driver.mech_driver', 'networking_ovn.ml2.mech_driver'],
      level: 'INFO',
      says: ['OVN reports status down for port: {port:uuid}'],
      seen: ['OVN reports status down for port: 10a58ff1-5e0f-496b-8249-41c0f837a8b7'],
    },
    'port.status.unknown': {
      logger: ['neutron.plugins.ml2.drivers.ovn.mech_driver.mech_driver', 'networking_ovn.ml2.mech_driver'],
      level: 'DEBUG',
      says: ['Port not found during OVN status up report: {port:uuid}', 'Port not found during OVN status down report: {port:uuid}'],
      seen: [
        'Port not found during OVN status up report: b8acd14b-35cc-4931-bd08-129b0bf97b38',
        'Port not found during OVN status down report: b8acd14b-35cc-4931-bd08-129b0bf97b38',
      ],
    },
    // live migration only
    'port.status.forced': {
      logger: ['neutron.plugins.ml2.drivers.ovn.mech_driver.mech_driver', 'networking_ovn.ml2.mech_driver'],
      level: 'INFO',
      says: ['Setting port {port:uuid} status from DOWN to UP in order to emit vif-interface-plugged event.'],
      seen: ['Setting port 776e37c7-75ab-4406-8f27-6fc0881f26ce status from DOWN to UP in order to emit vif-interface-plugged event.'],
    },
    'port.segment.binding': {
      logger: ['neutron.plugins.ml2.drivers.ovn.mech_driver.mech_driver', 'networking_ovn.ml2.mech_driver'],
      level: 'DEBUG',
      says: [
        'Attempting to bind port {port:uuid} on host {host:host} for network segment with type {network_type:word} segmentation ID {segment:rest}',
      ],
      seen: [
        'Attempting to bind port df247bb8-4779-4902-aede-8e714f4bed2c on host vm for network segment with type geneve, segmentation ID 3221, physical network None',
      ],
    },
    'port.binding.refused': {
      logger: ['neutron.plugins.ml2.drivers.ovn.mech_driver.mech_driver', 'networking_ovn.ml2.mech_driver'],
      level: ['WARNING', 'DEBUG'],
      says: [
        'Refusing to bind port {port:uuid} due to no OVN chassis for host: {host:host}',
        'Refusing to bind port {port:uuid} to dead agent:  {agent:rest}',
        'Refusing to bind port {port:uuid} due to unsupported vnic_type: {vnic_type:word}',
      ],
      seen: [
        'Refusing to bind port b8acd14b-35cc-4931-bd08-129b0bf97b38 due to no OVN chassis for host: vm2',
        'Refusing to bind port 75895a2d-1d6d-462d-8ce1-a9ac1ec48921 to dead agent:  <neutron.plugins.ml2.drivers.ovn.agent.neutron_agent.ControllerAgent object at 0x7fda20182250>',
        'Refusing to bind port b8acd14b-35cc-4931-bd08-129b0bf97b38 due to unsupported vnic_type: vm',
      ],
    },
    'port.provision.unneeded': {
      logger: ['neutron.plugins.ml2.drivers.ovn.mech_driver.mech_driver', 'networking_ovn.ml2.mech_driver'],
      level: 'DEBUG',
      says: [
        'No provisioning block for port {port:uuid} since it is active',
        'No provisioning block for port {port:uuid} since it does not have a host',
        'No provisioning block for port {port:uuid} since host unchanged',
      ],
      seen: [
        'No provisioning block for port 10a58ff1-5e0f-496b-8249-41c0f837a8b7 since it is active',
        'No provisioning block for port 10a58ff1-5e0f-496b-8249-41c0f837a8b7 since it does not have a host',
        'No provisioning block for port 10a58ff1-5e0f-496b-8249-41c0f837a8b7 since host unchanged',
      ],
    },
    'metadata.unready': {
      logger: ['neutron.plugins.ml2.drivers.ovn.mech_driver.mech_driver', 'networking_ovn.ml2.mech_driver'],
      level: 'WARNING',
      says: [
        'Metadata service is not ready for port {port:uuid}, check networking-ovn-metadata-agent status/logs.',
        'Metadata service is not ready for port {port:uuid}, check neutron-ovn-metadata-agent status/logs.',
      ],
      seen: [
        'Metadata service is not ready for port b8acd14b-35cc-4931-bd08-129b0bf97b38, check networking-ovn-metadata-agent status/logs.',
        'Metadata service is not ready for port b8acd14b-35cc-4931-bd08-129b0bf97b38, check neutron-ovn-metadata-agent status/logs.',
      ],
      until: 'Victoria',
    },
    'ovn.revision.bumped': {
      logger: ['neutron.db.ovn_revision_numbers_db', 'networking_ovn.db.revision'],
      level: 'INFO',
      says: ['Successfully bumped revision number for resource {port:uuid} (type: ports) to {revision:int}'],
      seen: ['Successfully bumped revision number for resource 10a58ff1-5e0f-496b-8249-41c0f837a8b7 (type: ports) to 1'],
    },
    'ovn.revision.bumped.other': {
      logger: ['neutron.db.ovn_revision_numbers_db', 'networking_ovn.db.revision'],
      level: 'INFO',
      says: ['Successfully bumped revision number for resource {resource:word} (type: {type:otherthanports}) to {revision:int}'],
      seen: ['Successfully bumped revision number for resource e3ec5c7a-abc4-4e02-b528-04be7a7e5ca5 (type: security_groups) to 1'],
    },
    'ovn.revision.unbumped': {
      logger: ['neutron.db.ovn_revision_numbers_db', 'networking_ovn.db.revision'],
      level: 'DEBUG',
      says: [
        'Skip bumping the revision number for {resource:word} (type: {type:name}) to {revision:int}. A higher version is already registered in the database ({registered:int})',
      ],
      seen: [
        'Skip bumping the revision number for vm (type: ExactFilter) to 3. A higher version is already registered in the database (3)',
      ],
    },
    'ovn.revision.created': {
      logger: ['neutron.db.ovn_revision_numbers_db', 'networking_ovn.db.revision'],
      level: 'DEBUG',
      says: ['create_initial_revision uuid={port:uuid}, type=ports, rev={revision:int}'],
      seen: ['create_initial_revision uuid=10a58ff1-5e0f-496b-8249-41c0f837a8b7, type=ports, rev=-1'],
    },
    'ovn.revision.deleted': {
      logger: ['neutron.db.ovn_revision_numbers_db', 'networking_ovn.db.revision'],
      level: 'DEBUG',
      says: ['delete_revision({resource:uuid})'],
      seen: ['delete_revision(7e1ace65-3eb8-4909-a58c-8e114ea883b9)'],
    },
    'ovn.revision.missing': {
      logger: ['neutron.db.ovn_revision_numbers_db', 'networking_ovn.db.revision'],
      level: 'WARNING',
      says: ['No revision row found for {resource:word} (type: {type:name}) when bumping the revision number. Creating one.'],
      seen: ['No revision row found for vm (type: ExactFilter) when bumping the revision number. Creating one.'],
    },
    'ovn.port.adding': {
      logger: 'ovsdbapp.backend.ovs_idl.transaction',
      level: 'DEBUG',
      says: [
        'Running {txn:txn}: AddLSwitchPortCommand({result:result}lport={port:uuid}, lswitch=neutron-{network:uuid}, {columns:lspcolumns}',
      ],
      seen: [
        "Running txn command(idx=0): AddLSwitchPortCommand(lport=10a58ff1-5e0f-496b-8249-41c0f837a8b7, lswitch=neutron-ac6f6edf-74bf-4193-89a8-aa429a383999, may_exist=True, columns={'addresses': ['fa:16:3e:ad:d3:c1 198.51.100.51'], 'external_ids': {'neutron:port_name': '', 'neutron:device_id': '8abf8e29-e581-4a1b-ac11-0feb20d8dba9', 'neutron:device_owner': ''}, 'enabled': True})",
        "Running txn n=1 command(idx=0): AddLSwitchPortCommand(lport=10a58ff1-5e0f-496b-8249-41c0f837a8b7, lswitch=neutron-ac6f6edf-74bf-4193-89a8-aa429a383999, may_exist=True, columns={'addresses': ['fa:16:3e:ad:d3:c1 198.51.100.51'], 'external_ids': {'neutron:port_name': '', 'neutron:device_id': '8abf8e29-e581-4a1b-ac11-0feb20d8dba9', 'neutron:device_owner': ''}, 'enabled': True})",
        "Running txn 1a2b3c4d n=1 command(idx=0): AddLSwitchPortCommand(lport=10a58ff1-5e0f-496b-8249-41c0f837a8b7, lswitch=neutron-ac6f6edf-74bf-4193-89a8-aa429a383999, may_exist=True, columns={'addresses': ['fa:16:3e:ad:d3:c1 198.51.100.51'], 'external_ids': {'neutron:port_name': '', 'neutron:device_id': '8abf8e29-e581-4a1b-ac11-0feb20d8dba9', 'neutron:device_owner': ''}, 'enabled': True})",
        "Running txn n=1 command(idx=0): AddLSwitchPortCommand(_result=None, lport=10a58ff1-5e0f-496b-8249-41c0f837a8b7, lswitch=neutron-ac6f6edf-74bf-4193-89a8-aa429a383999, may_exist=True, network_uuid=ac6f6edf-74bf-4193-89a8-aa429a383999, columns={'addresses': ['fa:16:3e:ad:d3:c1 198.51.100.51'], 'external_ids': {'neutron:port_name': '', 'neutron:device_id': '8abf8e29-e581-4a1b-ac11-0feb20d8dba9', 'neutron:device_owner': ''}, 'enabled': True})",
      ],
    },
    'ovn.port.setting': {
      logger: 'ovsdbapp.backend.ovs_idl.transaction',
      level: 'DEBUG',
      says: ['Running {txn:txn}: SetLSwitchPortCommand({result:result}lport={port:uuid}, {columns:lspcolumns}'],
      seen: [
        "Running txn n=1 command(idx=1): SetLSwitchPortCommand(lport=10a58ff1-5e0f-496b-8249-41c0f837a8b7, columns={'addresses': ['fa:16:3e:ad:d3:c1 198.51.100.51'], 'external_ids': {'neutron:port_name': '', 'neutron:device_id': '8abf8e29-e581-4a1b-ac11-0feb20d8dba9', 'neutron:device_owner': ''}, 'enabled': True}, if_exists=False)",
        "Running txn n=1 command(idx=1): SetLSwitchPortCommand(_result=None, lport=10a58ff1-5e0f-496b-8249-41c0f837a8b7, external_ids_update={'neutron:device_id': '8abf8e29-e581-4a1b-ac11-0feb20d8dba9', 'neutron:revision_number': '2'}, columns={'enabled': True}, if_exists=False)",
      ],
    },
    'ovn.port.checked': {
      logger: 'ovsdbapp.backend.ovs_idl.transaction',
      level: 'DEBUG',
      says: [
        'Running {txn:txn}: CheckRevisionNumberCommand({result:result}name={port:uuid}, resource={resource:portdict}, resource_type=ports, if_exists={if_exists:state})',
      ],
      seen: [
        "Running txn n=1 command(idx=0): CheckRevisionNumberCommand(name=10a58ff1-5e0f-496b-8249-41c0f837a8b7, resource={'id': '10a58ff1-5e0f-496b-8249-41c0f837a8b7', 'name': '', 'network_id': 'ac6f6edf-74bf-4193-89a8-aa429a383999', 'mac_address': 'fa:16:3e:7d:4d:20', 'status': 'DOWN', 'device_id': '8abf8e29-e581-4a1b-ac11-0feb20d8dba9', 'device_owner': 'compute:nova', 'binding:host_id': 'epoxy1', 'network': {'id': 'ac6f6edf-74bf-4193-89a8-aa429a383999', 'status': 'ACTIVE'}}, resource_type=ports, if_exists=True)",
        "Running txn n=1 command(idx=0): CheckRevisionNumberCommand(_result=None, name=10a58ff1-5e0f-496b-8249-41c0f837a8b7, resource={'id': '10a58ff1-5e0f-496b-8249-41c0f837a8b7', 'name': '', 'network_id': 'ac6f6edf-74bf-4193-89a8-aa429a383999', 'mac_address': 'fa:16:3e:7d:4d:20', 'status': 'DOWN', 'device_id': '8abf8e29-e581-4a1b-ac11-0feb20d8dba9', 'device_owner': 'compute:nova', 'binding:host_id': 'epoxy1', 'network': {'id': 'ac6f6edf-74bf-4193-89a8-aa429a383999', 'status': 'ACTIVE'}}, resource_type=ports, if_exists=True)",
      ],
    },
    'ovn.port.deleting': {
      logger: 'ovsdbapp.backend.ovs_idl.transaction',
      level: 'DEBUG',
      says: ['Running {txn:txn}: DelLSwitchPortCommand({result:result}lport={port:uuid}, lswitch=neutron-{network:uuid}, {options:rest}'],
      seen: [
        'Running txn n=1 command(idx=0): DelLSwitchPortCommand(lport=a72cc369-b44c-41c5-93ed-48ea0dcb6df8, lswitch=neutron-ee51a674-5f80-4af6-8c91-388eda7f1c84, if_exists=True)',
      ],
    },
    'ovn.port.grouping': {
      logger: 'ovsdbapp.backend.ovs_idl.transaction',
      level: 'DEBUG',
      says: ['Running {txn:txn}: PgAddPortCommand({result:result}port_group={group:name}, lsp={ports:rest}'],
      seen: [
        "Running txn n=1 command(idx=2): PgAddPortCommand(port_group=neutron_pg_drop, lsp=['10a58ff1-5e0f-496b-8249-41c0f837a8b7'], if_exists=False)",
      ],
    },
    'ovn.port.host.setting': {
      logger: 'ovsdbapp.backend.ovs_idl.transaction',
      level: 'DEBUG',
      says: [
        "Running {txn:txn}: DbSetCommand({result:result}table=Logical_Switch_Port, record={port:uuid}, col_values=(('external_ids', {'neutron:host_id': '{host:host}'}{options:rest}",
        'Running {txn:txn}: DbRemoveCommand({result:result}table=Logical_Switch_Port, record={port:uuid}, column=external_ids, {options:rest}',
      ],
      seen: [
        "Running txn n=1 command(idx=0): DbSetCommand(_result=None, table=Logical_Switch_Port, record=10a58ff1-5e0f-496b-8249-41c0f837a8b7, col_values=(('external_ids', {'neutron:host_id': 'epoxy1'}),), if_exists=True)",
        "Running txn n=1 command(idx=0): DbRemoveCommand(_result=None, table=Logical_Switch_Port, record=10a58ff1-5e0f-496b-8249-41c0f837a8b7, column=external_ids, values=('neutron:host_id',), keyvalues={}, if_exists=True)",
      ],
    },
    'ovn.transaction.aborted': {
      logger: 'neutron.plugins.ml2.drivers.ovn.mech_driver.ovsdb.impl_idl_ovn',
      level: 'INFO',
      says: ['Transaction aborted. Reason: {reason:text}'],
      seen: ['Transaction aborted. Reason: No valid host was found.'],
    },
    'ovn.port.up.matched': {
      logger: 'ovsdbapp.backend.ovs_idl.event',
      level: 'DEBUG',
      says: ['Matched UPDATE: LogicalSwitchPortUpdateUpEvent({row:ovnrow}'],
      seen: [
        "Matched UPDATE: LogicalSwitchPortUpdateUpEvent(events=('update',), table='Logical_Switch_Port', conditions=None, old_conditions=None), priority=20 to row=Logical_Switch_Port(name=10a58ff1-5e0f-496b-8249-41c0f837a8b7, parent_name=[], up=[True], external_ids={'neutron:device_id': '8abf8e29-e581-4a1b-ac11-0feb20d8dba9'}) old=Logical_Switch_Port(up=[False])",
      ],
      since: 'Train',
    },
    'ovn.port.down.matched': {
      logger: 'ovsdbapp.backend.ovs_idl.event',
      level: 'DEBUG',
      says: ['Matched UPDATE: LogicalSwitchPortUpdateDownEvent({row:ovnrow}'],
      seen: [
        "Matched UPDATE: LogicalSwitchPortUpdateDownEvent(events=('update',), table='Logical_Switch_Port', conditions=None, old_conditions=None), priority=20 to row=Logical_Switch_Port(name=10a58ff1-5e0f-496b-8249-41c0f837a8b7, parent_name=[], up=[False], external_ids={'neutron:device_id': '8abf8e29-e581-4a1b-ac11-0feb20d8dba9'}) old=Logical_Switch_Port(up=[True])",
      ],
      since: 'Train',
    },
  },
);
