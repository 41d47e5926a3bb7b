import type { Vif } from '../catalogue/event.js';
import { traitsOf } from '../catalogue/traits.js';
import { type Event, inOrder, textOf } from '../lifecycle/event.js';
import type { Millis } from '../model/line.js';
import { ownText } from '../model/own-text.js';
import { seconds } from '../model/time.js';
import { CompactEvent } from './compact-event.js';
import { FORGOTTEN, type Links, type Named, type NamedPort, type NameType, type StoredLine } from './stored-line.js';

export type { NameType } from './stored-line.js';

/** A tap's name contains the first 11 characters of its port's id after a prefix: tap, qvo, qvb or vhu. */
const TAP = /^(?:tap|qvo|qvb|vhu)([0-9a-f]{8}-[0-9a-f]{2})$/;
const METADATA_TAP = /^tap[0-9a-f]{8}-[0-9a-f]0$/;
/** The first 11 characters of the port's id in a tap's name; undefined if the name has another form. */
export const portPrefix = (tap: string): string | undefined => TAP.exec(tap)?.[1];

/** The ports that a line names by their UUIDs. */
export function portsOf({ fields }: Event): readonly Vif[] {
  const { port, ports } = fields;
  if (typeof port === 'string') {
    const { tap, mac, network } = fields;
    const vif: { -readonly [K in keyof Vif]: Vif[K] } = { port };
    // Set one by one, which is faster than spreading: this runs several times per line.
    if (typeof tap === 'string') vif.tap = tap;
    if (typeof mac === 'string') vif.mac = mac;
    if (typeof network === 'string') vif.network = network;
    return [vif];
  }
  if (!Array.isArray(ports)) return NO_PORTS;
  return (ports as readonly (string | Vif)[]).map((each) => (typeof each === 'string' ? { port: each } : each));
}
const NO_PORTS: readonly Vif[] = [];

/** The instances in the list of a line, such as the scheduler's. */
export function instancesOf(event: Event): readonly string[] {
  const listed = event.fields['instances'];
  return Array.isArray(listed) ? (listed as readonly string[]) : [];
}

/** Lines are grouped by this much time (ms). A group that is too young to be dropped is skipped as a whole. */
const AGE = seconds(30);

/** Up to so many lines of a name, the list has no spare capacity. */
const FEW = 4;

/** How many recent `Links` of a name are compared with those of the next line. */
const MAX_LINKS = 4;

/** How many dropped lines may stay in a list of any length. */
const SPARE = 32;

/**
 * The lines of the last minutes, by all names in them: instance, request, port, tap, MAC address. The lines of an
 * action are found only when it closes, so the order in which files are read does not matter.
 */
