import type { Boot } from '../lifecycle/closed.js';
import { actions } from '../lifecycle/name.js';
import type { Millis } from '../model/line.js';
import type { Gather } from './gather.js';
import type { Instances } from './instances.js';
import type { SavedSequel } from './saved.js';
import { createSequel, openingOf, type Sequel } from './sequel.js';
import type { Closing } from './state.js';
import type { EventStore, Sort } from './store.js';
import { GRACE } from './times.js';
import { told } from './told.js';

/** The guests whose network is waited for. */
export class Sequels {
  readonly #store: EventStore;
  readonly #instances: Instances;
  readonly #gather: Gather;
  #open: Sequel[] = [];

  constructor(store: EventStore, instances: Instances, gather: Gather) {
    this.#store = store;
    this.#instances = instances;
    this.#gather = gather;
  }

  get open(): readonly Sequel[] {
    return this.#open;
  }

  /** Waits for the network of what has booted. */
  follow(closings: readonly Closing[]): void {
    for (const { thing } of closings) {
      const opening = thing.form === 'action' ? openingOf(thing) : undefined;
      if (thing.form === 'action' && opening !== undefined) this.#open.push(createSequel(thing, opening, told(thing).from));
    }
  }

  restore(saved: readonly SavedSequel[]): void {
    for (const { spec: name, ports, opening, since, ...boot } of saved) {
      const spec = actions.find((each) => each.name === name);
      if (spec !== undefined) this.#open.push(createSequel({ ...boot, spec, ports: new Map(ports) }, opening, since));
    }
  }

  /** The instances must be known as of this watermark: the next action ends a sequel. */
  advance(watermark: Millis): Closing[] {
    const left: Sequel[] = [];
    const closings: Closing[] = [];
    for (const sequel of this.#open) {
      const closed = sequel.close(this.#store, watermark, this.#nextOf(sequel));
      if (closed === 'waiting') left.push(sequel);
      else if (closed !== undefined) {
        this.#gather.place(closed.members);
        closings.push({ at: closed.end + GRACE, thing: closed });
      }
    }
    this.#open = left;
    return closings;
  }

  /** When the instance's next action began. Not its start, which a line long after it may show: by then the sequel may have closed. */
  #nextOf({ of, from }: Sequel): Millis | undefined {
    const next = this.#instances
      .intervalsOf(of.instance)
      .filter(({ spec, request, opened }) => spec !== undefined && request !== of.request && opened > from)
      .map(({ opened }) => opened);
    return next.length === 0 ? undefined : Math.min(...next);
  }
}

/** What the lines about a guest's network name. */
export const networksOf = ({ ports }: Boot): [Sort, string][] =>
  [...ports.values()].flatMap(({ mac, network }) => [
    ...(mac === undefined ? [] : [['mac', mac] satisfies [Sort, string]]),
    ...(network === undefined ? [] : [['network', network.slice(0, 10)] satisfies [Sort, string]]),
  ]);
