import { type Event, inOrder } from '../lifecycle/event.js';
import type { Millis } from '../model/line.js';
import type { Candidate } from './candidate.js';
import { saveInterval } from './closed-record.js';
import type { ControlPlane } from './control-plane.js';
import type { Gather, Sources } from './gather.js';
import type { Unfinished } from './instances.js';
import { namesOf } from './members.js';
import { type NetworkReadies, networksOf } from './network-readies.js';
import type { Saved, SavedLine } from './saved.js';
import type { InstanceState } from './state.js';
import type { NameType } from './store.js';
import { LEAD, REACH } from './times.js';

/** The parts of a correlator that a snapshot saves and restores. */
export interface Parts {
  readonly from: Sources;
  readonly gather: Gather;
  readonly control: ControlPlane;
  readonly networkReadies: NetworkReadies;
}

/** An instance at a watermark. */
interface InstanceView {
  readonly instance: string;
  readonly state: InstanceState;
  readonly candidates: readonly Candidate[];
  readonly unfinished: readonly Unfinished[];
}

function instanceViews({ from: { instances } }: Parts, watermark: Millis): InstanceView[] {
  return Array.from(instances.states, ([instance, state]) => {
    const candidates = instances.asOf(instance, state, watermark);
    return { instance, state, candidates, unfinished: instances.unfinished(state, candidates) };
  });
}

/**
 * The earliest time from which units that are not exported yet still need lines. Units that opened before `longSince`
 * do not count, because their lines are saved.
 *
 * @returns infinity when nothing is open
 */
export function neededSince(parts: Parts, watermark: Millis, longSince: Millis): Millis {
  const began = [
    ...instanceViews(parts, watermark).flatMap(({ unfinished }) => unfinished.map((each) => each.began)),
    ...parts.control.sessions.map(({ session }) => session.first),
    ...parts.networkReadies.open.map(({ of }) => of.began),
  ];
  return began.reduce((since, at) => (at >= longSince ? Math.min(since, at - LEAD) : since), Number.POSITIVE_INFINITY);
}

/** @see Correlator.save */
export function save(parts: Parts, watermark: Millis, longSince: Millis, before: Millis): Saved {
  return new Snapshot(parts, watermark, longSince, before).saved();
}

/** Collects the state that a restarted process needs from before the place where it reads again. */
class Snapshot {
  readonly #parts: Parts;
  readonly #watermark: Millis;
  readonly #longSince: Millis;
  readonly #before: Millis;
  readonly #long: { instance: string; request: string }[] = [];
  readonly #open = new Set<Event>();
  readonly #found = new Set<Event>();
  #oldest = Number.POSITIVE_INFINITY;

  constructor(parts: Parts, watermark: Millis, longSince: Millis, before: Millis) {
    this.#parts = parts;
    this.#watermark = watermark;
    this.#longSince = longSince;
    this.#before = before;
  }

