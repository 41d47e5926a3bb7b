import type { EventKind, Vif } from '../catalogue/event.js';
import { traitsOf } from '../catalogue/traits.js';
import { type Event, inOrder, type Member, numberOf, textOf } from '../lifecycle/event.js';
import { NEUTRON, requests } from '../lifecycle/plug.js';
import { knownServices } from '../model/services.js';
import type { Claim } from './claim.js';
import { withHeldLocks } from './lock-holders.js';
import { between, type EventStore, instancesOf, linesOf } from './store.js';
import type { Links, Named, NamedPort, NameType, StoredLine } from './stored-line.js';

/** Lines of these services belong to an action only if they have its own request id. */
const BY_ID_ONLY = new Set(knownServices.ofPart('control plane'));
/** nova-api's lines about neutron's external events, which have a request id of their own. */
const ANNOUNCED: ReadonlySet<EventKind> = new Set<EventKind>(['vif.plug.announced', 'external.event.announced']);
/**
 * Whether a line is about work of nova's control plane, or its calls to placement and glance. No build attempt owns it.
 */
const isOfControlPlane = ({ service, kind }: Event): boolean => BY_ID_ONLY.has(service) && !ANNOUNCED.has(kind);

/** Requests that are about no port: their lines do not show to which build attempt they belong. */
const GENERAL: ReadonlySet<EventKind> = new Set(requests.flatMap(({ to }) => to.flatMap(({ kinds }) => kinds)));

/** Whether a line belongs to the root and not to a build attempt. */
export const isOfRoot = (event: Event): boolean => isOfControlPlane(event) || GENERAL.has(event.kind);
/** Lines about the request as a whole, and so about each of its instances. */
const OF_ALL: ReadonlySet<EventKind> = new Set<EventKind>([
  'server.create.requested',
  'destinations.selected',
  'scheduling.started',
  'scheduling.failed',
  'scheduling.task.failed',
  'hosts.counted',
  'hosts.filtered',
  'hosts.weighed',
  'hosts.none',
  'candidates.none',
  'allocation.candidates.requested',
]);
const neutron = new Set(NEUTRON);
const NO_PORTS: readonly string[] = [];
/** Whether a line is the access line of a service that answered a request. */
const isAccess = ({ kind }: Event): boolean => traitsOf(kind).request === true;
const READS: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD']);

/** The maximum number of ports of an action. The first ports that its lines name are used. */
export const MAX_PORTS = 256;

/**
 * The ports of an instance, by the lines in the claim's time, each with all details that lines contain.
 *
 * @param onFull called for each port over the limit
 */
export function portsOfInstance(store: EventStore, claim: Claim, onFull: () => void = () => {}): Map<string, Vif> {
  const found = new Map<Named, Vif>();
  const leftOut = new Set<Named>();
  let last: NamedPort | undefined;
  /** The first value of a detail wins. */
  const addPort = (port: NamedPort): void => {
    // Most lines of a port have the same details and share one object.
    if (port === last) return;
    last = port;
    const { named, vif } = port;
    const known = found.get(named);
    if (known === undefined && found.size >= MAX_PORTS) {
      if (!leftOut.has(named)) onFull();
      leftOut.add(named);
    } else if (known === undefined) found.set(named, vif);
    // Most lines add nothing.
    else if (addsDetail(vif, known)) found.set(named, { ...vif, ...known });
  };
  const within = (type: NameType, name: string): readonly StoredLine[] => between(store.find(type, name), claim.from, claim.to);
  let lastLinks: Links | undefined;
  for (const { links } of within('instance', claim.instance)) {
    // Lines with the same names share their links.
    if (links === lastLinks) continue;
    lastLinks = links;
    for (const port of links.ports) addPort(port);
  }
  // os-vif's lines contain no instance. If the request has only one instance, they belong to that.
  if (!claim.isShared) {
    for (const alias of claim.aliases) {
      for (const {
        event,
        links: { instance, ports },
      } of within('request', alias)) {
        if (ports.length > 0 && instance === undefined && event.service === 'nova-compute') for (const port of ports) addPort(port);
      }
    }
  }
  for (const named of [...found.keys()]) {
    // Add details from other lines about a known port, such as its MAC address.
    for (const { links } of between(linesOf(named), claim.from, claim.to))
      for (const port of links.ports) if (port.named === named) addPort(port);
  }
  return new Map(Array.from(found, ([{ name }, vif]) => [name, vif]));
}

const addsDetail = (vif: Vif, known: Vif): boolean =>
  (vif.tap !== undefined && known.tap === undefined) ||
  (vif.mac !== undefined && known.mac === undefined) ||
  (vif.network !== undefined && known.network === undefined);

/**
 * All names under which the lines of an action are searched when it closes, also for lines that do not contain the
 * instance.
 */
