import { isNegligible } from '../lifecycle/causes.js';
import type { ClosedUnit } from '../lifecycle/closed.js';
import type { Event } from '../lifecycle/event.js';
import type { Count } from '../model/counters.js';
import type { OpenActions } from '../model/gauges.js';
import type { Millis } from '../model/line.js';
import { Builds } from './builds.js';
import { Closer, type CorrelatorOptions } from './close.js';
import { type ClosedRecord, restoreInterval } from './closed-record.js';
import { ControlPlane } from './control-plane.js';
import { Decisions } from './decisions.js';
import { Gather, type Sources } from './gather.js';
import { HostLines } from './host-lines.js';
import { Hosts } from './hosts.js';
import { Instances } from './instances.js';
import { ONLY_AT_WORK } from './kinds.js';
import { NetworkReadies } from './network-readies.js';
import { compare } from './order.js';
import { Retention } from './retention.js';
import type { Saved } from './saved.js';
import { neededSince, restore, save } from './snapshot.js';
import type { Closing } from './state.js';
import { EventStore } from './store.js';

/**
 * Collects lines and returns actions that have closed. `accept` only stores a line. `advance` moves the watermark and
 * computes, from the stored lines alone, which units have closed.
 */
export class Correlator {
  readonly #from: Sources;
  readonly #gather: Gather;
  readonly #closer: Closer;
  readonly #control: ControlPlane;
  readonly #networkReadies: NetworkReadies;
  readonly #retention: Retention;
  readonly #compact: (event: Event) => Event;
  /** lines before this time were read before a restart, unless `#wasRead` returns false */
  #before: Millis = Number.NEGATIVE_INFINITY;
  #wasRead: (event: Event) => boolean = () => true;
  #watermark: Millis = Number.NEGATIVE_INFINITY;
  /** the number of lines that were no audits: in total, and at each host's last audit */
  #others = 0;
  readonly #audited = new Map<string, number>();

  constructor(count: Count, options: CorrelatorOptions = {}) {
    const hosts = new Hosts();
    const store = new EventStore();
    const decisions = options.decide && new Decisions(options.decide);
    const instances = new Instances(hosts, count, decisions);
    this.#compact = options.compact ?? ((event) => event);
    this.#from = { store, hosts, instances, hostLines: new HostLines(), builds: new Builds(), count };
    this.#gather = new Gather(this.#from);
    this.#closer = new Closer(instances, hosts, this.#gather, count, options, decisions);
    this.#control = new ControlPlane(store, instances, this.#gather, this.#closer, decisions);
    this.#networkReadies = new NetworkReadies(store, instances, this.#gather);
    this.#retention = new Retention(this.#from, this.#gather, this.#control, this.#networkReadies, decisions);
  }

  /** How many actions are open and have a name. */
  get open(): number {
    return this.#from.instances.open;
  }

  /** Open actions by nova's name; `unnamed` if no line has named them yet. */
  get openByAction(): Record<string, OpenActions> {
    return this.#from.instances.openByAction;
  }

  /** How many lines are in memory. */
  get storedLines(): number {
    return this.#from.store.size;
  }