  saved(): Saved {
    const { hostLines, builds, hosts } = this.#parts.from;
    const all = instanceViews(this.#parts, this.#watermark);
    for (const view of all) this.#saveLines(view);
    const control = this.#control();
    const sequels = this.#savedNetworks();
    return {
      long: this.#long.map(({ instance, request }) => ({ instance, request })),
      lines: [...new Set([...this.#open, ...this.#found])]
        .sort(inOrder)
        .map((event): SavedLine => ({ event, isOpen: this.#open.has(event), isFound: this.#found.has(event) })),
      hostLines: hostLines.between(this.#oldest - REACH, this.#before),
      builds: builds.between(this.#oldest - REACH, this.#before),
      restarts: hosts.restarts.before(this.#before),
      audits: hosts.audits.before(this.#before),
      buildEnds: hosts.buildEnds.before(this.#before),
      pasts: all.flatMap((view) => this.#pasts(view)),
      shared: this.#shared(all),
      control,
      sequels,
    };
  }

  /** Saves the lines of an instance with a long open action. */
  #saveLines({ instance, state, candidates, unfinished }: InstanceView): void {
    const { instances } = this.#parts.from;
    const longs = unfinished.filter(({ began }) => began < this.#longSince);
    for (const { request, began } of longs) {
      const starts = candidates.filter((each) => each.request === request).map(({ start }) => start);
      this.#saveLong(instance, request, Math.min(began, ...starts));
      this.#saveOpen(instances.unresolvedOf(request));
    }
    if (longs.length > 0) this.#saveOpen(state.events);
  }

  #saveOpen(events: readonly Event[]): void {
    for (const event of events) if (event.at < this.#before) this.#open.add(event);
  }

  #saveLong(instance: string, request: string, began: Millis): void {
    const { from, gather } = this.#parts;
    this.#long.push({ instance, request });
    this.#oldest = Math.min(this.#oldest, began);
    const claim = gather.claimOf(instance, request, began - LEAD, this.#watermark, () => true);
    this.#saveNamed(namesOf(from.store, claim), began - REACH);
  }

  #saveNamed(names: readonly (readonly [NameType, string])[], since: Millis): void {
    for (const [type, name] of names)
      for (const { event } of this.#parts.from.store.find(type, name))
        if (event.at >= since && event.at < this.#before) this.#found.add(event);
  }

  /** Past actions beside a long open one. The caller keeps the records of all other exported actions. */
  #pasts({ instance, state, unfinished }: InstanceView): Saved['pasts'] {
    const isLong = unfinished.some(({ began }) => began < this.#longSince);
    return state.past
      .filter(({ opened }) => opened < this.#before)
      .filter(({ spec, rescheduled, until }) => isLong || ((spec === undefined || rescheduled) && until >= this.#before - REACH))
      .map((past) => [instance, saveInterval(past)] as const);
  }

  #shared(all: readonly InstanceView[]): Saved['shared'] {
    const { instances } = this.#parts.from;
    const requests = new Set(all.flatMap(({ state, candidates }) => [...state.past, ...candidates].map(({ request }) => request)));
    return [...requests]
      .filter((request) => instances.isShared(request, this.#watermark))
      .map((request) => [request, instances.sharersOf(request)] as const);
  }

  #control(): Saved['control'] {
    const { control } = this.#parts;
    return control.sessions.flatMap(({ session, times }) => {
      const { request, first } = session;
      if (first >= this.#longSince) return [];
      for (const instance of control.instancesOf(session)) this.#saveLong(instance, control.ownIdOf(request), first);
      return [[request, times.filter((at) => at < this.#before)] as const];
    });
  }

  #savedNetworks(): Saved['sequels'] {
    const all = this.#parts.networkReadies.open;
    // A boot that is built again starts the wait for its network again.
    for (const { of } of all) if (of.began < this.#longSince) this.#long.push(of);
    const older = all.filter(({ since }) => since < this.#before);
    for (const { of } of older) {
      if (of.began >= this.#longSince) this.#long.push(of);
      this.#saveNamed(networksOf(of), of.start);
    }
    return older.map(({ of: { instance, request, spec, host, start, began, ports }, opening, since }) => ({
      instance,
      request,
      spec: spec.name,
      host,
      start,
      began,
      ports: [...ports],
      opening,
      since,
    }));
  }
}

/** Restores the saved state, except for past actions. */
export function restore({ from, control, networkReadies }: Parts, saved: Saved): void {
  for (const [request, instances] of saved.shared) for (const [instance, at] of instances) from.instances.share(request, instance, at);
  from.hosts.restarts.restore(saved.restarts);
  from.hosts.audits.restore(saved.audits);
  from.hosts.buildEnds.restore(saved.buildEnds ?? []);
  for (const event of saved.hostLines) from.hostLines.accept(event);
  for (const { host, ...event } of saved.builds) from.builds.add(host, event);
  for (const { event, isOpen, isFound } of saved.lines) {
    if (isFound) from.store.add(event);
    if (isOpen) from.instances.keep(event);
  }
  control.restore(saved.control);
  networkReadies.restore(saved.sequels);
}
