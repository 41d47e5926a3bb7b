import { defineMessages } from './define.js';

/**
 * External events, lifecycle events of the guest and the power states that follow them.
 * Wordings: openstack/nova nova/compute/manager.py, nova/virt/driver.py, nova/virt/libvirt/{driver,host}.py.
 */
export const novaComputeEvents = defineMessages('nova-compute', {
  'vif.plug.awaited': {
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['Preparing to wait for external event network-vif-plugged-{port:uuid}'],
    seen: ['Preparing to wait for external event network-vif-plugged-10a58ff1-5e0f-496b-8249-41c0f837a8b7'],
  },
  'vif.plug.received': {
    external: true,
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['Received event network-vif-plugged-{port:uuid}'],
    seen: ['Received event network-vif-plugged-10a58ff1-5e0f-496b-8249-41c0f837a8b7'],
  },
  'vif.plug.processed': {
    external: true,
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['Processing event network-vif-plugged-{port:uuid}'],
    seen: ['Processing event network-vif-plugged-10a58ff1-5e0f-496b-8249-41c0f837a8b7'],
  },
  'vif.plug.unawaited': {
    external: true,
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['No waiting events found dispatching network-vif-plugged-{port:uuid}'],
    seen: ['No waiting events found dispatching network-vif-plugged-10a58ff1-5e0f-496b-8249-41c0f837a8b7'],
  },
  'vif.plug.unexpected': {
    external: true,
    logger: 'nova.compute.manager',
    level: 'WARNING',
    says: [
      'Received unexpected event network-vif-plugged-{port:uuid} for instance',
      'Received unexpected event network-vif-plugged-{port:uuid} for instance with vm_state {vm_state:state} and task_state {task_state:state}.',
    ],
    seen: [
      'Received unexpected event network-vif-plugged-b8acd14b-35cc-4931-bd08-129b0bf97b38 for instance',
      'Received unexpected event network-vif-plugged-10a58ff1-5e0f-496b-8249-41c0f837a8b7 for instance with vm_state active and task_state None.',
    ],
  },
  // in this order: Yoga, Queens to Victoria, Wallaby and Xena, Ocata and Pike
  'vif.plug.timed.out': {
    logger: ['nova.compute.manager', 'nova.virt.libvirt.driver'],
    level: 'WARNING',
    says: [
      'Timeout waiting for {ports:uuids} for instance with vm_state {vm_state:state} and task_state {task_state:state}. Event states are: {states:rest}',
      'Timeout waiting for {ports:uuids} for instance with vm_state {vm_state:state} and task_state {task_state:state}.',
      'Timeout waiting for {ports:uuids} for instance with vm_state {vm_state:state} and task_state {task_state:state}',
      'Timeout waiting for vif plugging callback for instance with vm_state {vm_state:state} and task_state {task_state:state}.',
    ],
    seen: [
      "Timeout waiting for ['network-vif-plugged-7e1ace65-3eb8-4909-a58c-8e114ea883b9'] for instance with vm_state building and task_state spawning. Event states are: network-vif-plugged-7e1ace65-3eb8-4909-a58c-8e114ea883b9: timed out after 20.00 seconds: eventlet.timeout.Timeout: 20 seconds",
      "Timeout waiting for [('network-vif-plugged', '7e1ace65-3eb8-4909-a58c-8e114ea883b9')] for instance with vm_state building and task_state spawning.: Timeout: 300 seconds",
      "Timeout waiting for [('network-vif-plugged', '7e1ace65-3eb8-4909-a58c-8e114ea883b9')] for instance with vm_state building and task_state spawning: eventlet.timeout.Timeout: 300 seconds",
      'Timeout waiting for vif plugging callback for instance with vm_state building and task_state spawning.',
    ],
  },
  'vif.plug.failed.event': {
    logger: 'nova.virt.libvirt.driver',
    level: 'ERROR',
    says: [
      'Neutron Reported failure on event network-vif-plugged-{port:uuid} for instance {instance:uuid}',
      "Neutron Reported failure on event ('network-vif-plugged', '{port:uuid}') for instance {instance:uuid}",
    ],
    seen: [
      'Neutron Reported failure on event network-vif-plugged-310ce59e-4f31-4fe7-b296-b7ccd28aab22 for instance 834ac278-b795-404b-93bb-5abf7b293d5f',
      "Neutron Reported failure on event ('network-vif-plugged', 'b8acd14b-35cc-4931-bd08-129b0bf97b38') for instance b8acd14b-35cc-4931-bd08-129b0bf97b38",
    ],
  },
  'external.event.awaited': {
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['Preparing to wait for external event {event:event}-{tag:name}'],
    seen: ['Preparing to wait for external event network-changed-ExactFilter'],
  },
  'external.event.received': {
    external: true,
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['Received event {event:event}-{tag:name}', 'Received event {event:event}'],
    seen: ['Received event network-changed-10a58ff1-5e0f-496b-8249-41c0f837a8b7', 'Received event network-changed'],
  },
  'external.event.processed': {
    external: true,
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['Processing event {event:event}-{tag:name}'],
    seen: ['Processing event network-changed-ExactFilter'],
  },
  'external.event.unawaited': {
    external: true,
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['No waiting events found dispatching {event:event}-{tag:name}'],
    seen: ['No waiting events found dispatching network-vif-unplugged-a72cc369-b44c-41c5-93ed-48ea0dcb6df8'],
  },
  'external.event.unmatched': {
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['No event matching {event:anyevent}-{tag:name} in {waiting:rest}'],
    seen: [
      "No event matching network-vif-plugged-e5af434e-ea09-45e6-bfb7-6d0f7602a0e7 in dict_keys([('network-vif-plugged', 'd92d8da1-5e04-493e-bab1-1988e35a1a3b')])",
    ],
  },
  'external.event.unexpected': {
    external: true,
    logger: 'nova.compute.manager',
    level: 'WARNING',
    says: [
      'Received unexpected event {event:event}-{tag:name} for instance',
      'Received unexpected event {event:event}-{tag:name} for instance with vm_state {vm_state:state} and task_state {task_state:state}.',
    ],
    seen: [
      'Received unexpected event network-changed-ExactFilter for instance',
      'Received unexpected event network-vif-unplugged-5a64433e-dfda-488e-b53b-f68970d42619 for instance with vm_state active and task_state None.',
    ],
  },
  'external.event.untimely': {
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['Received event {event:anyevent}-{tag:name} for instance with task_state {task_state:state}.'],
    seen: ['Received event network-vif-unplugged-a72cc369-b44c-41c5-93ed-48ea0dcb6df8 for instance with task_state deleting.'],
    since: 'Rocky',
  },
  'external.event.wait.completed': {
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['Instance event wait completed in {seconds:int} seconds for {events:text}'],
    seen: ['Instance event wait completed in 0 seconds for '],
    since: 'Yoga',
  },
  'external.event.cancelled': {
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['Canceling in-flight event {event:anyevent}-{tag:name} for instance {instance:uuid}'],
    seen: ['Canceling in-flight event network-vif-plugged-ExactFilter for instance b8acd14b-35cc-4931-bd08-129b0bf97b38'],
    since: 'Queens',
  },
  'external.event.failed': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['Failed to process external instance event {event:anyevent}-{tag:name} due to: {error:text}'],
    seen: ['Failed to process external instance event network-vif-plugged-ExactFilter due to: No valid host was found.'],
  },
  'events.pending.at.deletion': {
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['Events pending at deletion: {events:text}'],
    seen: ['Events pending at deletion: some reason'],
  },
  'interface.deleted.by.neutron': {
    external: true,
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['Neutron deleted interface {port:uuid}; detaching it from the instance and deleting it from the info cache'],
    seen: [
      'Neutron deleted interface 8380d2f3-eddc-4a06-a474-cd4199021a07; detaching it from the instance and deleting it from the info cache',
    ],
  },
  'guest.lifecycle.started': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['VM Started (Lifecycle Event)'],
    seen: ['VM Started (Lifecycle Event)'],
  },
  'guest.lifecycle.stopped': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['VM Stopped (Lifecycle Event)'],
    seen: ['VM Stopped (Lifecycle Event)'],
  },
  'guest.lifecycle.paused': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['VM Paused (Lifecycle Event)'],
    seen: ['VM Paused (Lifecycle Event)'],
  },
  'guest.lifecycle.resumed': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['VM Resumed (Lifecycle Event)'],
    seen: ['VM Resumed (Lifecycle Event)'],
  },
  'guest.lifecycle.suspended': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['VM Suspended (Lifecycle Event)'],
    seen: ['VM Suspended (Lifecycle Event)'],
  },
  'guest.lifecycle.migrated': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['VM Migration completed (Lifecycle Event)'],
    seen: ['VM Migration completed (Lifecycle Event)'],
  },
  'guest.lifecycle.postcopy': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['VM Postcopy started (Lifecycle Event)'],
    seen: ['VM Postcopy started (Lifecycle Event)'],
  },
  // the epoch is the time at which libvirt reported it
  'guest.event.emitted': {
    logger: 'nova.virt.driver',
    level: 'DEBUG',
    says: ['Emitting event <LifecycleEvent: {epoch:float}, {instance:uuid} => {state:text}>'],
    seen: ['Emitting event <LifecycleEvent: 1795230633.64359, 8abf8e29-e581-4a1b-ac11-0feb20d8dba9 => Started>'],
  },
  'guest.event.dropped': {
    logger: 'nova.virt.libvirt.host',
    level: 'DEBUG',
    says: ['Removed pending event for {instance:uuid} due to lifecycle event', 'Removed pending event for {instance:uuid} due to event'],
    seen: [
      'Removed pending event for b8acd14b-35cc-4931-bd08-129b0bf97b38 due to lifecycle event',
      'Removed pending event for 01b6ae9b-c92d-4871-baad-06e41fc1de7e due to event',
    ],
  },
  'power.state.synchronizing': {
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: [
      'Synchronizing instance power state after lifecycle event "{event:quoted}"; current vm_state: {vm_state:state}, current task_state: {task_state:state}, current DB power_state: {db_power_state:state}, VM power_state: {vm_power_state:state}',
    ],
    seen: [
      'Synchronizing instance power state after lifecycle event "Resumed"; current vm_state: active, current task_state: None, current DB power_state: 1, VM power_state: 1',
    ],
  },
  'power.state.sync.pending': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['During sync_power_state the instance has a pending task ({task:state}). Skip.'],
    seen: ['During sync_power_state the instance has a pending task (pausing). Skip.'],
  },
  'power.state.sync.triggered': {
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['Triggering sync for uuid {instance:uuid}'],
    seen: ['Triggering sync for uuid 3fe4d174-bb3e-41b0-afc2-ae927eb3530c'],
  },
  'power.state.checked': {
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['Checking state'],
    seen: ['Checking state'],
  },
  'power.state.instance.moved': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['During the sync_power process the instance has moved from host {from:host} to host {to:host}'],
    seen: ['During the sync_power process the instance has moved from host vm2 to host vm'],
  },
  'power.state.corrected': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: [
      'During _sync_instance_power_state the DB power_state ({db_power_state:state}) does not match the vm_power_state from the hypervisor ({vm_power_state:state}). Updating power_state in the DB to match the hypervisor.',
    ],
    seen: [
      'During _sync_instance_power_state the DB power_state (active) does not match the vm_power_state from the hypervisor (active). Updating power_state in the DB to match the hypervisor.',
    ],
  },
  'instance.attribute.loaded': {
    logger: 'nova.objects.instance',
    level: 'DEBUG',
    says: ["Lazy-loading '{attribute:state}' on Instance uuid {instance:uuid}"],
    seen: ["Lazy-loading 'pci_devices' on Instance uuid ff0f6dd1-0392-418c-8e80-22e04f17aadd"],
  },
  'migration.context.missing': {
    logger: 'nova.objects.instance',
    level: 'DEBUG',
    says: ['Trying to apply a migration context that does not seem to be set for this instance'],
    seen: ['Trying to apply a migration context that does not seem to be set for this instance'],
  },
  'power.states.mismatched': {
    logger: 'nova.compute.manager',
    level: 'WARNING',
    says: [
      'While synchronizing instance power states, found {instances:int} instances in the database and {guests:int} instances on the hypervisor.',
    ],
    seen: ['While synchronizing instance power states, found 1 instances in the database and 0 instances on the hypervisor.'],
  },
  'instance.stopped.by.itself': {
    logger: 'nova.compute.manager',
    level: 'WARNING',
    says: [
      'Instance shutdown by itself. Calling the stop API. Current vm_state: {vm_state:state}, current task_state: {task_state:state}, original DB power_state: {db_power_state:state}, current VM power_state: {vm_power_state:state}',
    ],
    seen: [
      'Instance shutdown by itself. Calling the stop API. Current vm_state: active, current task_state: active, original DB power_state: active, current VM power_state: active',
    ],
  },
  'ports.binding.to.destination': {
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['Binding ports to destination host: {host:host}'],
    seen: ['Binding ports to destination host: vm2'],
    since: 'Rocky',
  },
});
