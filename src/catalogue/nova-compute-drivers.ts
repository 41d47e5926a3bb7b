import { defineMessages } from './define.js';

/**
 * Block devices, and the drivers for Ironic and VMware.
 * Wordings: openstack/nova nova/virt/block_device.py, nova/block_device.py, nova/virt/{ironic,vmwareapi}/.
 */
export const novaComputeDrivers = defineMessages('nova-compute', {
  'volume.booting': {
    logger: 'nova.virt.block_device',
    level: 'INFO',
    says: [
      'Booting with volume {volume:uuid} at {mountpoint:path}',
      'Booting with volume-backed-image {image:uuid} at {mountpoint:path}',
      'Booting with volume snapshot {snapshot:uuid} at {mountpoint:path}',
      'Booting with blank volume at {mountpoint:path}',
    ],
    seen: [
      'Booting with volume b8acd14b-35cc-4931-bd08-129b0bf97b38 at /dev/vdb',
      'Booting with volume-backed-image b8acd14b-35cc-4931-bd08-129b0bf97b38 at /dev/vdb',
      'Booting with volume snapshot b8acd14b-35cc-4931-bd08-129b0bf97b38 at /dev/vdb',
      'Booting with blank volume at /dev/vdb',
    ],
  },
  'volume.driver.detaching': {
    logger: 'nova.virt.block_device',
    level: 'INFO',
    says: ['Attempting to driver detach volume {volume:uuid} from mountpoint {mountpoint:path}'],
    seen: ['Attempting to driver detach volume b8acd14b-35cc-4931-bd08-129b0bf97b38 from mountpoint /dev/vdb'],
    since: 'Pike',
  },
  'volume.driver.attach.failed': {
    logger: 'nova.virt.block_device',
    level: 'ERROR',
    says: ['Driver failed to attach volume {volume:uuid} at {mountpoint:path}'],
    seen: ['Driver failed to attach volume b8acd14b-35cc-4931-bd08-129b0bf97b38 at /dev/vdb'],
  },
  'block.devices.listed': {
    logger: ['nova.block_device', 'nova.virt.block_device'],
    level: 'DEBUG',
    says: ['block_device_list {devices:rest}'],
    seen: ['block_device_list …'],
  },
  'ironic.spawn.started': {
    logger: 'nova.virt.ironic.driver',
    level: 'DEBUG',
    says: ['Spawn called for instance'],
    seen: ['Spawn called for instance'],
  },
  'ironic.node.provisioned': {
    logger: 'nova.virt.ironic.driver',
    level: 'INFO',
    says: ['Successfully provisioned Ironic node {node:word}'],
    seen: ['Successfully provisioned Ironic node vm'],
  },
  'ironic.node.active': {
    logger: 'nova.virt.ironic.driver',
    level: 'DEBUG',
    says: ['Ironic node {node:word} is now ACTIVE'],
    seen: ['Ironic node vm is now ACTIVE'],
  },
  'ironic.node.awaited': {
    logger: 'nova.virt.ironic.driver',
    level: 'DEBUG',
    says: ['Still waiting for ironic node {node:word} to {what:text}: power_state={power_state:word}, target_power_state={target:rest}'],
    seen: ['Still waiting for ironic node vm to some reason: power_state=vm, target_power_state=…'],
  },
  'ironic.destroy.started': {
    logger: 'nova.virt.ironic.driver',
    level: 'DEBUG',
    says: ['Destroy called for instance'],
    seen: ['Destroy called for instance'],
  },
  'ironic.node.unprovisioned': {
    logger: 'nova.virt.ironic.driver',
    level: 'INFO',
    says: ['Successfully unprovisioned Ironic node {node:word}'],
    seen: ['Successfully unprovisioned Ironic node vm'],
  },
  'ironic.rebuild.started': {
    logger: 'nova.virt.ironic.driver',
    level: 'DEBUG',
    says: ['Rebuild called for instance'],
    seen: ['Rebuild called for instance'],
  },
  'ironic.instance.rebuilt': {
    logger: 'nova.virt.ironic.driver',
    level: 'INFO',
    says: ['Instance was successfully rebuilt'],
    seen: ['Instance was successfully rebuilt'],
  },
  'ironic.node.rebooted': {
    logger: 'nova.virt.ironic.driver',
    level: 'INFO',
    says: ['Successfully rebooted(type {type:word}) Ironic node {node:word}'],
    seen: ['Successfully rebooted(type vm) Ironic node vm'],
  },
  'ironic.node.powered.on': {
    logger: 'nova.virt.ironic.driver',
    level: 'INFO',
    says: ['Successfully powered on Ironic node {node:word}'],
    seen: ['Successfully powered on Ironic node vm'],
  },
  'ironic.node.powered.off': {
    logger: 'nova.virt.ironic.driver',
    level: 'INFO',
    says: ['Successfully soft powered off Ironic node {node:word}', 'Successfully hard powered off Ironic node {node:word}'],
    seen: ['Successfully soft powered off Ironic node vm', 'Successfully hard powered off Ironic node vm'],
  },
  'vmware.guest.creating': {
    logger: 'nova.virt.vmwareapi.vm_util',
    level: 'DEBUG',
    says: ['Creating VM on the ESX host'],
    seen: ['Creating VM on the ESX host'],
  },
  'vmware.guest.created': {
    logger: 'nova.virt.vmwareapi.vm_util',
    level: 'DEBUG',
    says: ['Created VM on the ESX host'],
    seen: ['Created VM on the ESX host'],
  },
  'vmware.guest.starting': {
    logger: 'nova.virt.vmwareapi.vm_util',
    level: 'DEBUG',
    says: ['Powering on the VM'],
    seen: ['Powering on the VM'],
  },
  'vmware.guest.started': {
    logger: 'nova.virt.vmwareapi.vm_util',
    level: 'DEBUG',
    says: ['Powered on the VM'],
    seen: ['Powered on the VM'],
  },
  'vmware.guest.destroying': {
    logger: 'nova.virt.vmwareapi.vmops',
    level: 'DEBUG',
    says: ['Destroying instance'],
    seen: ['Destroying instance'],
  },
  'vmware.guest.destroyed': {
    logger: 'nova.virt.vmwareapi.vmops',
    level: 'DEBUG',
    says: ['Instance destroyed'],
    seen: ['Instance destroyed'],
  },
});
