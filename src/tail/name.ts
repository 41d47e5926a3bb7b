import { basename, dirname } from 'node:path';

/** Whose log it is. */
export interface LogName {
  /** as the service's binary is called, such as `nova-compute` */
  readonly service: string;
  /** undefined where neither the name, nor what was given, nor a folder tells */
  readonly host: string | undefined;
}

/** Logs that are not called as their service: by deployment, wherever they lie. */
const CALLED: Readonly<Record<string, string>> = {
  // packages and uWSGI
  placement: 'placement-api',
  // Pebble's services (Sunbeam)
  'wsgi-nova-api': 'nova-api',
  'wsgi-placement-api': 'placement-api',
  'wsgi-glance-api': 'glance-api',
  'nova-placement-api': 'placement-api',
  'nova-osapi_compute': 'nova-api',
  'nova-api-osapi-compute': 'nova-api',
  'nova-api-os-compute': 'nova-api',
  'nova-api-wsgi': 'nova-api',
  'nova-api-metadata': 'nova-metadata',
  'nova-metadata-wsgi': 'nova-metadata',
  'nova-metadata-api': 'nova-metadata',
  'nova-super-conductor': 'nova-conductor',
  'nova-cell1-conductor': 'nova-conductor',
  // TripleO up to 16, then from 17
  'networking-ovn-metadata-agent': 'neutron-ovn-metadata-agent',
  'ovn-metadata-agent': 'neutron-ovn-metadata-agent',
  // container names (podman, RHOSO)
  nova_compute: 'nova-compute',
  nova_api: 'nova-api',
  nova_conductor: 'nova-conductor',
  nova_scheduler: 'nova-scheduler',
  neutron_api: 'neutron-server',
  neutron_server: 'neutron-server',
  ovn_controller: 'ovn-controller',
  ovn_metadata_agent: 'neutron-ovn-metadata-agent',
  placement_api: 'placement-api',
  openvswitch_vswitchd: 'ovs-vswitchd',
  // container names (openstack-helm)
  'nova-osapi': 'nova-api',
  'openvswitch-vswitchd': 'ovs-vswitchd',
  // container names (openstack-k8s-operators)
  'nova-api-log': 'nova-api',
  'nova-api-api': 'nova-api',
  'nova-scheduler-scheduler': 'nova-scheduler',
  'nova-metadata-log': 'nova-metadata',
  'placement-log': 'placement-api',
  // DevStack
  'n-api': 'nova-api',
  'n-cpu': 'nova-compute',
  'n-sch': 'nova-scheduler',
  'n-cond': 'nova-conductor',
  'n-cond-cell1': 'nova-conductor',
  'n-super-cond': 'nova-conductor',
  'n-api-meta': 'nova-metadata',
  'q-svc': 'neutron-server',
  'q-agt': 'neutron-openvswitch-agent',
  'q-dhcp': 'neutron-dhcp-agent',
  'q-ovn-metadata-agent': 'neutron-ovn-metadata-agent',
  'g-api': 'glance-api',
  // Pebble's services, too
  'ovn-nb-db-server': 'ovsdb-server',
  'ovn-sb-db-server': 'ovsdb-server',
  'ovn-relay': 'ovsdb-server',
  // kolla
  'ovn-nb-db': 'ovsdb-server',
  'ovn-sb-db': 'ovsdb-server',
  'ovsdb-server-nb': 'ovsdb-server',
  'ovsdb-server-sb': 'ovsdb-server',
};

/** Names that say something in one folder only: `server.log` is neutron's where RDO and TripleO put neutron's logs. */
const CALLED_IN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  neutron: {
    server: 'neutron-server',
    'dhcp-agent': 'neutron-dhcp-agent',
    'openvswitch-agent': 'neutron-openvswitch-agent',
    'metadata-agent': 'neutron-metadata-agent',
    'l3-agent': 'neutron-l3-agent',
  },
  glance: { api: 'glance-api' },
  nova: { api: 'nova-api', compute: 'nova-compute', conductor: 'nova-conductor', scheduler: 'nova-scheduler' },
};

/** Binaries that log under their own name: those that the catalogue reads, and others of the same projects. */
const PROJECTS = ['nova', 'neutron', 'placement', 'glance', 'ovn', 'ovs'];
const ALONE = ['ovsdb-server', 'libvirtd', 'virtqemud'];
const isOwnName = (name: string): boolean => ALONE.includes(name) || OWN_NAME.test(name);
const OWN_NAME = new RegExp(`^(?:${PROJECTS.join('|')})-[a-z][\\w-]*$`);

