import { defineMessages } from './define.js';

/**
 * nova-api. It logs the access line at the end of a request: by eventlet up to 2025.1, by requestlog under uWSGI.
 * Wordings: openstack/nova nova/conf/wsgi.py, nova/api/openstack/requestlog.py, nova/compute/api.py,
 * nova/api/openstack/compute/server_external_events.py.
 */
export const novaApi = defineMessages(
  ['nova-api', 'nova-api-wsgi', 'nova-osapi_compute', 'nova-metadata', 'nova-metadata-wsgi', 'nova-api-metadata'],
  {
    'server.create.requested': {
      request: true,
      logger: ['nova.osapi_compute.wsgi.server', 'nova.metadata.wsgi.server', 'nova.api.openstack.requestlog'],
      level: 'INFO',
      says: [
        '{client:peer} "{method:POST} {url:servers} HTTP/{http:version}" status: {status:int} len: {length:size} time: {seconds:float}',
        '{client:peer} "{method:POST} {url:servers}" status: {status:int} len: {length:size} microversion: {microversion:word} time: {seconds:float}',
      ],
      seen: [
        '127.0.0.1 "POST /v2.1/servers HTTP/1.1" status: 202 len: 860 time: 1.5862720',
        '127.0.0.1 "POST /v2.1/servers" status: 202 len: 370 microversion: 2.93 time: 1.646025',
      ],
    },
    'server.action.requested': {
      request: true,
      logger: ['nova.osapi_compute.wsgi.server', 'nova.metadata.wsgi.server', 'nova.api.openstack.requestlog'],
      level: 'INFO',
      says: [
        '{client:peer} "{method:POST} {root:root}/servers/{instance:uuid}/action HTTP/{http:version}" status: {status:int} len: {length:size} time: {seconds:float}',
        '{client:peer} "{method:POST} {root:root}/servers/{instance:uuid}/action" status: {status:int} len: {length:size} microversion: {microversion:word} time: {seconds:float}',
      ],
      seen: [
        '127.0.0.1 "POST /v2.1/servers/06e5be45-88b4-4188-a682-cdd88a2c164d/action HTTP/1.1" status: 202 len: 405 time: 0.0641437',
        '127.0.0.1 "POST /v2.1/servers/7419d707-ee5e-4e8b-8287-72cec9a6c9dd/action" status: 202 len: 1633 microversion: 2.93 time: 0.356610',
      ],
    },
    'server.delete.requested': {
      request: true,
      logger: ['nova.osapi_compute.wsgi.server', 'nova.metadata.wsgi.server', 'nova.api.openstack.requestlog'],
      level: 'INFO',
      says: [
        '{client:peer} "{method:DELETE} {root:root}/servers/{instance:uuid} HTTP/{http:version}" status: {status:int} len: {length:size} time: {seconds:float}',
        '{client:peer} "{method:DELETE} {root:root}/servers/{instance:uuid}" status: {status:int} len: {length:size} microversion: {microversion:word} time: {seconds:float}',
      ],
      seen: [
        '127.0.0.1 "DELETE /v2.1/servers/f7c5edd5-3ad1-4a47-a3c3-9d55e06c45d6 HTTP/1.1" status: 204 len: 407 time: 0.2078350',
        '127.0.0.1 "DELETE /v2.1/servers/1ffe7016-49ad-4570-aa00-ccd43a5bede7" status: 204 len: 0 microversion: 2.93 time: 0.595862',
      ],
    },
    'interface.attach.requested': {
      request: true,
      logger: ['nova.osapi_compute.wsgi.server', 'nova.metadata.wsgi.server', 'nova.api.openstack.requestlog'],
      level: 'INFO',
      says: [
        '{client:peer} "{method:POST} {root:root}/servers/{instance:uuid}/os-interface HTTP/{http:version}" status: {status:int} len: {length:size} time: {seconds:float}',
        '{client:peer} "{method:POST} {root:root}/servers/{instance:uuid}/os-interface" status: {status:int} len: {length:size} microversion: {microversion:word} time: {seconds:float}',
      ],
      seen: [
        '127.0.0.1 "POST /v2.1/servers/06e5be45-88b4-4188-a682-cdd88a2c164d/os-interface HTTP/1.1" status: 200 len: 697 time: 3.1601720',
        '127.0.0.1 "POST /v2.1/servers/b8acd14b-35cc-4931-bd08-129b0bf97b38/os-interface" status: 200 len: 743 microversion: vm time: 1.25',
      ],
    },
    'interface.detach.requested': {
      request: true,
      logger: ['nova.osapi_compute.wsgi.server', 'nova.metadata.wsgi.server', 'nova.api.openstack.requestlog'],
      level: 'INFO',
      says: [
        '{client:peer} "{method:DELETE} {root:root}/servers/{instance:uuid}/os-interface/{port:uuid} HTTP/{http:version}" status: {status:int} len: {length:size} time: {seconds:float}',
        '{client:peer} "{method:DELETE} {root:root}/servers/{instance:uuid}/os-interface/{port:uuid}" status: {status:int} len: {length:size} microversion: {microversion:word} time: {seconds:float}',
      ],
      seen: [
        '127.0.0.1 "DELETE /v2.1/servers/06e5be45-88b4-4188-a682-cdd88a2c164d/os-interface/840959fb-a942-41cb-9d9d-f56594759d62 HTTP/1.1" status: 202 len: 405 time: 0.0898085',
        '127.0.0.1 "DELETE /v2.1/servers/b8acd14b-35cc-4931-bd08-129b0bf97b38/os-interface/b8acd14b-35cc-4931-bd08-129b0bf97b38" status: 204 len: 743 microversion: vm time: 1.25',
      ],
    },
    'volume.attach.requested': {
      request: true,
      logger: ['nova.osapi_compute.wsgi.server', 'nova.metadata.wsgi.server', 'nova.api.openstack.requestlog'],
      level: 'INFO',
      says: [
        '{client:peer} "{method:POST} {root:root}/servers/{instance:uuid}/os-volume_attachments HTTP/{http:version}" status: {status:int} len: {length:size} time: {seconds:float}',
        '{client:peer} "{method:POST} {root:root}/servers/{instance:uuid}/os-volume_attachments" status: {status:int} len: {length:size} microversion: {microversion:word} time: {seconds:float}',
      ],
      seen: [
        '127.0.0.1 "POST /v2.1/servers/b8acd14b-35cc-4931-bd08-129b0bf97b38/os-volume_attachments HTTP/1.1" status: 200 len: 743 time: 1.25',
        '127.0.0.1 "POST /v2.1/servers/b8acd14b-35cc-4931-bd08-129b0bf97b38/os-volume_attachments" status: 200 len: 743 microversion: vm time: 1.25',
      ],
    },
    'volume.detach.requested': {
      request: true,
      logger: ['nova.osapi_compute.wsgi.server', 'nova.metadata.wsgi.server', 'nova.api.openstack.requestlog'],
      level: 'INFO',
      says: [
        '{client:peer} "{method:DELETE} {root:root}/servers/{instance:uuid}/os-volume_attachments/{volume:uuid} HTTP/{http:version}" status: {status:int} len: {length:size} time: {seconds:float}',
        '{client:peer} "{method:DELETE} {root:root}/servers/{instance:uuid}/os-volume_attachments/{volume:uuid}" status: {status:int} len: {length:size} microversion: {microversion:word} time: {seconds:float}',
      ],
      seen: [
        '127.0.0.1 "DELETE /v2.1/servers/b8acd14b-35cc-4931-bd08-129b0bf97b38/os-volume_attachments/b8acd14b-35cc-4931-bd08-129b0bf97b38 HTTP/1.1" status: 204 len: 743 time: 1.25',
        '127.0.0.1 "DELETE /v2.1/servers/b8acd14b-35cc-4931-bd08-129b0bf97b38/os-volume_attachments/b8acd14b-35cc-4931-bd08-129b0bf97b38" status: 204 len: 743 microversion: vm time: 1.25',
      ],
    },
    'external.events.requested': {
      request: true,
      logger: ['nova.osapi_compute.wsgi.server', 'nova.metadata.wsgi.server', 'nova.api.openstack.requestlog'],
      level: 'INFO',
      says: [
        '{client:peer} "{method:POST} {root:root}/os-server-external-events HTTP/{http:version}" status: {status:int} len: {length:size} time: {seconds:float}',
        '{client:peer} "{method:POST} {root:root}/os-server-external-events" status: {status:int} len: {length:size} microversion: {microversion:word} time: {seconds:float}',
      ],
      seen: [
        '127.0.0.1 "POST /v2.1/os-server-external-events HTTP/1.1" status: 200 len: 578 time: 0.0850179',
        '127.0.0.1 "POST /v2.1/os-server-external-events" status: 200 len: 179 microversion: 2.1 time: 0.076597',
      ],
    },
    'api.requested': {
      request: true,
      logger: ['nova.osapi_compute.wsgi.server', 'nova.metadata.wsgi.server', 'nova.api.openstack.requestlog'],
      level: 'INFO',
      says: [
        '{client:peer} "{method:method} {url:url} HTTP/{http:version}" status: {status:int} len: {length:size} time: {seconds:float}',
        '{client:peer} "{method:method} {url:url}" status: {status:int} len: {length:size} microversion: {microversion:word} time: {seconds:float}',
      ],
      seen: [
        '127.0.0.1 "GET /v2.1 HTTP/1.1" status: 200 len: 782 time: 0.0138972',
        '127.0.0.1 "GET /v2.1/servers/3fe4d174-bb3e-41b0-afc2-ae927eb3530c" status: 404 len: 111 microversion: 2.93 time: 0.022818',
      ],
      general: true,
    },
    'vif.plug.announced': {
      logger: 'nova.api.openstack.compute.server_external_events',
      level: 'INFO',
      says: [
        'Creating event network-vif-plugged:{port:uuid} for instance {instance:uuid} on {host:host}',
        'Creating event network-vif-plugged:{port:uuid} for instance {instance:uuid}',
      ],
      seen: [
        'Creating event network-vif-plugged:df247bb8-4779-4902-aede-8e714f4bed2c for instance b8acd14b-35cc-4931-bd08-129b0bf97b38 on vm',
        'Creating event network-vif-plugged:b8acd14b-35cc-4931-bd08-129b0bf97b38 for instance b8acd14b-35cc-4931-bd08-129b0bf97b38',
      ],
    },
    'external.event.announced': {
      logger: 'nova.api.openstack.compute.server_external_events',
      level: 'INFO',
      says: [
        'Creating event {event:event}:{tag:name} for instance {instance:uuid} on {host:host}',
        'Creating event {event:event}:{tag:name} for instance {instance:uuid}',
      ],
      seen: [
        'Creating event network-changed:df247bb8-4779-4902-aede-8e714f4bed2c for instance b8acd14b-35cc-4931-bd08-129b0bf97b38 on vm',
        'Creating event network-changed:ExactFilter for instance b8acd14b-35cc-4931-bd08-129b0bf97b38',
      ],
    },
    'external.event.dropped': {
      logger: 'nova.api.openstack.compute.server_external_events',
      level: 'DEBUG',
      says: [
        'Dropping event {event:anyevent}:{tag:name} for unknown instance {instance:uuid}',
        'Unable to find a host for instance {instance:uuid}. Dropping event {event:anyevent}',
      ],
      seen: [
        'Dropping event network-vif-plugged:ExactFilter for unknown instance b8acd14b-35cc-4931-bd08-129b0bf97b38',
        'Unable to find a host for instance 3fe4d174-bb3e-41b0-afc2-ae927eb3530c. Dropping event network-vif-deleted',
      ],
    },
    'server.create.begun': {
      logger: 'nova.compute.api',
      level: 'DEBUG',
      says: ['Going to run {count:int} instances...'],
      seen: ['Going to run 1 instances...'],
    },
    'server.delete.begun': {
      logger: 'nova.compute.api',
      level: 'DEBUG',
      says: ['Going to try to terminate instance', 'Going to try to soft delete instance'],
      seen: ['Going to try to terminate instance', 'Going to try to soft delete instance'],
    },
    'server.stop.begun': {
      logger: 'nova.compute.api',
      level: 'DEBUG',
      says: ['Going to try to stop instance'],
      seen: ['Going to try to stop instance'],
    },
    'server.start.begun': {
      logger: 'nova.compute.api',
      level: 'DEBUG',
      says: ['Going to try to start instance'],
      seen: ['Going to try to start instance'],
    },
    'server.resize.begun': {
      logger: 'nova.compute.api',
      level: 'DEBUG',
      says: ['Old instance type {from:word}, new instance type {to:word}'],
      seen: ['Old instance type m1.nano, new instance type m1.micro'],
    },
    'server.migrate.begun': {
      logger: 'nova.compute.api',
      level: 'DEBUG',
      says: ['flavor_id is None. Assuming migration.'],
      seen: ['flavor_id is None. Assuming migration.'],
    },
    'server.live.migrate.begun': {
      logger: 'nova.compute.api',
      level: 'DEBUG',
      says: ['Going to try to live migrate instance to {destination:text}'],
      seen: ['Going to try to live migrate instance to another host'],
    },
    'server.evacuate.begun': {
      logger: 'nova.compute.api',
      level: 'DEBUG',
      says: ['vm evacuation scheduled'],
      seen: ['vm evacuation scheduled'],
    },
    'server.unshelve.begun': {
      logger: 'nova.compute.api',
      level: 'DEBUG',
      says: ['Unshelving instance with old availability_zone {request:rest}'],
      seen: ['Unshelving instance with old availability_zone "None" to new availability_zone "not provided" and host "None".'],
    },
    'server.delete.repeated': {
      logger: 'nova.compute.api',
      level: 'INFO',
      says: ['Instance is already in deleting state, ignoring this request'],
      seen: ['Instance is already in deleting state, ignoring this request'],
    },
    'server.deleted.locally': {
      logger: 'nova.compute.api',
      level: ['WARNING', 'DEBUG'],
      says: ["instance's host {host:word} is down, deleting from database", 'Doing local delete in cell {cell:word}'],
      seen: [
        "instance's host None is down, deleting from database",
        'Doing local delete in cell 2aeadeaf-462c-47e4-836b-c5bac3e07e48(cell1)',
      ],
    },
    // an external event for a migrating instance is sent to both hosts
    'event.copied.to.hosts': {
      logger: 'nova.compute.api',
      level: 'DEBUG',
      says: ['Instance {instance:uuid} is migrating within the same cell, copying events to all relevant hosts: {hosts:rest}'],
      seen: [
        "Instance a18719f6-a5c5-4252-9525-79788dfab4cc is migrating within the same cell, copying events to all relevant hosts: {'vm'}",
      ],
    },
    'instance.fetched': {
      logger: 'nova.compute.api',
      level: 'DEBUG',
      says: ['Fetching instance by UUID'],
      seen: ['Fetching instance by UUID'],
    },
    'block.devices.mapped': {
      logger: 'nova.compute.api',
      level: 'DEBUG',
      says: ['block_device_mapping {devices:rest}'],
      seen: ['block_device_mapping …'],
    },
    // names the action; the body of the request is not kept, because it may contain passwords
    'server.action.called': {
      logger: 'nova.api.openstack.wsgi',
      level: 'DEBUG',
      says: ["Action: 'action', calling method: <bound method {method:name} of {call:rest}"],
      seen: [
        'Action: \'action\', calling method: <bound method RescueController._rescue of <nova.api.openstack.compute.rescue.RescueController object at 0x7f8036731ed0>>, body: {"rescue": {}}',
      ],
    },
    'api.refused': {
      logger: 'nova.api.openstack.wsgi',
      level: 'INFO',
      says: ['HTTP exception thrown: {error:text}'],
      seen: ['HTTP exception thrown: Instance cli1 could not be found.'],
    },
  },
);
