import type { EventKind } from '../catalogue/event.js';
import type { Vif } from '../catalogue/scan.js';
import { traitsOf } from '../catalogue/traits.js';
import { type Event, type Member, textOf } from './event.js';

/**
 * The part of the cloud that wires a port, so that phases of the others are not reported as missing:
 *
 * - `ovn`: ovn-controller claims an interface that appears in OVS
 * - `ml2-ovs`: neutron-openvswitch-agent wires an interface that appears in OVS
 * - `other`: os-vif plugs the port into something else, such as a Linux bridge or a vhost-user socket
 * - `direct`: the device is passed through to the guest (SR-IOV), and os-vif logs nothing
 */
export type PortBackend = 'ovn' | 'ml2-ovs' | 'other' | 'direct';

/** Types of VIFs that nova plugs without os-vif: nova/network/os_vif_util.py, LEGACY_VIFS. */
const DIRECT = new Set(['hw_veb', 'hostdev_physical', 'ib_hostdev', 'macvtap', 'tap', '802.1qbg', '802.1qbh']);
/** os-vif's plugins that plug into OVS; the plugin `ovs` itself is not in the line. */
const IN_OVS = new Set(['agilio_ovs', 'vhostuser_fp']);

const OVN: ReadonlySet<EventKind> = new Set<EventKind>(['port.status.up', 'port.status.down', 'ovn.port.adding', 'ovn.port.checked']);
const PLUGGED: ReadonlySet<EventKind> = new Set<EventKind>(['vif.plugging', 'vif.plugged', 'vif.unplugging', 'vif.unplugged']);
const ACTIVE: ReadonlySet<EventKind> = new Set<EventKind>(['vif.plug.announced', 'vif.plug.received', 'vif.plug.processed']);
const STARTED: ReadonlySet<EventKind> = new Set<EventKind>(['guest.lifecycle.started', 'guest.lifecycle.resumed']);

interface BackendInput {
  readonly members: readonly Member[];
  readonly ports: readonly string[];
  readonly host: string | undefined;
  reads(service: string, host?: string): boolean;
}

/**
 * The backend of each port of an action: by its lines; else as the action's other ports; else by the logs that are
 * read; else OVN.
 */
export function portBackendsOf(input: BackendInput): ReadonlyMap<string, PortBackend> {
  const found = new Map<string, PortBackend | undefined>();
  for (const port of input.ports) found.set(port, backendShownFor(port, input));
  const usual = mostUsual(found.values()) ?? (hasAgent(input) ? 'ml2-ovs' : 'ovn');
  const backends = new Map<string, PortBackend>();
  for (const [port, backend] of found) backends.set(port, backend ?? usual);
  return backends;
}

/** The backend of the other ports, for a port whose lines do not show its own. */
function mostUsual(found: Iterable<PortBackend | undefined>): PortBackend | undefined {
  for (const backend of found) if (backend === 'ovn' || backend === 'ml2-ovs') return backend;
  return undefined;
}

const hasAgent = ({ reads, host }: BackendInput): boolean => reads('neutron-openvswitch-agent', host) && !reads('ovn-controller', host);

function backendShownFor(port: string, input: BackendInput): PortBackend | undefined {
  let byAgent = false;
  let byOvn = false;
  let isPlugged = false;
  let isInOvs = false;
  let isActive = false;
  for (const { event, ports } of input.members) {
    if (!ports.includes(port)) continue;
    const { kind, service } = event;
    if (service === 'nova-compute') {
      const plugin = textOf(event, 'plugin');
      if (plugin !== undefined && !IN_OVS.has(plugin)) return 'other';
      const type = typeOf(event, port);
      if (type !== undefined && DIRECT.has(type)) return 'direct';
    }
    if (service === 'ovn-controller' || OVN.has(kind as EventKind)) byOvn = true;
    else if (service === 'neutron-openvswitch-agent' || isOfAgent(event)) byAgent = true;
    else if (service === 'ovs-vswitchd') isInOvs = true;
    if (PLUGGED.has(kind as EventKind)) isPlugged = true;
    if (ACTIVE.has(kind as EventKind)) isActive = true;
  }
  if (byOvn) return 'ovn';
  if (byAgent) return 'ml2-ovs';
  return isActive && !isPlugged && !isInOvs && isUsedUnseen(input) ? 'direct' : undefined;
}

/** The guest runs, and the services that would have plugged the port are read and logged nothing. */
const isUsedUnseen = ({ members, host, reads }: BackendInput): boolean =>
  host !== undefined &&
  reads('nova-compute', host) &&
  reads('ovs-vswitchd', host) &&
  members.some(({ event }) => STARTED.has(event.kind as EventKind));

function typeOf({ fields }: Event, port: string): string | undefined {
  const { ports } = fields;
  if (!Array.isArray(ports)) return undefined;
  return (ports as readonly (string | Vif)[]).find((each): each is Vif => typeof each !== 'string' && each.port === port)?.type;
}

/**
 * Whether a line is about the agent of ML2/OVS. Only hybrid plug creates a `qvo…`, and only that agent uses it.
 * neutron-server calls the agent `ovs-agent-<host>`.
 */
const isOfAgent = (event: Event): boolean =>
  (event.service === 'ovs-vswitchd' && textOf(event, 'tap')?.startsWith('qvo') === true) ||
  (traitsOf(event.kind).agent === true && textOf(event, 'agent')?.startsWith('ovs-agent') === true);
