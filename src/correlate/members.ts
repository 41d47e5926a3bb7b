import type { EventKind, Vif } from '../catalogue/event.js';
import { type Event, inOrder, type Member } from '../lifecycle/event.js';
import { NEUTRON } from '../lifecycle/plug.js';
import type { Millis } from '../model/line.js';
import { type EventStore, instancesOf, keys, portsOf } from './store.js';

/** What it takes to tell an action's lines from all others. */
export interface Claim {
  readonly instance: string;
  /** the action's request id, and the client's own where it sent one */
  readonly aliases: ReadonlySet<string>;
  readonly from: Millis;
  readonly to: Millis;
  /** other instances have actions of this request: a line that names only the request says nothing of which */
  readonly isShared: boolean;
  /** the action owns the instance at this moment */
  owns(at: Millis): boolean;
  /** another action of this instance has this request id */
  isOther(request: string): boolean;
}

/** Of nova's control plane only what says the action's own id is the action's. */
const BY_ID_ONLY = new Set(['nova-api', 'nova-conductor', 'nova-scheduler', 'placement', 'glance']);
/** neutron's word to nova, under a request of its own. */
const ANNOUNCED: ReadonlySet<EventKind> = new Set<EventKind>(['vif.plug.announced', 'external.event.announced']);
/** Lines that concern the request as a whole: every instance of it. */
const OF_ALL: ReadonlySet<EventKind> = new Set<EventKind>([
  'server.create.requested',
  'server.create.begun',
  'destinations.selected',
  'scheduling.started',
  'scheduling.failed',
  'hosts.counted',
  'hosts.filtered',
  'hosts.weighed',
  'hosts.none',
  'candidates.none',
  'allocation.candidates.requested',
]);
/** Access lines of neutron: whose they are is for the ids to say, not for the time. */
const neutron = new Set(NEUTRON);

/** The ports of an instance as the lines of the window tell, each with all that is said of it. */
export function portsOfInstance(store: EventStore, claim: Claim): Map<string, Vif> {
  const found = new Map<string, Vif>();
  /** What was said first stands. */
  const learn = (vif: Vif): void => {
    const known = found.get(vif.port);
    if (known === undefined) found.set(vif.port, vif);
    // Most lines say nothing new.
    else if (tellsMore(vif, known)) found.set(vif.port, { ...vif, ...known });
  };
  /** The lines of the window under a key, in order. */
  const within = (key: string): Event[] =>
    store
      .find(key)
      .filter(({ at }) => at >= claim.from && at <= claim.to)
      .sort(inOrder);
  for (const event of within(keys.instance(claim.instance))) portsOf(event).forEach(learn);
  // os-vif's lines name no instance: the request tells, where it has only one.
  if (!claim.isShared) {
    for (const alias of claim.aliases) {
      for (const event of within(keys.request(alias))) {
        if (event.service === 'nova-compute' && event.instance === undefined) portsOf(event).forEach(learn);
      }
    }
  }
  for (const port of [...found.keys()]) {
    // What others say of a known port, such as its address.
    for (const event of within(keys.port(port))) {
      for (const vif of portsOf(event)) if (vif.port === port) learn(vif);
    }
  }
  return found;
}

const tellsMore = (vif: Vif, known: Vif): boolean =>
  (vif.tap !== undefined && known.tap === undefined) ||
  (vif.mac !== undefined && known.mac === undefined) ||
  (vif.network !== undefined && known.network === undefined);

/**
 * The lines of an action: those whose ids lead to it through links that lines inside its window state, and whose time is
 * inside the window and its own. What was read first, and what was learned elsewhere, has no say.
 */
export function membersOf(store: EventStore, claim: Claim, ports: ReadonlyMap<string, Vif>): Member[] {
  const members = new Map<Event, string[]>();
  const byPrefix = new Map<string, string | null>();
  for (const port of ports.keys()) {
    const prefix = port.slice(0, 11);
    byPrefix.set(prefix, byPrefix.has(prefix) ? null : port);
  }
  const within = (event: Event): boolean => event.at >= claim.from && event.at <= claim.to;
  const namesAlias = (event: Event): boolean =>
    (event.requestId !== undefined && claim.aliases.has(event.requestId)) ||
    (event.globalRequestId !== undefined && claim.aliases.has(event.globalRequestId));

  /** neutron's own request ids of calls that are about one of the ports. */
  const portOfRequest = new Map<string, string>();
  for (const port of ports.keys()) {
    for (const event of store.find(keys.port(port))) {
      if (neutron.has(event.service) && event.requestId !== undefined && within(event) && isCall(event))
        portOfRequest.set(event.requestId, port);
    }
  }

  const consider = (event: Event, port?: string): void => {
    if (!within(event)) return;
    const known = members.get(event);
    if (known !== undefined) {
      if (port !== undefined && !known.includes(port)) known.push(port);
      return;
    }
    if (event.instance !== undefined && event.instance !== claim.instance) return;
    const ours: string[] = [];
    for (const vif of portsOf(event)) if (ports.has(vif.port) && !ours.includes(vif.port)) ours.push(vif.port);
    if (namesAlias(event)) {
      if (claim.isShared && event.instance === undefined && port === undefined && ours.length === 0 && !isOfUs(event, claim)) return;
    } else if (!belongsByTime(event, claim, port)) return;
    if (port !== undefined && !ours.includes(port)) ours.push(port);
    members.set(event, ours);
  };

  for (const event of store.find(keys.instance(claim.instance))) consider(event);
  for (const alias of claim.aliases)
    for (const event of store.find(keys.request(alias))) consider(event, portOfRequest.get(event.requestId ?? ''));
  for (const [request, port] of portOfRequest) for (const event of store.find(keys.request(request))) consider(event, port);
  for (const port of ports.keys()) for (const event of store.find(keys.port(port))) consider(event, port);
  // An SR-IOV agent calls a port by its address.
  for (const { port, mac } of ports.values())
    if (mac !== undefined) for (const event of store.find(keys.mac(mac))) if (event.kind.startsWith('agent.')) consider(event, port);
  for (const [prefix, port] of byPrefix) if (port !== null) for (const event of store.find(keys.tap(prefix))) consider(event, port);

  return Array.from(members, ([event, about]) => ({ event, ports: about.sort() })).sort((a, b) => inOrder(a.event, b.event));
}

/** A line of a request that a client made, not of the worker that follows OVN's databases. */
const isCall = (event: Event): boolean => event.userId !== undefined;

/** Of a line that names only a request with several instances: whether it is about all of them, or names this one in a list. */
function isOfUs(event: Event, claim: Claim): boolean {
  const instances = instancesOf(event);
  if (instances.length > 0) return instances.includes(claim.instance);
  return OF_ALL.has(event.kind);
}

/** Of a line without the action's own id: whether no other request claims it, and the action owns the moment. */
function belongsByTime(event: Event, claim: Claim, port: string | undefined): boolean {
  if (BY_ID_ONLY.has(event.service) && !ANNOUNCED.has(event.kind)) return false;
  if (event.requestId !== undefined && claim.isOther(event.requestId)) return false;
  if (event.globalRequestId !== undefined && claim.isOther(event.globalRequestId)) return false;
  if (neutron.has(event.service) && isCall(event)) {
    // A call that names another caller is that caller's; one that names none must be about a port of ours.
    if (event.globalRequestId !== undefined && !ANNOUNCED.has(event.kind) && event.kind.includes('request')) return false;
    if (port === undefined) return false;
  }
  return claim.owns(event.at);
}
