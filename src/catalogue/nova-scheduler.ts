import { defineMessages } from './define.js';

/** nova-scheduler. Wordings: openstack/nova nova/scheduler/{manager,utils,filter_scheduler}.py, nova/filters.py. */
export const novaScheduler = defineMessages('nova-scheduler', {
  'scheduling.started': {
    logger: ['nova.scheduler.manager', 'nova.scheduler.filter_scheduler'],
    level: 'DEBUG',
    says: ['Starting to schedule for instances: {instances:uuids}'],
    seen: ["Starting to schedule for instances: ['8abf8e29-e581-4a1b-ac11-0feb20d8dba9']"],
    since: 'Pike',
  },
  'hosts.counted': {
    logger: 'nova.filters',
    level: 'DEBUG',
    says: ['Starting with {count:int} host(s)'],
    seen: ['Starting with 1 host(s)'],
  },
  'hosts.filter.applied': {
    logger: 'nova.filters',
    level: ['DEBUG', 'INFO'],
    says: ['Filter {filter:name} returned {count:int} host(s)', 'Filter {filter:name} returned {count:int} hosts'],
    seen: ['Filter ComputeFilter returned 1 host(s)', 'Filter ExactFilter returned 3 hosts'],
  },
  'hosts.none': {
    logger: 'nova.filters',
    level: ['DEBUG', 'INFO'],
    says: ["Filtering removed all hosts for the request with instance ID '{instance:uuid}'. Filter results: {results:text}"],
    seen: [
      "Filtering removed all hosts for the request with instance ID 'b8acd14b-35cc-4931-bd08-129b0bf97b38'. Filter results: some reason",
    ],
  },
  'hosts.filtered': {
    logger: ['nova.scheduler.manager', 'nova.scheduler.filter_scheduler'],
    level: 'DEBUG',
    says: ['Filtered {hosts:rest}'],
    seen: ['Filtered [(vm, vm) ram: 8664MB disk: 75776MB io_ops: 0 instances: 0]'],
  },
  'hosts.weighed': {
    logger: ['nova.scheduler.manager', 'nova.scheduler.filter_scheduler'],
    level: 'DEBUG',
    says: ['Weighed {hosts:rest}'],
    seen: ['Weighed [WeighedHost [host: (vm, vm) ram: 8664MB disk: 75776MB io_ops: 0 instances: 0, weight: 0.0]]'],
  },
  'placement.claiming': {
    logger: ['nova.scheduler.utils', 'nova.scheduler.filter_scheduler'],
    level: 'DEBUG',
    says: ['Attempting to claim resources in the placement API for instance {instance:uuid}'],
    seen: ['Attempting to claim resources in the placement API for instance 8abf8e29-e581-4a1b-ac11-0feb20d8dba9'],
    since: 'Pike',
  },
  'placement.claim.failed': {
    logger: ['nova.scheduler.manager', 'nova.scheduler.filter_scheduler'],
    level: 'DEBUG',
    says: ['Unable to successfully claim against any host.'],
    seen: ['Unable to successfully claim against any host.'],
    since: 'Pike',
  },
  'host.chosen': {
    logger: ['nova.scheduler.manager', 'nova.scheduler.filter_scheduler'],
    level: 'DEBUG',
    says: ['Selected host: ({host:host}, {node:host}) {state:text}'],
    seen: ['Selected host: (vm, vm) ram: 8664MB disk: 75776MB io_ops: 0 instances: 0'],
  },
  'candidates.none': {
    logger: ['nova.scheduler.manager', 'nova.scheduler.filter_scheduler'],
    level: 'INFO',
    says: [
      'Got no allocation candidates from the Placement API. This could be due to insufficient resources or a temporary occurrence as compute nodes start up.',
    ],
    seen: [
      'Got no allocation candidates from the Placement API. This could be due to insufficient resources or a temporary occurrence as compute nodes start up.',
    ],
    since: 'Rocky',
  },
});
