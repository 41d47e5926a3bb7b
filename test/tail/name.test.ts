import { describe, expect, it } from 'vitest';
import { hostInName, isJournal, nameLog, serviceOfIdent } from '../../src/tail/name.js';

describe('the service that wrote', () => {
  it.each([
    ['/var/log/nova/nova-compute.log', 'nova-compute'],
    ['nova-compute@vm2.log', 'nova-compute'],
    ['/var/log/nova/nova-api.log', 'nova-api'],
    ['/var/log/nova/nova-osapi_compute.log', 'nova-api'],
    ['/var/log/nova/nova-api-wsgi.log', 'nova-api'],
    ['/var/log/nova/nova-conductor.log', 'nova-conductor'],
    ['/var/log/kolla/nova/nova-super-conductor.log', 'nova-conductor'],
    ['/var/log/kolla/nova/nova-conductor-cell0001.log', 'nova-conductor'],
    ['/var/log/kolla/nova/nova-metadata.log', 'nova-metadata'],
    ['/var/log/nova/nova-scheduler.log', 'nova-scheduler'],
    ['/var/log/nova/nova-novncproxy.log', 'nova-novncproxy'],
    ['/var/log/nova/api.log', 'nova-api'],
    ['/var/log/neutron/neutron-server.log', 'neutron-server'],
    ['/var/log/neutron/server.log', 'neutron-server'],
    ['/var/log/containers/neutron/server.log', 'neutron-server'],
    ['/var/log/neutron/neutron-api.log', 'neutron-api'],
    ['/var/log/neutron/neutron-rpc-server.log', 'neutron-rpc-server'],
    ['/var/log/neutron/neutron-periodic-workers.log', 'neutron-periodic-workers'],
    ['/var/log/neutron/neutron-ovn-metadata-agent.log', 'neutron-ovn-metadata-agent'],
    ['/var/log/containers/neutron/networking-ovn-metadata-agent.log', 'neutron-ovn-metadata-agent'],
    ['/var/log/containers/neutron/ovn-metadata-agent.log', 'neutron-ovn-metadata-agent'],
    ['/var/log/neutron/neutron-openvswitch-agent.log', 'neutron-openvswitch-agent'],
    ['/var/log/neutron/openvswitch-agent.log', 'neutron-openvswitch-agent'],
    ['/var/log/neutron/neutron-dhcp-agent.log', 'neutron-dhcp-agent'],
    ['/var/log/ovn/ovn-controller.log', 'ovn-controller'],
    ['/var/log/kolla/openvswitch/ovn-northd.log', 'ovn-northd'],
    ['/var/log/openvswitch/ovs-vswitchd.log', 'ovs-vswitchd'],
    ['/var/log/openvswitch/ovsdb-server.log', 'ovsdb-server'],
    ['/var/log/ovn/ovsdb-server-sb.log', 'ovsdb-server'],
    ['/var/log/kolla/openvswitch/ovn-sb-db.log', 'ovsdb-server'],
    ['/var/log/kolla/openvswitch/ovn-sb-relay-1.log', 'ovsdb-server'],
    ['/var/log/placement/placement-api.log', 'placement-api'],
    ['/var/log/placement/placement.log', 'placement-api'],
    ['/var/log/glance/glance-api.log', 'glance-api'],
    ['/var/log/glance/api.log', 'glance-api'],
    ['/var/log/libvirt/libvirtd.log', 'libvirtd'],
    ['/opt/stack/logs/n-cpu.log', 'nova-compute'],
    ['logs/screen-q-svc.txt', 'neutron-server'],
    ['nova_compute.log', 'nova-compute'],
    ['/var/log/containers/stdouts/nova_compute.log', 'nova-compute'],
    ['/var/log/pods/openstack_nova-compute-default-x7k2p_0f1e2d3c/nova-compute/0.log', 'nova-compute'],
    [`/var/log/containers/nova-api-osapi-5d9c_openstack_nova-osapi-${'0123456789abcdef'.repeat(4)}.log`, 'nova-api'],
    [`/var/log/containers/ovn-controller-x7k2p_openstack_ovn-controller-${'0123456789abcdef'.repeat(4)}.log`, 'ovn-controller'],
    ['nova-compute.jsonl', 'nova-compute'],
    ['nova-compute@vm2.json', 'nova-compute'],
    ['compute.log', 'nova-compute'],
    ['nova-compute-cmp01.log', 'nova-compute'],
    ['cmp01-nova-compute.log', 'nova-compute'],
    ['nova-compute.cmp01.log', 'nova-compute'],
    ['screen-n-cpu.txt.gz', 'nova-compute'],
    ['screen-n-cpu.txt.gz.txt', 'nova-compute'],
    ['nova-compute-cri.log', 'nova-compute'],
    ['nova-api-error.log', 'nova-api'],
    ['placement_wsgi_error.log', 'placement-api'],
    ['/namespaces/openstack/pods/nova-api-0/nova-api/nova-api/logs/current.log', 'nova-api'],
  ])('%s is %s', (path, service) => {
    expect(nameLog(path)?.service).toBe(service);
  });

  it.each([
    '/var/log/syslog',
    'server.log',
    'api.log',
    'dump.txt',
    '-',
    'constructor.log',
    'constructor/server.log',
    '/var/log/cinder/cinder-api.log',
  ])('%s cannot be told', (path) => {
    expect(nameLog(path)).toBeUndefined();
  });

  it('is the one that was given, whatever the name', () => {
    expect(nameLog('-', { service: 'nova-compute' })).toEqual({ service: 'nova-compute', host: undefined });
    expect(nameLog('nova-api.log', { service: 'nova-compute' })?.service).toBe('nova-compute');
  });
});

