import type { EventKind, Vif } from '../catalogue/event.js';
import { traitsOf } from '../catalogue/traits.js';
import { type Event, inOrder, type Member, numberOf, textOf } from '../lifecycle/event.js';
import { NEUTRON, requests } from '../lifecycle/plug.js';
import { knownServices } from '../model/services.js';
import type { Claim } from './claim.js';
import type { Kept, Links, Named, NamedPort, Sort } from './kept.js';
import { withHeldLocks } from './lock-holders.js';
import { between, type EventStore, instancesOf, linesOf } from './store.js';

/** Lines of nova's control plane belong to an action only if they have its own request id. */
const BY_ID_ONLY = new Set(knownServices.ofPart('control plane'));
/** neutron's messages to nova, under a request id of their own. */
const ANNOUNCED: ReadonlySet<EventKind> = new Set<EventKind>(['vif.plug.announced', 'external.event.announced']);
/** Work of nova's control plane, and its calls to placement and glance: before and beside every try at a build. */
const isOfControlPlane = ({ service, kind }: Event): boolean => BY_ID_ONLY.has(service) && !ANNOUNCED.has(kind);

/** Requests that are about no port. Nothing in them shows which try at a build they were made for. */
const GENERAL: ReadonlySet<EventKind> = new Set(requests.flatMap(({ to }) => to.flatMap(({ kinds }) => kinds)));

/** Whether a line's span belongs to the root and not to a try at a build. */
export const isOfRoot = (event: Event): boolean => isOfControlPlane(event) || GENERAL.has(event.kind);
/** Lines about the request as a whole, that is, about every instance of it. */
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
/** The access line of a service that answered a request. */
const isAccess = ({ kind }: Event): boolean => traitsOf(kind).request === true;
const READS: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD']);

/** The most ports of an action. The first that its lines name are taken. */
export const MOST_PORTS = 256;

/** The ports of an instance by the lines of the window, each with everything that lines say about it. */
export function portsOfInstance(store: EventStore, claim: Claim, onFull: () => void = () => {}): Map<string, Vif> {
  const found = new Map<Named, Vif>();
  const leftOut = new Set<Named>();
  let last: NamedPort | undefined;
  /** What was said first is kept. */
  const learn = (port: NamedPort): void => {
    // Most lines of a port say the same, and share it.
    if (port === last) return;
    last = port;
    const { named, vif } = port;
    const known = found.get(named);
    if (known === undefined && found.size >= MOST_PORTS) {
      if (!leftOut.has(named)) onFull();
      leftOut.add(named);
    } else if (known === undefined) found.set(named, vif);
    // Most lines say nothing new.
    else if (tellsMore(vif, known)) found.set(named, { ...vif, ...known });
  };
  const within = (sort: Sort, name: string): readonly Kept[] => between(store.find(sort, name), claim.from, claim.to);
  let learnt: Links | undefined;
  for (const { links } of within('instance', claim.instance)) {
    // Lines that name the same share it.
    if (links === learnt) continue;
    learnt = links;
    for (const port of links.ports) learn(port);
  }
  // os-vif's lines name no instance. The request shows it, if it has only one instance.
  if (!claim.isShared) {
    for (const alias of claim.aliases) {
      for (const {
        event,
        links: { instance, ports },
      } of within('request', alias)) {
        if (ports.length > 0 && instance === undefined && event.service === 'nova-compute') for (const port of ports) learn(port);
      }
    }
  }
  for (const named of [...found.keys()]) {
    // What other lines say about a known port, such as its address.
    for (const { links } of between(linesOf(named), claim.from, claim.to))
      for (const port of links.ports) if (port.named === named) learn(port);
  }
  return new Map(Array.from(found, ([{ name }, vif]) => [name, vif]));
}

const tellsMore = (vif: Vif, known: Vif): boolean =>
  (vif.tap !== undefined && known.tap === undefined) ||
  (vif.mac !== undefined && known.mac === undefined) ||
  (vif.network !== undefined && known.network === undefined);

/**
 * All names under which lines of an action are searched for when it closes, including lines that do not name the
 * instance.
 */
