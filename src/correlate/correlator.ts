import type { EventKind, Vif } from '../catalogue/event.js';
import { isTrifle } from '../lifecycle/causes.js';
import type { Boot, ClosedAction, ClosedFragment, ClosedThing, Past } from '../lifecycle/closed.js';
import { create } from '../lifecycle/create.js';
import type { ActionSpec } from '../lifecycle/define.js';
import { type Event, inOrder, type Member } from '../lifecycle/event.js';
import { actions, bareOpeners, beginnings, mayNameBare, naming, partOf } from '../lifecycle/name.js';
import type { Count } from '../model/counters.js';
import type { OpenActions } from '../model/gauges.js';
import type { Millis } from '../model/line.js';
import { hours, seconds } from '../model/time.js';
import { withTurns } from './agent-turns.js';
import { Builds } from './builds.js';
import { HostLines } from './host-lines.js';
import { type Claim, membersOf, namesOf, portsOfInstance } from './members.js';
import type { Saved, SavedLine } from './saved.js';
import { createSequel, hasSequel, resumed, type Sequel } from './sequel.js';
import { between, EventStore, type Named, type Sort, WAITING } from './store.js';
import {
  AFTERLIFE,
  type Bag,
  GRACE,
  type HostMarks,
  isExported,
  isSame,
  isTaken,
  LEAD,
  ownerAt,
  timeline,
  UNNAMED_QUIET,
} from './timeline.js';
import { restorePast, savePast, type Told, told } from './told.js';

/** A part of an action on a controller is complete when nothing has come for so long. */
const FRAGMENT_QUIET = seconds(60);
/** nova's control plane and what it asks: before and beside every try at a build. */
const CONTROL_PLANE = new Set(['nova-api', 'nova-conductor', 'nova-scheduler', 'placement', 'glance']);
const isOfControlPlane = (event: Event): boolean =>
  CONTROL_PLANE.has(event.service) && event.kind !== 'vif.plug.announced' && event.kind !== 'external.event.announced';

/** nova-api's lines that say which instance a request is about, or what it begins. */
const INTRODUCES: ReadonlySet<EventKind> = new Set<EventKind>([...beginnings, 'server.action.requested']);
/** Lines without an instance that have a say in what an action is and when it ends. */
const RESOLVED: ReadonlySet<EventKind> = new Set<EventKind>([
  ...beginnings,
  ...naming,
  ...actions.flatMap((spec) => [
    ...(spec.namedByAll ?? []).flat(),
    ...(spec.takesPart ?? []).flat(),
    ...spec.ends,
    ...spec.fails,
    ...(spec.confirms ?? []),
  ]),
]);

/** Lines that may end an action or name one. After any other nothing closes but a bag that it began, and that for its silence. */
const MAY_CLOSE: ReadonlySet<EventKind> = new Set<EventKind>([
  ...naming,
  ...beginnings,
  ...mayNameBare,
  ...bareOpeners.keys(),
  'instance.build.rescheduled',
  'instance.build.started',
  'instance.build.failed',
  ...actions.flatMap((spec) => [
    ...spec.ends,
    ...(spec.confirms ?? []),
    ...(spec.endsAfter ?? []),
    ...(spec.endsQuietly ?? []),
    ...spec.fails,
    ...spec.cleansUp,
    ...spec.starts.flatMap(({ kinds }) => kinds),
    ...(spec.takesPart ?? []).flat(),
  ]),
]);

/** How often, in event time, old lines are forgotten. */
const SWEEP = seconds(30);
/** Lines that are further ahead than this are the first to go when the room is full: of a clock that was wrong. */
const AHEAD = hours(6);
/** The most lines that may wait for a link. */
const ROOM = 50_000;
/** Where what is open needs more than that, the room is looked through again when so much has been added to what must stay. */
const MORE = 1.1;
/** The most actions that may be under way, named or not yet. */
export const MOST_OPEN = 10_000;

/** On a controller, what shows a request to be an action that reached past the API. */
const CONTROL_EVIDENCE: ReadonlySet<EventKind> = new Set<EventKind>([
  'scheduling.started',
  'placement.claiming',
  'host.chosen',
  'allocation.written',
  'neutron.port.create.requested',
  'neutron.port.update.requested',
  'neutron.port.delete.requested',
  'port.create.received',
  'scheduling.failed',
  'scheduling.task.failed',
  'instance.state.set',
]);

interface InstanceState {
  /** nova-compute's lines that no exported action has taken, in order once `isSorted` */
  events: Event[];
  /** the requests that they name, and when the first line did */
  requests: Map<string, Millis>;
  isSorted: boolean;
  past: Past[];
  bags: Bag[];
  /** the watermark from which it must be looked at again: nothing closes sooner than its grace after a line */
  wakesAt: Millis;
  /** the watermark at which it was last looked at */
  lookedAt: Millis;
}

/** A stretch of a request's lines on a controller, with no gap as long as FRAGMENT_QUIET. */
interface Session {
  readonly request: string;
  readonly first: Millis;
  readonly last: Millis;
}

/**
 * Gathers lines and gives back actions that are over. Online three things happen: lines are kept, the watermark moves, and
 * what has closed by it is given back whole. Everything else is worked out at that moment from the lines alone.
 */
