import { defineMessages } from './define.js';

/**
 * neutron-server and its successors: requests, ports, provisioning, events for nova.
 * Wordings: openstack/neutron neutron/wsgi.py, neutron/plugins/ml2/, neutron/db/provisioning_blocks.py,
 * neutron/notifiers/nova.py. There are two spaces before `len:`.
 */
export const neutronServer = defineMessages(
  ['neutron-server', 'neutron-api', 'neutron-rpc-server', 'neutron-periodic-workers', 'neutron-ovn-maintenance-worker'],
  {
    'neutron.port.create.requested': {
      request: true,
      logger: ['neutron.wsgi', 'neutron.api.wsgi'],
      level: 'INFO',
      says: [
        '{client:peer} "{method:POST} /v2.0/ports{json:json} HTTP/{http:version}" status: {status:int}  len: {length:size} time: {seconds:float}',
      ],
      seen: ['127.0.0.1 "POST /v2.0/ports HTTP/1.1" status: 201  len: 1014 time: 0.8500521'],
    },
    'neutron.port.update.requested': {
      request: true,
      logger: ['neutron.wsgi', 'neutron.api.wsgi'],
      level: 'INFO',
      says: [
        '{client:peer} "{method:PUT} /v2.0/ports/{port:uuid}{json:json} HTTP/{http:version}" status: {status:int}  len: {length:size} time: {seconds:float}',
      ],
      seen: ['127.0.0.1 "PUT /v2.0/ports/df247bb8-4779-4902-aede-8e714f4bed2c HTTP/1.1" status: 200  len: 1177 time: 1.6972229'],
    },
    'neutron.port.delete.requested': {
      request: true,
      logger: ['neutron.wsgi', 'neutron.api.wsgi'],
      level: 'INFO',
      says: [
        '{client:peer} "{method:DELETE} /v2.0/ports/{port:uuid}{json:json} HTTP/{http:version}" status: {status:int}  len: {length:size} time: {seconds:float}',
      ],
      seen: ['127.0.0.1 "DELETE /v2.0/ports/a72cc369-b44c-41c5-93ed-48ea0dcb6df8 HTTP/1.1" status: 204  len: 173 time: 0.6829052'],
    },
    'neutron.port.binding.requested': {
      request: true,
      logger: ['neutron.wsgi', 'neutron.api.wsgi'],
      level: 'INFO',
      says: [
        '{client:peer} "{method:write} /v2.0/ports/{port:uuid}/bindings{binding:binding} HTTP/{http:version}" status: {status:int}  len: {length:size} time: {seconds:float}',
      ],
      seen: ['127.0.0.1 "POST /v2.0/ports/77bda28b-bc99-41c2-b4f3-7c8bb29b088b/bindings HTTP/1.1" status: 201  len: 396 time: 0.9902804'],
    },
    'neutron.ports.listed': {
      request: true,
      logger: ['neutron.wsgi', 'neutron.api.wsgi'],
      level: 'INFO',
      says: [
        '{client:peer} "{method:GET} /v2.0/ports{json:json}?{query:deviceid} HTTP/{http:version}" status: {status:int}  len: {length:size} time: {seconds:float}',
      ],
      seen: ['127.0.0.1 "GET /v2.0/ports?device_id=b8acd14b-35cc-4931-bd08-129b0bf97b38 HTTP/1.1" status: 200  len: 210 time: 0.0455313'],
      // Since 2025.2 there is only uWSGI's own line, which is read like any other request.
      until: '2025.1',
    },
    'neutron.requested': {
      request: true,
      logger: ['neutron.wsgi', 'neutron.api.wsgi'],
      level: 'INFO',
      says: [
        '{client:peer} "{method:method} {url:url} HTTP/{http:version}" status: {status:int}  len: {length:size} time: {seconds:float}',
      ],
      seen: ['127.0.0.1 "GET /v2.0/extensions HTTP/1.1" status: 200  len: 15940 time: 0.3270733'],
      general: true,
    },
    'port.create.received': {
      logger: 'neutron.api.v2.base',
      level: 'DEBUG',
      says: ['Request body: {body:createbody}'],
      seen: [
        "Request body: {'port': {'device_id': '8abf8e29-e581-4a1b-ac11-0feb20d8dba9', 'network_id': 'ac6f6edf-74bf-4193-89a8-aa429a383999', 'admin_state_up': True, 'tenant_id': '5b710610b09f4d04a812ccfc410b2c10'}}",
      ],
    },
    'ip.allocated': {
      logger: 'neutron.db.db_base_plugin_common',
      level: 'DEBUG',
      says: ['Allocated IP {ip:ip} ({network:uuid}/{subnet:uuid}/{port:uuid})'],
      seen: [
        'Allocated IP 198.51.100.23 (ac6f6edf-74bf-4193-89a8-aa429a383999/2a7d6d4f-75c3-46c6-bf8e-9b48b2cd4554/10a58ff1-5e0f-496b-8249-41c0f837a8b7)',
      ],
    },
    'port.update.received': {
      logger: 'neutron.api.v2.base',
      level: 'DEBUG',
      says: ['Request body: {body:updatebody}'],
      seen: ["Request body: {'port': {'binding:profile': {'migrating_to': 'vm'}}}"],
    },
    'port.binding': {
      logger: 'neutron.plugins.ml2.managers',
      level: 'DEBUG',
      says: ['Attempting to bind port {port:uuid} on host {host:host} for vnic_type {vnic_type:word} with profile {profile:rest}'],
      seen: ['Attempting to bind port df247bb8-4779-4902-aede-8e714f4bed2c on host vm for vnic_type normal with profile '],
    },
    'port.level.binding': {
      logger: 'neutron.plugins.ml2.managers',
      level: 'DEBUG',
      says: [
        'Attempting to bind port {port:uuid} by drivers {drivers:text} on host {host:host} at level {level:int} using segments {segments:rest}',
        'Attempting to bind port {port:uuid} on host {host:host} at level {level:int} using segments {segments:rest}',
      ],
      seen: [
        "Attempting to bind port df247bb8-4779-4902-aede-8e714f4bed2c by drivers ovn on host vm at level 0 using segments [{'id': 'a774556f-1da9-47c6-bc8d-fcce142470b7', 'network_type': 'geneve', 'physical_network': None, 'segmentation_id': 3221, 'network_id': 'ee51a674-5f80-4af6-8c91-388eda7f1c84'}]",
        'Attempting to bind port b8acd14b-35cc-4931-bd08-129b0bf97b38 on host vm2 at level 3 using segments …',
      ],
    },
    'port.bound': {
      logger: 'neutron.plugins.ml2.managers',
      level: 'DEBUG',
      says: ['Bound port: {port:uuid}, host: {host:host}, vif_type: {vif_type:state}, vif_details: {details:rest}'],
      seen: [
        "Bound port: df247bb8-4779-4902-aede-8e714f4bed2c, host: vm, vif_type: ovs, vif_details: {\"port_filter\": true, \"connectivity\": \"l2\"}, binding_levels: [{'bound_driver': 'ovn', 'bound_segment': {'id': 'a774556f-1da9-47c6-bc8d-fcce142470b7', 'network_type': 'geneve', 'physical_network': None, 'segmentation_id': 3221, 'network_id': 'ee51a674-5f80-4af6-8c91-388eda7f1c84'}}]",
      ],
    },
    'port.binding.failed': {
      logger: ['neutron.plugins.ml2.managers', 'neutron.plugins.ml2.plugin'],
      level: 'ERROR',
      says: [
        'Failed to bind port {port:uuid} on host {host:host} for vnic_type {vnic_type:word} using segments {segments:rest}',
        'Failed to commit binding results for {port:uuid} after {attempts:int} tries',
      ],
      seen: [
        "Failed to bind port 75895a2d-1d6d-462d-8ce1-a9ac1ec48921 on host vm for vnic_type normal using segments [{'id': 'a774556f-1da9-47c6-bc8d-fcce142470b7', 'network_type': 'geneve', 'physical_network': None, 'segmentation_id': 3221, 'network_id': 'ee51a674-5f80-4af6-8c91-388eda7f1c84'}]",
        'Failed to commit binding results for b8acd14b-35cc-4931-bd08-129b0bf97b38 after 3 tries',
      ],
    },
    'port.binding.retried': {
      logger: 'neutron.plugins.ml2.plugin',
      level: 'INFO',
      says: ['Attempt {attempt:int} to bind port {port:uuid}'],
      seen: ['Attempt 2 to bind port 75895a2d-1d6d-462d-8ce1-a9ac1ec48921'],
    },
    'port.provisioning': {
      logger: 'neutron.plugins.ml2.plugin',
      level: 'INFO',
      says: ['Attempt {attempt:int} to provision port {port:uuid}'],
      seen: ['Attempt 1 to provision port 10a58ff1-5e0f-496b-8249-41c0f837a8b7'],
      since: 'Wallaby',
    },
    'port.status.changing': {
      logger: 'neutron.plugins.ml2.plugin',
      level: 'DEBUG',
      says: ['Current status of the port {port:uuid} is: {from:state}; New status is: {to:state}'],
      seen: ['Current status of the port 10a58ff1-5e0f-496b-8249-41c0f837a8b7 is: DOWN; New status is: DOWN'],
      since: 'Wallaby',
    },
    'port.not.bound': {
      logger: 'neutron.plugins.ml2.plugin',
      level: 'DEBUG',
      says: ['Port {port:uuid} cannot update to ACTIVE because it is not bound.'],
      seen: ['Port f2b29e22-e4cc-40dd-a089-219502368a15 cannot update to ACTIVE because it is not bound.'],
    },
    'port.blocked.again': {
      logger: 'neutron.plugins.ml2.plugin',
      level: 'DEBUG',
      says: ['Port {port:uuid} had new provisioning blocks added so it will not transition to active.'],
      seen: ['Port 2726ff04-703e-4282-bc38-8176318ddd7a had new provisioning blocks added so it will not transition to active.'],
    },
    'port.delete.called': {
      logger: 'neutron.plugins.ml2.plugin',
      level: 'DEBUG',
      says: ['Calling delete_port for {port:uuid} owned by {owner:text}'],
      seen: [
        'Calling delete_port for 7e1ace65-3eb8-4909-a58c-8e114ea883b9 owned by compute:nova',
        'Calling delete_port for 9438ec21-05c6-46fb-a400-5de93db293d5 owned by ',
      ],
    },
    'port.deleting': {
      logger: 'neutron.plugins.ml2.plugin',
      level: 'DEBUG',
      says: ['Deleting port {port:uuid}'],
      seen: ['Deleting port 7e1ace65-3eb8-4909-a58c-8e114ea883b9'],
    },
    'mechanism.driver.failed': {
      logger: 'neutron.plugins.ml2.managers',
      level: 'ERROR',
      says: ["Mechanism driver '{driver:name}' failed in {method:name}"],
      seen: [
        "Mechanism driver 'ovn' failed in update_port_postcommit: RuntimeError: Logical Switch Port 776e37c7-75ab-4406-8f27-6fc0881f26ce does not exist",
      ],
    },
    'port.provision.awaited': {
      logger: 'neutron.db.provisioning_blocks',
      level: 'DEBUG',
      says: ['Transition to ACTIVE for port object {port:uuid} will not be triggered until provisioned by entity {entity:state}.'],
      seen: [
        'Transition to ACTIVE for port object 10a58ff1-5e0f-496b-8249-41c0f837a8b7 will not be triggered until provisioned by entity L2.',
      ],
    },
    'port.provision.advanced': {
      logger: 'neutron.db.provisioning_blocks',
      level: 'DEBUG',
      says: ['Provisioning for port {port:uuid} completed by entity {entity:state}.'],
      seen: ['Provisioning for port 10a58ff1-5e0f-496b-8249-41c0f837a8b7 completed by entity L2.'],
    },
    'port.provision.complete': {
      logger: 'neutron.db.provisioning_blocks',
      level: 'DEBUG',
      says: ['Provisioning complete for port {port:uuid} triggered by entity {entity:state}.'],
      seen: ['Provisioning complete for port 10a58ff1-5e0f-496b-8249-41c0f837a8b7 triggered by entity L2.'],
    },
    'port.provision.repeated': {
      logger: 'neutron.db.provisioning_blocks',
      level: 'DEBUG',
      says: ['Ignored duplicate provisioning block setup for port {port:uuid} by entity {entity:state}.'],
      seen: ['Ignored duplicate provisioning block setup for port 10a58ff1-5e0f-496b-8249-41c0f837a8b7 by entity L2.'],
    },
    'nova.notifying': {
      logger: 'neutron.notifiers.nova',
      level: 'DEBUG',
      says: ['Sending events: {events:novaevents}'],
      seen: [
        "Sending events: [{'name': 'network-changed', 'server_uuid': '8abf8e29-e581-4a1b-ac11-0feb20d8dba9', 'tag': '10a58ff1-5e0f-496b-8249-41c0f837a8b7'}]",
      ],
    },
    'nova.notified': {
      logger: 'neutron.notifiers.nova',
      level: 'INFO',
      says: ['Nova event matching {requests:reqs} response: {response:novaevents}', 'Nova event response: {response:novaevents}'],
      seen: [
        "Nova event matching ['req-6f059e51-4139-49cb-b497-0814a902f3c6'] response: {'name': 'network-changed', 'server_uuid': '8abf8e29-e581-4a1b-ac11-0feb20d8dba9', 'tag': '10a58ff1-5e0f-496b-8249-41c0f837a8b7', 'status': 'completed', 'code': 200}",
        "Nova event response: {'server_uuid': '66e526a4-012a-481a-9dff-8dc2e38d3f6e', 'name': 'network-vif-plugged', 'status': 'completed', 'tag': 'f2b29e22-e4cc-40dd-a089-219502368a15', 'code': 200}",
      ],
    },
    'nova.notify.failed': {
      logger: 'neutron.notifiers.nova',
      level: ['WARNING', 'ERROR'],
      says: [
        'Nova event matching {requests:reqs}: {events:novaevents} returned with failed status',
        'Nova event: {events:novaevents} returned with failed status',
        'Failed to notify nova on events: {events:novaevents}',
      ],
      seen: [
        "Nova event matching ['req-da0a5905-2922-4146-8664-b2f21cac5e3c']: {'server_uuid': '3fe4d174-bb3e-41b0-afc2-ae927eb3530c', 'name': 'network-vif-deleted', 'tag': '7e1ace65-3eb8-4909-a58c-8e114ea883b9', 'status': 'failed', 'code': 422} returned with failed status",
        "Nova event: {'server_uuid': '327bcdd4-5b30-4507-a2be-11066cfd3785', 'name': 'network-vif-deleted', 'tag': '62f00917-e10d-4da1-affe-f4cf972c9f05', 'status': 'failed', 'code': 422} returned with failed status",
        "Failed to notify nova on events: {'server_uuid': 'b8acd14b-35cc-4931-bd08-129b0bf97b38', 'name': 'network-vif-plugged', 'status': 'completed', 'tag': 'df247bb8-4779-4902-aede-8e714f4bed2c', 'code': 200}",
      ],
    },
    'nova.notify.unknown': {
      logger: 'neutron.notifiers.nova',
      level: 'DEBUG',
      says: ['Nova returned NotFound for event: {events:novaevents}'],
      seen: [
        "Nova returned NotFound for event: {'server_uuid': 'b8acd14b-35cc-4931-bd08-129b0bf97b38', 'name': 'network-vif-plugged', 'status': 'completed', 'tag': 'df247bb8-4779-4902-aede-8e714f4bed2c', 'code': 200}",
      ],
    },
    'nova.notify.ignored': {
      logger: 'neutron.notifiers.nova',
      level: 'DEBUG',
      says: [
        'Ignoring state change previous_port_status: {from:state} current_port_status: {to:state} port_id {port:uuid}',
        'device_id is not set on port {port:uuid} yet.',
      ],
      seen: [
        'Ignoring state change previous_port_status: DOWN current_port_status: DOWN port_id 10a58ff1-5e0f-496b-8249-41c0f837a8b7',
        'device_id is not set on port 10a58ff1-5e0f-496b-8249-41c0f837a8b7 yet.',
      ],
    },
    // An agent names a port by its id (openvswitch), its tap (linuxbridge) or its MAC address (SR-IOV).
    'agent.details.requested': {
      agent: true,
      logger: 'neutron.plugins.ml2.rpc',
      level: 'DEBUG',
      says: [
        'Device {port:uuid} details requested by agent {agent:word} with host {host:host}',
        'Device {tap:tapname} details requested by agent {agent:word} with host {host:host}',
        'Device {mac:mac} details requested by agent {agent:word} with host {host:host}',
      ],
      seen: [
        'Device f2b29e22-e4cc-40dd-a089-219502368a15 details requested by agent ovs-agent-victoria1 with host victoria1',
        'Device tapdf247bb8-47 details requested by agent lbfa163e79aa52 with host vm',
        'Device fa:16:3e:79:52:70 details requested by agent nic-switch-agent.vm with host vm',
      ],
    },
    'agent.device.up': {
      agent: true,
      logger: 'neutron.plugins.ml2.rpc',
      level: 'DEBUG',
      says: [
        'Device {port:uuid} up at agent {agent:word}',
        'Device {tap:tapname} up at agent {agent:word}',
        'Device {mac:mac} up at agent {agent:word}',
      ],
      seen: [
        'Device f2b29e22-e4cc-40dd-a089-219502368a15 up at agent ovs-agent-victoria1',
        'Device tapdf247bb8-47 up at agent lbfa163e79aa52',
        'Device fa:16:3e:79:52:70 up at agent nic-switch-agent.vm',
      ],
    },
    'agent.device.gone': {
      agent: true,
      logger: 'neutron.plugins.ml2.rpc',
      level: 'DEBUG',
      says: [
        'Device {port:uuid} no longer exists at agent {agent:word}',
        'Device {tap:tapname} no longer exists at agent {agent:word}',
        'Device {mac:mac} no longer exists at agent {agent:word}',
      ],
      seen: [
        'Device 9438ec21-05c6-46fb-a400-5de93db293d5 no longer exists at agent ovs-agent-victoria1',
        'Device tapdf247bb8-47 no longer exists at agent lbfa163e79aa52',
        'Device fa:16:3e:79:52:70 no longer exists at agent nic-switch-agent.vm',
      ],
    },
  },
);
