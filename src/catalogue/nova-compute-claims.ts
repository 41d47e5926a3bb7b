import { defineMessages } from './define.js';

/** Claims and the resource tracker. Wordings: openstack/nova nova/compute/{claims,resource_tracker}.py. */
export const novaComputeClaims = defineMessages('nova-compute', {
  'claim.attempted': {
    logger: 'nova.compute.claims',
    level: 'INFO',
    says: [
      'Attempting claim: memory {memory_mb:int} MB, disk {disk_gb:int} GB, vcpus {vcpus:int} CPU',
      'Attempting claim on node {node:word}: memory {memory_mb:int} MB, disk {disk_gb:int} GB, vcpus {vcpus:int} CPU',
    ],
    seen: ['Attempting claim: memory 3 MB, disk 3 GB, vcpus 3 CPU', 'Attempting claim on node vm: memory 3 MB, disk 3 GB, vcpus 3 CPU'],
    until: 'Stein',
  },
  'claim.resource.checked': {
    logger: 'nova.compute.claims',
    level: 'INFO',
    says: [
      'Total {resource:word}: {total:int} {unit:word}, used: {used:float} {unit_of_used:word}',
      '{resource:word} limit not specified, defaulting to unlimited',
      '{resource:word} limit: {limit:float} {unit:word}, free: {free:float} {unit_of_free:word}',
    ],
    seen: [
      'Total memory: 64299 MB, used: 512.00 MB',
      'vcpu limit not specified, defaulting to unlimited',
      'memory limit: 96448.50 MB, free: 95936.50 MB',
    ],
    until: 'Stein',
  },
  'instance.claimed': {
    logger: 'nova.compute.claims',
    level: 'INFO',
    says: ['Claim successful', 'Claim successful on node {node:word}'],
    seen: ['Claim successful', 'Claim successful on node vm'],
  },
  'claim.failed': {
    logger: 'nova.compute.claims',
    level: 'INFO',
    says: ['Failed to claim: {reason:text}'],
    seen: ['Failed to claim: No valid host was found.'],
    since: 'Xena',
  },
  'claim.aborted': {
    logger: 'nova.compute.claims',
    level: 'DEBUG',
    says: ['Aborting claim: {claim:rest}'],
    seen: ['Aborting claim: <nova.compute.claims.Claim object at 0x7f68b8d078c0>'],
  },
  'resources.audited': {
    logger: 'nova.compute.resource_tracker',
    level: ['DEBUG', 'INFO'],
    says: [
      'Auditing locally available compute resources for {host:host} (node: {node:word})',
      'Auditing locally available compute resources for node {node:word}',
    ],
    seen: ['Auditing locally available compute resources for vm (node: vm)', 'Auditing locally available compute resources for node vm'],
  },
  'resources.viewed': {
    logger: 'nova.compute.resource_tracker',
    level: ['DEBUG', 'INFO'],
    says: ['Final resource view: name={node:word} phys_ram={view:rest}'],
    seen: [
      'Final resource view: name=vm phys_ram=9176MB used_ram=640MB phys_disk=251GB used_disk=2GB total_vcpus=2 used_vcpus=2 pci_stats=[]',
    ],
  },
  'resource.usage.migrated': {
    logger: 'nova.compute.resource_tracker',
    level: 'INFO',
    says: [
      'Updating resource usage from migration {migration:uuid}',
      'Updating resource usage from migration',
      'Updating from migration {instance:uuid}',
    ],
    seen: [
      'Updating resource usage from migration 34213550-2ca5-44af-8a67-93c78eb504f7',
      'Updating resource usage from migration',
      'Updating from migration b8acd14b-35cc-4931-bd08-129b0bf97b38',
    ],
  },
  'migration.tracked': {
    logger: 'nova.compute.resource_tracker',
    level: 'DEBUG',
    says: [
      'Starting to track incoming migration {migration:uuid} with flavor {flavor:word}',
      'Starting to track outgoing migration {migration:uuid} with flavor {flavor:word}',
    ],
    seen: [
      'Starting to track incoming migration 051c9947-031a-4c61-881e-824cfd30e6b4 with flavor n1',
      'Starting to track outgoing migration b8acd14b-35cc-4931-bd08-129b0bf97b38 with flavor vm',
    ],
  },
  'compute.record.updated': {
    logger: 'nova.compute.resource_tracker',
    level: 'DEBUG',
    says: ['Compute_service record updated for {host:host}:{node:word}'],
    seen: ['Compute_service record updated for vm:vm'],
  },
});
