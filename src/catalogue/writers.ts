/**
 * Which service writes under a logger's name, where a log does not say whose it is. Only what one service alone runs is
 * here: a longer name goes before a shorter one, and `shared` is code that several services run.
 */
const SHARED = 'shared';

/** oslo.log: Python modules, by the beginning of their names. */
const LOGGERS: Readonly<Record<string, string>> = {
  'nova.compute': 'nova-compute',
  'nova.compute.api': 'nova-api',
  'nova.compute.flavors': SHARED,
  'nova.compute.instance_actions': SHARED,
  'nova.compute.instance_list': SHARED,
  'nova.compute.multi_cell_list': SHARED,
  'nova.compute.provider_tree': SHARED,
  'nova.compute.rpcapi': SHARED,
  'nova.compute.utils': SHARED,
  'nova.virt': 'nova-compute',
  'nova.virt.hardware': SHARED,
  'nova.virt.images': SHARED,
  'nova.virt.osinfo': SHARED,
  'nova.api': 'nova-api',
  'nova.api.metadata': 'nova-metadata',
  'nova.api.openstack.placement': 'placement-api',
  'nova.api.openstack.requestlog': 'nova-api',
  'nova.osapi_compute': 'nova-api',
  'nova.metadata': 'nova-metadata',
  'nova.scheduler': 'nova-scheduler',
  'nova.scheduler.client': SHARED,
  'nova.scheduler.rpcapi': SHARED,
  'nova.scheduler.utils': SHARED,
  'nova.filters': 'nova-scheduler',
  'nova.weights': 'nova-scheduler',
  'nova.conductor.manager': 'nova-conductor',
  'nova.conductor.tasks': 'nova-conductor',
  placement: 'placement-api',
  'neutron.api': 'neutron-server',
  'neutron.api.rpc': SHARED,
  'neutron.db': 'neutron-server',
  'neutron.notifiers.nova': 'neutron-server',
  'neutron.pecan_wsgi': 'neutron-server',
  'neutron.plugins.ml2': 'neutron-server',
  'neutron.plugins.ml2.drivers.agent': SHARED,
  'neutron.plugins.ml2.drivers.linuxbridge.agent': SHARED,
  'neutron.plugins.ml2.drivers.mech_sriov.agent': SHARED,
  'neutron.plugins.ml2.drivers.openvswitch.agent': 'neutron-openvswitch-agent',
  'neutron.wsgi': SHARED,
  'neutron.agent.dhcp': 'neutron-dhcp-agent',
  'neutron.agent.linux.dhcp': 'neutron-dhcp-agent',
  'neutron.agent.ovn.metadata': 'neutron-ovn-metadata-agent',
  'networking_ovn.agent.metadata': 'neutron-ovn-metadata-agent',
  'networking_ovn.db': 'neutron-server',
  'networking_ovn.ml2': 'neutron-server',
};

/** vlog: modules of OVS and OVN. What every daemon links, such as timeval and reconnect, is of none. */
const MODULES: Readonly<Record<string, string>> = {
  binding: 'ovn-controller',
  chassis: 'ovn-controller',
  encaps: 'ovn-controller',
  if_status: 'ovn-controller',
  lflow: 'ovn-controller',
  lflow_cache: 'ovn-controller',
  ofctrl: 'ovn-controller',
  patch: 'ovn-controller',
  physical: 'ovn-controller',
  pinctrl: 'ovn-controller',
  northd: 'ovn-northd',
  ovn_northd: 'ovn-northd',
  bridge: 'ovs-vswitchd',
  connmgr: 'ovs-vswitchd',
  dpif: 'ovs-vswitchd',
  dpif_netdev: 'ovs-vswitchd',
  dpif_netlink: 'ovs-vswitchd',
  netdev_linux: 'ovs-vswitchd',
  ofproto: 'ovs-vswitchd',
  ofproto_dpif: 'ovs-vswitchd',
  ofproto_dpif_upcall: 'ovs-vswitchd',
  ofproto_dpif_xlate: 'ovs-vswitchd',
  system_stats: 'ovs-vswitchd',
  ovsdb_server: 'ovsdb-server',
  raft: 'ovsdb-server',
};

const found = new Map<string, string | undefined>();
/** Names of loggers that are remembered: a program has some hundreds. */
const MOST_NAMES = 2000;

/** @returns undefined for a logger of several services, or of none that is known */
export function writerOfLogger(logger: string): string | undefined {
  const known = found.get(logger);
  if (known !== undefined || found.has(logger)) return known;
  const service = longest(logger);
  if (found.size < MOST_NAMES) found.set(logger, service);
  return service;
}

export const writerOfModule = (module: string): string | undefined => (Object.hasOwn(MODULES, module) ? MODULES[module] : undefined);

function longest(logger: string): string | undefined {
  for (let end = logger.length; end > 0; end = logger.lastIndexOf('.', end - 1)) {
    const name = logger.slice(0, end);
    if (Object.hasOwn(LOGGERS, name)) return LOGGERS[name] === SHARED ? undefined : LOGGERS[name];
  }
  return undefined;
}