  /** Stores a line if an action may need it. */
  accept(read: Event): void {
    const { store, hosts, hostLines, builds, instances, count } = this.#from;
    if (read.at < this.#before && this.#wasRead(read)) {
      count('replayed_lines');
      return;
    }
    if (isNegligible(read) || hostLines.accept(read) || this.#isRepeatedAudit(read)) return;
    const event = this.#compact(read);
    builds.note(event);
    if (hosts.note(event)) instances.wake(event.host, event.at);
    if (event.kind === 'compute.started') return;
    if (!ONLY_AT_WORK.has(event.kind)) store.add(event);
    this.#control.note(event);
    this.#networkReadies.note(event);
    instances.keep(event);
  }

  /**
   * Whether this is a host's resource audit and no other line was read since its last audit. Only the first audit after
   * an action's lines can matter; on a quiet host all later ones would only take memory.
   */
  #isRepeatedAudit({ kind, host }: Event): boolean {
    if (kind !== 'resources.audited') {
      this.#others++;
      return false;
    }
    if (this.#audited.get(host) === this.#others) return true;
    this.#audited.set(host, this.#others);
    return false;
  }

  /**
   * Moves the watermark: no more lines before it are expected.
   *
   * @returns the units that closed, in the order of closing
   */
  advance(watermark: Millis): ClosedUnit[] {
    if (watermark <= this.#watermark) return [];
    this.#watermark = watermark;
    const isDueToSweep = this.#retention.isDue(watermark);
    const closings = [
      ...this.#advanceInstances(watermark, isDueToSweep),
      ...this.#followed(this.#retention.evict(this.#closer)),
      ...this.#networkReadies.advance(watermark, (instance) => this.#closer.upTo(instance, watermark)),
      ...this.#followed(this.#control.advance(watermark)),
    ];
    if (isDueToSweep) this.#retention.sweep(watermark);
    return closings.sort((a, b) => a.at - b.at || compare(keyOf(a.unit), keyOf(b.unit))).map(({ unit }) => unit);
  }

  /**
   * Closes everything that is open, because the input has ended.
   *
   * @param last the time of the newest line of all logs; an action that may have continued after it is `unfinished`
   */
  finish(last: Millis): ClosedUnit[] {
    this.#closer.endInput(last);
    return this.advance(Number.POSITIVE_INFINITY);
  }

  #advanceInstances(watermark: Millis, isDueToSweep: boolean): Closing[] {
    const closings: Closing[] = [];
    for (const [instance, state] of this.#from.instances.states) {
      // Before lines are dropped, the open actions must be up to date, because they keep their lines.
      if (state.reviewAt <= watermark || (isDueToSweep && !this.#from.instances.isKnown(state, watermark)))
        closings.push(...this.#followed(this.#closer.advance(instance, state, watermark)));
    }
    return closings;
  }

  #followed(closings: Closing[]): Closing[] {
    this.#networkReadies.follow(closings);
    return closings;
  }

  /**
   * The earliest time from which units that are not exported yet still need lines. Units that opened before `longSince`
   * do not count, because their lines are saved.
   *
   * @returns infinity when nothing is open
   */
  neededSince(longSince: Millis): Millis {
    return neededSince(this.#parts, this.#watermark, longSince);
  }

  /**
   * The state that a restarted process needs from before the place where it reads again. Plain JSON.
   *
   * @param longSince as for `neededSince`
   * @param before where a restarted process starts to read: later lines are not saved
   */
  save(longSince: Millis, before: Millis): Saved {
    return save(this.#parts, this.#watermark, longSince, before);
  }

  /**
   * All state that affects later results. Two correlators whose `comparableState` is equal and that get the same lines
   * from then on return the same units in the same order. Caches are left out, and lists that are sorted lazily are
   * sorted.
   */
  get comparableState(): unknown {
    const { store, hosts, instances, hostLines, builds } = this.#from;
    const audited = [...this.#audited].filter(([, others]) => others === this.#others).map(([host]) => host);
    const parts = [store, hosts, instances, hostLines, builds, this.#control, this.#networkReadies, this.#retention];
    return [this.#watermark, audited.sort(), parts.map(({ comparableState }) => comparableState)];
  }

  /** See `Hosts.allocations`. */
  get allocations(): Hosts['allocations'] {
    return this.#from.hosts.allocations;
  }

  get #parts() {
    return { from: this.#from, gather: this.#gather, control: this.#control, networkReadies: this.#networkReadies };
  }

  /**
   * Continues where another correlator stopped. Called before the first line. From then on, lines before `before` are
   * skipped: they were read before, and those that are still needed were saved.
   *
   * @param records records of the exported units. A unit with lines before `before` is not built again. Any other is,
   *   and
   *   the caller recognises it by its record.
   * @param wasRead returns false for a line before `before` that had not been read when the state was saved, because
   *   its
   *   log was far behind
   */
  restore({
    saved,
    records,
    before,
    wasRead,
  }: {
    readonly saved?: Saved | undefined;
    readonly records: readonly ClosedRecord[];
    readonly before: Millis;
    readonly wasRead?: (event: Event) => boolean;
  }): void {
    const exported = records.flatMap(({ instance, from, past }) => (past && from < before ? [[instance, past] as const] : []));
    const pasts = [...exported, ...(saved?.pasts ?? [])];
    this.#from.instances.seed(pasts.map(([instance, past]) => [instance, restoreInterval(past)] as const));
    if (saved !== undefined) restore(this.#parts, saved);
    this.#before = before;
    if (wasRead !== undefined) this.#wasRead = wasRead;
  }
}

const keyOf = (unit: ClosedUnit): string => `${unit.instance} ${unit.request} ${unit.form}`;
