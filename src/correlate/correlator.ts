import { isTrifle } from '../lifecycle/causes.js';
import type { ClosedThing } from '../lifecycle/closed.js';
import type { Event } from '../lifecycle/event.js';
import type { Count } from '../model/counters.js';
import type { OpenActions } from '../model/gauges.js';
import type { Millis } from '../model/line.js';
import { Builds } from './builds.js';
import { Closer, type CorrelatorOptions } from './close.js';
import { ControlPlane } from './control-plane.js';
import { Decisions } from './decisions.js';
import { Gather, type Sources } from './gather.js';
import { HostLines } from './host-lines.js';
import { Hosts } from './hosts.js';
import { Instances } from './instances.js';
import { ONLY_AT_WORK } from './kinds.js';
import { Retention } from './retention.js';
import type { Saved } from './saved.js';
import { Sequels } from './sequels.js';
import { neededSince, restore, save } from './snapshot.js';
import { type Closing, compare } from './state.js';
import { EventStore } from './store.js';
import { restorePast, type Told } from './told.js';

/**
 * Gathers lines and gives back actions that are over. Online three things happen: lines are kept, the watermark moves, and
 * what has closed by it is given back whole. Everything else is worked out at that moment from the lines alone.
 */
export class Correlator {
  readonly #from: Sources;
  readonly #gather: Gather;
  readonly #closer: Closer;
  readonly #control: ControlPlane;
  readonly #sequels: Sequels;
  readonly #retention: Retention;
  readonly #kept: (event: Event) => Event;
  /** what lies before was read before a restart, unless `#wasRead` says otherwise */
  #before: Millis = Number.NEGATIVE_INFINITY;
  #wasRead: (event: Event) => boolean = () => true;
  #watermark: Millis = Number.NEGATIVE_INFINITY;
  /** lines that were no audits, and how many there were at each host's last audit */
  #others = 0;
  readonly #audited = new Map<string, number>();

  constructor(count: Count, options: CorrelatorOptions = {}) {
    const hosts = new Hosts();
    const store = new EventStore();
    const decisions = options.decide && new Decisions(options.decide);
    const instances = new Instances(hosts, count, decisions);
    this.#kept = options.kept ?? ((event) => event);
    this.#from = { store, hosts, instances, hostLines: new HostLines(), builds: new Builds(), count };
    this.#gather = new Gather(this.#from);
    this.#closer = new Closer(instances, hosts, this.#gather, count, options, decisions);
    this.#control = new ControlPlane(store, instances, this.#gather, this.#closer, decisions);
    this.#sequels = new Sequels(store, instances, this.#gather);
    this.#retention = new Retention(this.#from, this.#gather, this.#control, this.#sequels, decisions);
  }

  /** Actions under way: named or not yet. */
  get open(): number {
    return this.#from.instances.open;
  }

  /** Actions under way, by nova's name of them; `unnamed` where no line has shown it yet. */
  get openByAction(): Record<string, OpenActions> {
    return this.#from.instances.openByAction;
  }

  /** How many lines are kept. */
  get kept(): number {
    return this.#from.store.size;
  }