export class EventStore {
  readonly #named: Readonly<Record<NameType, Map<string, Named>>> = {
    instance: new Map(),
    request: new Map(),
    port: new Map(),
    tap: new Map(),
    mac: new Map(),
    network: new Map(),
    host: new Map(),
  };
  readonly #ages = new Map<number, StoredLine[]>();
  /** the group of the last line: the next line is usually in the same group */
  #age = Number.NaN;
  #peers: StoredLine[] = [];
  /** the names of the last line: the next line usually has the same, and a comparison is faster than a look-up */
  #lastInstance: Named | undefined;
  #lastRequest: Named | undefined;
  readonly #inTrace = new Set<Event>();
  #size = 0;
  #searches = 0;

  get size(): number {
    return this.#size;
  }

  add(event: Event): void {
    const links = this.#linksOf(event);
    const stored: StoredLine = event instanceof CompactEvent ? event.storedWith(links) : { event, links, lastSearch: 0 };
    const { instance, request, globalRequest, ports, others } = links;
    if (instance !== undefined) file(stored, instance);
    if (request !== undefined) file(stored, request);
    if (globalRequest !== undefined) file(stored, globalRequest);
    for (let i = 0; i < ports.length; i++) file(stored, ports[i]!.named);
    for (let i = 0; i < others.length; i++) file(stored, others[i]!);
    this.#peersOf(Math.floor(event.at / AGE)).push(stored);
    this.#size++;
  }

  #linksOf(event: Event): Links {
    const { instance: server, requestId, globalRequestId } = event;
    const instance = server === undefined ? undefined : (this.#lastInstance = this.#sameOr(this.#lastInstance, 'instance', server));
    const request = requestId === undefined ? undefined : (this.#lastRequest = this.#sameOr(this.#lastRequest, 'request', requestId));
    const globalRequest = globalRequestId === undefined ? undefined : this.#idOf('request', globalRequestId);
    const ports = this.#portsOf(event);
    const others = this.#othersOf(event);
    const first = request ?? instance ?? globalRequest ?? ports[0]?.named;
    let tried = 0;
    for (let last = first?.links; last !== undefined && tried < MAX_LINKS; last = last.before, tried++)
      if (
        last.instance === instance &&
        last.request === request &&
        last.globalRequest === globalRequest &&
        last.ports === ports &&
        last.others === others
      )
        return last;
    // The chain is cut. Otherwise a name that is always in use would keep all names that were ever in one line with it.
    const links = { instance, request, globalRequest, ports, others, before: tried < MAX_LINKS ? first?.links : undefined };
    if (first !== undefined) first.links = links;
    return links;
  }

  #peersOf(age: number): StoredLine[] {
    if (age === this.#age) return this.#peers;
    let peers = this.#ages.get(age);
    if (peers === undefined) this.#ages.set(age, (peers = []));
    this.#age = age;
    this.#peers = peers;
    return peers;
  }

  #sameOr(last: Named | undefined, type: NameType, name: string): Named {
    return last !== undefined && last.live > 0 && last.name === name ? last : this.#idOf(type, name);
  }

  #portsOf(event: Event): readonly NamedPort[] {
    const ports = portsOf(event);
    if (ports.length === 0) return NO_NAMED_PORTS;
    if (ports.length > 1) return ports.map((vif) => ({ named: this.#nameOf('port', vif.port), vif }));
    const [vif] = ports as readonly [Vif];
    const named = this.#nameOf('port', vif.port);
    if (named.namedPort === undefined || !isSameVif(named.namedPort[0].vif, vif))
      named.namedPort = [{ named, vif: ownVif(vif, named.name) }];
    return named.namedPort;
  }

  #othersOf(event: Event): readonly Named[] {
    const { kind, fields } = event;
    const listed = instancesOf(event);
    if (listed.length > 0) return listed.map((each) => this.#nameOf('instance', each));
    switch (kind) {
      case 'dhcp.acknowledged':
        return this.#oneOf('mac', textOf(event, 'mac'));
      case 'metadata.provisioning':
      case 'dhcp.failed':
        return this.#oneOf('network', textOf(event, 'network')?.slice(0, 10));
      case 'resources.audited':
      case 'compute.started':
        return this.#oneOf('host', event.host);
    }
    const { tap, mac } = fields;
    // An SR-IOV agent names a port by its MAC address.
    if (typeof mac === 'string' && traitsOf(kind).agent === true) return this.#oneOf('mac', mac);
    if (typeof tap !== 'string' || fields['port'] !== undefined) return NOTHING;
    // The other taps of OVS are the metadata proxies' of networks: `tap` + 10 characters of the network's id + `0`.
    const proxied = kind === 'interface.added' && METADATA_TAP.test(tap) ? tap.slice(3, 13) : undefined;
    return [...this.#oneOf('tap', portPrefix(tap)), ...this.#oneOf('network', proxied)];
  }

  #oneOf(type: NameType, name: string | undefined): readonly Named[] {
    return name === undefined ? NOTHING : [this.#nameOf(type, name)];
  }

  /** The entry of a name from the line's text. The name is copied, so that it does not keep the line in memory. */
  #nameOf(type: NameType, name: string): Named {
    return this.#named[type].get(name) ?? this.#idOf(type, ownText(name));
  }

  /** The entry of an id of the event itself, which is in memory anyway. */
  #idOf(type: NameType, name: string): Named {
    const found = this.#named[type].get(name);
    if (found !== undefined) return found;
    const made: Named = { type, name, lines: [], isSorted: true, live: 0, namedPort: undefined, links: undefined };
    this.#named[type].set(name, made);
    return made;
  }

  /** The entry of a name; undefined if no stored line contains it. */
  named(type: NameType, name: string): Named | undefined {
    return this.#named[type].get(name);
  }

  /** The lines that contain a name, in order. */
  find(type: NameType, name: string): readonly StoredLine[] {
    const named = this.#named[type].get(name);
    return named === undefined ? NO_LINES : linesOf(named);
  }

  /**
   * A new number for a search. A search under many names sets it on the lines that it has seen, so that it returns each
   * line once.
   */
  nextSearch(): number {
    return ++this.#searches;
  }

  /** Notes that a line is part of a trace. A line that is dropped without this is an orphan. */
  noteInTrace(event: Event): void {
    this.#inTrace.add(event);
  }

  isInTrace(event: Event): boolean {
    return this.#inTrace.has(event);
  }

  /** See `Correlator.comparableState`. Names and lists of lines are derived from the lines. */
  get comparableState(): unknown {
    const lines = [...this.#ages.values()].flat().filter(({ lastSearch }) => lastSearch !== FORGOTTEN);
    const events = lines.map(({ event }) => event);
    return events.sort(inOrder).map((event) => [event, this.#inTrace.has(event)]);
  }

  /** Drops the lines before `horizon` for which `keeps` returns false, and calls `onForgotten` for each. */
  forget(horizon: Millis, keeps: (event: Event) => boolean, onForgotten: (event: Event) => void): void {
    this.#age = Number.NaN;
    for (const [age, peers] of this.#ages) {
      if (age * AGE >= horizon) continue;
      const left: StoredLine[] = [];
      for (const stored of peers) {
        if (stored.event.at >= horizon || keeps(stored.event)) {
          left.push(stored);
          continue;
        }
        onForgotten(stored.event);
        this.#forget(stored);
      }
      if (left.length === 0) this.#ages.delete(age);
      else this.#ages.set(age, left);
    }
  }

  /** Drops all lines after a time, and calls `onForgotten` for each. */
  forgetAfter(moment: Millis, onForgotten: (event: Event) => void): void {
    this.#age = Number.NaN;
    for (const [age, peers] of this.#ages) {
      if (age * AGE <= moment) continue;
      for (const stored of peers) {
        onForgotten(stored.event);
        this.#forget(stored);
      }
      this.#ages.delete(age);
    }
  }

  #forget(stored: StoredLine): void {
    stored.lastSearch = FORGOTTEN;
    this.#inTrace.delete(stored.event);
    this.#size--;
    const { instance, request, globalRequest, ports, others } = stored.links;
    if (instance !== undefined) this.#release(instance);
    if (request !== undefined) this.#release(request);
    if (globalRequest !== undefined) this.#release(globalRequest);
    for (let i = 0; i < ports.length; i++) this.#release(ports[i]!.named);
    for (let i = 0; i < others.length; i++) this.#release(others[i]!);
  }

  /** Counts one line less. The list is cleaned when it is next read, or when most of its lines were dropped. */
  #release(named: Named): void {
    named.live--;
    if (named.live === 0) {
      this.#named[named.type].delete(named.name);
      // Lines may still point at this entry: it must not keep other names in memory.
      named.links = undefined;
      named.namedPort = undefined;
    }
    // A name that is always in use and never searched would keep all lines that ever contained it.
    else if (named.lines.length > 2 * named.live + SPARE) named.lines = withoutForgotten(named);
  }
}

const NO_LINES: readonly StoredLine[] = [];
const NOTHING: readonly Named[] = [];
const NO_NAMED_PORTS: readonly NamedPort[] = [];

const isSameVif = (a: Vif, b: Vif): boolean =>
  a.port === b.port && a.tap === b.tap && a.mac === b.mac && a.network === b.network && a.type === b.type;

function ownVif({ tap, mac, network, type }: Vif, port: string): Vif {
  return {
    port,
    ...(tap !== undefined && { tap: ownText(tap) }),
    ...(mac !== undefined && { mac: ownText(mac) }),
    ...(network !== undefined && { network: ownText(network) }),
    ...(type !== undefined && { type: ownText(type) }),
  };
}

const byTime = (a: StoredLine, b: StoredLine): number => inOrder(a.event, b.event);

function file(stored: StoredLine, named: Named): void {
  const { lines } = named;
  if (named.isSorted && lines.length > 0 && byTime(lines[lines.length - 1]!, stored) > 0) named.isSorted = false;
  // Most names have few lines. A list that grows by `push` reserves space for 17 more; `concat` does not.
  if (lines.length < FEW) named.lines = lines.concat(stored);
  else lines.push(stored);
  named.live++;
}

const withoutForgotten = ({ lines }: Named): StoredLine[] => lines.filter(({ lastSearch }) => lastSearch !== FORGOTTEN);

/** The lines of a name, in order. */
export function linesOf(named: Named): readonly StoredLine[] {
  if (named.lines.length > named.live) named.lines = withoutForgotten(named);
  if (!named.isSorted) {
    named.lines.sort(byTime);
    named.isSorted = true;
  }
  return named.lines;
}

/** The lines from `from` to `to`, both included. The lines must be in order. */
export function between(lines: readonly StoredLine[], from: Millis, to: Millis): readonly StoredLine[] {
  const first = firstSince(lines, from);
  let end = lines.length;
  while (end > first && lines[end - 1]!.event.at > to) end--;
  return first === 0 && end === lines.length ? lines : lines.slice(first, end);
}

/** The index of the first line at `from` or later. The lines must be in order. */
function firstSince(lines: readonly StoredLine[], from: Millis): number {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lines[middle]!.event.at < from) low = middle + 1;
    else high = middle;
  }
  return low;
}
