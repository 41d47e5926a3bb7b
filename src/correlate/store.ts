import type { Vif } from '../catalogue/event.js';
import { traitsOf } from '../catalogue/traits.js';
import { type Event, inOrder, textOf } from '../lifecycle/event.js';
import type { Millis } from '../model/line.js';
import { ownText } from '../model/own-text.js';
import { seconds } from '../model/time.js';
import { CompactEvent } from './compact-event.js';
import { FORGOTTEN, type Kept, type Links, type Named, type NamedPort, type Sort } from './kept.js';

export type { Sort } from './kept.js';

/** A tap's name holds the first 11 characters of its port's id, whatever is put before them: tap, qvo, vhu. */
const TAP = /^(?:tap|qvo|qvb|vhu)([0-9a-f]{8}-[0-9a-f]{2})$/;
const METADATA_TAP = /^tap[0-9a-f]{8}-[0-9a-f]0$/;
export const portPrefix = (tap: string): string | undefined => TAP.exec(tap)?.[1];

/** Every port a line names, by its uuid. */
export function portsOf({ fields }: Event): readonly Vif[] {
  const { port, ports } = fields;
  if (typeof port === 'string') {
    const { tap, mac, network } = fields;
    const vif: { -readonly [K in keyof Vif]: Vif[K] } = { port };
    // One by one, not spread: this is asked of every line, several times.
    if (typeof tap === 'string') vif.tap = tap;
    if (typeof mac === 'string') vif.mac = mac;
    if (typeof network === 'string') vif.network = network;
    return [vif];
  }
  if (!Array.isArray(ports)) return NO_PORTS;
  return (ports as readonly (string | Vif)[]).map((each) => (typeof each === 'string' ? { port: each } : each));
}
const NO_PORTS: readonly Vif[] = [];

/** The instances that a line lists, as the scheduler's does. */
export function instancesOf(event: Event): readonly string[] {
  const listed = event.fields['instances'];
  return Array.isArray(listed) ? (listed as readonly string[]) : [];
}

/** Lines are grouped by this much time. A group that is too young to be forgotten is skipped as a whole. */
const AGE = seconds(30);

/** Up to so many lines of a name, the list has no spare room. */
const FEW = 4;

/** How many recent `Links` of a name are compared with those of the next line. */
const MOST_LINKS = 4;

/** Forgotten lines that may stay in a list of any length. */
const SPARE = 32;

/**
 * The lines of the last minutes, by everything they name: instance, request, port, tap, address. Which of them belong
 * to an action is decided when it closes, so the order in which files are read cannot matter.
 */