  accept(read: Event): void {
    const { store, hosts, hostLines, builds, instances, count } = this.#from;
    if (read.at < this.#before && this.#wasRead(read)) {
      count('read_again');
      return;
    }
    if (isTrifle(read) || hostLines.accept(read) || this.#isAuditAgain(read)) return;
    const event = this.#kept(read);
    builds.note(event);
    if (hosts.note(event)) instances.wake(event.host, event.at);
    if (event.kind === 'compute.started') return;
    if (!ONLY_AT_WORK.has(event.kind)) store.add(event);
    this.#control.note(event);
    this.#sequels.note(event);
    instances.keep(event);
  }

  /**
   * Whether a host counts its resources again, and nothing was read since it did so last. An action ends at its host's first count behind
   * its own lines: on a quiet host, all others would be kept for nothing.
   */
  #isAuditAgain({ kind, host }: Event): boolean {
    if (kind !== 'resources.audited') {
      this.#others++;
      return false;
    }
    if (this.#audited.get(host) === this.#others) return true;
    this.#audited.set(host, this.#others);
    return false;
  }

  /**
   * Moves the watermark: no line before it is expected any more.
   *
   * @returns what closed by it, in the order of closing
   */
  advance(watermark: Millis): ClosedThing[] {
    if (watermark <= this.#watermark) return [];
    this.#watermark = watermark;
    const isDueToSweep = this.#retention.isDue(watermark);
    const closings = [
      ...this.#advanceInstances(watermark, isDueToSweep),
      ...this.#followed(this.#retention.evict(this.#closer)),
      ...this.#sequels.advance(watermark, (instance) => this.#closer.upTo(instance, watermark)),
      ...this.#followed(this.#control.advance(watermark)),
    ];
    if (isDueToSweep) this.#retention.sweep(watermark);
    return closings.sort((a, b) => a.at - b.at || compare(keyOf(a.thing), keyOf(b.thing))).map(({ thing }) => thing);
  }

  /**
   * Closes all that is open: no line will be read any more.
   *
   * @param last the time of the newest line of any log: an action that might have gone on after it is unfinished
   */
  finish(last: Millis): ClosedThing[] {
    this.#closer.endInput(last);
    return this.advance(Number.POSITIVE_INFINITY);
  }

  #advanceInstances(watermark: Millis, isDueToSweep: boolean): Closing[] {
    const closings: Closing[] = [];
    for (const [instance, state] of this.#from.instances.states) {
      // What is under way as of now must be known before lines are forgotten: it keeps its own.
      if (state.wakesAt <= watermark || (isDueToSweep && !this.#from.instances.isKnown(state, watermark)))
        closings.push(...this.#followed(this.#closer.advance(instance, state, watermark)));
    }
    return closings;
  }

  #followed(closings: Closing[]): Closing[] {
    this.#sequels.follow(closings);
    return closings;
  }

  /**
   * The earliest moment of which lines are needed by what is not exported yet. What began before `longSince` does not count:
   * it is to be saved.
   *
   * @returns infinity when nothing is open
   */
  neededSince(longSince: Millis): Millis {
    return neededSince(this.#parts, this.#watermark, longSince);
  }

  /**
   * What must be known of the time before lines are read again. Plain JSON.
   *
   * @param longSince as `neededSince` was asked
   * @param before where reading will begin again: later lines are not saved
   */
  save(longSince: Millis, before: Millis): Saved {
    return save(this.#parts, this.#watermark, longSince, before);
  }

  /**
   * All that has a say in what follows. Two correlators of which it is the same, and that are given the same lines from then on, give the
   * same things, in the same order. What only saves work is left out, and what a lazy sort has not sorted yet is sorted.
   */
  get whole(): unknown {
    const { store, hosts, instances, hostLines, builds } = this.#from;
    const audited = [...this.#audited].filter(([, others]) => others === this.#others).map(([host]) => host);
    return {
      ...{ watermark: this.#watermark, audited: audited.sort(), store: store.whole, hosts: hosts.whole, instances: instances.whole },
      ...{ hostLines: hostLines.whole, builds: builds.whole, control: this.#control.whole, sequels: this.#sequels.whole },
      retention: this.#retention.whole,
    };
  }

  /** As `Hosts` has it. */
  get allocations(): Hosts['allocations'] {
    return this.#from.hosts.allocations;
  }

  get #parts() {
    return { from: this.#from, gather: this.#gather, control: this.#control, sequels: this.#sequels };
  }

  /**
   * Begins where another correlator was, before the first line. Lines before `before` are passed over from now on: they were
   * read, and what is needed of them is saved.
   *
   * @param told what need not be exported again. What has lines before `before` is past; what has not is built again, and
   *   whoever asks knows it by its key.
   * @param wasRead false for a line before `before` that had not been read when this was saved: of a log that is far behind
   */
  restore({
    saved,
    told,
    before,
    wasRead,
  }: {
    readonly saved?: Saved | undefined;
    readonly told: readonly Told[];
    readonly before: Millis;
    readonly wasRead?: (event: Event) => boolean;
  }): void {
    const exported = told.flatMap(({ instance, from, past }) => (past === undefined || from >= before ? [] : [[instance, past] as const]));
    const pasts = [...exported, ...(saved?.pasts ?? [])];
    this.#from.instances.seed(pasts.map(([instance, past]) => [instance, restorePast(past)] as const));
    if (saved !== undefined) restore(this.#parts, saved);
    this.#before = before;
    if (wasRead !== undefined) this.#wasRead = wasRead;
  }
}

const keyOf = (thing: ClosedThing): string => `${thing.instance} ${thing.request} ${thing.form}`;
