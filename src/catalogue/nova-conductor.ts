import { defineMessages } from './define.js';

/**
 * nova-conductor. Wordings: openstack/nova nova/conductor/manager.py, nova/conductor/tasks/, nova/scheduler/utils.py.
 */
export const novaConductor = defineMessages(['nova-conductor', 'nova-super-conductor'], {
  'destinations.selected': {
    logger: 'nova.conductor.manager',
    level: 'DEBUG',
    says: ['Took {seconds:float} seconds to select destinations for {count:int} instance(s).'],
    seen: ['Took 0.52 seconds to select destinations for 1 instance(s).'],
    since: 'Rocky',
  },
  'host.selected': {
    logger: 'nova.conductor.manager',
    level: 'DEBUG',
    says: ['Selected host: {host:host}; Selected node: {node:host}; Alternates: {alternates:rest}'],
    seen: ['Selected host: vm; Selected node: vm; Alternates: []'],
    since: 'Queens',
  },
  'instance.rescheduling': {
    logger: 'nova.conductor.manager',
    level: 'DEBUG',
    says: ['Rescheduling: {reschedule:text}'],
    seen: ['Rescheduling: some reason'],
    since: 'Queens',
  },
  'build.attempt.failed': {
    logger: 'nova.scheduler.utils',
    level: 'ERROR',
    says: ['Error from last host: {host:host} (node {node:word}): {error:rest}'],
    seen: ['Error from last host: vm2 (node vm): No valid host was found.'],
  },
  'scheduling.failed': {
    logger: 'nova.conductor.manager',
    level: 'ERROR',
    says: ['Failed to schedule instances'],
    seen: ['Failed to schedule instances: nova.exception_Remote.NoValidHost_Remote: No valid host was found. '],
  },
  'scheduling.task.failed': {
    logger: 'nova.scheduler.utils',
    level: 'WARNING',
    says: ['Failed to {task:name}: {reason:text}'],
    seen: ['Failed to compute_task_build_instances: No valid host was found. '],
  },
  'instance.state.set': {
    logger: 'nova.scheduler.utils',
    level: 'WARNING',
    says: ['Setting instance to {state:state} state.'],
    seen: ['Setting instance to ERROR state.: nova.exception_Remote.NoValidHost_Remote: No valid host was found. '],
  },
  'rebuild.host.selected': {
    logger: 'nova.conductor.manager',
    level: 'DEBUG',
    says: ['Scheduler selected host: {host:host}, node:{node:word}'],
    seen: ['Scheduler selected host: vm, node:vm'],
  },
  'unshelve.host.missing': {
    logger: 'nova.conductor.manager',
    level: 'WARNING',
    says: ['No valid host found for unshelve instance'],
    seen: ['No valid host found for unshelve instance'],
  },
  'migration.host.selected': {
    logger: 'nova.conductor.tasks.migrate',
    level: 'DEBUG',
    says: ['Calling prep_resize with selected host: {host:host}; Selected node: {node:host}; Alternates: {alternates:rest}'],
    seen: ['Calling prep_resize with selected host: vm; Selected node: vm; Alternates: []'],
    since: 'Queens',
  },
  'migration.allocated': {
    logger: 'nova.conductor.tasks.migrate',
    level: 'DEBUG',
    says: ['Created allocations for migration {migration:uuid} on {provider:uuid}'],
    seen: ['Created allocations for migration 34213550-2ca5-44af-8a67-93c78eb504f7 on 72c11190-a622-48c2-8581-ba62817ac2e8'],
  },
  // names the action
  'conductor.method.called': {
    logger: 'nova.conductor.manager',
    level: 'DEBUG',
    says: ['Targeting cell {cell:word} for conductor method {method:name}'],
    seen: ['Targeting cell bf05e41e-e47f-4be1-9a2b-b4298292eeae(cell1) for conductor method migrate_server'],
  },
  'live.migration.ports.binding': {
    logger: 'nova.conductor.tasks.live_migrate',
    level: 'DEBUG',
    says: ['Start binding ports on destination host: {host:host}'],
    seen: ['Start binding ports on destination host: vm'],
    since: 'Rocky',
  },
});
