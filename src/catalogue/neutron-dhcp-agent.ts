import { defineMessages } from './define.js';

/** The DHCP agent of ML2/OVS. Wordings: openstack/neutron neutron/agent/dhcp/agent.py, neutron/agent/linux/dhcp.py. */
export const neutronDhcpAgent = defineMessages('neutron-dhcp-agent', {
  'dhcp.port.reloading': {
    logger: 'neutron.agent.dhcp.agent',
    level: 'INFO',
    // The whole port; since Train followed by ` on network ` and the whole network. A new port contains its network as
    // well.
    says: ['Trigger reload_allocations for port {port:dhcpport}'],
    seen: [
      "Trigger reload_allocations for port admin_state_up=True, allowed_address_pairs=[], binding:host_id=, binding:profile=, binding:vif_details=, binding:vif_type=unbound, binding:vnic_type=normal, created_at=2026-11-28T22:12:11Z, description=, device_id=66e526a4-012a-481a-9dff-8dc2e38d3f6e, device_owner=, extra_dhcp_opts=[], fixed_ips=[<neutron.agent.linux.dhcp.DictModel object at 0x7f017d746640>], id=f2b29e22-e4cc-40dd-a089-219502368a15, ip_allocation=immediate, mac_address=fa:16:3e:f4:bb:c7, name=, network=admin_state_up=True, availability_zone_hints=[], availability_zones=['nova'], created_at=2026-11-28T21:57:01Z, description=, id=3166962f-2592-488d-806d-bcb5ef7c20a0, ipv4_address_scope=None, ipv6_address_scope=None, l2_adjacency=True, mtu=1450, name=net1, port_security_enabled=True, project_id=a68a46e8cc0540e8bf087dc9f16e5b9f, provider:network_type=vxlan, provider:physical_network=None, provider:segmentation_id=1, qos_policy_id=None, revision_number=2, router:external=False, shared=False, status=ACTIVE, subnets=['95f25409-bce0-4c5c-8c22-103d98a06485'], tags=[], tenant_id=a68a46e8cc0540e8bf087dc9f16e5b9f, updated_at=2026-11-28T21:57:03Z, vlan_transparent=None, network_id=3166962f-2592-488d-806d-bcb5ef7c20a0, port_security_enabled=True, project_id=a68a46e8cc0540e8bf087dc9f16e5b9f, qos_network_policy_id=None, qos_policy_id=None, resource_request=None, revision_number=1, security_groups=['597d4785-346e-467a-939d-1481159a4973'], status=DOWN, tags=[], tenant_id=a68a46e8cc0540e8bf087dc9f16e5b9f, updated_at=2026-11-28T22:12:12Z on network _ns_name=qdhcp-3166962f-2592-488d-806d-bcb5ef7c20a0, admin_state_up=True, availability_zone_hints=[], availability_zones=['nova'], created_at=2026-11-28T21:57:01Z, description=, id=3166962f-2592-488d-806d-bcb5ef7c20a0, ipv4_address_scope=None, ipv6_address_scope=None, l2_adjacency=True, mtu=1450, name=net1, non_local_subnets=[], port_security_enabled=True, ports=[<neutron.agent.linux.dhcp.DictModel object at 0x7f017dc6fc70>], project_id=a68a46e8cc0540e8bf087dc9f16e5b9f, provider:network_type=vxlan, provider:physical_network=None, provider:segmentation_id=1, qos_policy_id=None, revision_number=2, router:external=False, shared=False, status=ACTIVE, subnets=[<neutron.agent.linux.dhcp.DictModel object at 0x7f017dc6fc40>], tags=[], tenant_id=a68a46e8cc0540e8bf087dc9f16e5b9f, updated_at=2026-11-28T21:57:03Z, vlan_transparent=None",
      "Trigger reload_allocations for port admin_state_up=True, allowed_address_pairs=[], binding:host_id=victoria1, binding:profile=, binding:vif_details=bridge_name=br-int, connectivity=l2, datapath_type=netdev, ovs_hybrid_plug=False, port_filter=True, binding:vif_type=ovs, binding:vnic_type=normal, created_at=2026-11-28T22:12:11Z, description=, device_id=66e526a4-012a-481a-9dff-8dc2e38d3f6e, device_owner=compute:nova, extra_dhcp_opts=[], fixed_ips=[<neutron.agent.linux.dhcp.DictModel object at 0x7f017d746b80>], id=f2b29e22-e4cc-40dd-a089-219502368a15, ip_allocation=immediate, mac_address=fa:16:3e:f4:bb:c7, name=, network_id=3166962f-2592-488d-806d-bcb5ef7c20a0, port_security_enabled=True, project_id=a68a46e8cc0540e8bf087dc9f16e5b9f, qos_network_policy_id=None, qos_policy_id=None, resource_request=None, revision_number=3, security_groups=['597d4785-346e-467a-939d-1481159a4973'], status=DOWN, tags=[], tenant_id=a68a46e8cc0540e8bf087dc9f16e5b9f, updated_at=2026-11-28T22:12:20Z on network _ns_name=qdhcp-3166962f-2592-488d-806d-bcb5ef7c20a0, admin_state_up=True, availability_zone_hints=[], availability_zones=['nova'], created_at=2026-11-28T21:57:01Z, description=, id=3166962f-2592-488d-806d-bcb5ef7c20a0, ipv4_address_scope=None, ipv6_address_scope=None, l2_adjacency=True, mtu=1450, name=net1, non_local_subnets=[], port_security_enabled=True, ports=[<neutron.agent.linux.dhcp.DictModel object at 0x7f017dc6fc70>, <neutron.agent.linux.dhcp.DictModel object at 0x7f017d8eeaf0>], project_id=a68a46e8cc0540e8bf087dc9f16e5b9f, provider:network_type=vxlan, provider:physical_network=None, provider:segmentation_id=1, qos_policy_id=None, revision_number=2, router:external=False, shared=False, status=ACTIVE, subnets=[<neutron.agent.linux.dhcp.DictModel object at 0x7f017dc6fc40>], tags=[], tenant_id=a68a46e8cc0540e8bf087dc9f16e5b9f, updated_at=2026-11-28T21:57:03Z, vlan_transparent=None",
      "Trigger reload_allocations for port admin_state_up=True, allowed_address_pairs=[], binding:host_id=victoria1, binding:profile=, binding:vif_details=bridge_name=br-int, connectivity=l2, datapath_type=netdev, ovs_hybrid_plug=False, port_filter=True, binding:vif_type=ovs, binding:vnic_type=normal, created_at=2026-11-28T22:12:11Z, description=, device_id=66e526a4-012a-481a-9dff-8dc2e38d3f6e, device_owner=compute:nova, extra_dhcp_opts=[], fixed_ips=[<neutron.agent.linux.dhcp.DictModel object at 0x7f017d746b80>], id=f2b29e22-e4cc-40dd-a089-219502368a15, ip_allocation=immediate, mac_address=fa:16:3e:f4:bb:c7, name=, network_id=3166962f-2592-488d-806d-bcb5ef7c20a0, port_security_enabled=True, project_id=a68a46e8cc0540e8bf087dc9f16e5b9f, qos_network_policy_id=None, qos_policy_id=None, resource_request=None, revision_number=3, security_groups=['597d4785-346e-467a-939d-1481159a4973'], status=DOWN, tags=[], tenant_id=a68a46e8cc0540e8bf087dc9f16e5b9f, updated_at=2026-11-28T22:12:20Z",
    ],
  },
  'dhcp.allocations.reloading': {
    logger: 'neutron.agent.linux.dhcp',
    level: 'DEBUG',
    says: ['Reloading allocations for network: {network:uuid}'],
    seen: ['Reloading allocations for network: 3166962f-2592-488d-806d-bcb5ef7c20a0'],
  },
  'dhcp.ports.configured': {
    logger: 'neutron.agent.dhcp.agent',
    level: 'INFO',
    says: ['DHCP configuration for ports {ports:uuids} is completed'],
    seen: [
      "DHCP configuration for ports {'f2b29e22-e4cc-40dd-a089-219502368a15'} is completed",
      "DHCP configuration for ports set([u'f2b29e22-e4cc-40dd-a089-219502368a15']) is completed",
    ],
  },
  'dhcp.network.configuring': {
    logger: 'neutron.agent.dhcp.agent',
    level: 'INFO',
    says: ['Starting network {network:uuid} dhcp configuration'],
    seen: ['Starting network a0c8223f-5454-451d-b8d4-d1704587a4ae dhcp configuration'],
  },
  'dhcp.network.configured': {
    logger: 'neutron.agent.dhcp.agent',
    level: 'INFO',
    says: ['Finished network {network:uuid} dhcp configuration'],
    seen: ['Finished network a0c8223f-5454-451d-b8d4-d1704587a4ae dhcp configuration'],
  },
  'dhcp.failed': {
    logger: 'neutron.agent.dhcp.agent',
    level: 'ERROR',
    // The task of the agent for the network: enable, restart, reload_allocations, …
    says: ['Unable to {action:state} dhcp for {network:uuid}.'],
    seen: ['Unable to enable dhcp for 3166962f-2592-488d-806d-bcb5ef7c20a0.: multiprocessing.managers.RemoteError: '],
  },
  'dhcp.sync.started': {
    logger: 'neutron.agent.dhcp.agent',
    level: 'INFO',
    says: ['Synchronizing state'],
    seen: ['Synchronizing state'],
  },
  'dhcp.sync.fetched': {
    logger: 'neutron.agent.dhcp.agent',
    level: 'INFO',
    says: ['All active networks have been fetched through RPC.'],
    seen: ['All active networks have been fetched through RPC.'],
  },
  'dhcp.sync.completed': {
    logger: 'neutron.agent.dhcp.agent',
    level: 'INFO',
    says: ['Synchronizing state complete'],
    seen: ['Synchronizing state complete'],
  },
});
