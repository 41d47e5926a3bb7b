import { defineMessages } from './define.js';

/**
 * The libvirt driver: migration, snapshot, devices, images.
 * Wordings: openstack/nova nova/virt/libvirt/{driver,guest,migration,vif,imagebackend}.py, nova/virt/images.py.
 */
export const novaComputeLibvirtMigrate = defineMessages('nova-compute', {
  'migration.power.off.started': {
    logger: 'nova.virt.libvirt.driver',
    level: 'DEBUG',
    says: ['Starting migrate_disk_and_power_off'],
    seen: ['Starting migrate_disk_and_power_off'],
  },
  'migration.finishing': {
    logger: 'nova.virt.libvirt.driver',
    level: 'DEBUG',
    says: ['Starting finish_migration'],
    seen: ['Starting finish_migration'],
  },
  'migration.finished': {
    logger: 'nova.virt.libvirt.driver',
    level: 'DEBUG',
    says: ['finish_migration finished successfully.'],
    seen: ['finish_migration finished successfully.'],
  },
  'migration.reverting': {
    logger: 'nova.virt.libvirt.driver',
    level: 'DEBUG',
    says: ['Starting finish_revert_migration'],
    seen: ['Starting finish_revert_migration'],
  },
  'migration.reverted': {
    logger: 'nova.virt.libvirt.driver',
    level: 'DEBUG',
    says: ['finish_revert_migration finished successfully.'],
    seen: ['finish_revert_migration finished successfully.'],
  },
  'live.migration.vifs.plugging': {
    logger: 'nova.virt.libvirt.driver',
    level: 'DEBUG',
    says: ['Plugging VIFs before live migration.', 'Plugging VIFs using destination host port bindings before live migration.'],
    seen: ['Plugging VIFs before live migration.', 'Plugging VIFs using destination host port bindings before live migration.'],
  },
  // before the copy, the only line of the source with both the request id and the instance
  'live.migration.storage.checked': {
    logger: 'nova.virt.libvirt.driver',
    level: 'DEBUG',
    says: ['Check if temp file {path:path} exists to indicate shared storage is being used for migration. Exists? {exists:word}'],
    seen: [
      'Check if temp file /var/lib/nova/shared/tmp8dhydksz exists to indicate shared storage is being used for migration. Exists? True',
    ],
  },
  'live.migration.vifs.retried': {
    logger: 'nova.virt.libvirt.driver',
    level: 'WARNING',
    says: ['plug_vifs() failed {count:int}. Retry up to {retries:int}.'],
    seen: ['plug_vifs() failed 3. Retry up to 3.'],
  },
  'live.migration.monitoring': {
    logger: 'nova.virt.libvirt.driver',
    level: 'DEBUG',
    says: ['Starting monitoring of live migration'],
    seen: ['Starting monitoring of live migration'],
  },
  'live.migration.invoked': {
    logger: 'nova.virt.libvirt.driver',
    level: 'DEBUG',
    says: ['About to invoke the migrate API'],
    seen: ['About to invoke the migrate API'],
    since: 'Rocky',
  },
  'live.migration.returned': {
    logger: 'nova.virt.libvirt.driver',
    level: 'DEBUG',
    says: ['Migrate API has completed'],
    seen: ['Migrate API has completed'],
    since: 'Rocky',
  },
  'live.migration.thread.finished': {
    logger: 'nova.virt.libvirt.driver',
    level: 'DEBUG',
    says: ['Migration operation thread has finished'],
    seen: ['Migration operation thread has finished'],
  },
  'live.migration.thread.running': {
    logger: 'nova.virt.libvirt.driver',
    level: 'DEBUG',
    says: ['Operation thread is still running'],
    seen: ['Operation thread is still running'],
  },
  'live.migration.progressed': {
    logger: 'nova.virt.libvirt.driver',
    level: ['INFO', 'DEBUG'],
    says: [
      'Migration running for {elapsed:int} secs, memory {memory:int}% remaining (bytes processed={processed:int}, remaining={remaining:int}, total={total:int}); disk {disk:int}% remaining (bytes {disk_bytes:rest}',
      'Migration running for {elapsed:int} secs, memory {memory:int}% remaining; (bytes processed={processed:int}, remaining={remaining:int}, total={total:int})',
    ],
    seen: [
      'Migration running for 0 secs, memory 100% remaining (bytes processed=0, remaining=0, total=0); disk 100% remaining (bytes processed=0, remaining=0, total=0).',
      'Migration running for 3 secs, memory 3% remaining; (bytes processed=3, remaining=3, total=3)',
    ],
  },
  'live.migration.completed': {
    logger: 'nova.virt.libvirt.driver',
    level: 'INFO',
    says: ['Migration operation has completed'],
    seen: ['Migration operation has completed'],
  },
  'live.migration.aborted': {
    logger: 'nova.virt.libvirt.driver',
    level: ['ERROR', 'WARNING'],
    says: ['Migration operation has aborted', 'Migration operation was cancelled'],
    seen: ['Migration operation has aborted', 'Migration operation was cancelled'],
  },
  'live.migration.monitored': {
    logger: 'nova.virt.libvirt.driver',
    level: 'DEBUG',
    says: ['Live migration monitoring is all done'],
    seen: ['Live migration monitoring is all done'],
  },
  'live.migration.announced': {
    logger: 'nova.virt.libvirt.driver',
    level: 'INFO',
    says: [
      'Sending announce-self command to QEMU monitor',
      'Sending announce-self command to QEMU monitor. Attempt {attempt:int} of {attempts:int}',
    ],
    seen: ['Sending announce-self command to QEMU monitor', 'Sending announce-self command to QEMU monitor. Attempt 3 of 3'],
    since: 'Wallaby',
  },
  'live.migration.postcopied': {
    logger: 'nova.virt.libvirt.migration',
    level: 'INFO',
    says: ['Switching to post-copy migration mode'],
    seen: ['Switching to post-copy migration mode'],
  },
  'live.migration.downtime.increased': {
    logger: 'nova.virt.libvirt.migration',
    level: 'INFO',
    says: ['Increasing downtime to {downtime:int} ms after {elapsed:int} sec elapsed time'],
    seen: ['Increasing downtime to 50 ms after 0 sec elapsed time'],
  },
  'live.migration.timed.out': {
    logger: 'nova.virt.libvirt.migration',
    level: 'WARNING',
    says: ['Live migration not completed after {seconds:int} sec'],
    seen: ['Live migration not completed after 3 sec'],
  },
  'snapshot.started': {
    logger: 'nova.virt.libvirt.driver',
    level: 'INFO',
    says: ['Beginning live snapshot process', 'Beginning cold snapshot process'],
    seen: ['Beginning live snapshot process', 'Beginning cold snapshot process'],
  },
  'snapshot.extracted': {
    logger: 'nova.virt.libvirt.driver',
    level: 'INFO',
    says: ['Snapshot extracted, beginning image upload'],
    seen: ['Snapshot extracted, beginning image upload'],
  },
  'snapshot.uploaded': {
    logger: 'nova.virt.libvirt.driver',
    level: 'INFO',
    says: ['Snapshot image upload complete'],
    seen: ['Snapshot image upload complete'],
  },
  'snapshot.unquiesced': {
    logger: 'nova.virt.libvirt.driver',
    level: 'INFO',
    says: ['Skipping quiescing instance: {reason:text}.'],
    seen: ['Skipping quiescing instance: QEMU guest agent is not enabled.'],
  },
  'disk.rebasing': {
    logger: 'nova.virt.libvirt.driver',
    level: 'INFO',
    says: ['Rebasing disk image.'],
    seen: ['Rebasing disk image.'],
    since: 'Ussuri',
  },
  'device.detaching': {
    logger: 'nova.virt.libvirt.driver',
    level: 'DEBUG',
    says: [
      '({attempt:int}/{attempts:int}): Attempting to detach device {device:word} with device alias {alias:word} from instance {instance:uuid} from the live domain config.',
      'Attempting to detach device {device:word} from instance {instance:uuid} from the persistent domain config.',
      'Start waiting for the detach event from libvirt for device {device:word} with device alias {alias:word} for instance {instance:uuid}',
    ],
    seen: [
      '(3/3): Attempting to detach device vm with device alias vm from instance b8acd14b-35cc-4931-bd08-129b0bf97b38 from the live domain config.',
      'Attempting to detach device tap840959fb-a9 from instance 06e5be45-88b4-4188-a682-cdd88a2c164d from the persistent domain config.',
      'Start waiting for the detach event from libvirt for device vm with device alias vm for instance b8acd14b-35cc-4931-bd08-129b0bf97b38',
    ],
    since: 'Wallaby',
  },
  'device.detached': {
    logger: 'nova.virt.libvirt.driver',
    level: 'INFO',
    says: ['Successfully detached device {device:word} from instance {instance:uuid} from the live domain config.'],
    seen: ['Successfully detached device vm from instance b8acd14b-35cc-4931-bd08-129b0bf97b38 from the live domain config.'],
    since: 'Wallaby',
  },
  'device.detached.persistently': {
    logger: 'nova.virt.libvirt.driver',
    level: 'INFO',
    says: ['Successfully detached device {device:word} from instance {instance:uuid} from the persistent domain config.'],
    seen: [
      'Successfully detached device tap840959fb-a9 from instance 06e5be45-88b4-4188-a682-cdd88a2c164d from the persistent domain config.',
    ],
    since: 'Wallaby',
  },
  'device.detach.received': {
    logger: 'nova.virt.libvirt.driver',
    level: 'DEBUG',
    says: ['Received event {event:text} from libvirt while the driver is waiting for it; dispatched.'],
    seen: ['Received event some reason from libvirt while the driver is waiting for it; dispatched.'],
    since: 'Wallaby',
  },
  'device.detach.timed.out': {
    logger: 'nova.virt.libvirt.driver',
    level: 'WARNING',
    says: [
      'Waiting for libvirt event about the detach of device {device:word} with device alias {alias:word} from instance {instance:uuid} is timed out.',
    ],
    seen: [
      'Waiting for libvirt event about the detach of device tapdc4f8cae-a6 with device alias net1 from instance 47f21489-ab18-4095-80a1-5ff9ae2988fb is timed out.',
    ],
    since: 'Wallaby',
  },
  'interface.attach.refused': {
    logger: 'nova.virt.libvirt.driver',
    level: 'ERROR',
    says: ['attaching network adapter failed.'],
    seen: ['attaching network adapter failed.'],
  },
  'volume.attach.refused': {
    logger: 'nova.virt.libvirt.driver',
    level: 'ERROR',
    says: ['Failed to attach volume at mountpoint: {mountpoint:path}'],
    seen: ['Failed to attach volume at mountpoint: /dev/vdb'],
  },
  'device.attach.started': {
    logger: 'nova.virt.libvirt.guest',
    level: 'DEBUG',
    says: ['attach device xml: {xml:rest}'],
    seen: ['attach device xml: <interface type="ethernet">'],
  },
  'device.detach.started': {
    logger: 'nova.virt.libvirt.guest',
    level: 'DEBUG',
    says: ['detach device xml: {xml:rest}'],
    seen: ['detach device xml: <interface type="ethernet">'],
  },
  'vif.driver.called': {
    logger: 'nova.virt.libvirt.vif',
    level: 'DEBUG',
    says: ['vif_type={vif_type:word} instance={call:rest}'],
    seen: ['vif_type=vm instance=…'],
  },
  'image.converting': {
    logger: 'nova.virt.images',
    level: 'DEBUG',
    says: ['{image:path} was {format:word}, converting to raw'],
    seen: ['be02bf17-cfe5-4333-a372-9fe4015759b0 was qcow2, converting to raw'],
  },
  'image.copying': {
    logger: 'nova.virt.libvirt.imagebackend',
    level: 'INFO',
    says: ['Asking glance to copy image {image:word} to our rbd store {store:word}'],
    seen: ['Asking glance to copy image vm to our rbd store vm'],
    since: 'Victoria',
  },
  'image.copied': {
    logger: 'nova.virt.libvirt.imagebackend',
    level: 'INFO',
    says: ['Image {image:word} copied to rbd store {store:word}'],
    seen: ['Image vm copied to rbd store vm'],
    since: 'Victoria',
  },
  'image.cache.checked': {
    logger: 'nova.virt.libvirt.imagecache',
    level: ['INFO', 'DEBUG'],
    says: [
      'image {image:word} at ({path:path}): checking',
      'image {image:word} at ({path:path}): in use: {use:text}',
      'Removable base files: {files:rest}',
    ],
    seen: [
      'image 0673dd71-34c5-4fbb-86c4-40623fbe45b4 at (/var/lib/nova/instances/_base/a489c868f0c37da93b76227c91bb03908ac0e742): checking',
      'image 0673dd71-34c5-4fbb-86c4-40623fbe45b4 at (/var/lib/nova/instances/_base/a489c868f0c37da93b76227c91bb03908ac0e742): in use: on this node 1 local, 0 on other nodes sharing this instance storage',
      'Removable base files: /var/lib/nova/instances/_base/a489c868f0c37da93b76227c91bb03908ac0e742',
    ],
  },
});
