import { defineMessages } from './define.js';

/**
 * os-vif and the OVSDB commands it runs, in the log of nova-compute. Wordings: openstack/os-vif os_vif/__init__.py;
 * openstack/nova nova/network/os_vif_util.py; openstack/ovsdbapp ovsdbapp/backend/ovs_idl/transaction.py.
 */
export const osVif = defineMessages('nova-compute', {
  'vif.plugging': {
    logger: 'os_vif',
    level: 'DEBUG',
    says: ['Plugging vif {vif:vif}'],
    seen: [
      "Plugging vif VIFOpenVSwitch(active=True,address=fa:16:3e:8f:46:d3,bridge_name='br-int',has_traffic_filtering=True,id=09a7ee2c-10d2-4cc6-85fa-8a0a9d921b7f,network=Network(ee51a674-5f80-4af6-8c91-388eda7f1c84),plugin='ovs',port_profile=VIFPortProfileOpenVSwitch,preserve_on_delete=False,vif_name='tap09a7ee2c-10')",
    ],
  },
  'vif.plugged': {
    logger: 'os_vif',
    level: 'INFO',
    says: ['Successfully plugged vif {vif:vif}'],
    seen: [
      "Successfully plugged vif VIFOpenVSwitch(active=True,address=fa:16:3e:87:d9:ae,bridge_name='br-int',has_traffic_filtering=True,id=05a868bf-4c51-4d18-9b46-c8524db400a9,network=Network(ee51a674-5f80-4af6-8c91-388eda7f1c84),plugin='ovs',port_profile=VIFPortProfileOpenVSwitch,preserve_on_delete=False,vif_name='tap05a868bf-4c')",
    ],
  },
  'vif.unplugging': {
    logger: 'os_vif',
    level: 'DEBUG',
    says: ['Unplugging vif {vif:vif}'],
    seen: [
      "Unplugging vif VIFOpenVSwitch(active=True,address=fa:16:3e:8f:e8:d0,bridge_name='br-int',has_traffic_filtering=True,id=e5af434e-ea09-45e6-bfb7-6d0f7602a0e7,network=Network(ee51a674-5f80-4af6-8c91-388eda7f1c84),plugin='ovs',port_profile=VIFPortProfileOpenVSwitch,preserve_on_delete=False,vif_name='tape5af434e-ea')",
    ],
  },
  'vif.unplugged': {
    logger: 'os_vif',
    level: 'INFO',
    says: ['Successfully unplugged vif {vif:vif}'],
    seen: [
      "Successfully unplugged vif VIFOpenVSwitch(active=True,address=fa:16:3e:8f:e8:d0,bridge_name='br-int',has_traffic_filtering=True,id=e5af434e-ea09-45e6-bfb7-6d0f7602a0e7,network=Network(ee51a674-5f80-4af6-8c91-388eda7f1c84),plugin='ovs',port_profile=VIFPortProfileOpenVSwitch,preserve_on_delete=False,vif_name='tape5af434e-ea')",
    ],
  },
  'vif.converted': {
    logger: 'nova.network.os_vif_util',
    level: 'DEBUG',
    says: ['Converted object {vif:vif}'],
    seen: [
      "Converted object VIFOpenVSwitch(active=True,address=fa:16:3e:8f:e8:d0,bridge_name='br-int',has_traffic_filtering=True,id=e5af434e-ea09-45e6-bfb7-6d0f7602a0e7,network=Network(ee51a674-5f80-4af6-8c91-388eda7f1c84),plugin='ovs',port_profile=VIFPortProfileOpenVSwitch,preserve_on_delete=False,vif_name='tape5af434e-ea')",
    ],
  },
  'vif.plug.failed': {
    logger: 'os_vif',
    level: 'ERROR',
    says: ['Failed to plug vif {vif:vif}'],
    seen: [
      "Failed to plug vif VIFOpenVSwitch(active=False,address=fa:16:3e:ad:d3:c1,bridge_name='br-int',has_traffic_filtering=True,id=df247bb8-4779-4902-aede-8e714f4bed2c,network=Network(ee51a674-5f80-4af6-8c91-388eda7f1c84),plugin='ovs',port_profile=VIFPortProfileOpenVSwitch,preserve_on_delete=False,vif_name='tapdf247bb8-47')",
    ],
  },
  'vif.unplug.failed': {
    logger: 'os_vif',
    level: 'ERROR',
    says: ['Failed to unplug vif {vif:vif}'],
    seen: [
      "Failed to unplug vif VIFOpenVSwitch(active=False,address=fa:16:3e:ad:d3:c1,bridge_name='br-int',has_traffic_filtering=True,id=df247bb8-4779-4902-aede-8e714f4bed2c,network=Network(ee51a674-5f80-4af6-8c91-388eda7f1c84),plugin='ovs',port_profile=VIFPortProfileOpenVSwitch,preserve_on_delete=False,vif_name='tapdf247bb8-47')",
    ],
  },
  'ovs.port.adding': {
    logger: 'ovsdbapp.backend.ovs_idl.transaction',
    level: 'DEBUG',
    says: ['Running {txn:txn}: AddPortCommand({result:result}bridge={bridge:ifname}, port={tap:ifname}, {options:rest}'],
    seen: [
      'Running txn command(idx=0): AddPortCommand(bridge=br-int, port=tapdf247bb8-47, may_exist=True)',
      'Running txn n=1 command(idx=0): AddPortCommand(bridge=br-int, port=tapdf247bb8-47, may_exist=True)',
      'Running txn 1a2b3c4d n=1 command(idx=0): AddPortCommand(bridge=br-int, port=tapdf247bb8-47, may_exist=True)',
      'Running txn n=1 command(idx=0): AddPortCommand(_result=None, bridge=br-int, port=tap10a58ff1-5e, may_exist=True, interface_attrs={})',
    ],
    since: 'Victoria',
  },
  'ovs.port.deleting': {
    logger: 'ovsdbapp.backend.ovs_idl.transaction',
    level: 'DEBUG',
    says: ['Running {txn:txn}: DelPortCommand({result:result}port={tap:ifname}, {options:rest}'],
    seen: ['Running txn n=1 command(idx=0): DelPortCommand(port=tapa72cc369-b4, bridge=br-int, if_exists=True)'],
    since: 'Victoria',
  },
  'ovs.interface.setting': {
    logger: 'ovsdbapp.backend.ovs_idl.transaction',
    level: 'DEBUG',
    says: [
      "Running {txn:txn}: DbSetCommand({result:result}table=Interface, record={tap:ifname}, col_values=(('external_ids', {ids:ovsexternalids}",
    ],
    seen: [
      "Running txn n=1 command(idx=1): DbSetCommand(table=Interface, record=tapdf247bb8-47, col_values=(('external_ids', {'iface-id': 'df247bb8-4779-4902-aede-8e714f4bed2c', 'iface-status': 'active', 'attached-mac': 'fa:16:3e:ad:d3:c1', 'vm-uuid': 'b8acd14b-35cc-4931-bd08-129b0bf97b38'}),))",
      "Running txn n=1 command(idx=1): DbSetCommand(_result=None, table=Interface, record=tap10a58ff1-5e, col_values=(('external_ids', {'iface-id': '10a58ff1-5e0f-496b-8249-41c0f837a8b7', 'iface-status': 'active', 'attached-mac': 'fa:16:3e:7d:4d:20', 'vm-uuid': '8abf8e29-e581-4a1b-ac11-0feb20d8dba9'}),), if_exists=True)",
    ],
    since: 'Victoria',
  },
});