export class Correlator {
  readonly #store = new EventStore();
  readonly #hostLines = new HostLines();
  readonly #builds = new Builds();
  readonly #instances = new Map<string, InstanceState>();
  readonly #restarts = new Map<string, Millis[]>();
  readonly #audits = new Map<string, Millis[]>();
  /** instances by request id of their actions, and when each first had a line of it: to know a request that several share */
  readonly #sharers = new Map<string, Map<string, Millis>>();
  /** lines that name a request and no instance, by request */
  readonly #unresolved = new Map<string, Event[]>();
  /** when lines that show an action were printed on a controller, by request */
  readonly #control = new Map<string, Millis[]>();
  /** the watermark before which nothing of a request can be complete */
  readonly #controlDue = new Map<string, Millis>();
  #sequels: Sequel[] = [];
  readonly #count: Count;
  /** pasts from before a restart: that lines of theirs come is no wonder */
  readonly #seeded = new WeakSet<Past>();
  /** what lies before was read before a restart, unless `#wasRead` says otherwise */
  #before: Millis = Number.NEGATIVE_INFINITY;
  #wasRead: (event: Event) => boolean = () => true;
  #watermark: Millis = Number.NEGATIVE_INFINITY;
  #sweptAt: Millis = Number.NEGATIVE_INFINITY;
  #room = ROOM;

  constructor(count: Count) {
    this.#count = count;
  }