/** Names in full of what a host's name may stand before or behind: `nova-compute-cmp01.log`, `cmp01-nova-compute.log`. */
const IN_FULL = [
  'nova-compute',
  'nova-conductor',
  'nova-scheduler',
  'nova-api',
  'neutron-server',
  'neutron-ovn-metadata-agent',
  'neutron-openvswitch-agent',
  'neutron-dhcp-agent',
  'placement-api',
  'glance-api',
  'ovn-controller',
  'ovn-northd',
  'ovs-vswitchd',
];

/** What is put behind a service's name and names nobody: Apache's error log, a container runtime's. */
const TAIL = /[-_.](?:\d{4}-?\d\d-?\d\d(?:[-_T.]\d[\d-]*)?|error|wsgi[-_]error|cri|stdout|stderr|log|logs|full|debug|excerpt)$/;

/** Names that say it without a folder: what people call a file that they attach. */
const SHORT: Readonly<Record<string, string>> = { compute: 'nova-compute', conductor: 'nova-conductor', scheduler: 'nova-scheduler' };

/** kolla's relays and a cell's own services carry a number or a name behind the binary's. */
const NUMBERED: readonly (readonly [RegExp, string])[] = [
  [/^ovn-sb-relay/, 'ovsdb-server'],
  [/^nova-conductor[-_]/, 'nova-conductor'],
  [/^nova-(?:super|cell\d+)-conductor/, 'nova-conductor'],
  [/^nova-compute-ironic/, 'nova-compute'],
  [/^ovsdb-server[-_]/, 'ovsdb-server'],
];

/** Folders named for what is in them; a host's folder may lie above. */
const CONTENTS =
  /^(?:\.|var|log|logs|nova|neutron|ovn|openvswitch|placement|glance|keystone|cinder|libvirt|qemu|kolla|containers|stdouts|upstart|apache2|httpd|screen|archive|old)$/i;

/** `sosreport-HOST-[CASE-]2026-11-21-abcdefg`, as sos names what it collects. */
const SOSREPORT = /^sosreport-(?<host>.+?)(?:-\d{5,})?(?:-\d{4}-\d\d-\d\d-[a-z]{4,})?$/;

/**
 * What a host may be called, and other folders seldom are: lower case, and a digit, a domain or a role in it.
 * Host names have no underscore, so `boot6_debug` is none.
 */
const HOST = /^(?=.*[\d.]|(?:compute|controller|ctl|cmp|network|hypervisor|node|kvm)(?:-|$))[a-z](?:[a-z0-9.-]*[a-z0-9])?$/;

/**
 * Which service wrote a log, and on which host, by its name: `nova-compute@vm2.log`, or `nova-compute.log` in a folder
 * that is named like a host. A given service goes before the name's; a given host before the folder's.
 *
 * @param path the log's lasting name (see `lastingName`)
 * @returns undefined where the service cannot be told
 */
export function nameLog(
  path: string,
  given: { readonly service?: string | undefined; readonly host?: string | undefined } = {},
): LogName | undefined {
  const container = containerOf(path);
  const [name, host] = partsOf(container ?? basename(path));
  const service = given.service ?? serviceCalled(name, basename(dirname(path)));
  if (service === undefined) return undefined;
  // Folders of Kubernetes are named for pods.
  return { service, host: host ?? given.host ?? (container === undefined ? hostOfFolder(dirname(path)) : undefined) };
}

/** The host of `SERVICE@HOST.log`, which goes before whatever its lines say. */
export const hostInName = (path: string): string | undefined => partsOf(basename(path))[1];

/** Whether a log is called one of several services: `journal.jsonl`, `journal@HOST.log`. */
export const isJournal = (path: string): boolean => partsOf(basename(path))[0] === 'journal';

/** What stands around a service's name in those of units and containers, by deployment. */
const AROUND = /^(?:.*\/|devstack@|edpm_|tripleo_|kolla-)|(?:\.service|-container\.service|_container\.service)$/g;

/**
 * Which service calls itself so to syslog, to the journal or to what runs its container: `nova-compute`, `nova_compute`,
 * `devstack@n-cpu.service`, `edpm_ovn_controller.service`.
 */
