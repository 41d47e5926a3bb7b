import { defineMessages } from './define.js';

/** Reports of any nova service to placement. Wordings: openstack/nova nova/scheduler/client/report.py. */
export const novaReport = defineMessages(
  [
    'nova-compute',
    'nova-conductor',
    'nova-super-conductor',
    'nova-scheduler',
    'nova-api',
    'nova-api-wsgi',
    'nova-osapi_compute',
    'nova-metadata',
    'nova-metadata-wsgi',
    'nova-api-metadata',
  ],
  {
    'allocation.deleted': {
      logger: 'nova.scheduler.client.report',
      level: 'INFO',
      says: ['Deleted allocation for instance {instance:uuid}', 'Deleted allocations for instance {instance:uuid}'],
      seen: [
        'Deleted allocation for instance b8acd14b-35cc-4931-bd08-129b0bf97b38',
        'Deleted allocations for instance 1ffe7016-49ad-4570-aa00-ccd43a5bede7',
      ],
    },
    'migration.allocation.deleted': {
      logger: 'nova.scheduler.client.report',
      level: 'INFO',
      says: ['Deleted allocation for migration {migration:uuid}', 'Deleted allocations for migration {migration:uuid}'],
      seen: [
        'Deleted allocation for migration 34213550-2ca5-44af-8a67-93c78eb504f7',
        'Deleted allocations for migration b8acd14b-35cc-4931-bd08-129b0bf97b38',
      ],
      since: 'Stein',
    },
  },
);