export class EventStore {
  readonly #named: Readonly<Record<Sort, Map<string, Named>>> = {
    instance: new Map(),
    request: new Map(),
    port: new Map(),
    tap: new Map(),
    mac: new Map(),
    network: new Map(),
    host: new Map(),
  };
  readonly #ages = new Map<number, Kept[]>();
  /** the age group of the last line: the next line is mostly in the same group */
  #age = Number.NaN;
  #peers: Kept[] = [];
  /** what the last lines named: the next line mostly names the same, and a comparison is faster than a look-up */
  #lastInstance: Named | undefined;
  #lastRequest: Named | undefined;
  readonly #placed = new Set<Event>();
  #size = 0;
  #looks = 0;

  get size(): number {
    return this.#size;
  }

  add(event: Event): void {
    const links = this.#linksOf(event);
    const kept: Kept = event instanceof CompactEvent ? event.keptWith(links) : { event, links, look: 0 };
    const { instance, request, globalRequest, ports, others } = links;
    if (instance !== undefined) file(kept, instance);
    if (request !== undefined) file(kept, request);
    if (globalRequest !== undefined) file(kept, globalRequest);
    for (let i = 0; i < ports.length; i++) file(kept, ports[i]!.named);
    for (let i = 0; i < others.length; i++) file(kept, others[i]!);
    this.#peersOf(Math.floor(event.at / AGE)).push(kept);
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
    let looks = 0;
    for (let last = first?.links; last !== undefined && looks < MOST_LINKS; last = last.before, looks++)
      if (
        last.instance === instance &&
        last.request === request &&
        last.globalRequest === globalRequest &&
        last.ports === ports &&
        last.others === others
      )
        return last;
    // The chain is cut: a name that is always in use would otherwise keep everything that was ever named with it.
    const links = { instance, request, globalRequest, ports, others, before: looks < MOST_LINKS ? first?.links : undefined };
    if (first !== undefined) first.links = links;
    return links;
  }

  #peersOf(age: number): Kept[] {
    if (age === this.#age) return this.#peers;
    let peers = this.#ages.get(age);
    if (peers === undefined) this.#ages.set(age, (peers = []));
    this.#age = age;
    this.#peers = peers;
    return peers;
  }

  #sameOr(last: Named | undefined, sort: Sort, name: string): Named {
    return last !== undefined && last.live > 0 && last.name === name ? last : this.#idOf(sort, name);
  }

  #portsOf(event: Event): readonly NamedPort[] {
    const ports = portsOf(event);
    if (ports.length === 0) return NO_NAMED_PORTS;
    if (ports.length > 1) return ports.map((vif) => ({ named: this.#nameOf('port', vif.port), vif }));
    const [vif] = ports as readonly [Vif];
    const named = this.#nameOf('port', vif.port);
    if (named.namedPort === undefined || !saysSame(named.namedPort[0].vif, vif))
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
    // An SR-IOV agent calls a port by its address.
    if (typeof mac === 'string' && traitsOf(kind).agent === true) return this.#oneOf('mac', mac);
    if (typeof tap !== 'string' || fields['port'] !== undefined) return NOTHING;
    // The other taps of OVS are the metadata proxies' of networks: `tap` + 10 characters of the network's id + `0`.
    const proxied = kind === 'interface.added' && METADATA_TAP.test(tap) ? tap.slice(3, 13) : undefined;
    return [...this.#oneOf('tap', portPrefix(tap)), ...this.#oneOf('network', proxied)];
  }

  #oneOf(sort: Sort, name: string | undefined): readonly Named[] {
    return name === undefined ? NOTHING : [this.#nameOf(sort, name)];
  }

  /** Named by a text of the line: it is copied, so that the line is not kept in memory. */
  #nameOf(sort: Sort, name: string): Named {
    return this.#named[sort].get(name) ?? this.#idOf(sort, ownText(name));
  }

  /** Named by an id of the event itself, which is kept anyway. */
  #idOf(sort: Sort, name: string): Named {
    const found = this.#named[sort].get(name);
    if (found !== undefined) return found;
    const made: Named = { sort, name, lines: [], isSorted: true, live: 0, namedPort: undefined, links: undefined };
    this.#named[sort].set(name, made);
    return made;
  }

  /** The entry of this name; undefined if no kept line names it. */
  named(sort: Sort, name: string): Named | undefined {
    return this.#named[sort].get(name);
  }

  /** The lines that name it, in order. */
  find(sort: Sort, name: string): readonly Kept[] {
    const named = this.#named[sort].get(name);
    return named === undefined ? NO_LINES : linesOf(named);
  }

  /**
   * A new number for one search. A search under many names sets it on the lines that it has seen, so that it takes
   * each line once.
   */
  nextLook(): number {
    return ++this.#looks;
  }

  /** Notes that a line is part of a trace. A line that is forgotten without this is an orphan. */
  place(event: Event): void {
    this.#placed.add(event);
  }

  isPlaced(event: Event): boolean {
    return this.#placed.has(event);
  }

  /** As `Correlator.whole`. Names and lists of lines follow from the lines. */
  get whole(): unknown {
    const events = [...this.#ages.values()].flatMap((peers) => peers.filter(({ look }) => look !== FORGOTTEN).map(({ event }) => event));
    return events.sort(inOrder).map((event) => [event, this.#placed.has(event)]);
  }

  /** Forgets the lines before `horizon` that `keeps` does not want, and reports each of them. */
  forget(horizon: Millis, keeps: (event: Event) => boolean, onForgotten: (event: Event) => void): void {
    this.#age = Number.NaN;
    for (const [age, peers] of this.#ages) {
      if (age * AGE >= horizon) continue;
      const left: Kept[] = [];
      for (const kept of peers) {
        if (kept.event.at >= horizon || keeps(kept.event)) {
          left.push(kept);
          continue;
        }
        onForgotten(kept.event);
        this.#forget(kept);
      }
      if (left.length === 0) this.#ages.delete(age);
      else this.#ages.set(age, left);
    }
  }

  /** Forgets all lines after a moment. */
  forgetAfter(moment: Millis, onForgotten: (event: Event) => void): void {
    this.#age = Number.NaN;
    for (const [age, peers] of this.#ages) {
      if (age * AGE <= moment) continue;
      for (const kept of peers) {
        onForgotten(kept.event);
        this.#forget(kept);
      }
      this.#ages.delete(age);
    }
  }

  #forget(kept: Kept): void {
    kept.look = FORGOTTEN;
    this.#placed.delete(kept.event);
    this.#size--;
    const { instance, request, globalRequest, ports, others } = kept.links;
    if (instance !== undefined) this.#release(instance);
    if (request !== undefined) this.#release(request);
    if (globalRequest !== undefined) this.#release(globalRequest);
    for (let i = 0; i < ports.length; i++) this.#release(ports[i]!.named);
    for (let i = 0; i < others.length; i++) this.#release(others[i]!);
  }

  /** One line fewer. The list itself is cleaned when it is next read, or when most of its lines are forgotten. */
  #release(named: Named): void {
    named.live--;
    if (named.live === 0) {
      this.#named[named.sort].delete(named.name);
      // Lines that still point at this name must not keep what was named with it in memory.
      named.links = undefined;
      named.namedPort = undefined;
    }
    // A name that is always in use and never searched for would keep every line that ever had it.
    else if (named.lines.length > 2 * named.live + SPARE) named.lines = withoutForgotten(named);
  }
}

const NO_LINES: readonly Kept[] = [];
const NOTHING: readonly Named[] = [];
const NO_NAMED_PORTS: readonly NamedPort[] = [];

const saysSame = (a: Vif, b: Vif): boolean =>
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

const byTime = (a: Kept, b: Kept): number => inOrder(a.event, b.event);

function file(kept: Kept, named: Named): void {
  const { lines } = named;
  if (named.isSorted && lines.length > 0 && byTime(lines[lines.length - 1]!, kept) > 0) named.isSorted = false;
  // Most names have a few lines. A list that grows by `push` reserves room for seventeen more; `concat` does not.
  if (lines.length < FEW) named.lines = lines.concat(kept);
  else lines.push(kept);
  named.live++;
}

const withoutForgotten = ({ lines }: Named): Kept[] => lines.filter(({ look }) => look !== FORGOTTEN);

/** The lines of a name, in order. */
export function linesOf(named: Named): readonly Kept[] {
  if (named.lines.length > named.live) named.lines = withoutForgotten(named);
  if (!named.isSorted) {
    named.lines.sort(byTime);
    named.isSorted = true;
  }
  return named.lines;
}

/** The lines from `from` to `to`, both included. The lines must be in order. */
export function between(lines: readonly Kept[], from: Millis, to: Millis): readonly Kept[] {
  const first = firstSince(lines, from);
  let end = lines.length;
  while (end > first && lines[end - 1]!.event.at > to) end--;
  return first === 0 && end === lines.length ? lines : lines.slice(first, end);
}

/** The index of the first line at `from` or later. The lines must be in order. */
function firstSince(lines: readonly Kept[], from: Millis): number {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lines[middle]!.event.at < from) low = middle + 1;
    else high = middle;
  }
  return low;
}