export function namesOf(store: EventStore, claim: Claim): [NameType, string][] {
  const names: [NameType, string][] = [
    ['instance', claim.instance],
    ...Array.from(claim.aliases, (alias): [NameType, string] => ['request', alias]),
  ];
  const requests = new Set<string>();
  for (const [port, { mac, network }] of portsOfInstance(store, claim)) {
    names.push(['port', port], ['tap', port.slice(0, 11)]);
    if (mac !== undefined) names.push(['mac', mac]);
    if (network !== undefined) names.push(['network', network.slice(0, 10)]);
    for (const {
      event,
      links: { request },
    } of between(store.find('port', port), claim.from, claim.to))
      if (request !== undefined && isCall(event) && neutron.has(event.service)) requests.add(request.name);
  }
  for (const request of requests) names.push(['request', request]);
  return names;
}

/**
 * The lines of an action. Their ids lead to the action through links in lines within the claim's time, and the action
 * owns the time of the line. The order of reading and links outside of that time do not matter.
 */
export function membersOf(store: EventStore, claim: Claim, ports: ReadonlyMap<string, Vif>): Member[] {
  const collector = new Collector(store, claim, ports);
  // Taps and MAC addresses first: the port of such a line is known only from the name under which it is found. Other
  // lines contain their port.
  collector.addByTap();
  collector.addByAddress();
  collector.addByNetwork();
  collector.addByOwnNames();
  return withHeldLocks(once(collector.members.sort((a, b) => inOrder(a.event, b.event))), store, claim);
}

/** Lines that were written twice, once: what ships logs may send some again, and each would begin or end something. */
const once = (members: readonly Member[]): Member[] =>
  members.filter(({ event }, i) => i === 0 || !isSameLine(event, members[i - 1]!.event));

const isSameLine = (event: Event, before: Event): boolean =>
  event.at === before.at &&
  event.kind === before.kind &&
  event.isRough !== true &&
  event.requestId === before.requestId &&
  event.instance === before.instance &&
  event.pid === before.pid &&
  event.host === before.host &&
  event.service === before.service &&
  event.text === before.text;

/** Collects the lines of one action, each once. */
class Collector {
  readonly members: Member[] = [];
  readonly #store: EventStore;
  readonly #claim: Claim;
  readonly #ports: ReadonlyMap<string, Vif>;
  readonly #instance: Named | undefined;
  readonly #aliases = new Set<Named>();
  readonly #portNames = new Map<Named, string>();
  /** request ids of calls to neutron about one of the ports, each with the port */
  readonly #portOfRequest = new Map<Named | undefined, string>();
  /** lists with one port, shared by all lines about that port */
  readonly #lists = new Map<string, readonly string[]>();
  readonly #search: number;

  constructor(store: EventStore, claim: Claim, ports: ReadonlyMap<string, Vif>) {
    this.#store = store;
    this.#claim = claim;
    this.#ports = ports;
    this.#instance = store.named('instance', claim.instance);
    for (const port of ports.keys()) {
      const named = store.named('port', port);
      if (named !== undefined) this.#portNames.set(named, port);
    }
    for (const alias of claim.aliases) {
      const named = store.named('request', alias);
      if (named !== undefined) this.#aliases.add(named);
    }
    for (const [named, port] of this.#portNames) {
      for (const {
        event,
        links: { request },
      } of this.#within(named)) {
        if (request !== undefined && isCall(event) && neutron.has(event.service)) this.#portOfRequest.set(request, port);
      }
    }
    this.#search = store.nextSearch();
  }

  /** A tap's name contains the first digits of its port. If two ports share these digits, the tap is not used. */
  addByTap(): void {
    const byPrefix = new Map<string, string | null>();
    for (const port of this.#ports.keys()) {
      const prefix = port.slice(0, 11);
      byPrefix.set(prefix, byPrefix.has(prefix) ? null : port);
    }
    for (const [prefix, port] of byPrefix) if (port !== null) this.#consider(this.#within(this.#store.named('tap', prefix)), port);
  }

