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
export function portsOf(event: Event): readonly Vif[] {
  const { ports, port, tap, mac, network } = event.fields as Record<string, unknown>;
  if (typeof port === 'string') return [{ port, ...text('tap', tap), ...text('mac', mac), ...text('network', network) }];
  if (!Array.isArray(ports)) return [];
  return ports.map((each: string | Vif) => (typeof each === 'string' ? { port: each } : each));
}
const text = (name: string, value: unknown): object => (typeof value === 'string' ? { [name]: value } : {});

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

function* keysOf(event: Event): Generator<string> {
  if (event.instance !== undefined) yield keys.instance(event.instance);
  for (const each of instancesOf(event)) yield keys.instance(each);
  if (event.requestId !== undefined) yield keys.request(event.requestId);
  if (event.globalRequestId !== undefined) yield keys.request(event.globalRequestId);
  for (const { port } of portsOf(event)) yield keys.port(port);
  const tap = textOf(event, 'tap');
  const prefix = tap === undefined ? undefined : portPrefix(tap);
  if (prefix !== undefined) yield keys.tap(prefix);
  // The other taps of OVS are the metadata proxies' of networks: `tap` + 10 characters of the network's id + `0`.
  if (event.kind === 'interface.added' && tap !== undefined && METADATA_TAP.test(tap)) yield keys.network(tap.slice(3, 13));
  const mac = textOf(event, 'mac');
  if (mac !== undefined) yield keys.mac(mac);
  const network = textOf(event, 'network');
  if (network !== undefined) yield keys.network(network.slice(0, 10));
  if (event.kind === 'resources.audited' || event.kind === 'compute.started') yield keys.host(event.host);
}

/**
 * The lines of the last minutes, by everything they name: instance, request, port, tap, address. Which of them belong to
 * an action is asked when it closes, so that it cannot matter which file was read first.
 */
export class EventStore {
  readonly #byKey = new Map<string, Event[]>();
  #all: Event[] = [];
  readonly #placed = new WeakSet<Event>();

  get size(): number {
    return this.#all.length;
  }

  add(event: Event): void {
    this.#all.push(event);
    for (const key of keysOf(event)) {
      const found = this.#byKey.get(key);
      if (found === undefined) this.#byKey.set(key, [event]);
      else found.push(event);
    }
  }

  /** In the order of reading, which says nothing. */
  find(key: string): readonly Event[] {
    return this.#byKey.get(key) ?? [];
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
    const stays = new Set<Event>();
    const kept: Event[] = [];
    for (const event of this.#all) {
      if (event.at >= horizon || keeps(event)) {
        kept.push(event);
        stays.add(event);
      } else onForgotten(event);
    }
    if (kept.length === this.#all.length) return;
    this.#all = kept;
    for (const [key, events] of this.#byKey) {
      const left = events.filter((event) => stays.has(event));
      if (left.length === 0) this.#byKey.delete(key);
      else if (left.length !== events.length) this.#byKey.set(key, left);
    }
  }
}