export function namesOf(store: EventStore, claim: Claim): [Sort, string][] {
  const names: [Sort, string][] = [
    ['instance', claim.instance],
    ...Array.from(claim.aliases, (alias): [Sort, string] => ['request', alias]),
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
 * The lines of an action: their ids lead to it through links in lines inside its window, and their time is in the
 * window and owned by the action. The order of reading and links outside the window do not matter.
 */
export function membersOf(store: EventStore, claim: Claim, ports: ReadonlyMap<string, Vif>): Member[] {
  const collector = new Collector(store, claim, ports);
  // Taps and addresses first: only the name under which such a line is found says which port it is about. All others
  // say it themselves.
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
  readonly #ours = new Map<Named, string>();
  /** neutron's own requests for calls that are about one of the ports */
  readonly #portOfRequest = new Map<Named | undefined, string>();
  /** lists of one port, which most lines have: one list for all of them */
  readonly #lists = new Map<string, readonly string[]>();
  readonly #look: number;

  constructor(store: EventStore, claim: Claim, ports: ReadonlyMap<string, Vif>) {
    this.#store = store;
    this.#claim = claim;
    this.#ports = ports;
    this.#instance = store.named('instance', claim.instance);
    for (const port of ports.keys()) {
      const named = store.named('port', port);
      if (named !== undefined) this.#ours.set(named, port);
    }
    for (const alias of claim.aliases) {
      const named = store.named('request', alias);
      if (named !== undefined) this.#aliases.add(named);
    }
    for (const [named, port] of this.#ours) {
      for (const {
        event,
        links: { request },
      } of this.#within(named)) {
        if (request !== undefined && isCall(event) && neutron.has(event.service)) this.#portOfRequest.set(request, port);
      }
    }
    this.#look = store.nextLook();
  }

  /** A tap is named by the first digits of its port: where two ports share them, it says nothing. */
  addByTap(): void {
    const byPrefix = new Map<string, string | null>();
    for (const port of this.#ports.keys()) {
      const prefix = port.slice(0, 11);
      byPrefix.set(prefix, byPrefix.has(prefix) ? null : port);
    }
    for (const [prefix, port] of byPrefix) if (port !== null) this.#consider(this.#within(this.#store.named('tap', prefix)), port);
  }

  /** An SR-IOV agent calls a port by its address. */
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

  /** The DHCP agent gives up a whole network, and with it all ports that wait for it. */
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

  /** Lines that name the instance, its requests, neutron's calls about its ports, or the ports. */
  addByOwnNames(): void {
    this.#consider(this.#within(this.#instance));
    for (const alias of this.#aliases) this.#consider(this.#within(alias));
    for (const request of this.#portOfRequest.keys()) this.#consider(this.#within(request));
    for (const named of this.#ours.keys()) this.#consider(this.#within(named));
  }

  #within(named: Named | undefined): readonly Kept[] {
    return named === undefined ? [] : between(linesOf(named), this.#claim.from, this.#claim.to);
  }

  /** @param port that the lines are about, where only the name under which they were found says so */
  #consider(lines: readonly Kept[], port?: string): void {
    for (const kept of lines) {
      if (kept.look === this.#look) continue;
      kept.look = this.#look;
      const ports = this.#portsOf(kept, port);
      if (this.#isOurs(kept, ports)) this.members.push({ event: kept.event, ports });
    }
  }

  /** The ports of ours that a line is about: it names them, or it is of a call that is about them. */
  #portsOf({ links: { ports, request, globalRequest } }: Kept, port: string | undefined): readonly string[] {
    let about = this.#with(NO_PORTS, port);
    for (let i = 0; i < ports.length; i++) about = this.#with(about, this.#ours.get(ports[i]!.named));
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

  #isOurs(kept: Kept, ports: readonly string[]): boolean {
    const claim = this.#claim;
    const {
      event,
      links: { instance, request, globalRequest },
    } = kept;
    if (instance !== undefined && instance !== this.#instance) return false;
    if ((request !== undefined && this.#aliases.has(request)) || (globalRequest !== undefined && this.#aliases.has(globalRequest)))
      return !claim.isShared || instance !== undefined || ports.length > 0 || isOfUs(event, claim);
    return belongsByTime(kept, claim, ports);
  }
}

/** Whether a line belongs to a client's request, not to the worker that follows OVN's databases. */
const isCall = (event: Event): boolean => event.userId !== undefined;

/** For a line that names only a request of several instances: whether it is about all of them, or lists this one. */
function isOfUs(event: Event, claim: Claim): boolean {
  const instances = instancesOf(event);
  if (instances.length > 0) return instances.includes(claim.instance);
  return OF_ALL.has(event.kind);
}

/** For a line without the action's own id: whether no other request claims it, and the action owns the moment. */
function belongsByTime(kept: Kept, claim: Claim, ports: readonly string[]): boolean {
  const { event } = kept;
  if (BY_ID_ONLY.has(event.service) && !ANNOUNCED.has(event.kind)) return false;
  if (event.requestId !== undefined && claim.isOther(event.requestId)) return false;
  if (event.globalRequestId !== undefined && claim.isOther(event.globalRequestId)) return false;
  if (neutron.has(event.service) && (isCall(event) || isAccess(event))) return belongsByCall(kept, claim, ports.length > 0);
  return claim.owns(event.at, { kind: event.kind, ports });
}

/**
 * For a line of a call to neutron without the action's own id. A call that names another caller belongs to that
 * caller. A call that names none belongs to the action if it changes a port of the action and begins while the action
 * owns the instance. All lines of a call go together, even if the call ends during the next action.
 */
function belongsByCall(kept: Kept, claim: Claim, namesPort: boolean): boolean {
  if (kept.event.globalRequestId !== undefined || !namesPort) return false;
  const call = callOf(kept);
  if (call === undefined) return claim.owns(kept.event.at);
  if (READS.has(textOf(call, 'method'))) return false;
  const begun = call.at - Math.round((numberOf(call, 'seconds') ?? 0) * 1e6) / 1e3;
  return begun <= claim.callsUntil && claim.owns(begun);
}

/** The access line of the call during which a line was printed. */
function callOf({ event, links: { request } }: Kept): Event | undefined {
  if (isAccess(event)) return event;
  return request === undefined ? undefined : linesOf(request).find((other) => isAccess(other.event))?.event;
}
