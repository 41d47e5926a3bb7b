import { defineMessages } from './define.js';

/** Building an instance. Wordings: openstack/nova nova/compute/manager.py. */
export const novaComputeBuild = defineMessages('nova-compute', {
  'instance.build.started': {
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['Starting instance...'],
    seen: ['Starting instance...'],
  },
  'build.node.defaulted': {
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['No node specified, defaulting to {node:word}'],
    seen: ['No node specified, defaulting to vm'],
  },
  'accelerators.requested': {
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['ARQs for spec:{spec:rest}, ARQs for network:{network:rest}'],
    seen: ['ARQs for spec:…, ARQs for network:…'],
    since: 'Xena',
  },
  'networks.building': {
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['Start building networks asynchronously for instance.'],
    seen: ['Start building networks asynchronously for instance.'],
  },
  'network.allocation.skipped': {
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ["Not allocating networking since 'none' was specified."],
    seen: ["Not allocating networking since 'none' was specified."],
  },
  'network.allocation.started': {
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['Allocating IP information in the background.'],
    seen: ['Allocating IP information in the background.'],
  },
  'network.allocated': {
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['Instance network_info: |{network_info:vifs}|'],
    seen: [
      'Instance network_info: |[{"id": "df247bb8-4779-4902-aede-8e714f4bed2c", "address": "fa:16:3e:ad:d3:c1", "network": {"id": "ee51a674-5f80-4af6-8c91-388eda7f1c84", "bridge": "br-int"}, "type": "ovs", "devname": "tapdf247bb8-47", "active": false}]|',
    ],
  },
  'network.setup.retried': {
    logger: 'nova.compute.manager',
    level: 'WARNING',
    says: ['Instance failed network setup (attempt {attempt:int} of {attempts:int})'],
    seen: ['Instance failed network setup (attempt 3 of 3)'],
  },
  'network.setup.failed': {
    logger: 'nova.compute.manager',
    level: 'ERROR',
    says: ['Instance failed network setup after {attempts:int} attempt(s)'],
    seen: [
      'Instance failed network setup after 1 attempt(s): nova.exception.NoMoreFixedIps: No fixed IP addresses available for network: e1eb0ee8-900c-4b26-a93d-c89157198301',
    ],
  },
  'network.allocation.failed': {
    logger: 'nova.compute.manager',
    level: 'ERROR',
    says: ['Failed to allocate network(s)'],
    seen: ['Failed to allocate network(s): nova.exception.VirtualInterfaceCreateException: Virtual Interface creation failed'],
  },
  'block.device.mapping.started': {
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['Start building block device mappings for instance.'],
    seen: ['Start building block device mappings for instance.'],
  },
  'bdm.failed': {
    logger: 'nova.compute.manager',
    level: 'ERROR',
    says: ['Failure prepping block device', 'Instance failed block device setup'],
    seen: ['Failure prepping block device', 'Instance failed block device setup'],
  },
  'spawn.started': {
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['Start spawning the instance on the hypervisor.'],
    seen: ['Start spawning the instance on the hypervisor.'],
  },
  'instance.spawn.timed': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['Took {seconds:float} seconds to spawn the instance on the hypervisor.'],
    seen: ['Took 8.43 seconds to spawn the instance on the hypervisor.'],
  },
  'instance.built': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['Took {seconds:float} seconds to build instance.'],
    seen: ['Took 13.56 seconds to build instance.'],
  },
  'instance.spawn.failed': {
    logger: 'nova.compute.manager',
    level: 'ERROR',
    says: ['Instance failed to spawn'],
    seen: ['Instance failed to spawn: nova.exception.VirtualInterfaceCreateException: Virtual Interface creation failed'],
  },
  'instance.build.failed': {
    logger: 'nova.compute.manager',
    level: 'ERROR',
    says: ['Failed to build and run instance'],
    seen: [
      'Failed to build and run instance: nova.exception.PortBindingFailed: Binding failed for port 75895a2d-1d6d-462d-8ce1-a9ac1ec48921, please check neutron logs for more information.',
    ],
    since: 'Rocky',
  },
  'instance.build.unexpected': {
    logger: 'nova.compute.manager',
    level: ['DEBUG', 'ERROR'],
    says: ['Unexpected build failure, not rescheduling build.'],
    seen: ['Unexpected build failure, not rescheduling build.'],
  },
  // the text of an exception, which nova logs unchanged
  'instance.build.aborted': {
    logger: 'nova.compute.manager',
    level: ['DEBUG', 'ERROR'],
    says: ['Build of instance {instance:uuid} aborted: {reason:text}'],
    seen: [
      'Build of instance 3fe4d174-bb3e-41b0-afc2-ae927eb3530c aborted: Failed to allocate the network(s), not rescheduling.: nova.exception.BuildAbortException: Build of instance 3fe4d174-bb3e-41b0-afc2-ae927eb3530c aborted: Failed to allocate the network(s), not rescheduling.',
    ],
  },
  'instance.build.rescheduled': {
    logger: 'nova.compute.manager',
    level: ['DEBUG', 'ERROR'],
    says: ['Build of instance {instance:uuid} was re-scheduled: {reason:text}'],
    seen: ['Build of instance b8acd14b-35cc-4931-bd08-129b0bf97b38 was re-scheduled: No valid host was found.'],
  },
  'instance.disappeared': {
    logger: 'nova.compute.manager',
    level: ['DEBUG', 'ERROR'],
    says: ['Instance disappeared before build.', 'Instance disappeared during build.'],
    seen: ['Instance disappeared before build.', 'Instance disappeared during build.'],
  },
  'instance.build.error': {
    logger: 'nova.compute.manager',
    level: 'ERROR',
    says: ['Error: {error:text}'],
    seen: ['Error: No valid host was found.'],
  },
  'instance.build.timed.out': {
    logger: 'nova.compute.manager',
    level: 'WARNING',
    says: ['Instance build timed out. Set to error state.'],
    seen: ['Instance build timed out. Set to error state.'],
  },
  'build.cleanup.failed': {
    logger: 'nova.compute.manager',
    level: 'WARNING',
    says: ['Could not clean up failed build, not rescheduling. Error: {error:text}'],
    seen: ['Could not clean up failed build, not rescheduling. Error: No valid host was found.'],
  },
  'reschedule.declined': {
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['Retry info not present, will not reschedule'],
    seen: ['Retry info not present, will not reschedule'],
  },
  'reschedule.failed': {
    logger: 'nova.compute.manager',
    level: 'ERROR',
    says: ['Error trying to reschedule'],
    seen: ['Error trying to reschedule'],
  },
  'task.state.reverted': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['Successfully reverted task state from {task:state} on failure for instance.'],
    seen: ['Successfully reverted task state from active on failure for instance.'],
  },
  'instance.error.set': {
    logger: 'nova.compute.manager',
    level: 'ERROR',
    says: ['Setting instance vm_state to ERROR'],
    seen: ['Setting instance vm_state to ERROR'],
  },
  'instance.state.restored': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['Setting instance back to {state:state} after: {error:text}'],
    seen: ['Setting instance back to active after: No valid host was found.'],
  },
  'spawn.interrupted': {
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['Instance failed to spawn correctly, setting to ERROR state'],
    seen: ['Instance failed to spawn correctly, setting to ERROR state'],
  },
  'vifs.unplugging': {
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['Unplugging VIFs for instance'],
    seen: ['Unplugging VIFs for instance'],
    since: 'Stein',
  },
  'vifs.unplugged': {
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['Unplugged VIFs for instance'],
    seen: ['Unplugged VIFs for instance'],
    since: 'Stein',
  },
  'network.deallocation.started': {
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['Deallocating network for instance'],
    seen: ['Deallocating network for instance'],
  },
  'network.deallocation.skipped': {
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['Skipping network deallocation for instance since networking was not requested.'],
    seen: ['Skipping network deallocation for instance since networking was not requested.'],
  },
  'network.deallocated': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['Took {seconds:float} seconds to deallocate network for instance.'],
    seen: ['Took 3.14 seconds to deallocate network for instance.'],
  },
  'request.failed': {
    logger: 'oslo_messaging.rpc.server',
    level: 'ERROR',
    says: ['Exception during message handling'],
    seen: [
      'Exception during message handling: nova.exception.InterfaceDetachFailed: Failed to detach network adapter device from 47f21489-ab18-4095-80a1-5ff9ae2988fb',
    ],
  },
});
