import { indexServices, type Project, type Service } from './service.js';

/** The projects, with the facts that all services of a project share. */
export const projects: readonly Project[] = [
  { name: 'nova', writes: 'oslo', releases: 'openstack', prefix: 'nova-', settings: { file: 'nova.conf', where: 'on the controllers' } },
  {
    name: 'neutron',
    writes: 'oslo',
    releases: 'openstack',
    prefix: 'neutron-',
    settings: { file: 'neutron.conf', where: 'on the controllers' },
  },
  {
    name: 'placement',
    writes: 'oslo',
    releases: 'openstack',
    prefix: 'placement-',
    settings: { file: 'placement.conf', where: 'on the controllers' },
  },
  {
    name: 'glance',
    writes: 'oslo',
    releases: 'openstack',
    prefix: 'glance-',
    settings: { file: 'glance-api.conf', where: 'on the controllers' },
  },
  { name: 'ovn', writes: 'vlog', releases: 'ovn', prefix: 'ovn-' },
  { name: 'ovs', writes: 'vlog', releases: 'ovn', prefix: 'ovs-' },
  { name: 'libvirt', writes: 'oslo', releases: 'openstack' },
];

/** All services. To add one, add a row here and its messages in `catalogue/`. */
export const rows: readonly Service[] = [
  {
    name: 'nova-compute',
    project: 'nova',
    part: 'hypervisor',
    settings: { file: 'nova.conf', where: 'on the compute hosts' },
    called: ['compute', 'n-cpu'],
    like: /^nova-compute-ironic/,
    loggers: ['nova.compute', 'nova.virt'],
  },
  {
    name: 'nova-conductor',
    project: 'nova',
    part: 'control plane',
    called: ['conductor', 'nova-super-conductor', 'n-cond', 'n-cond-cell1', 'n-super-cond'],
    like: /^nova-conductor[-_]|^nova-(?:super|cell\d+)-conductor/,
    loggers: ['nova.conductor.manager', 'nova.conductor.tasks'],
  },
  {
    name: 'nova-scheduler',
    project: 'nova',
    part: 'control plane',
    called: ['scheduler', 'nova-scheduler-scheduler', 'n-sch'],
    loggers: ['nova.scheduler', 'nova.filters', 'nova.weights'],
  },
  {
    name: 'nova-api',
    project: 'nova',
    part: 'control plane',
    called: [
      ...['nova-osapi_compute', 'nova-api-osapi-compute', 'nova-api-os-compute', 'nova-api-wsgi', 'wsgi-nova-api'],
      ...['nova-osapi', 'nova-api-log', 'nova-api-api', 'n-api'],
    ],
    loggers: ['nova.compute.api', 'nova.api', 'nova.api.openstack.requestlog', 'nova.osapi_compute'],
  },
  {
    name: 'nova-metadata',
    project: 'nova',
    called: ['nova-api-metadata', 'nova-metadata-wsgi', 'nova-metadata-api', 'nova-metadata-log', 'n-api-meta'],
    loggers: ['nova.api.metadata', 'nova.metadata'],
  },
  {
    name: 'placement-api',
    traced: 'placement',
    project: 'placement',
    part: 'control plane',
    called: ['placement', 'placement-wsgi', 'wsgi-placement-api', 'nova-placement-api', 'placement-log'],
    loggers: ['placement', 'nova.api.openstack.placement'],
  },
  {
    name: 'glance-api',
    traced: 'glance',
    project: 'glance',
    part: 'control plane',
    called: ['wsgi-glance-api', 'g-api'],
  },
  // Neutron's API workers by release: one eventlet service up to 2025.1, several daemons under uWSGI since.
  {
    name: 'neutron-server',
    project: 'neutron',
    part: 'network API',
    called: ['neutron_api', 'q-svc'],
    loggers: [
      ...['neutron.api', 'neutron.db', 'neutron.notifiers.nova', 'neutron.pecan_wsgi', 'neutron.plugins.ml2'],
      ...['networking_ovn.db', 'networking_ovn.ml2'],
    ],
  },
  { name: 'neutron-api', project: 'neutron', part: 'network API' },
  { name: 'neutron-rpc-server', project: 'neutron', part: 'network API' },
  { name: 'neutron-periodic-workers', project: 'neutron', part: 'network API' },
  { name: 'neutron-ovn-maintenance-worker', project: 'neutron', part: 'network API' },
  {
    name: 'neutron-ovn-metadata-agent',
    project: 'neutron',
    part: 'hypervisor',
    settings: { file: 'neutron_ovn_metadata_agent.ini', where: 'on the compute hosts' },
    called: ['networking-ovn-metadata-agent', 'ovn-metadata-agent', 'q-ovn-metadata-agent'],
    loggers: ['neutron.agent.ovn.metadata', 'networking_ovn.agent.metadata'],
  },
  {
    name: 'neutron-ovn-agent',
    project: 'neutron',
    part: 'hypervisor',
    settings: { file: 'ovn_agent.ini', where: 'on the compute hosts' },
  },
  {
    name: 'neutron-openvswitch-agent',
    project: 'neutron',
    part: 'hypervisor',
    settings: { file: 'openvswitch_agent.ini', where: 'on the compute hosts' },
    called: ['q-agt'],
    loggers: ['neutron.plugins.ml2.drivers.openvswitch.agent'],
  },
  {
    name: 'neutron-dhcp-agent',
    project: 'neutron',
    settings: { file: 'dhcp_agent.ini', where: 'on the network hosts' },
    called: ['q-dhcp'],
    loggers: ['neutron.agent.dhcp', 'neutron.agent.linux.dhcp'],
  },
  {
    name: 'ovn-controller',
    project: 'ovn',
    part: 'hypervisor',
    modules: ['binding', 'chassis', 'encaps', 'if_status', 'lflow', 'lflow_cache', 'ofctrl', 'patch', 'physical', 'pinctrl'],
  },
  { name: 'ovn-northd', project: 'ovn', modules: ['northd', 'ovn_northd'] },
  {
    name: 'ovs-vswitchd',
    project: 'ovs',
    part: 'hypervisor',
    called: ['openvswitch_vswitchd', 'openvswitch-vswitchd'],
    modules: [
      ...['bridge', 'connmgr', 'dpif', 'dpif_netdev', 'dpif_netlink', 'netdev_linux', 'ofproto', 'ofproto_dpif'],
      ...['ofproto_dpif_upcall', 'ofproto_dpif_xlate', 'system_stats'],
    ],
  },
  {
    name: 'ovsdb-server',
    project: 'ovs',
    called: ['ovn-nb-db', 'ovn-sb-db', 'ovn-nb-db-server', 'ovn-sb-db-server', 'ovn-relay'],
    like: /^ovn-sb-relay|^ovsdb-server[-_]/,
    modules: ['ovsdb_server', 'raft'],
  },
  // Listed so that their logs are recognised as such, although no message of theirs is known.
  { name: 'neutron-l3-agent', project: 'neutron' },
  { name: 'neutron-metadata-agent', project: 'neutron' },
  { name: 'libvirtd', project: 'libvirt' },
  { name: 'virtqemud', project: 'libvirt' },
];

/** Loggers of code that several services run, although their prefix is one service's. */
export const shared: readonly string[] = [
  'nova.compute.flavors',
  'nova.compute.instance_actions',
  'nova.compute.instance_list',
  'nova.compute.multi_cell_list',
  'nova.compute.provider_tree',
  'nova.compute.rpcapi',
  'nova.compute.utils',
  'nova.virt.hardware',
  'nova.virt.images',
  'nova.virt.osinfo',
  'nova.scheduler.client',
  'nova.scheduler.rpcapi',
  'nova.scheduler.utils',
  'neutron.api.rpc',
  'neutron.plugins.ml2.drivers.agent',
  'neutron.plugins.ml2.drivers.linuxbridge.agent',
  'neutron.plugins.ml2.drivers.mech_sriov.agent',
  'neutron.wsgi',
];

/** The lookup of the services above. */
export const knownServices = indexServices(rows, projects, shared);
export const { ownName, formatOf, familyOf } = knownServices;