  /** Actions under way: named or not yet. */
  get open(): number {
    let sum = 0;
    for (const { bags } of this.#instances.values()) sum += bags.filter(({ spec }) => spec !== undefined).length;
    return sum;
  }

  /** Actions under way, by nova's name of them; `unnamed` where no line has told it yet. */
  get openByAction(): Record<string, OpenActions> {
    const open: Record<string, OpenActions> = {};
    for (const { bags } of this.#instances.values())
      for (const { spec, start } of bags) {
        const name = spec?.name ?? 'unnamed';
        const { count, oldest } = open[name] ?? { count: 0, oldest: start };
        open[name] = { count: count + 1, oldest: Math.min(oldest, start) };
      }
    return open;
  }

  /** How many lines are kept. */
  get kept(): number {
    return this.#store.size;
  }

  accept(event: Event): void {
    if (event.at < this.#before && this.#wasRead(event)) {
      this.#count('read_again');
      return;
    }
    if (isTrifle(event) || this.#hostLines.accept(event)) return;
    this.#builds.note(event);
    if (event.kind === 'compute.started' || event.kind === 'resources.audited') {
      insertSorted(event.kind === 'compute.started' ? this.#restarts : this.#audits, event.host, event.at);
      for (const state of this.#instances.values())
        if (state.bags.some(({ host }) => host === event.host)) state.wakesAt = Number.NEGATIVE_INFINITY;
      if (event.kind === 'compute.started') return;
    }
    this.#store.add(event);
    if (CONTROL_EVIDENCE.has(event.kind)) this.#noteControl(event);
    this.#keep(event);
  }

  /** Keeps what has a say in what an instance's actions are. */
  #keep(event: Event): void {
    const isApi = event.service === 'nova-api' && INTRODUCES.has(event.kind);
    if (event.service !== 'nova-compute' && !isApi) return;
    if (event.instance === undefined) {
      this.#keepUnresolved(event);
      return;
    }
    const state = this.#stateOf(event.instance);
    if (event.requestId !== undefined && event.userId !== undefined) {
      const { requestId: request, at } = event;
      const past = state.past.find((each) => (isApi ? isExported(each, request, at) : isTaken(each, request, at)));
      if (past !== undefined) {
        if (!isApi && this.#seeded.has(past)) this.#count('read_again');
        else if (!isApi) this.#count('late', 1, event.kind);
        return;
      }
      this.#share(event.requestId, event.instance, event.at);
      state.requests.set(event.requestId, Math.min(event.at, state.requests.get(event.requestId) ?? event.at));
    }
    const { events } = state;
    if (state.isSorted && events.length > 0 && inOrder(events[events.length - 1]!, event) > 0) state.isSorted = false;
    events.push(event);
    state.wakesAt = Math.min(state.wakesAt, event.at + (MAY_CLOSE.has(event.kind) ? GRACE : UNNAMED_QUIET));
  }

  #share(request: string, instance: string, at: Millis): void {
    const sharers = this.#sharers.get(request);
    if (sharers === undefined) this.#sharers.set(request, new Map([[instance, at]]));
    else sharers.set(instance, Math.min(at, sharers.get(instance) ?? at));
  }

  /** Lines that name a request and no instance: whose they are is known once another line names both. */
  #keepUnresolved(event: Event): void {
    const request = event.requestId;
    if (request === undefined || event.userId === undefined || !RESOLVED.has(event.kind)) return;
    const same = this.#unresolved.get(request);
    if (same === undefined) this.#unresolved.set(request, [event]);
    else same.push(event);
    for (const instance of this.#sharers.get(request)?.keys() ?? []) {
      const state = this.#instances.get(instance);
      if (state !== undefined) state.wakesAt = Math.min(state.wakesAt, event.at + GRACE);
    }
  }

  /** An instance's lines, those that only its request tells included, in order. */
  #linesOf(state: InstanceState, watermark: Millis): readonly Event[] {
    const more: Event[] = [];
    for (const [request, from] of state.requests) {
      const found = from <= watermark ? this.#unresolved.get(request) : undefined;
      if (found !== undefined && !this.#isShared(request, watermark)) more.push(...found);
    }
    return more.length === 0 ? state.events : [...state.events, ...more].sort(inOrder);
  }

  readonly #sharedSince = (request: string): Millis => {
    const sharers = this.#sharers.get(request);
    if (sharers === undefined || sharers.size < 2) return Number.POSITIVE_INFINITY;
    return [...sharers.values()].sort((a, b) => a - b)[1]!;
  };

  /** Whether several instances have lines of a request, as of a moment: what comes later must not matter for what closed before. */
  #isShared(request: string, by: Millis): boolean {
    const since = this.#sharedSince(request);
    return since !== Number.POSITIVE_INFINITY && since <= by;
  }

  /**
   * Moves the watermark: no line before it is expected any more.
   *
   * @returns what closed by it, in the order of closing
   */
  advance(watermark: Millis): ClosedThing[] {
    if (watermark <= this.#watermark) return [];
    this.#watermark = watermark;
    const closing: { at: Millis; thing: ClosedThing }[] = [];
    const isDueToSweep = watermark - this.#sweptAt >= SWEEP || this.#store.size > this.#room;
    for (const [instance, state] of this.#instances) {
      // What is under way as of now must be known before lines are forgotten: it keeps its own.
      if (state.wakesAt <= watermark || (isDueToSweep && state.events.length > 0 && state.lookedAt < watermark))
        this.#advanceInstance(instance, state, watermark, closing);
    }
    this.#evict(closing);
    this.#advanceSequels(watermark, closing);
    this.#advanceControl(watermark, closing);
    if (isDueToSweep) this.#sweep(watermark);
    return closing.sort((a, b) => a.at - b.at || compare(keyOf(a.thing), keyOf(b.thing))).map(({ thing }) => thing);
  }

  #stateOf(instance: string): InstanceState {
    const found = this.#instances.get(instance);
    if (found !== undefined) return found;
    const made: InstanceState = {
      events: [],
      requests: new Map(),
      isSorted: true,
      past: [],
      bags: [],
      wakesAt: Number.POSITIVE_INFINITY,
      lookedAt: Number.NEGATIVE_INFINITY,
    };
    this.#instances.set(instance, made);
    return made;
  }

  /** The marks a watermark lets one see: what lies after it has not happened yet. */
  #marksUntil(watermark: Millis): HostMarks {
    return {
      restarts: (host) => until(this.#restarts.get(host) ?? NO_MARKS, watermark),
      audits: (host) => until(this.#audits.get(host) ?? NO_MARKS, watermark),
    };
  }

  /** Where too many actions are open, the oldest are told as far as they have come. */
  #evict(closing: { at: Millis; thing: ClosedThing }[]): void {
    let open = 0;
    for (const { bags } of this.#instances.values()) open += bags.length;
    if (open <= MOST_OPEN) return;
    const oldest = [...this.#instances.values()]
      .flatMap((state) => state.bags.map((bag) => ({ bag, state })))
      .sort((a, b) => a.bag.opened - b.bag.opened || compare(a.bag.instance, b.bag.instance) || compare(a.bag.request, b.bag.request));
    for (const { bag, state } of oldest.slice(0, open - MOST_OPEN)) {
      this.#close(bag, state, closing);
      state.bags = state.bags.filter((each) => each !== bag);
      this.#count('open_full');
    }
  }

  #advanceInstance(instance: string, state: InstanceState, watermark: Millis, closing: { at: Millis; thing: ClosedThing }[]): void {
    state.lookedAt = watermark;
    if (!state.isSorted) {
      state.events.sort(inOrder);
      state.isSorted = true;
    }
    const marks = this.#marksUntil(watermark);
    // Again after each closing: what it took no longer stands in the way of the others.
    for (;;) {
      const lines = this.#linesOf(state, watermark);
      const newest = lines[lines.length - 1]?.at ?? Number.NEGATIVE_INFINITY;
      const events = newest <= watermark ? lines : lines.filter(({ at }) => at <= watermark);
      state.bags = timeline(instance, events, { marks, past: state.past, sharedSince: this.#sharedSince });
      const due = state.bags
        .filter(({ closesAt }) => closesAt <= watermark)
        .sort((a, b) => a.closesAt - b.closesAt || compare(a.request, b.request))[0];
      if (due === undefined) {
        // Of those that came too early for this watermark, the first counts.
        const next = lines[events.length];
        state.wakesAt = Math.min(
          ...state.bags.map(({ closesAt }) => closesAt),
          next === undefined ? Number.POSITIVE_INFINITY : next.at + GRACE,
        );
        for (const times of this.#restarts.values())
          for (const at of times) if (at > watermark) state.wakesAt = Math.min(state.wakesAt, at);
        return;
      }
      this.#close(this.#asOfClosing(due, instance, state, events), state, closing);
    }
  }

  /**
   * The bag and its rivals as they were when it closed: what came later may have begun before, as its own duration tells, and
   * must not take lines from it. How far the watermark had moved on when it was looked at says nothing.
   */
  #asOfClosing(due: Bag, instance: string, state: InstanceState, events: readonly Event[]): Bag {
    if (events.length === 0 || events[events.length - 1]!.at <= due.closesAt) return due;
    if (state.bags.every((bag) => bag === due || Math.min(bag.opened, bag.start) > due.closesAt)) return due;
    const known = events.filter(({ at }) => at <= due.closesAt);
    const bags = timeline(instance, known, { marks: this.#marksUntil(due.closesAt), past: state.past, sharedSince: this.#sharedSince });
    const same = bags.find((bag) => isSame(bag, due) && bag.closesAt === due.closesAt);
    if (same === undefined) return due;
    state.bags = bags;
    return same;
  }

  #close(bag: Bag, state: InstanceState, closing: { at: Millis; thing: ClosedThing }[]): void {
    const part = bag.spec === undefined ? partOf(bag.own) : undefined;
    const { request, attempt, rescheduled, opened, start, lock, spec, until } = bag;
    const last = bag.own[bag.own.length - 1]?.at ?? opened;
    const past: Past = { request, attempt, rescheduled, opened, start, end: bag.end ?? until, lock, spec, until, last };
    if (part !== undefined) {
      closing.push({ at: bag.closesAt, thing: { ...this.#gatherPart(bag, part, state), past } });
    } else if (bag.spec === undefined) {
      this.#count('unnamed');
    } else {
      const action = { ...this.#gather(bag, state), past };
      closing.push({ at: bag.closesAt, thing: bag.rescheduled ? { ...action, form: 'attempt' } : action });
      if (hasSequel(action)) this.#sequels.push(createSequel(action, resumed(action)!, told(action).from));
    }
    state.past.push(past);
    const taken = new Set<Event>(bag.owned);
    if (rescheduled) for (const event of bag.own) taken.add(event);
    const isOver = (event: Event): boolean => taken.has(event) || isExported(past, event.requestId ?? '', event.at);
    state.events = state.events.filter((event) => !isOver(event));
    if (!rescheduled && !state.events.some((event) => event.requestId === request)) state.requests.delete(request);
    if (this.#isShared(request, until)) return;
    const left = this.#unresolved.get(request)?.filter((event) => !isOver(event));
    if (left === undefined || (!rescheduled && left.length === 0)) this.#unresolved.delete(request);
    else this.#unresolved.set(request, left);
  }

  /** What the other host of an action tells: the one that writes the root is another process's to read. */
  #gatherPart(bag: Bag, part: ActionSpec, state: InstanceState): ClosedFragment {
    const others = [...state.past, ...state.bags];
    const from = bag.own[0]!.at;
    const to = bag.own[bag.own.length - 1]!.at;
    const claim = this.#claimOf(bag.instance, bag.request, from - LEAD, to + GRACE, (at) => ownerAt(others, at) === undefined);
    const ports = portsOfInstance(this.#store, claim);
    const members = this.#membersOf(claim, ports);
    this.#place(members);
    return {
      form: 'fragment',
      instance: bag.instance,
      request: bag.request,
      start: from,
      end: to,
      began: bag.opened,
      members,
      ports,
      spec: part,
      meanwhile: this.#meanwhile(members, claim),
    };
  }

  /** Its lines, and those of its hosts' daemons that concern its ports without naming them. */
  #membersOf(claim: Claim, ports: ReadonlyMap<string, Vif>): Member[] {
    return withTurns(membersOf(this.#store, claim, ports), this.#hostLines, claim);
  }

  /** Marks the lines that are told: of those that no one would miss it need not be known. */
  #place(members: readonly Member[]): void {
    for (const { event } of members) if (isPhaseLine(event)) this.#store.place(event);
  }

  /** What the daemons of its hosts said of themselves. */
  #meanwhile(members: readonly Member[], { from, to }: Claim): readonly Event[] {
    return this.#hostLines.meanwhile(new Set(members.map(({ event }) => event.host)), from, to);
  }

  #claimOf(instance: string, request: string, from: Millis, to: Millis, owns: (at: Millis) => boolean): Claim {
    const state = this.#instances.get(instance);
    const aliases = new Set([request]);
    for (const { event } of this.#store.find('request', request)) {
      // The client's own id, which the other services print in place of nova's.
      if (event.globalRequestId !== undefined && event.service.startsWith('nova-') && event.requestId === request)
        aliases.add(event.globalRequestId);
    }
    const requests = new Set([...(state?.past ?? []), ...(state?.bags ?? [])].map((bag) => bag.request));
    requests.delete(request);
    return {
      instance,
      aliases,
      from,
      to,
      isShared: this.#isShared(request, to),
      owns,
      isOther: (id) => requests.has(id),
    };
  }

  #gather(bag: Bag, state: InstanceState): ClosedAction {
    const spec = bag.spec!;
    const others = [...state.past, ...state.bags];
    const owns = (at: Millis): boolean => {
      const owner = ownerAt(others, at);
      return owner !== undefined && isSame(owner, bag);
    };
    // What ended long ago under the same request, and was not given on, is no try at this.
    const tries = [...triesBefore(bag, state.past), ...state.bags.filter(({ request }) => request === bag.request)];
    // What the API and the scheduler did came before the first try, and is told with the root.
    const from = bag.rescheduled ? bag.start : Math.min(bag.start, ...tries.map(({ start }) => start));
    const claim = this.#claimOf(bag.instance, bag.request, from - LEAD, bag.until, owns);
    const known = portsOfInstance(this.#store, claim, () => this.#count('ports_full'));
    const isOfThisTry = ({ event }: Member): boolean => {
      if (isOfControlPlane(event)) return !bag.rescheduled;
      if (event.service === 'nova-compute' && event.requestId === bag.request && event.instance !== undefined)
        return bag.own.includes(event);
      return owns(event.at);
    };
    let members = this.#membersOf(claim, known);
    let ports = known;
    if (tries.length > 1) {
      members = members.filter(isOfThisTry);
      // Every try makes its own ports.
      const named = new Set(members.flatMap((member) => member.ports));
      ports = new Map([...known].filter(([port]) => named.has(port)));
    }
    if (spec.takesPart === undefined) members = onOneHost(members, bag.host);
    if (spec.lingers !== undefined && bag.end !== undefined) {
      // The first audit of the host after the end is the action's last step.
      const audit = this.#store
        .find('host', bag.host)
        .find(({ event: { kind, at } }) => kind === 'resources.audited' && at > bag.end! && at <= bag.closesAt);
      if (audit !== undefined) members.push({ event: audit.event, ports: [] });
    }
    this.#place(members);
    const last = bag.own[bag.own.length - 1]?.at ?? bag.start;
    return {
      form: 'action',
      instance: bag.instance,
      request: bag.request,
      spec,
      outcome: bag.outcome ?? 'timed-out',
      start: bag.start,
      end: Math.max(bag.start, bag.end ?? last),
      began: bag.opened,
      until: bag.until,
      host: bag.host,
      service: 'nova-compute',
      members,
      ports,
      meanwhile: this.#meanwhile(members, claim),
      ...this.#buildsBeside(bag),
    };
  }

  #buildsBeside(bag: Bag): { builds: number } | undefined {
    const { host, instance, start, own } = bag;
    if (!own.some(({ kind }) => kind === 'instance.claimed')) return undefined;
    const end = Math.max(start, bag.end ?? own[own.length - 1]!.at);
    return { builds: this.#builds.others(host, instance, { start, end }, this.#restarts.get(host) ?? []) };
  }

  #advanceSequels(watermark: Millis, closing: { at: Millis; thing: ClosedThing }[]): void {
    // The next action ends a sequel: it must be known as of this watermark. Looking may close a boot, and so add a sequel.
    for (const { of } of [...this.#sequels]) {
      const state = this.#instances.get(of.instance);
      if (state !== undefined && state.lookedAt < watermark) this.#advanceInstance(of.instance, state, watermark, closing);
    }
    const left: Sequel[] = [];
    for (const sequel of this.#sequels) {
      const state = this.#instances.get(sequel.of.instance);
      const next = [...(state?.past ?? []), ...(state?.bags ?? [])]
        .filter((bag) => bag.spec !== undefined && bag.request !== sequel.of.request)
        // Not its start, which a line long after it may tell: by then the sequel may have closed.
        .map((bag) => bag.opened)
        .filter((at) => at > sequel.from)
        .sort((a, b) => a - b)[0];
      const closed = sequel.close(this.#store, watermark, next);
      if (closed === 'waiting') left.push(sequel);
      else if (closed !== undefined) {
        this.#place(closed.members);
        closing.push({ at: closed.end + GRACE, thing: closed });
      }
    }
    this.#sequels = left;
  }

  #noteControl(event: Event): void {
    // nova's own daemons print the action's id as theirs; the others print it as the caller's.
    const request = event.service.startsWith('nova-') ? event.requestId : event.globalRequestId;
    if (request === undefined || event.userId === undefined) return;
    const times = this.#control.get(request);
    if (times === undefined) this.#control.set(request, [event.at]);
    else times.push(event.at);
    const due = event.at + FRAGMENT_QUIET + GRACE;
    this.#controlDue.set(request, Math.min(due, this.#controlDue.get(request) ?? due));
  }

  /** The first stretch of a request's lines: what came after a long silence is another part, whenever it was read. */
  #firstSession(request: string): Session {
    const times = this.#control.get(request)!.sort((a, b) => a - b);
    let last = times[0]!;
    for (const at of times) {
      if (at - last > FRAGMENT_QUIET) break;
      last = at;
    }
    return { request, first: times[0]!, last };
  }

  /** The action's id, where this one is what the client sent along: nova's lines show both. */
  #ownIdOf(request: string): string {
    const own = new Set<string>();
    for (const { event } of this.#store.find('request', request)) {
      if (
        event.globalRequestId !== undefined &&
        event.service.startsWith('nova-') &&
        event.globalRequestId === request &&
        event.requestId !== undefined &&
        event.requestId !== request
      )
        own.add(event.requestId);
    }
    return own.size === 1 ? [...own][0]! : request;
  }

  /** Requests seen on a controller whose compute host another process reads. */
  #advanceControl(watermark: Millis, closing: { at: Millis; thing: ClosedThing }[]): void {
    for (const [request, notBefore] of this.#controlDue) {
      if (watermark < notBefore) continue;
      this.#controlDue.delete(request);
      for (let times = this.#control.get(request); times !== undefined; times = this.#control.get(request)) {
        const session = this.#firstSession(request);
        const due = session.last + FRAGMENT_QUIET;
        if (watermark < due + GRACE) {
          this.#controlDue.set(request, due + GRACE);
          break;
        }
        const own = this.#ownIdOf(request);
        if (own === request) closing.push(...this.#closeSession(session, watermark, closing).map((thing) => ({ at: due, thing })));
        const left = times.filter((at) => at > session.last);
        if (left.length > 0) this.#control.set(request, left);
        else this.#control.delete(request);
        // Lines under the client's own id are the action's: they are told under its own.
        if (own !== request) {
          this.#control.set(own, [...(this.#control.get(own) ?? []), ...times.filter((at) => at <= session.last)]);
          this.#controlDue.set(own, Number.NEGATIVE_INFINITY);
        }
      }
    }
  }

  /** The instances that a session's lines name. What is printed when it is over has no say: when it is read must not matter. */
  #instancesOf({ request, first, last }: Session): string[] {
    const instances = new Set<string>();
    const consumers = new Set<string>();
    for (const { event, instance, others } of between(this.#store.find('request', request), first - LEAD, last + FRAGMENT_QUIET)) {
      if (instance !== undefined) (event.service === 'placement' ? consumers : instances).add(instance.name);
      for (const { sort, name } of others) if (sort === 'instance') instances.add(name);
    }
    // A migration holds allocations of its own: what only placement names beside an instance is one.
    return [...(instances.size === 0 ? consumers : instances)].sort();
  }

  /** The parts of actions that one request's lines on a controller show, one for each of its instances. */
  #closeSession(session: Session, watermark: Millis, closing: { at: Millis; thing: ClosedThing }[]): ClosedThing[] {
    const due = session.last + FRAGMENT_QUIET;
    return this.#instancesOf(session).flatMap((instance) => {
      const state = this.#instances.get(instance);
      // Whether a compute host tells of it must be known as of this watermark.
      if (state !== undefined && state.lookedAt < watermark) this.#advanceInstance(instance, state, watermark, closing);
      // What began after the part's time was up does not count: when it is read must not matter.
      const tries = [...(state?.past ?? []), ...(state?.bags ?? [])].filter((bag) => bag.request === session.request && bag.opened <= due);
      if (tries.some(({ rescheduled }) => !rescheduled)) return [];
      const gathered = this.#gatherFragment(instance, session);
      // Tries that were all given on tell of themselves; what is left is the control plane's.
      const closed =
        tries.length === 0 ? gathered : { ...gathered, members: gathered.members.filter(({ event }) => isOfControlPlane(event)) };
      if (!showsAction(closed.members)) return [];
      this.#place(closed.members);
      return [conclude(closed)];
    });
  }

  #gatherFragment(instance: string, session: Session): ClosedFragment {
    const named = this.#store.named('instance', instance);
    const rivals = [...this.#control.keys()]
      .filter((request) => named !== undefined && this.#concerns(request, named))
      .map((request) => this.#firstSession(request))
      .sort((a, b) => a.first - b.first);
    const state = this.#instances.get(instance);
    const lived = [...(state?.past ?? []), ...(state?.bags ?? [])];
    // Of what no compute host tells, the request that began last owns what follows.
    const owns = (at: Millis): boolean =>
      ownerAt<Past>(lived, at) === undefined && rivals.filter(({ first }) => first <= at).at(-1)?.request === session.request;
    const claim = this.#claimOf(instance, session.request, session.first - LEAD, session.last + FRAGMENT_QUIET, owns);
    const shared = new Set<Named>();
    for (const line of between(this.#store.find('request', session.request), claim.from, claim.to))
      if (line.instance !== undefined) shared.add(line.instance);
    const fair: Claim = { ...claim, isShared: claim.isShared || shared.size > 1 };
    const ports = portsOfInstance(this.#store, fair);
    const members = this.#membersOf(fair, ports);
    const times = members.map(({ event }) => event.at);
    return {
      form: 'fragment',
      instance,
      request: session.request,
      start: Math.min(session.first, ...times),
      end: Math.max(session.last, ...times),
      began: session.first,
      members,
      ports,
      meanwhile: this.#meanwhile(members, fair),
    };
  }

  #concerns(request: string, instance: Named): boolean {
    return this.#store.find('request', request).some((kept) => kept.instance === instance || kept.others.includes(instance));
  }

  /** What of an instance is not told yet, and since when it may have been. */
  #unfinished(instance: string, state: InstanceState): { readonly request: string; readonly began: Millis }[] {
    const newest = state.isSorted ? state.events[state.events.length - 1]?.at : Number.POSITIVE_INFINITY;
    if (newest !== undefined && newest > state.lookedAt) {
      // Nothing can have closed by now, or it would have been looked at.
      if (!state.isSorted) state.events.sort(inOrder);
      state.isSorted = true;
      const events = this.#linesOf(state, this.#watermark).filter(({ at }) => at <= this.#watermark);
      state.bags = timeline(instance, events, {
        marks: this.#marksUntil(this.#watermark),
        past: state.past,
        sharedSince: this.#sharedSince,
      });
    }
    // A try that was given on is a part of what the next host, or the conductor, will tell.
    return [...state.bags, ...givenOn(state.past, state.bags)].map((each) => ({
      request: each.request,
      began: Math.min(each.opened, ...triesBefore(each, state.past).map(({ opened }) => opened)),
    }));
  }

  /**
   * The earliest moment of which lines are needed by what is not told yet. What began before `longSince` does not count: it
   * is to be saved.
   *
   * @returns infinity when nothing is open
   */
  neededSince(longSince: Millis): Millis {
    let since = Number.POSITIVE_INFINITY;
    const need = (began: Millis): void => {
      if (began >= longSince) since = Math.min(since, began - LEAD);
    };
    for (const [instance, state] of this.#instances) for (const { began } of this.#unfinished(instance, state)) need(began);
    for (const request of this.#control.keys()) need(this.#firstSession(request).first);
    for (const { of } of this.#sequels) need(of.began);
    return since;
  }

  /**
   * What must be known of the time before lines are read again. Plain JSON.
   *
   * @param longSince as `neededSince` was asked
   * @param before where reading will begin again: later lines are not saved
   */
  save(longSince: Millis, before: Millis): Saved {
    const long: { instance: string; request: string }[] = [];
    const open = new Set<Event>();
    const found = new Set<Event>();
    const shared = new Map<string, readonly (readonly [string, Millis])[]>();
    const pasts: [string, ReturnType<typeof savePast>][] = [];
    let oldest = Number.POSITIVE_INFINITY;
    const saveNamed = (names: readonly [Sort, string][], since: Millis): void => {
      for (const [sort, name] of names)
        for (const { event } of this.#store.find(sort, name)) if (event.at >= since && event.at < before) found.add(event);
    };
    const saveLong = (instance: string, request: string, began: Millis): void => {
      long.push({ instance, request });
      oldest = Math.min(oldest, began);
      saveNamed(
        namesOf(
          this.#store,
          this.#claimOf(instance, request, began - LEAD, this.#watermark, () => true),
        ),
        began - REACH,
      );
    };
    for (const [instance, state] of this.#instances) {
      const longs = this.#unfinished(instance, state).filter(({ began }) => began < longSince);
      for (const past of state.past) {
        if (past.opened >= before) continue;
        // What is told is the caller's to remember, but for what lies beside an action that is open for long.
        if (longs.length > 0 || ((past.spec === undefined || past.rescheduled) && past.until >= before - REACH))
          pasts.push([instance, savePast(past)]);
      }
      for (const { request } of [...state.past, ...state.bags])
        if (this.#isShared(request, this.#watermark)) shared.set(request, [...this.#sharers.get(request)!]);
      for (const { request, began } of longs) {
        saveLong(instance, request, Math.min(began, ...state.bags.filter((bag) => bag.request === request).map(({ start }) => start)));
        for (const event of this.#unresolved.get(request) ?? []) if (event.at < before) open.add(event);
      }
      if (longs.length > 0) for (const event of state.events) if (event.at < before) open.add(event);
    }
    const control: [string, Millis[]][] = [];
    for (const [request, times] of this.#control) {
      const session = this.#firstSession(request);
      if (session.first >= longSince) continue;
      control.push([request, times.filter((at) => at < before)]);
      for (const instance of this.#instancesOf(session)) saveLong(instance, this.#ownIdOf(request), session.first);
    }
    // Of a boot that is built again the sequel is, too.
    for (const { of } of this.#sequels) if (of.began < longSince) long.push(of);
    const sequels = this.#sequels.filter(({ since }) => since < before);
    for (const { of } of sequels) {
      if (of.began >= longSince) long.push(of);
      saveNamed(networksOf(of), of.start);
    }
    const marksOf = (marks: ReadonlyMap<string, readonly Millis[]>): [string, Millis[]][] =>
      [...marks]
        .map(([host, times]): [string, Millis[]] => [host, times.filter((at) => at < before)])
        .filter(([, { length }]) => length > 0);
    return {
      long: long.map(({ instance, request }) => ({ instance, request })),
      lines: [...new Set([...open, ...found])]
        .sort(inOrder)
        .map((event): SavedLine => ({ event, isOpen: open.has(event), isFound: found.has(event) })),
      hostLines: this.#hostLines.between(oldest - REACH, before),
      builds: this.#builds.between(oldest - REACH, before),
      restarts: marksOf(this.#restarts),
      audits: marksOf(this.#audits),
      pasts,
      shared: [...shared],
      control,
      sequels: sequels.map(({ of: { instance, request, spec, host, start, began, ports }, opening, since }) => ({
        instance,
        request,
        spec: spec.name,
        host,
        start,
        began,
        ports: [...ports],
        opening,
        since,
      })),
    };
  }

  /**
   * Begins where another correlator was, before the first line. Lines before `before` are passed over from now on: they were
   * read, and what is needed of them is saved.
   *
   * @param told what need not be told again. What has lines before `before` is past; what has not is built again, and whoever
   *   asks knows it by its key.
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
    const pasts = told.flatMap(({ instance, from, past }) => (past === undefined || from >= before ? [] : [[instance, past] as const]));
    for (const [instance, each] of [...pasts, ...(saved?.pasts ?? [])]) this.#seed(instance, restorePast(each));
    for (const { past } of this.#instances.values()) past.sort((a, b) => a.until - b.until || a.opened - b.opened);
    if (saved !== undefined) this.#restoreSaved(saved);
    this.#before = before;
    if (wasRead !== undefined) this.#wasRead = wasRead;
  }

  #seed(instance: string, past: Past): void {
    const state = this.#stateOf(instance);
    if (state.past.some((each) => isSame(each, past) && each.opened === past.opened)) return;
    state.past.push(past);
    this.#seeded.add(past);
    if (!past.request.startsWith('@')) this.#share(past.request, instance, past.opened);
  }

  #restoreSaved(saved: Saved): void {
    for (const [request, instances] of saved.shared) for (const [instance, at] of instances) this.#share(request, instance, at);
    for (const [host, times] of saved.restarts) for (const at of times) insertSorted(this.#restarts, host, at);
    for (const [host, times] of saved.audits) for (const at of times) insertSorted(this.#audits, host, at);
    for (const event of saved.hostLines) this.#hostLines.accept(event);
    for (const { host, ...mark } of saved.builds) this.#builds.add(host, mark);
    for (const { event, isOpen, isFound } of saved.lines) {
      if (isFound) this.#store.add(event);
      if (isOpen) this.#keep(event);
    }
    for (const [request, times] of saved.control) {
      this.#control.set(request, [...times]);
      this.#controlDue.set(request, Number.NEGATIVE_INFINITY);
    }
    for (const { spec: name, ports, opening, since, ...boot } of saved.sequels) {
      const spec = actions.find((each) => each.name === name);
      if (spec !== undefined) this.#sequels.push(createSequel({ ...boot, spec, ports: new Map(ports) }, opening, since));
    }
  }

  /** Forgets what is too old to matter: lines that waited long enough, and the names of actions long gone. */
  #sweep(watermark: Millis): void {
    this.#sweptAt = watermark;
    const horizon = watermark - REACH;
    const long: [Sort, string][] = [];
    let oldest = Number.POSITIVE_INFINITY;
    for (const [instance, state] of this.#instances) {
      for (const bag of [...state.bags, ...givenOn(state.past, state.bags)]) {
        const began = beganOf(bag, state.past);
        oldest = Math.min(oldest, began);
        // What began lately has no line that is old enough to go.
        if (began - LEAD >= horizon) continue;
        long.push(
          ...namesOf(
            this.#store,
            this.#claimOf(instance, bag.request, began - LEAD, watermark, () => true),
          ),
        );
      }
    }
    for (const [request, times] of this.#control) {
      oldest = Math.min(oldest, ...times);
      long.push(['request', request]);
    }
    for (const { of } of this.#sequels) {
      oldest = Math.min(oldest, of.start);
      if (of.start < horizon) long.push(...networksOf(of));
    }
    const forgotten = (event: Event): void => {
      if (isPhaseLine(event) && !this.#store.isPlaced(event)) this.#count('orphans', 1, event.kind);
    };
    const forget = (before: Millis): void => {
      // Of what must stay only the lines that would go: as a rule there are none.
      const pinned = new Set<Event>();
      for (const [sort, name] of long) {
        for (const { event } of this.#store.find(sort, name)) {
          if (event.at >= before) break;
          if (event.at >= oldest - REACH) pinned.add(event);
        }
      }
      this.#store.forget(before, (event) => pinned.has(event), forgotten);
    };
    forget(horizon);
    if (this.#store.size > ROOM) {
      const before = this.#store.size;
      // The room is full: the oldest waiting lines go, however young.
      forget(watermark - LEAD - GRACE);
      // What is dated far ahead of all logs would stay for ever: no watermark reaches it.
      if (this.#store.size > ROOM) this.#store.forgetAfter(watermark + AHEAD, forgotten);
      if (this.#store.size < before) this.#count('waiting_room_full', before - this.#store.size);
    }
    this.#room = Math.max(ROOM, this.#store.size * MORE);
    for (const [instance, state] of this.#instances) {
      // Beside what is open for long, what it did not own stays another's.
      const since = Math.min(horizon, ...state.bags.map((bag) => beganOf(bag, state.past) - LEAD));
      const kept = state.past.filter(({ until }) => until >= since);
      const isOfChain = ({ request, rescheduled }: Past): boolean => rescheduled && kept.some((each) => each.request === request);
      if (kept.length < state.past.length) state.past = state.past.filter((each) => each.until >= since || isOfChain(each));
      if (state.bags.length === 0) state.events = state.events.filter(({ at }) => at >= horizon);
      if (state.events.length === 0 && state.past.length === 0 && state.bags.length === 0) this.#instances.delete(instance);
    }
    for (const [request, instances] of this.#sharers)
      if (![...instances.keys()].some((instance) => this.#instances.has(instance))) this.#sharers.delete(request);
    for (const [request, events] of this.#unresolved)
      if (!this.#sharers.has(request) && events.every(({ at }) => at < horizon)) this.#unresolved.delete(request);
    const reach = Math.min(oldest, watermark) - REACH;
    this.#hostLines.forget(reach);
    this.#builds.forget(reach);
    for (const marks of [this.#restarts, this.#audits])
      for (const [host, times] of marks)
        marks.set(
          host,
          times.filter((at) => at >= reach),
        );
  }
}

/** The tries at a build that were given on before this one, each no longer after the last than lines are kept. */
function triesBefore({ request, opened }: Past, past: readonly Past[]): Past[] {
  const tries: Past[] = [];
  let next = opened;
  for (const each of past.filter((other) => other.rescheduled && other.request === request).sort((a, b) => b.opened - a.opened)) {
    if (each.opened >= next) continue;
    if (each.until < next - AFTERLIFE) break;
    tries.push(each);
    next = each.opened;
  }
  return tries;
}

/** When an action began, with the tries at it that were given on: it is told with what lies before the first. */
const beganOf = (action: Past, past: readonly Past[]): Millis =>
  Math.min(...[action, ...triesBefore(action, past)].flatMap(({ opened, start }) => [opened, start]));

/** Tries that were given on, and that no other has come after yet. */
const givenOn = (past: readonly Past[], bags: readonly Past[]): Past[] =>
  past.filter(
    (each) => each.rescheduled && ![...past, ...bags].some((other) => other.request === each.request && other.opened > each.opened),
  );

/** What the lines about a guest's network name. */
const networksOf = ({ ports }: Boot): [Sort, string][] =>
  [...ports.values()].flatMap(({ mac, network }) => [
    ...(mac === undefined ? [] : [['mac', mac] satisfies [Sort, string]]),
    ...(network === undefined ? [] : [['network', network.slice(0, 10)] satisfies [Sort, string]]),
  ]);

/** How far before its beginning an action's host counts. */
const REACH = LEAD + WAITING;

/** Lines that could be an edge of a phase and name no request: those that a missing link leaves over. */
const isPhaseLine = (event: Event): boolean => event.requestId === undefined && event.fields['port'] !== undefined;

/** The daemons of a hypervisor: what they print is of their own host. */
const HYPERVISOR = new Set(['nova-compute', 'ovs-vswitchd', 'ovn-controller', 'neutron-ovn-metadata-agent', 'neutron-openvswitch-agent']);

/**
 * Of an action that one host does: without what another compute host does with the same ports, such as taking away a guest
 * that was evacuated from it.
 */
function onOneHost(members: Member[], host: string): Member[] {
  const others = new Set(members.flatMap(({ event }) => (event.service === 'nova-compute' && event.host !== host ? [event.host] : [])));
  return others.size === 0 ? members : members.filter(({ event }) => !others.has(event.host) || !HYPERVISOR.has(event.service));
}

/**
 * Whether a controller's lines show an action. That allocations were written is not enough: nova-compute does so too, under
 * an id that it never prints, when it finds a guest that is no longer its own.
 */
const showsAction = (members: readonly Member[]): boolean =>
  members.some(({ event }) => CONTROL_EVIDENCE.has(event.kind) && event.kind !== 'allocation.written') ||
  (members.some(({ event }) => event.kind === 'allocation.written') &&
    members.some(({ event }) => event.kind === 'allocation.candidates.requested' || event.service.startsWith('nova-')));

/** What the conductor prints when no host is left to try. */
const GIVES_UP: ReadonlySet<EventKind> = new Set<EventKind>(['scheduling.failed', 'scheduling.task.failed', 'instance.state.set']);

/** A boot that found no host never reached one: the conductor tells its end. */
function conclude(fragment: ClosedFragment): ClosedThing {
  const failed = fragment.members.find(({ event }) => GIVES_UP.has(event.kind) && event.service === 'nova-conductor');
  if (failed === undefined) return fragment;
  const own = fragment.members.filter(({ event }) => event.service === 'nova-conductor');
  return {
    ...fragment,
    form: 'action',
    spec: create,
    outcome: 'failed',
    host: failed.event.host,
    service: 'nova-conductor',
    start: own[0]!.event.at,
    end: own[own.length - 1]!.event.at,
    until: own[own.length - 1]!.event.at + GRACE,
  };
}

const NO_MARKS: readonly Millis[] = [];

/** Of times in order those up to a moment: mostly all of them. */
function until(times: readonly Millis[], moment: Millis): readonly Millis[] {
  const newest = times[times.length - 1];
  return newest === undefined || newest <= moment ? times : times.filter((at) => at <= moment);
}

function insertSorted(marks: Map<string, Millis[]>, host: string, at: Millis): void {
  const times = marks.get(host);
  if (times === undefined) marks.set(host, [at]);
  else if (!times.includes(at)) {
    times.push(at);
    times.sort((a, b) => a - b);
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const keyOf = (thing: ClosedThing): string => `${thing.instance} ${thing.request} ${thing.form}`;
