import { defineMessages } from './define.js';

/**
 * nova-compute's requests to neutron.
 * Wordings: openstack/nova nova/network/neutron.py (nova/network/neutronv2/api.py up to Train).
 */
export const novaComputeNetwork = defineMessages('nova-compute', {
  'network.allocation.requested': {
    logger: ['nova.network.neutron', 'nova.network.neutronv2.api'],
    level: 'DEBUG',
    says: ['allocate_for_instance()'],
    seen: ['allocate_for_instance()'],
  },
  'network.unconfigured': {
    logger: ['nova.network.neutron', 'nova.network.neutronv2.api'],
    level: 'DEBUG',
    says: ['No network configured'],
    seen: ['No network configured'],
  },
  'port.created': {
    logger: ['nova.network.neutron', 'nova.network.neutronv2.api'],
    level: 'DEBUG',
    says: ['Successfully created port: {port:uuid}'],
    seen: ['Successfully created port: 10a58ff1-5e0f-496b-8249-41c0f837a8b7'],
  },
  'port.updated': {
    logger: ['nova.network.neutron', 'nova.network.neutronv2.api'],
    level: 'DEBUG',
    says: ['Successfully updated port: {port:uuid}'],
    seen: ['Successfully updated port: 10a58ff1-5e0f-496b-8249-41c0f837a8b7'],
  },
  'port.creation.failed': {
    logger: ['nova.network.neutron', 'nova.network.neutronv2.api'],
    level: 'ERROR',
    says: ['Neutron error creating port on network {network:uuid}'],
    seen: ['Neutron error creating port on network b8acd14b-35cc-4931-bd08-129b0bf97b38'],
  },
  'port.quota.exceeded': {
    logger: ['nova.network.neutron', 'nova.network.neutronv2.api'],
    level: 'WARNING',
    says: ['Neutron error: Port quota exceeded in tenant: {project:word}'],
    seen: ['Neutron error: Port quota exceeded in tenant: 4ffd406b476c40ac99ad03adedfc02e9'],
  },
  'fixed.ips.exhausted': {
    logger: ['nova.compute.manager', 'nova.network.neutron', 'nova.network.neutronv2.api'],
    level: 'WARNING',
    says: ['No more fixed IP to be allocated', 'Neutron error: No more fixed IPs in network: {network:uuid}'],
    seen: [
      'No more fixed IP to be allocated: nova.exception.NoMoreFixedIps: No fixed IP addresses available for network: e1eb0ee8-900c-4b26-a93d-c89157198301',
      'Neutron error: No more fixed IPs in network: e1eb0ee8-900c-4b26-a93d-c89157198301: neutronclient.common.exceptions.IpAddressGenerationFailureClient: No more IP addresses available on network e1eb0ee8-900c-4b26-a93d-c89157198301.',
    ],
  },
  'port.binding.on.host.failed': {
    logger: ['nova.network.neutron', 'nova.network.neutronv2.api'],
    level: 'ERROR',
    says: ['Binding failed for port {port:uuid} and host {host:host}.'],
    seen: ['Binding failed for port b8acd14b-35cc-4931-bd08-129b0bf97b38 and host vm2.'],
    since: 'Xena',
  },
  'port.binding.activated': {
    logger: ['nova.network.neutron', 'nova.network.neutronv2.api'],
    level: 'DEBUG',
    says: ['Activated binding for port {port:uuid} and host {host:host}', 'Activated binding for port {port:uuid} and host {host:host}.'],
    seen: [
      'Activated binding for port 77bda28b-bc99-41c2-b4f3-7c8bb29b088b and host vm',
      'Activated binding for port b8acd14b-35cc-4931-bd08-129b0bf97b38 and host vm2.',
    ],
    since: 'Rocky',
  },
  'port.binding.deleted': {
    logger: ['nova.network.neutron', 'nova.network.neutronv2.api'],
    level: 'DEBUG',
    says: ['Deleted binding for port {port:uuid} and host {host:host}.'],
    seen: ['Deleted binding for port b8acd14b-35cc-4931-bd08-129b0bf97b38 and host vm2.'],
    since: 'Rocky',
    until: 'Wallaby',
  },
  'port.binding.active': {
    logger: ['nova.network.neutron', 'nova.network.neutronv2.api'],
    level: 'DEBUG',
    says: ['Port {port:uuid} binding to destination host {host:host} is already ACTIVE'],
    seen: ['Port b3f1a2bd-8d58-4f1e-9c1f-3d4bd7ca8933 binding to destination host vm is already ACTIVE'],
    since: 'Xena',
  },
  'port.migration.profile.set': {
    logger: ['nova.network.neutron', 'nova.network.neutronv2.api'],
    level: 'DEBUG',
    says: ['Port {port:uuid} updated with migration profile {profile:rest}'],
    seen: ["Port 776e37c7-75ab-4406-8f27-6fc0881f26ce updated with migration profile {'migrating_to': 'vm'} successfully"],
  },
  'port.updating': {
    logger: ['nova.network.neutron', 'nova.network.neutronv2.api'],
    level: 'INFO',
    says: ['Updating port {port:uuid} with attributes {attributes:rest}'],
    seen: ["Updating port 65c33ce8-49bb-4a7d-913f-1637a5260c45 with attributes {'binding:host_id': 'vm2', 'device_owner': 'compute:nova'}"],
  },
  'port.update.failed': {
    logger: ['nova.network.neutron', 'nova.network.neutronv2.api'],
    level: 'ERROR',
    says: ['Unable to update binding details for port {port:uuid}'],
    seen: ['Unable to update binding details for port b8acd14b-35cc-4931-bd08-129b0bf97b38'],
  },
  'network.deallocation.requested': {
    logger: ['nova.network.neutron', 'nova.network.neutronv2.api'],
    level: 'DEBUG',
    says: ['deallocate_for_instance()'],
    seen: ['deallocate_for_instance()'],
  },
  'port.missing': {
    logger: ['nova.network.neutron', 'nova.network.neutronv2.api'],
    level: 'WARNING',
    says: ['Port {port:uuid} does not exist'],
    seen: ['Port b8acd14b-35cc-4931-bd08-129b0bf97b38 does not exist'],
  },
  'port.deletion.failed': {
    logger: ['nova.network.neutron', 'nova.network.neutronv2.api'],
    level: 'WARNING',
    says: ['Failed to delete port {port:uuid} for instance.'],
    seen: ['Failed to delete port b8acd14b-35cc-4931-bd08-129b0bf97b38 for instance.'],
  },
  'network.cache.building': {
    logger: ['nova.network.neutron', 'nova.network.neutronv2.api'],
    level: 'DEBUG',
    says: ['Building network info cache for instance', '_get_instance_nw_info()'],
    seen: ['Building network info cache for instance', '_get_instance_nw_info()'],
  },
  'network.cache.refreshing': {
    logger: ['nova.compute.manager', 'nova.network.neutron', 'nova.network.neutronv2.api'],
    level: 'DEBUG',
    says: [
      'Refreshing network info cache for port {port:uuid}',
      'Forcefully refreshing network info cache for instance',
      'Refreshing instance network info cache due to event {event:anyevent}-{tag:name}.',
    ],
    seen: [
      'Refreshing network info cache for port 10a58ff1-5e0f-496b-8249-41c0f837a8b7',
      'Forcefully refreshing network info cache for instance',
      'Refreshing instance network info cache due to event network-changed-10a58ff1-5e0f-496b-8249-41c0f837a8b7.',
    ],
  },
  'network.cache.vif.added': {
    logger: ['nova.network.neutron', 'nova.network.neutronv2.api'],
    level: 'DEBUG',
    says: ['Added VIF to instance network info cache for port {port:uuid}.'],
    seen: ['Added VIF to instance network info cache for port b8acd14b-35cc-4931-bd08-129b0bf97b38.'],
    since: 'Queens',
  },
  'network.cache.vif.updated': {
    logger: ['nova.network.neutron', 'nova.network.neutronv2.api'],
    level: 'DEBUG',
    says: ['Updated VIF entry in instance network info cache for port {port:uuid}.'],
    seen: ['Updated VIF entry in instance network info cache for port df247bb8-4779-4902-aede-8e714f4bed2c.'],
    since: 'Queens',
  },
  'network.cache.updated': {
    logger: ['nova.network.base_api', 'nova.network.neutron', 'nova.network.neutronv2.api'],
    level: 'DEBUG',
    says: ['Updating instance_info_cache with network_info: {network_info:vifs}'],
    seen: ['Updating instance_info_cache with network_info: []'],
  },
  'network.cache.port.dropped': {
    logger: ['nova.network.neutron', 'nova.network.neutronv2.api'],
    level: 'INFO',
    says: ['Port {port:uuid} from network info_cache is no longer associated with instance in Neutron. Removing from network info_cache.'],
    seen: [
      'Port 840959fb-a942-41cb-9d9d-f56594759d62 from network info_cache is no longer associated with instance in Neutron. Removing from network info_cache.',
    ],
  },
  'network.cache.missing': {
    logger: ['nova.network.neutron', 'nova.network.neutronv2.api'],
    level: 'DEBUG',
    says: ['Instance cache missing network info.'],
    seen: ['Instance cache missing network info.'],
  },
});