  /** An SR-IOV agent names a port by its MAC address. */
  addByAddress(): void {
    for (const { port, mac } of this.#ports.values()) {
      if (mac === undefined) continue;
      const lines = this.#within(this.#store.named('mac', mac));
      this.#consider(
        lines.filter(({ event }) => traitsOf(event.kind).agent === true),
        port,
      );
    }
  }

  /** neutron-dhcp-agent fails for a whole network, and so for all ports that wait for it. */
  addByNetwork(): void {
    for (const { port, network } of this.#ports.values()) {
      if (network === undefined) continue;
      const lines = this.#within(this.#store.named('network', network.slice(0, 10)));
      this.#consider(
        lines.filter(({ event }) => event.kind === 'dhcp.failed' && event.fields['network'] === network),
        port,
      );
    }
  }

  /** Adds lines that contain the instance, its request ids, request ids of calls about its ports, or the ports. */
  addByOwnNames(): void {
    this.#consider(this.#within(this.#instance));
    for (const alias of this.#aliases) this.#consider(this.#within(alias));
    for (const request of this.#portOfRequest.keys()) this.#consider(this.#within(request));
    for (const named of this.#portNames.keys()) this.#consider(this.#within(named));
  }

  #within(named: Named | undefined): readonly StoredLine[] {
    return named === undefined ? [] : between(linesOf(named), this.#claim.from, this.#claim.to);
  }

  /** @param port the port of the lines, if it is known only from the name under which they were found */
  #consider(lines: readonly StoredLine[], port?: string): void {
    for (const stored of lines) {
      if (stored.lastSearch === this.#search) continue;
      stored.lastSearch = this.#search;
      const ports = this.#portsOf(stored, port);
      if (this.#isMember(stored, ports)) this.members.push({ event: stored.event, ports });
    }
  }

  /** The action's ports that a line is about: it names them, or it belongs to a call about them. */
  #portsOf({ links: { ports, request, globalRequest } }: StoredLine, port: string | undefined): readonly string[] {
    let about = this.#with(NO_PORTS, port);
    for (let i = 0; i < ports.length; i++) about = this.#with(about, this.#portNames.get(ports[i]!.named));
    if (this.#portOfRequest.size === 0) return about;
    about = this.#with(about, this.#portOfRequest.get(request));
    return this.#with(about, this.#portOfRequest.get(globalRequest));
  }

  #with(list: readonly string[], port: string | undefined): readonly string[] {
    if (port === undefined || list.includes(port)) return list;
    return list.length === 0 ? this.#listOf(port) : [...list, port].sort();
  }

  #listOf(port: string): readonly string[] {
    let list = this.#lists.get(port);
    if (list === undefined) this.#lists.set(port, (list = [port]));
    return list;
  }

  #isMember(stored: StoredLine, ports: readonly string[]): boolean {
    const claim = this.#claim;
    const {
      event,
      links: { instance, request, globalRequest },
    } = stored;
    if (instance !== undefined && instance !== this.#instance) return false;
    if ((request !== undefined && this.#aliases.has(request)) || (globalRequest !== undefined && this.#aliases.has(globalRequest)))
      return !claim.isShared || instance !== undefined || ports.length > 0 || concernsInstance(event, claim);
    return belongsByTime(stored, claim, ports);
  }
}

/** Whether a line belongs to a client's request, and not to neutron's worker that watches OVN's databases. */
const isCall = (event: Event): boolean => event.userId !== undefined;

/** For a line with a request id that several instances share: whether it is about all of them, or lists this one. */
function concernsInstance(event: Event, claim: Claim): boolean {
  const instances = instancesOf(event);
  if (instances.length > 0) return instances.includes(claim.instance);
  return OF_ALL.has(event.kind);
}

/**
 * For a line without the action's own request id: whether it belongs to no other request and the action owns its time.
 */
function belongsByTime(stored: StoredLine, claim: Claim, ports: readonly string[]): boolean {
  const { event } = stored;
  if (BY_ID_ONLY.has(event.service) && !ANNOUNCED.has(event.kind)) return false;
  if (event.requestId !== undefined && claim.isOtherRequest(event.requestId)) return false;
  if (event.globalRequestId !== undefined && claim.isOtherRequest(event.globalRequestId)) return false;
  if (neutron.has(event.service) && (isCall(event) || isAccess(event))) return belongsByCall(stored, claim, ports.length > 0);
  return claim.owns(event.at, { kind: event.kind, ports });
}

/**
 * For a line of a call to neutron without the action's own request id: whether the call belongs to the action. A call
 * with another global request id belongs to that request. A call without one belongs to the action if it changes one of
 * its ports and starts while the action owns the instance. All lines of a call stay together, even if it ends during
 * the next action.
 */
function belongsByCall(stored: StoredLine, claim: Claim, namesPort: boolean): boolean {
  if (stored.event.globalRequestId !== undefined || !namesPort) return false;
  const call = callOf(stored);
  if (call === undefined) return claim.owns(stored.event.at);
  if (READS.has(textOf(call, 'method'))) return false;
  const begun = call.at - Math.round((numberOf(call, 'seconds') ?? 0) * 1e6) / 1e3;
  return begun <= claim.callsUntil && claim.owns(begun);
}

/** The access line of the call to which a line belongs. */
function callOf({ event, links: { request } }: StoredLine): Event | undefined {
  if (isAccess(event)) return event;
  return request === undefined ? undefined : linesOf(request).find((other) => isAccess(other.event))?.event;
}
