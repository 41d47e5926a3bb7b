import type { Boot } from '../lifecycle/closed.js';
import { type Event, textOf } from '../lifecycle/event.js';
import { actions } from '../lifecycle/name.js';
import type { Millis } from '../model/line.js';
import { recordOf } from './closed-record.js';
import type { Gather } from './gather.js';
import type { Instances } from './instances.js';
import { createNetworkReady, type NetworkReady, openingOf } from './network-ready.js';
import type { SavedNetworkReady } from './saved.js';
import type { Closing } from './state.js';
import type { EventStore, NameType } from './store.js';
import { GRACE } from './times.js';

/** A network that is waited for, and when to check it again. */
interface Waiting {
  readonly network: NetworkReady;
  /** the watermark at which the wait ends if no line arrives */
  reviewAt: Millis;
  /** `reviewedAt` of its instance when the network was last checked */
  knownAt: Millis;
}

/** The guests' networks that are waited for after a boot. */
export class NetworkReadies {
  readonly #store: EventStore;
  readonly #instances: Instances;
  readonly #gather: Gather;
  #waiting: Waiting[] = [];
  /** by MAC address: the networks that wait for a DHCP answer to it */
  readonly #byMac = new Map<string, Set<Waiting>>();

  constructor(store: EventStore, instances: Instances, gather: Gather) {
    this.#store = store;
    this.#instances = instances;
    this.#gather = gather;
  }

  get open(): readonly NetworkReady[] {
    return this.#waiting.map(({ network }) => network);
  }

  #add(network: NetworkReady): void {
    const waiting = { network, reviewAt: Number.NEGATIVE_INFINITY, knownAt: Number.NEGATIVE_INFINITY };
    this.#waiting.push(waiting);
    for (const { mac } of network.of.ports.values()) {
      if (mac === undefined) continue;
      const same = this.#byMac.get(mac);
      if (same === undefined) this.#byMac.set(mac, new Set([waiting]));
      else same.add(waiting);
    }
  }

  #remove(waiting: Waiting): void {
    for (const { mac } of waiting.network.of.ports.values()) {
      const same = mac === undefined ? undefined : this.#byMac.get(mac);
      same?.delete(waiting);
      if (mac !== undefined && same?.size === 0) this.#byMac.delete(mac);
    }
  }

  /** See `Correlator.comparableState`. */
  get comparableState(): unknown {
    return this.#waiting.map(({ network: { of, opening, from, since }, reviewAt, knownAt }) => {
      const { instance, request, spec, host, start, began, ports } = of;
      const isKnown = knownAt === this.#reviewedAt(instance);
      return [instance, request, spec, host, start, began, ports, opening, from, since, reviewAt, isKnown];
    });
  }

  #reviewedAt(instance: string): Millis {
    return this.#instances.states.get(instance)?.reviewedAt ?? Number.NEGATIVE_INFINITY;
  }

  /** Records a line: a DHCP answer may complete a network. */
  note(event: Event): void {
    if (event.kind !== 'dhcp.acknowledged' || this.#byMac.size === 0) return;
    for (const waiting of this.#byMac.get(textOf(event, 'mac') ?? '') ?? [])
      waiting.reviewAt = Math.min(waiting.reviewAt, event.at + GRACE);
  }

  /** Starts to wait for the networks of boots that have closed. */
  follow(closings: readonly Closing[]): void {
    for (const { unit } of closings) {
      const opening = unit.form === 'action' ? openingOf(unit) : undefined;
      if (unit.form === 'action' && opening !== undefined) this.#add(createNetworkReady(unit, opening, recordOf(unit).from));
    }
  }

  restore(saved: readonly SavedNetworkReady[]): void {
    for (const { spec: name, ports, opening, since, ...boot } of saved) {
      const spec = actions.find((each) => each.name === name);
      if (spec !== undefined) this.#add(createNetworkReady({ ...boot, spec, ports: new Map(ports) }, opening, since));
    }
  }

  /**
   * Closes the waits that have ended by a watermark.
   *
   * @param review brings an instance up to the watermark: its next action ends the wait, and may close a boot
   */
  advance(watermark: Millis, review: (instance: string) => Closing[]): Closing[] {
    const closings: Closing[] = [];
    const before = this.#waiting;
    for (const { network } of before) for (const closing of review(network.of.instance)) closings.push(closing);
    this.follow(closings);
    const left: Waiting[] = [];
    for (const waiting of this.#waiting) {
      const knownAt = this.#reviewedAt(waiting.network.of.instance);
      if (watermark < waiting.reviewAt && knownAt === waiting.knownAt) {
        left.push(waiting);
        continue;
      }
      const closed = waiting.network.close(this.#store, watermark, this.#nextOf(waiting.network));
      if (typeof closed === 'number') {
        waiting.reviewAt = closed;
        waiting.knownAt = knownAt;
        left.push(waiting);
        continue;
      }
      this.#remove(waiting);
      if (closed === undefined) continue;
      this.#gather.noteInTrace(closed.members);
      closings.push({ at: closed.end + GRACE, unit: closed });
    }
    this.#waiting = left;
    return closings;
  }

  /**
   * The time of the first line of the instance's next action. The start of that action may be known only after this
   * wait has closed.
   */
  #nextOf({ of, from }: NetworkReady): Millis | undefined {
    const next = this.#instances
      .intervalsOf(of.instance)
      .filter(({ spec, request, opened }) => spec !== undefined && request !== of.request && opened > from)
      .map(({ opened }) => opened);
    return next.length === 0 ? undefined : Math.min(...next);
  }
}

/** The names under which the lines about a guest's network are found. */
export const networksOf = ({ ports }: Boot): [NameType, string][] =>
  [...ports.values()].flatMap(({ mac, network }) => [
    ...(mac === undefined ? [] : [['mac', mac] satisfies [NameType, string]]),
    ...(network === undefined ? [] : [['network', network.slice(0, 10)] satisfies [NameType, string]]),
  ]);
