import type { Vif } from '../catalogue/event.js';
import { type Event, textOf } from '../lifecycle/event.js';
import type { Millis } from '../model/line.js';
import { seconds } from '../model/time.js';

/** How long a line waits for the one that links it to an action. */
export const WAITING = seconds(300);

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

/** What a line can be found by. */
export const keys = {
  instance: (uuid: string) => `i ${uuid}`,
  request: (id: string) => `r ${id}`,
  port: (uuid: string) => `p ${uuid}`,
  tap: (prefix: string) => `t ${prefix}`,
  mac: (address: string) => `m ${address}`,
  network: (prefix: string) => `n ${prefix}`,
  host: (name: string) => `h ${name}`,
} as const;

/** Calls for everything that a line can be found by: the sort of key, and what stands behind it. */
function eachKey(event: Event, told: (sort: Sort, name: string, event: Event) => void): void {
  const { fields } = event;
  if (event.instance !== undefined) told('i', event.instance, event);
  for (const each of instancesOf(event)) told('i', each, event);
  if (event.requestId !== undefined) told('r', event.requestId, event);
  if (event.globalRequestId !== undefined) told('r', event.globalRequestId, event);
  if (typeof fields['port'] === 'string') told('p', fields['port'], event);
  else if (fields['ports'] !== undefined) for (const { port } of portsOf(event)) told('p', port, event);
  const tap = textOf(event, 'tap');
  const prefix = tap === undefined ? undefined : portPrefix(tap);
  if (prefix !== undefined) told('t', prefix, event);
  // The other taps of OVS are the metadata proxies' of networks: `tap` + 10 characters of the network's id + `0`.
  if (event.kind === 'interface.added' && tap !== undefined && METADATA_TAP.test(tap)) told('n', tap.slice(3, 13), event);
  const mac = textOf(event, 'mac');
  if (mac !== undefined) told('m', mac, event);
  const network = textOf(event, 'network');
  if (network !== undefined) told('n', network.slice(0, 10), event);
  if (event.kind === 'resources.audited' || event.kind === 'compute.started') told('h', event.host, event);
}

/** The first letter of a key. */
type Sort = 'i' | 'r' | 'p' | 't' | 'm' | 'n' | 'h';

/**
 * The lines of the last minutes, by everything they name: instance, request, port, tap, address. Which of them belong to
 * an action is asked when it closes, so that it cannot matter which file was read first.
 */
export class EventStore {
  /** A map for each sort of key, so that keeping a line puts no key together. */
  readonly #bySort: Readonly<Record<Sort, Map<string, Event[]>>> = {
    i: new Map(),
    r: new Map(),
    p: new Map(),
    t: new Map(),
    m: new Map(),
    n: new Map(),
    h: new Map(),
  };
  #all: Event[] = [];
  readonly #placed = new WeakSet<Event>();

  get size(): number {
    return this.#all.length;
  }

  add(event: Event): void {
    this.#all.push(event);
    eachKey(event, this.#file);
  }

  readonly #file = (sort: Sort, name: string, event: Event): void => {
    const found = this.#bySort[sort].get(name);
    if (found === undefined) this.#bySort[sort].set(name, [event]);
    else found.push(event);
  };

  /** In the order of reading, which says nothing. */
  find(key: string): readonly Event[] {
    return this.#bySort[key.charAt(0) as Sort].get(key.slice(2)) ?? NO_LINES;
  }

  /** Marks a line as part of a trace: what goes without is an orphan. */
  place(event: Event): void {
    this.#placed.add(event);
  }

  isPlaced(event: Event): boolean {
    return this.#placed.has(event);
  }

  /** Forgets the lines before `horizon` that nothing keeps; tells of each. */
  forget(horizon: Millis, keeps: (event: Event) => boolean, onForgotten: (event: Event) => void): void {
    const gone = new Set<Event>();
    const kept: Event[] = [];
    for (const event of this.#all) {
      if (event.at >= horizon || keeps(event)) kept.push(event);
      else {
        gone.add(event);
        onForgotten(event);
      }
    }
    if (gone.size === 0) return;
    this.#all = kept;
    // Only under the names of what goes: to look at all that is kept took ten times as long.
    const swept = new Set<readonly Event[]>();
    const sweep = (sort: Sort, name: string): void => {
      const events = this.#bySort[sort].get(name);
      if (events === undefined || swept.has(events)) return;
      const left = events.filter((event) => !gone.has(event));
      swept.add(left);
      if (left.length === 0) this.#bySort[sort].delete(name);
      else this.#bySort[sort].set(name, left);
    };
    for (const event of gone) eachKey(event, sweep);
  }
}

const NO_LINES: readonly Event[] = [];
