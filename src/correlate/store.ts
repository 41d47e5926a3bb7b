import type { Vif } from '../catalogue/event.js';
import { traitsOf } from '../catalogue/traits.js';
import { type Event, inOrder, textOf } from '../lifecycle/event.js';
import type { Millis } from '../model/line.js';
import { ownText } from '../model/own-text.js';
import { seconds } from '../model/time.js';

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

/**
 * What a line can be found by: a tap by its port's first 11 characters, a network by its first 10, all else by its whole
 * name. Taps are for lines that do not name the port itself; addresses, networks and hosts for those that wait for them.
 */
export type Sort = 'instance' | 'request' | 'port' | 'tap' | 'mac' | 'network' | 'host';

/**
 * One thing that lines name, and the lines that do. They hold on to it: whether two lines are of one instance is asked of
 * what they hold, for to compare ids, which are long and cut from their lines, took as long as all the rest.
 */
export interface Named {
  readonly sort: Sort;
  readonly name: string;
  lines: Kept[];
  /** `lines` is in order */
  isSorted: boolean;
  /** how many of `lines` are not forgotten */
  live: number;
  /** of a port: what the last line said that named it and no other, as most lines of a port say the same */
  said: readonly [NamedPort] | undefined;
}

/** A port that a line names, and what the line says of it. */
export interface NamedPort {
  readonly named: Named;
  readonly vif: Vif;
}

/** A line that is kept, with what is asked of it again and again. */
export interface Kept {
  readonly event: Event;
  readonly instance: Named | undefined;
  readonly request: Named | undefined;
  readonly globalRequest: Named | undefined;
  readonly ports: readonly NamedPort[];
  /** what it names besides */
  readonly others: readonly Named[];
  isForgotten: boolean;
  /** the last look that met it: see `EventStore.nextLook` */
  look: number;
}

/** Lines of so long a time lie together: those of one that is too young to be forgotten are not looked at. */
const AGE = seconds(30);

/** Lines of a name whose list is as long as they are. */
const FEW = 12;

/** Places of forgotten lines that a list may have whatever its length. */
const SPARE = 32;

/**
 * The lines of the last minutes, by everything they name: instance, request, port, tap, address. Which of them belong to
 * an action is asked when it closes, so that it cannot matter which file was read first.
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
  readonly #placed = new Set<Event>();
  #size = 0;
  #looks = 0;

  get size(): number {
    return this.#size;
  }

  add(event: Event): void {
    const { instance, requestId, globalRequestId } = event;
    const kept: Kept = {
      event,
      instance: instance === undefined ? undefined : this.#nameOf('instance', instance),
      request: requestId === undefined ? undefined : this.#nameOf('request', requestId),
      globalRequest: globalRequestId === undefined ? undefined : this.#nameOf('request', globalRequestId),
      ports: this.#portsOf(event),
      others: this.#othersOf(event),
      isForgotten: false,
      look: 0,
    };
    if (kept.instance !== undefined) file(kept, kept.instance);
    if (kept.request !== undefined) file(kept, kept.request);
    if (kept.globalRequest !== undefined) file(kept, kept.globalRequest);
    for (const { named } of kept.ports) file(kept, named);
    for (const named of kept.others) file(kept, named);
    const age = Math.floor(event.at / AGE);
    const peers = this.#ages.get(age);
    if (peers === undefined) this.#ages.set(age, [kept]);
    else peers.push(kept);
    this.#size++;
  }

  #portsOf(event: Event): readonly NamedPort[] {
    const ports = portsOf(event);
    if (ports.length === 0) return NO_NAMED_PORTS;
    if (ports.length > 1) return ports.map((vif) => ({ named: this.#nameOf('port', vif.port), vif }));
    const [vif] = ports as readonly [Vif];
    const named = this.#nameOf('port', vif.port);
    if (named.said === undefined || !saysSame(named.said[0].vif, vif)) named.said = [{ named, vif: ownVif(vif, named.name) }];
    return named.said;
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

  #nameOf(sort: Sort, name: string): Named {
    const found = this.#named[sort].get(name);
    if (found !== undefined) return found;
    const own = ownText(name);
    const made: Named = { sort, name: own, lines: [], isSorted: true, live: 0, said: undefined };
    this.#named[sort].set(own, made);
    return made;
  }

  /** What goes by this name, if a line that is kept says so. */
  named(sort: Sort, name: string): Named | undefined {
    return this.#named[sort].get(name);
  }

  /** The lines that name it, in order. */
  find(sort: Sort, name: string): readonly Kept[] {
    const named = this.#named[sort].get(name);
    return named === undefined ? NO_LINES : linesOf(named);
  }

  /** A number that no line is marked with: who looks at lines by many names marks what was met already. */
  nextLook(): number {
    return ++this.#looks;
  }

  /** Marks a line as part of a trace: what goes without is an orphan. */
  place(event: Event): void {
    this.#placed.add(event);
  }

  isPlaced(event: Event): boolean {
    return this.#placed.has(event);
  }

  /** As `Correlator.whole`: names and places of lines are a function of the lines. */
  get whole(): unknown {
    const events = [...this.#ages.values()].flatMap((peers) => peers.filter(({ isForgotten }) => !isForgotten).map(({ event }) => event));
    return events.sort(inOrder).map((event) => [event, this.#placed.has(event)]);
  }

  /** Forgets the lines before `horizon` that nothing keeps; tells of each. */
  forget(horizon: Millis, keeps: (event: Event) => boolean, onForgotten: (event: Event) => void): void {
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

  /** Forgets lines after a moment, whoever may want them. */
  forgetAfter(moment: Millis, onForgotten: (event: Event) => void): void {
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
    kept.isForgotten = true;
    this.#placed.delete(kept.event);
    this.#size--;
    if (kept.instance !== undefined) this.#release(kept.instance);
    if (kept.request !== undefined) this.#release(kept.request);
    if (kept.globalRequest !== undefined) this.#release(kept.globalRequest);
    for (const { named } of kept.ports) this.#release(named);
    for (const named of kept.others) this.#release(named);
  }

  /** One line fewer; its place in the list is made good when the list is next asked for, or when most of it are such places. */
  #release(named: Named): void {
    named.live--;
    if (named.live === 0) this.#named[named.sort].delete(named.name);
    // A name that is always in use and never asked for would keep every line that ever had it.
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
  // Most names are those of a few lines, and a list that grows, also by spreading, has room for seventeen more.
  if (lines.length < FEW) named.lines = lines.concat(kept);
  else lines.push(kept);
  named.live++;
}

const withoutForgotten = ({ lines }: Named): Kept[] => lines.filter(({ isForgotten }) => !isForgotten);

/** The lines of a name, in order. */
export function linesOf(named: Named): readonly Kept[] {
  if (named.lines.length > named.live) named.lines = withoutForgotten(named);
  if (!named.isSorted) {
    named.lines.sort(byTime);
    named.isSorted = true;
  }
  return named.lines;
}

/** Of lines in order those of a time, both ends included. */
export function between(lines: readonly Kept[], from: Millis, to: Millis): readonly Kept[] {
  const first = firstSince(lines, from);
  let end = lines.length;
  while (end > first && lines[end - 1]!.event.at > to) end--;
  return first === 0 && end === lines.length ? lines : lines.slice(first, end);
}

/** Where in lines in order those of a time begin. */
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