describe('the host that wrote', () => {
  it.each([
    ['nova-compute@vm2.log', 'vm2'],
    ['nova-compute@cmp1.example.com.log', 'cmp1.example.com'],
    ['cmp1/nova-compute.log', 'cmp1'],
    ['node-12.example.com/nova-compute.log', 'node-12.example.com'],
    ['overcloud-novacompute-3/nova-compute.log', 'overcloud-novacompute-3'],
    ['nova-compute-cmp01.log', 'cmp01'],
    ['cmp01-nova-compute.log', 'cmp01'],
    ['nova-compute.cmp01.log', 'cmp01'],
    ['cmp1/var/log/nova/nova-compute.log', 'cmp1'],
    ['juju-61fe7a-default-8/nova-compute.log', 'juju-61fe7a-default-8'],
    ['c01r03n12/nova-compute.log', 'c01r03n12'],
    ['cmp1.example.com/nova/nova-compute.log', 'cmp1.example.com'],
    ['compute/nova-compute.log', 'compute'],
    ['overcloud-compute-0/var/log/containers/nova/nova-compute.log', 'overcloud-compute-0'],
    ['sosreport-cmp1-01234567-2026-11-21-abcdefg/var/log/nova/nova-compute.log', 'cmp1'],
    ['sosreport-juju-61fe7a-default-8-2026-11-21-abcdefg/var/log/nova/nova-compute.log', 'juju-61fe7a-default-8'],
    ['sosreport-cmp1/var/log/nova/nova-compute.log', 'cmp1'],
  ])('%s is %s', (path, host) => {
    expect(nameLog(path)?.host).toBe(host);
  });

  it.each([
    'nova-compute.log',
    '/var/log/nova/nova-compute.log',
    '/var/log/kolla/neutron/neutron-server.log',
    '/var/log/containers/nova/nova-compute.log',
    '/var/log/openvswitch/ovs-vswitchd.log',
    '/var/lib/docker/volumes/kolla_logs/_data/nova/nova-compute.log',
    'corpora/zed/c_separate_boot6_debug/nova-compute.log',
    '2026-11-21/nova-compute.log',
    'Downloads/nova-compute.log',
    'case-00123/nova-compute.log',
    'ticket-4711/nova-compute.log',
    'bug1899541/nova-compute.log',
    'logs2/nova-compute.log',
    'tmp-29kbjv/nova-compute.log',
    'download-4f9a1c2e/nova-compute.log',
    'nova-compute-2026-11-21.log',
    'nova-compute-cri.log',
  ])('%s does not say', (path) => {
    expect(nameLog(path)?.host).toBeUndefined();
  });

  it('is the one in the name, then the one that was given, then the folder', () => {
    expect(nameLog('cmp1/nova-compute@vm2.log', { host: 'given' })?.host).toBe('vm2');
    expect(nameLog('cmp1/nova-compute.log', { host: 'given' })?.host).toBe('given');
  });
});

describe('what calls itself', () => {
  it.each([
    ['nova-compute', 'nova-compute'],
    ['nova_compute', 'nova-compute'],
    ['/usr/bin/nova-compute', 'nova-compute'],
    ['nova-compute.service', 'nova-compute'],
    ['devstack@n-cpu.service', 'nova-compute'],
    ['devstack@q-svc.service', 'neutron-server'],
    ['edpm_nova_compute.service', 'nova-compute'],
    ['edpm_ovn_controller.service', 'ovn-controller'],
    ['tripleo_nova_compute.service', 'nova-compute'],
    ['kolla-nova_compute-container.service', 'nova-compute'],
    ['docker/neutron_server', 'neutron-server'],
    ['ovn_metadata_agent', 'neutron-ovn-metadata-agent'],
    ['openvswitch_vswitchd', 'ovs-vswitchd'],
    ['ovs-vswitchd', 'ovs-vswitchd'],
  ])('%s is %s', (ident, service) => {
    expect(serviceOfIdent(ident)).toBe(service);
  });

  it.each(['sudo', 'systemd', 'kernel', 'python3', '1f0a2b3c4d5e', '', 'constructor', 'devstack@etcd.service'])(
    '%s is none of ours',
    (ident) => {
      expect(serviceOfIdent(ident)).toBeUndefined();
    },
  );
});

it('a pod is no host', () => {
  expect(nameLog('/var/log/pods/openstack_nova-compute-1_0f1e/nova-compute/0.log')).toEqual({ service: 'nova-compute', host: undefined });
});

it('a journal is called so', () => {
  expect(['journal.json', '/x/journal@cmp1.jsonl', 'journal.log', 'journalctl.log', 'nova.log'].map(isJournal)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});

it('a name can hold the host', () => {
  expect(['nova-compute@vm2.log', 'journal@cmp1.jsonl', '/cmp1/nova-compute.log'].map(hostInName)).toEqual(['vm2', 'cmp1', undefined]);
});
