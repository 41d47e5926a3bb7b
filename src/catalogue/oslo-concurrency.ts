import { defineMessages } from './define.js';

/**
 * Locks and commands of nova-compute, without the `<instance>-events` locks, which are useless for actions. Wordings:
 * openstack/oslo.concurrency oslo_concurrency/{lockutils,processutils}.py. Since 4.5 (Yoga) "released" is quoted.
 */
export const osloConcurrency = defineMessages('nova-compute', {
  'instance.lock.awaited': {
    lock: { of: 'instance', step: 'awaited' },
    logger: 'oslo_concurrency.lockutils',
    level: 'DEBUG',
    says: ['Acquiring lock "{instance:uuid}" by "{function:name}"'],
    seen: [
      'Acquiring lock "b08bd5da-7485-4a49-8e2b-cb9d2b54d567" by "nova.compute.manager.ComputeManager.stop_instance.<locals>.do_stop_instance"',
    ],
    since: 'Zed',
  },
  'instance.lock.acquired': {
    lock: { of: 'instance', step: 'acquired' },
    logger: 'oslo_concurrency.lockutils',
    level: 'DEBUG',
    says: ['Lock "{instance:uuid}" acquired by "{function:name}" :: waited {waited:float}s'],
    seen: [
      'Lock "b08bd5da-7485-4a49-8e2b-cb9d2b54d567" acquired by "nova.compute.manager.ComputeManager.stop_instance.<locals>.do_stop_instance" :: waited 0.001s',
    ],
  },
  'instance.lock.released': {
    lock: { of: 'instance', step: 'released' },
    logger: 'oslo_concurrency.lockutils',
    level: 'DEBUG',
    says: [
      'Lock "{instance:uuid}" "released" by "{function:name}" :: held {held:float}s',
      'Lock "{instance:uuid}" released by "{function:name}" :: held {held:float}s',
    ],
    seen: [
      'Lock "b08bd5da-7485-4a49-8e2b-cb9d2b54d567" "released" by "nova.compute.manager.ComputeManager.stop_instance.<locals>.do_stop_instance" :: held 12.152s',
      'Lock "b8acd14b-35cc-4931-bd08-129b0bf97b38" released by "ExactFilter" :: held 1.25s',
    ],
  },
  'claim.lock.awaited': {
    lock: { of: 'claim', step: 'awaited' },
    logger: 'oslo_concurrency.lockutils',
    level: 'DEBUG',
    says: ['Acquiring lock "compute_resources" by "{function:claim}"'],
    seen: ['Acquiring lock "compute_resources" by "nova.compute.resource_tracker.ResourceTracker.instance_claim"'],
    since: 'Zed',
  },
  'claim.lock.acquired': {
    lock: { of: 'claim', step: 'acquired' },
    logger: 'oslo_concurrency.lockutils',
    level: 'DEBUG',
    says: ['Lock "compute_resources" acquired by "{function:claim}" :: waited {waited:float}s'],
    seen: ['Lock "compute_resources" acquired by "nova.compute.resource_tracker.ResourceTracker.instance_claim" :: waited 0.001s'],
  },
  'claim.lock.released': {
    lock: { of: 'claim', step: 'released' },
    logger: 'oslo_concurrency.lockutils',
    level: 'DEBUG',
    says: [
      'Lock "compute_resources" "released" by "{function:claim}" :: held {held:float}s',
      'Lock "compute_resources" released by "{function:claim}" :: held {held:float}s',
    ],
    seen: [
      'Lock "compute_resources" "released" by "nova.compute.resource_tracker.ResourceTracker.instance_claim" :: held 2.067s',
      'Lock "compute_resources" released by "nova.compute.resource_tracker.ResourceTracker.instance_claim" :: held 1.25s',
    ],
  },
  'resource.lock.awaited': {
    lock: { of: 'resource', step: 'awaited' },
    logger: 'oslo_concurrency.lockutils',
    level: 'DEBUG',
    says: ['Acquiring lock "compute_resources" by "{function:nonclaim}"'],
    seen: ['Acquiring lock "compute_resources" by "nova.compute.resource_tracker.ResourceTracker.update_usage"'],
    since: 'Zed',
  },
  'resource.lock.acquired': {
    lock: { of: 'resource', step: 'acquired' },
    logger: 'oslo_concurrency.lockutils',
    level: 'DEBUG',
    says: ['Lock "compute_resources" acquired by "{function:nonclaim}" :: waited {waited:float}s'],
    seen: ['Lock "compute_resources" acquired by "nova.compute.resource_tracker.ResourceTracker.update_usage" :: waited 0.001s'],
  },
  'resource.lock.released': {
    lock: { of: 'resource', step: 'released' },
    logger: 'oslo_concurrency.lockutils',
    level: 'DEBUG',
    says: [
      'Lock "compute_resources" "released" by "{function:resources}" :: held {held:float}s',
      'Lock "compute_resources" released by "{function:resources}" :: held {held:float}s',
    ],
    seen: [
      'Lock "compute_resources" "released" by "nova.compute.resource_tracker.ResourceTracker.update_usage" :: held 0.384s',
      'Lock "compute_resources" released by "nova.compute.resource_tracker.ResourceTracker.update_usage" :: held 1.25s',
    ],
  },
  'evacuation.lock.released': {
    lock: { of: 'resource', step: 'released' },
    logger: 'oslo_concurrency.lockutils',
    level: 'DEBUG',
    says: [
      'Lock "compute_resources" "released" by "{function:evacuation}" :: held {held:float}s',
      'Lock "compute_resources" released by "{function:evacuation}" :: held {held:float}s',
    ],
    seen: [
      'Lock "compute_resources" "released" by "nova.compute.resource_tracker.ResourceTracker.finish_evacuation" :: held 0.079s',
      'Lock "compute_resources" released by "nova.compute.resource_tracker.ResourceTracker.finish_evacuation" :: held 0.079s',
    ],
  },
  'image.lock.awaited': {
    lock: { of: 'image', step: 'awaited' },
    logger: 'oslo_concurrency.lockutils',
    level: 'DEBUG',
    says: ['Acquiring lock "{image:sha1}" by "{function:name}"'],
    seen: [
      'Acquiring lock "5af296947e537d9e3b6e6449b0dacf33f7a91f52" by "nova.virt.libvirt.imagebackend.Image.cache.<locals>.fetch_func_sync"',
    ],
    since: 'Zed',
  },
  'image.lock.acquired': {
    lock: { of: 'image', step: 'acquired' },
    logger: 'oslo_concurrency.lockutils',
    level: 'DEBUG',
    says: ['Lock "{image:sha1}" acquired by "{function:name}" :: waited {waited:float}s'],
    seen: [
      'Lock "5af296947e537d9e3b6e6449b0dacf33f7a91f52" acquired by "nova.virt.libvirt.imagebackend.Image.cache.<locals>.fetch_func_sync" :: waited 0.001s',
    ],
  },
  'image.lock.released': {
    lock: { of: 'image', step: 'released' },
    logger: 'oslo_concurrency.lockutils',
    level: 'DEBUG',
    says: [
      'Lock "{image:sha1}" "released" by "{function:name}" :: held {held:float}s',
      'Lock "{image:sha1}" released by "{function:name}" :: held {held:float}s',
    ],
    seen: [
      'Lock "5af296947e537d9e3b6e6449b0dacf33f7a91f52" "released" by "nova.virt.libvirt.imagebackend.Image.cache.<locals>.fetch_func_sync" :: held 0.072s',
      'Lock "5af296947e537d9e3b6e6449b0dacf33f7a91f52" released by "ExactFilter" :: held 1.25s',
    ],
  },
  'interface.lock.awaited': {
    lock: { of: 'interface', step: 'awaited' },
    logger: 'oslo_concurrency.lockutils',
    level: 'DEBUG',
    says: [
      'Acquiring lock "interface-{instance:uuid}-{port:uuid}" by "{function:name}"',
      'Acquiring lock "interface-{instance:uuid}-None" by "{function:name}"',
    ],
    seen: [
      'Acquiring lock "interface-06e5be45-88b4-4188-a682-cdd88a2c164d-840959fb-a942-41cb-9d9d-f56594759d62" by "nova.compute.manager.ComputeManager.detach_interface.<locals>.do_detach_interface"',
      'Acquiring lock "interface-06e5be45-88b4-4188-a682-cdd88a2c164d-None" by "nova.compute.manager.ComputeManager.attach_interface.<locals>.do_attach_interface"',
    ],
    since: 'Zed',
  },
  'interface.lock.acquired': {
    lock: { of: 'interface', step: 'acquired' },
    logger: 'oslo_concurrency.lockutils',
    level: 'DEBUG',
    says: [
      'Lock "interface-{instance:uuid}-{port:uuid}" acquired by "{function:name}" :: waited {waited:float}s',
      'Lock "interface-{instance:uuid}-None" acquired by "{function:name}" :: waited {waited:float}s',
    ],
    seen: [
      'Lock "interface-06e5be45-88b4-4188-a682-cdd88a2c164d-840959fb-a942-41cb-9d9d-f56594759d62" acquired by "nova.compute.manager.ComputeManager.detach_interface.<locals>.do_detach_interface" :: waited 0.001s',
      'Lock "interface-06e5be45-88b4-4188-a682-cdd88a2c164d-None" acquired by "nova.compute.manager.ComputeManager.attach_interface.<locals>.do_attach_interface" :: waited 0.000s',
    ],
  },
  'interface.lock.released': {
    lock: { of: 'interface', step: 'released' },
    logger: 'oslo_concurrency.lockutils',
    level: 'DEBUG',
    says: [
      'Lock "interface-{instance:uuid}-{port:uuid}" "released" by "{function:name}" :: held {held:float}s',
      'Lock "interface-{instance:uuid}-None" "released" by "{function:name}" :: held {held:float}s',
      'Lock "interface-{instance:uuid}-{port:uuid}" released by "{function:name}" :: held {held:float}s',
      'Lock "interface-{instance:uuid}-None" released by "{function:name}" :: held {held:float}s',
    ],
    seen: [
      'Lock "interface-06e5be45-88b4-4188-a682-cdd88a2c164d-840959fb-a942-41cb-9d9d-f56594759d62" "released" by "nova.compute.manager.ComputeManager.detach_interface.<locals>.do_detach_interface" :: held 1.222s',
      'Lock "interface-06e5be45-88b4-4188-a682-cdd88a2c164d-None" "released" by "nova.compute.manager.ComputeManager.attach_interface.<locals>.do_attach_interface" :: held 2.830s',
      'Lock "interface-b8acd14b-35cc-4931-bd08-129b0bf97b38-b8acd14b-35cc-4931-bd08-129b0bf97b38" released by "ExactFilter" :: held 1.25s',
      'Lock "interface-b8acd14b-35cc-4931-bd08-129b0bf97b38-None" released by "ExactFilter" :: held 1.25s',
    ],
  },
  'cache.lock.awaited': {
    lock: { of: 'cache', step: 'awaited' },
    logger: 'oslo_concurrency.lockutils',
    level: 'DEBUG',
    says: ['Acquiring lock "refresh_cache-{instance:uuid}"'],
    seen: ['Acquiring lock "refresh_cache-8abf8e29-e581-4a1b-ac11-0feb20d8dba9"'],
    since: 'Zed',
  },
  'cache.lock.acquired': {
    lock: { of: 'cache', step: 'acquired' },
    logger: 'oslo_concurrency.lockutils',
    level: 'DEBUG',
    says: ['Acquired lock "refresh_cache-{instance:uuid}"', 'Acquired semaphore "refresh_cache-{instance:uuid}"'],
    seen: [
      'Acquired lock "refresh_cache-8abf8e29-e581-4a1b-ac11-0feb20d8dba9"',
      'Acquired semaphore "refresh_cache-b8acd14b-35cc-4931-bd08-129b0bf97b38"',
    ],
  },
  'cache.lock.released': {
    lock: { of: 'cache', step: 'released' },
    logger: 'oslo_concurrency.lockutils',
    level: 'DEBUG',
    says: ['Releasing lock "refresh_cache-{instance:uuid}"', 'Releasing semaphore "refresh_cache-{instance:uuid}"'],
    seen: [
      'Releasing lock "refresh_cache-8abf8e29-e581-4a1b-ac11-0feb20d8dba9"',
      'Releasing semaphore "refresh_cache-b8acd14b-35cc-4931-bd08-129b0bf97b38"',
    ],
  },
  'disk.moving': {
    logger: 'oslo_concurrency.processutils',
    level: 'DEBUG',
    says: ['Running cmd (subprocess): mv {directory:path}/{instance:uuid} {target:path}_del'],
    seen: [
      'Running cmd (subprocess): mv /var/lib/nova/instances/01b6ae9b-c92d-4871-baad-06e41fc1de7e /var/lib/nova/instances/01b6ae9b-c92d-4871-baad-06e41fc1de7e_del',
    ],
  },
  'disk.moved': {
    logger: 'oslo_concurrency.processutils',
    level: 'DEBUG',
    says: ['CMD "mv {directory:path}/{instance:uuid} {target:path}_del" returned: {status:int} in {seconds:float}s'],
    seen: [
      'CMD "mv /var/lib/nova/instances/01b6ae9b-c92d-4871-baad-06e41fc1de7e /var/lib/nova/instances/01b6ae9b-c92d-4871-baad-06e41fc1de7e_del" returned: 0 in 0.012s',
    ],
  },
  // a resize or a migration renames the disks on the source and copies them
  'disk.resize.moving': {
    logger: 'oslo_concurrency.processutils',
    level: 'DEBUG',
    says: ['Running cmd (subprocess): mv {directory:path}/{instance:uuid} {target:path}_resize'],
    seen: [
      'Running cmd (subprocess): mv /var/lib/nova/instances/01b6ae9b-c92d-4871-baad-06e41fc1de7e /var/lib/nova/instances/01b6ae9b-c92d-4871-baad-06e41fc1de7e_resize',
    ],
  },
  'disk.resize.moved': {
    logger: 'oslo_concurrency.processutils',
    level: 'DEBUG',
    says: ['CMD "mv {directory:path}/{instance:uuid} {target:path}_resize" returned: {status:int} in {seconds:float}s'],
    seen: [
      'CMD "mv /var/lib/nova/instances/01b6ae9b-c92d-4871-baad-06e41fc1de7e /var/lib/nova/instances/01b6ae9b-c92d-4871-baad-06e41fc1de7e_resize" returned: 0 in 0.012s',
    ],
  },
  'disk.resize.copied': {
    logger: 'oslo_concurrency.processutils',
    level: 'DEBUG',
    says: [
      'CMD "scp -r {directory:path}/{instance:uuid}_resize/{disk:text}" returned: {status:int} in {seconds:float}s',
      'CMD "rsync {options:text} {directory:path}/{instance:uuid}_resize/{disk:text}" returned: {status:int} in {seconds:float}s',
    ],
    seen: [
      'CMD "scp -r /var/lib/nova/instances/01b6ae9b-c92d-4871-baad-06e41fc1de7e_resize/disk 192.0.2.26:/var/lib/nova/instances/01b6ae9b-c92d-4871-baad-06e41fc1de7e/disk" returned: 0 in 157.673s',
      'CMD "rsync --sparse --compress /var/lib/nova/instances/01b6ae9b-c92d-4871-baad-06e41fc1de7e_resize/disk 192.0.2.26:/var/lib/nova/instances/01b6ae9b-c92d-4871-baad-06e41fc1de7e/disk" returned: 0 in 12.5s',
    ],
  },
  'image.converted': {
    logger: 'oslo_concurrency.processutils',
    level: 'DEBUG',
    says: ['CMD "qemu-img convert {options:text} {path:path}.part {target:path}.converted" returned: {status:int} in {seconds:float}s'],
    seen: [
      'CMD "qemu-img convert -t none -O raw -f qcow2 /var/lib/nova/instances/_base/695c4cf5e37f35d5b171a243504982450305f796.part /var/lib/nova/instances/_base/695c4cf5e37f35d5b171a243504982450305f796.converted" returned: 0 in 0.125s',
    ],
  },
  'command.started': {
    logger: 'oslo_concurrency.processutils',
    level: 'DEBUG',
    says: ['Running cmd (subprocess): {command:rest}'],
    seen: ['Running cmd (subprocess): grep -F node.session.scan /sbin/iscsiadm'],
    general: true,
  },
  'command.run': {
    logger: 'oslo_concurrency.processutils',
    level: 'DEBUG',
    says: ['CMD "{command:rest}" returned: {status:int} in {seconds:float}s'],
    seen: ['CMD "grep -F node.session.scan /sbin/iscsiadm" returned: 0 in 0.019s'],
    general: true,
  },
});
