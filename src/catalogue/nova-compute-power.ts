import { defineMessages } from './define.js';

/**
 * Delete, power actions, pause, suspend, rescue and start-up recovery.
 * Wordings: openstack/nova nova/compute/manager.py, nova/service.py.
 */
export const novaComputePower = defineMessages('nova-compute', {
  'compute.started': {
    logger: 'nova.service',
    level: 'INFO',
    says: ['Starting compute node (version {version:text})'],
    seen: ['Starting compute node (version 26.2.2)'],
  },
  'instance.terminating': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['Terminating instance'],
    seen: ['Terminating instance'],
  },
  'instance.destroy.started': {
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['Start destroying the instance on the hypervisor.'],
    seen: ['Start destroying the instance on the hypervisor.'],
  },
  'instance.destroy.timed': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['Took {seconds:float} seconds to destroy the instance on the hypervisor.'],
    seen: ['Took 1.69 seconds to destroy the instance on the hypervisor.'],
  },
  'volumes.detach.timed': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['Took {seconds:float} seconds to detach {count:int} volumes for instance.'],
    seen: ['Took 1.25 seconds to detach 3 volumes for instance.'],
  },
  'volume.deleting': {
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['Deleting volume: {volume:uuid}'],
    seen: ['Deleting volume: b8acd14b-35cc-4931-bd08-129b0bf97b38'],
  },
  'termination.instance.disappeared': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['Instance disappeared during terminate'],
    seen: ['Instance disappeared during terminate'],
  },
  'bdms.refreshed.at.deletion': {
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['There are potentially stale BDMs during delete, refreshing the BlockDeviceMappingList.'],
    seen: ['There are potentially stale BDMs during delete, refreshing the BlockDeviceMappingList.'],
  },
  'instance.reclaiming': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['Reclaiming deleted instance'],
    seen: ['Reclaiming deleted instance'],
  },
  'deletion.resumed': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['Service started deleting the instance during the previous run, but did not finish. Restarting the deletion now.'],
    seen: ['Service started deleting the instance during the previous run, but did not finish. Restarting the deletion now.'],
  },
  'task.state.cleared': {
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['Instance in transitional state {task:state} at start-up clearing task state'],
    seen: ['Instance in transitional state active at start-up clearing task state'],
  },
  'instance.stopping': {
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: [
      'Stopping instance; current vm_state: {vm_state:state}, current task_state: {task_state:state}, current DB power_state: {db_power_state:state}, current VM power_state: {vm_power_state:state}',
    ],
    seen: [
      'Stopping instance; current vm_state: active, current task_state: powering-off, current DB power_state: 1, current VM power_state: 1',
    ],
  },
  'instance.already.stopped': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['Instance is already powered off in the hypervisor when stop is called.'],
    seen: ['Instance is already powered off in the hypervisor when stop is called.'],
  },
  'instance.rebooting': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['Rebooting instance'],
    seen: ['Rebooting instance'],
  },
  'instance.rebooting.after.restart': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['Rebooting instance after nova-compute restart.'],
    seen: ['Rebooting instance after nova-compute restart.'],
  },
  'reboot.of.nonrunning': {
    logger: 'nova.compute.manager',
    level: 'WARNING',
    says: ['trying to reboot a non-running instance: (state: {state:state} expected: {expected:state})'],
    seen: ['trying to reboot a non-running instance: (state: active expected: active)'],
  },
  'reboot.failed.running': {
    logger: 'nova.compute.manager',
    level: 'WARNING',
    says: ['Reboot failed but instance is running'],
    seen: ['Reboot failed but instance is running'],
  },
  'reboot.failed': {
    logger: 'nova.compute.manager',
    level: 'ERROR',
    says: ['Cannot reboot instance: {error:text}'],
    seen: ['Cannot reboot instance: No valid host was found.'],
  },
  'instance.pausing': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['Pausing'],
    seen: ['Pausing'],
  },
  'instance.unpausing': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['Unpausing'],
    seen: ['Unpausing'],
  },
  'instance.resuming': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['Resuming'],
    seen: ['Resuming'],
  },
  'instance.rescuing': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['Rescuing'],
    seen: ['Rescuing'],
  },
  'instance.unrescuing': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['Unrescuing'],
    seen: ['Unrescuing'],
  },
  'admin.password.set': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['Admin password set'],
    seen: ['Admin password set'],
    since: 'Queens',
  },
  'console.output.requested': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['Get console output'],
    seen: ['Get console output'],
  },
  'instance.rebuilding': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['Rebuilding instance'],
    seen: ['Rebuilding instance'],
  },
  'rebuild.refused': {
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['Could not rebuild instance on this host, not enough resources available.'],
    seen: ['Could not rebuild instance on this host, not enough resources available.'],
  },
  'instance.original.state.restoring': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ["bringing vm to original state: '{state:state}'"],
    seen: ["bringing vm to original state: 'active'"],
  },
  'instance.evacuating': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['Evacuating instance'],
    seen: ['Evacuating instance'],
    since: 'Rocky',
  },
  'evacuation.disk.shared': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['disk on shared storage, evacuating using existing disk', 'disk on shared storage, recreating using existing disk'],
    seen: ['disk on shared storage, evacuating using existing disk', 'disk on shared storage, recreating using existing disk'],
  },
  'evacuation.disk.from.image': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: [
      "disk not on shared storage, evacuating from image: '{image:word}'",
      "disk not on shared storage, rebuilding from: '{image:word}'",
    ],
    seen: ["disk not on shared storage, evacuating from image: 'vm'", "disk not on shared storage, rebuilding from: 'vm'"],
  },
  'evacuation.disk.on.volume': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['disk on volume, evacuating using existing volume'],
    seen: ['disk on volume, evacuating using existing volume'],
    since: 'Stein',
  },
  'evacuated.instance.destroying': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['Destroying instance as it has been evacuated from this host but still exists in the hypervisor'],
    seen: ['Destroying instance as it has been evacuated from this host but still exists in the hypervisor'],
    since: 'Rocky',
  },
  'evacuated.allocations.cleaning': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['Cleaning up allocations of the instance as it has been evacuated from this host'],
    seen: ['Cleaning up allocations of the instance as it has been evacuated from this host'],
    since: 'Rocky',
  },
  'stuck.builds.searching': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['Looking for unclaimed instances stuck in BUILDING status for nodes managed by this host'],
    seen: ['Looking for unclaimed instances stuck in BUILDING status for nodes managed by this host'],
    since: 'Rocky',
  },
  'network.cache.healing': {
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['Starting heal instance info cache'],
    seen: ['Starting heal instance info cache'],
  },
  'network.cache.healed': {
    logger: 'nova.compute.manager',
    level: 'DEBUG',
    says: ['Updated the network info_cache for instance'],
    seen: ['Updated the network info_cache for instance'],
  },
  'usage.audited': {
    logger: 'nova.compute.manager',
    level: 'INFO',
    says: ['Running instance usage audit for host {host:host} from {from:text} to {to:text}. {instances:int} instances.'],
    seen: ['Running instance usage audit for host vm2 from some reason to some reason. 3 instances.'],
  },
});
