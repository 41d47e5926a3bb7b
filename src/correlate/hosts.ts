import type { Event } from '../lifecycle/event.js';
import type { Millis } from '../model/line.js';
import { ENDS_A_BUILD } from './kinds.js';
import { sortedByName } from './order.js';
import type { HostMoments } from './settle.js';

const NONE: readonly Millis[] = [];

/** The times of one kind of event, by host, in order. */
class HostTimes {
  readonly #byHost = new Map<string, Millis[]>();

  add(host: string, at: Millis): void {
    const times = this.#byHost.get(host);
    if (times === undefined) this.#byHost.set(host, [at]);
    else if (at > times[times.length - 1]!) times.push(at);
    else if (!times.includes(at)) {
      times.push(at);
      times.sort((a, b) => a - b);
    }
  }

  of(host: string): readonly Millis[] {
    return this.#byHost.get(host) ?? NONE;
  }

  /** The times of a host up to a time: usually all of them. */
  until(host: string, moment: Millis): readonly Millis[] {
    const times = this.of(host);
    const newest = times[times.length - 1];
    return newest === undefined || newest <= moment ? times : times.filter((at) => at <= moment);
  }

  /** Whether a host has one after `after` and up to `to`. */
  hasBetween(host: string, after: Millis, to: Millis): boolean {
    const times = this.of(host);
    for (let i = times.length - 1; i >= 0 && times[i]! > after; i--) if (times[i]! <= to) return true;
    return false;
  }

  /** The first one of any host after a time; infinity if there is none. */
  firstAfter(moment: Millis): Millis {
    let first = Number.POSITIVE_INFINITY;
    for (const times of this.#byHost.values()) for (const at of times) if (at > moment) first = Math.min(first, at);
    return first;
  }

  /** The times of each host before a time, for a checkpoint. */
  before(moment: Millis): [string, Millis[]][] {
    return [...this.#byHost]
      .map(([host, times]): [string, Millis[]] => [host, times.filter((at) => at < moment)])
      .filter(([, { length }]) => length > 0);
  }

  restore(saved: readonly (readonly [host: string, readonly Millis[]])[]): void {
    for (const [host, times] of saved) for (const at of times) this.add(host, at);
  }

  forget(before: Millis): void {
    for (const [host, times] of this.#byHost) {
      const left = times.filter((at) => at >= before);
      if (left.length === 0) this.#byHost.delete(host);
      else this.#byHost.set(host, left);
    }
  }

  /** See `Correlator.comparableState`. */
  get comparableState(): unknown {
    return sortedByName(this.#byHost);
  }
}

/**
 * Whether a line shows that its host logs the release of allocations: it is such a line, or it comes from a release
 * that logs them. Pike and later log two request ids (DevStack; others since Zed), or the node in the claim.
 */
const showsAllocations = ({ service, kind, twoIds, userId, fields }: Event): boolean =>
  service === 'nova-compute' &&
  (twoIds === true ||
    (kind === 'allocation.deleted' && userId !== undefined) ||
    (kind === 'instance.claimed' && fields['node'] !== undefined));

/** When each host's nova-compute started, when it audited its resources, and when its builds ended. */
export class Hosts {
  readonly restarts = new HostTimes();
  readonly audits = new HostTimes();
  readonly buildEnds = new HostTimes();
  readonly #printsAllocations = new Set<string>();
  /** when an instance's allocations were last released: nova-compute logs nothing about the instance after that */
  readonly #givenBack = new Map<string, Millis>();
  /** hosts for which `printsAllocations` was called before a line had shown it */
  readonly #askedTooEarly = new Set<string>();

  /** Records a line. @returns whether it is about the whole host, and so may end its open actions */
  note(event: Event): boolean {
    const { kind, host, at } = event;
    if (kind === 'allocation.deleted' && event.instance !== undefined)
      this.#givenBack.set(event.instance, Math.max(at, this.#givenBack.get(event.instance) ?? at));
    if (!this.#printsAllocations.has(host) && showsAllocations(event)) this.#printsAllocations.add(host);
    if (ENDS_A_BUILD.has(kind)) this.buildEnds.add(host, at);
    if (kind === 'compute.started') this.restarts.add(host, at);
    else if (kind === 'resources.audited') this.audits.add(host, at);
    else return false;
    return true;
  }

  /** Whether a host's nova-compute logs the release of allocations, and has not logged that of this instance yet. */
  printsAllocations(host: string, instance: string): boolean {
    if (this.#givenBack.has(instance)) return false;
    if (this.#printsAllocations.has(host)) return true;
    this.#askedTooEarly.add(host);
    return false;
  }

  /** Drops everything before a time. */
  forget(before: Millis): void {
    this.restarts.forget(before);
    this.audits.forget(before);
    this.buildEnds.forget(before);
    for (const [instance, at] of this.#givenBack) if (at < before) this.#givenBack.delete(instance);
  }

  /**
   * See `Correlator.comparableState`. Without the hosts that log allocations: `allocations` has them, and they are
   * compared later.
   */
  get comparableState(): unknown {
    return [this.restarts.comparableState, this.audits.comparableState, this.buildEnds.comparableState, sortedByName(this.#givenBack)];
  }

  /** The hosts that are known to log allocations, and those for which that was asked before it was known. */
  get allocations(): { readonly printed: ReadonlySet<string>; readonly askedTooEarly: ReadonlySet<string> } {
    return { printed: this.#printsAllocations, askedTooEarly: this.#askedTooEarly };
  }

  /** Whether nova-compute started or audited its resources on one of the hosts after `after` and up to `to`. */
  changed(hosts: readonly string[], after: Millis, to: Millis): boolean {
    for (const host of hosts) if (this.restarts.hasBetween(host, after, to) || this.audits.hasBetween(host, after, to)) return true;
    return false;
  }
}

/** The times of hosts up to a watermark, without later ones. */
export class VisibleMoments implements HostMoments {
  readonly #hosts: Hosts;
  watermark: Millis;

  constructor(hosts: Hosts, watermark: Millis) {
    this.#hosts = hosts;
    this.watermark = watermark;
  }

  restarts(host: string): readonly Millis[] {
    return this.#hosts.restarts.until(host, this.watermark);
  }

  audits(host: string): readonly Millis[] {
    return this.#hosts.audits.until(host, this.watermark);
  }

  buildEnds(host: string): readonly Millis[] {
    return this.#hosts.buildEnds.until(host, this.watermark);
  }
}