export function serviceOfIdent(ident: string): string | undefined {
  // What collects logs names the file.
  if (ident.includes('/') && /\.(?:log|txt)(?:\.\d+)?$/.test(ident)) return nameLog(ident.replace(/\.\d+$/, ''))?.service;
  const name = ident.replace(AROUND, '').replace(/[-_]container$/, '');
  return serviceCalled(name, '') ?? serviceCalled(name.replaceAll('_', '-'), '');
}

/** Kubernetes' own names: `pods/NAMESPACE_POD_UID/CONTAINER/0.log`, and links to them. */
const POD = /\/[^/_]+_[^/_]+_[^/_]+\/(?<container>[^/]+)\/\d+\.log$/;
/** as `oc adm must-gather` writes them */
const MUST_GATHER = /\/pods\/[^/]+\/(?<container>[^/]+)\/[^/]+\/logs\/(?:current|previous)\.log$/;
const POD_LINK = /^[^_]+_[^_]+_(?<container>.+)-[0-9a-f]{64}\.log$/;

const containerOf = (path: string): string | undefined =>
  (POD.exec(path) ?? MUST_GATHER.exec(path) ?? POD_LINK.exec(basename(path)))?.groups?.['container'];

/** `SERVICE@HOST.log`; DevStack's copies are called `screen-SERVICE.txt`. */
function partsOf(file: string): readonly [name: string, host: string | undefined] {
  const bare = file.replace(/\.(?:log|txt|jsonl?)(?:\.(?:gz|xz|zst|bz2))?(?:\.txt)?$/, '').replace(/^screen-/, '');
  const at = bare.indexOf('@');
  if (at !== -1) return [bare.slice(0, at), bare.slice(at + 1) || undefined];
  const short = bare.replace(TAIL, '');
  if (own(CALLED, bare) !== undefined || NUMBERED.some(([start]) => start.test(bare))) return [bare, undefined];
  return besideHost(short) ?? [serviceCalled(short, '') === undefined ? bare : short, undefined];
}

/** A service's name with a host's before or behind it. */
function besideHost(bare: string): readonly [name: string, host: string] | undefined {
  for (const service of IN_FULL) {
    const length = service.length + 1;
    if (/^[-_.]/.test(bare.slice(length - 1)) && bare.startsWith(service) && isHost(bare.slice(length)))
      return [service, bare.slice(length)];
    if (/[-_.]$/.test(bare.slice(0, 1 - length)) && bare.endsWith(service) && isHost(bare.slice(0, -length)))
      return [service, bare.slice(0, -length)];
  }
  return undefined;
}

/** What has a digit and is no host: numbers of tickets, dates, and what tells copies of one thing apart. */
const NO_HOST =
  /^(?:case|ticket|bug|lp|issue|incident|inc|sr|sf|logs?|test|tests?|run|attempt|try|copy|new|old|dump|job|build|v|r|rc|release|cell|worker|part)[-_.]?\d+(?:[-_.].*)?$|^\d|^\D{0,3}\d{4}-\d\d-\d\d/;

/** A word of a host's name is a number, or begins with a letter (`c01r03n12`). One of a random name (`29kbjv`) may begin with a digit. */
const HOST_WORD = /^(?:\d+|[a-z][a-z\d]*)?$/;

/** Juju names machines for its model: `juju-61fe7a-default-8`. */
const JUJU = /^juju-[0-9a-f]{6}-/;

const isHost = (name: string): boolean =>
  HOST.test(name) && !NO_HOST.test(name) && (JUJU.test(name) || name.split(/[-.]/).every((word) => HOST_WORD.test(word)));

function serviceCalled(name: string, folder: string): string | undefined {
  const called = own(own(CALLED_IN, folder) ?? {}, name) ?? own(CALLED, name) ?? NUMBERED.find(([start]) => start.test(name))?.[1];
  return called ?? own(SHORT, name) ?? (isOwnName(name) ? name : undefined);
}

const own = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined => (Object.hasOwn(table, key) ? table[key] : undefined);

/** The nearest folder above that is not named for its contents, if it is named like a host. */
function hostOfFolder(folder: string): string | undefined {
  for (let above = folder; above !== dirname(above); above = dirname(above)) {
    const name = basename(above);
    if (CONTENTS.test(name)) continue;
    return SOSREPORT.exec(name)?.groups?.['host'] ?? (isHost(name) ? name : undefined);
  }
  return undefined;
}
