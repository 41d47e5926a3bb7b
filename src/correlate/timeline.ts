import type { ActionInterval } from '../lifecycle/closed.js';
import { create } from '../lifecycle/create.js';
import type { ActionSpec } from '../lifecycle/define.js';
import { type Event, inOrder } from '../lifecycle/event.js';
import {
  actionOfLock,
  beginnings,
  isOfTask,
  nameAction,
  namersWithoutRequestId,
  naming,
  precedingKinds,
  startersWithoutRequestId,
} from '../lifecycle/name.js';
import { printsStates } from '../lifecycle/states.js';
import { EXTERNAL_EVENTS } from '../lifecycle/wanted.js';
import type { Millis } from '../model/line.js';
import { Candidate, noMilestones } from './candidate.js';
import { Candidates } from './candidates.js';
import { BEGINS_A_BUILD, NEVER_OPENS, ONLY_AT_WORK } from './kinds.js';
import { note, startOf } from './milestones.js';
import { isTaken } from './owner.js';
import { dependsOnLast, type HostMoments, settle } from './settle.js';
import { isOverBefore, showsWork } from './succession.js';
import { GRACE, LEAD } from './times.js';

/** The input of a timeline besides an instance's own lines. */
export interface TimelineContext {
  readonly hosts: HostMoments;
  /** exported actions of this instance: lines with their request ids are late */
  readonly past: readonly ActionInterval[];
  /** request ids of neutron's events; the lines that showed that may have been removed with an exported action */
  readonly external?: readonly string[];
  /** when a second instance first had a line of this request (epoch ms); infinity if only one has */
  sharedSince(request: string): Millis;
}

/**
 * The candidates of all these lines, including those that have closed in the meantime.
 *
 * @param events lines of nova-compute, and lines of nova-api that show which action a request starts; in order, none
 *   after the watermark
 */
export function timeline(instance: string, events: readonly Event[], context: TimelineContext): Candidate[] {
  const made = new Timeline(instance, context);
  made.take(events);
  return made.candidates;
}

const NO_REQUEST = { attempt: 0, sharedSince: Number.POSITIVE_INFINITY, mayHaveWaited: false };

/**
 * Sorts the lines of one instance into candidates, one per request id, and finds out how each ended. It processes lines
 * in the order of time and uses no later line, so the result does not depend on when it is computed. It continues where
 * it stopped as long as new lines are later than the processed ones.
 */
export class Timeline {
  readonly #instance: string;
  readonly #context: TimelineContext;
  // Most instances have none of these, and an empty map takes as much memory as two lines.
  /** request ids of neutron's events, which are no actions */
  #external: Set<string> | undefined;
  readonly #candidates: Candidates;
  /** by request id without a candidate: its first line, if lines of that kind open no candidate */
  #firstLines: Map<string, Event> | undefined;
  /** by request id without a candidate: nova-api's lines */
  #apiLines: Map<string, Event[]> | undefined;
  /** recent lines without an owner */
  #unattributed: Event[] = [];
  /** the number of processed lines, and the last of them */
  #taken = 0;
  #last: Event | undefined;
  /** the hosts of the processed lines */
  readonly hosts: string[] = [];

  constructor(instance: string, context: TimelineContext) {
    this.#instance = instance;
    this.#context = context;
    this.#candidates = new Candidates(context.past);
    if (context.external !== undefined && context.external.length > 0) this.#external = new Set(context.external);
  }

  /** See `Correlator.comparableState`. */
  get comparableState(): unknown {
    return [
      ...[this.#external, this.#candidates.comparableState, this.#firstLines, this.#apiLines, this.#unattributed],
      ...[this.#taken, this.#last, this.hosts, this.#context.past],
    ];
  }

  get candidates(): Candidate[] {
    return this.#candidates.all;
  }

  /** The number of processed lines. */
  get taken(): number {
    return this.#taken;
  }

  /**
   * Whether these are the processed lines followed by new ones that do not change the result for the processed ones.
   */
  isContinuedBy(events: readonly Event[], moment: Millis): boolean {
    const taken = this.#taken;
    if (taken > 0 && events[taken - 1] !== this.#last) return false;
    for (let i = taken; i < events.length && events[i]!.at <= moment; i++) {
      const { kind, requestId } = events[i]!;
      if (requestId === undefined || !EXTERNAL_EVENTS.has(kind) || this.#external?.has(requestId) === true) continue;
      for (let before = 0; before < taken; before++) if (events[before]!.requestId === requestId) return false;
    }
    return true;
  }

  /**
   * Processes the new lines up to a time. Stops before the first line after the closing of a candidate, so that the
   * candidate has the state in which it closed.
   *
   * @param moment infinity for all lines
   * @returns the candidate that has closed by then
   */
  advance(events: readonly Event[], moment: Millis): Candidate | undefined {
    this.#noteExternal(events, moment);
    for (let next = events[this.#taken]; next !== undefined && next.at <= moment; next = events[this.#taken]) {
      const due = this.#candidates.closingBefore(next.at);
      if (due !== undefined) return due;
      this.#take(next);
    }
    return this.#candidates.closingBy(moment);
  }

  /** Processes all lines, also after a candidate has closed. */
  take(events: readonly Event[]): void {
    this.#noteExternal(events, Number.POSITIVE_INFINITY);
    for (const event of events) this.#take(event);
  }

  #noteExternal(events: readonly Event[], moment: Millis): void {
    for (let i = this.#taken; i < events.length; i++) {
      const { kind, requestId, at } = events[i]!;
      if (at > moment) return;
      if (requestId !== undefined && EXTERNAL_EVENTS.has(kind)) (this.#external ??= new Set()).add(requestId);
    }
  }

  #take(event: Event): void {
    this.#taken++;
    this.#last = event;
    if (!this.hosts.includes(event.host)) this.hosts.push(event.host);
    const request = event.requestId;
    if (event.service !== 'nova-compute') this.#takeApiLine(event);
    else if (request !== undefined && event.userId !== undefined && this.#external?.has(request) !== true)
      this.#takeByRequest(request, event);
    else this.#takeUnattributed(event);
  }

  #takeApiLine(event: Event): void {
    const request = event.requestId;
    if (request === undefined || !beginnings.has(event.kind)) return;
    const candidate = this.#candidates.of(request);
    if (candidate === undefined) {
      const same = this.#apiLines?.get(request);
      if (same === undefined) (this.#apiLines ??= new Map()).set(request, [event]);
      else same.push(event);
    } else if (event.at <= candidate.until) {
      candidate.lines.apiLines.push(event);
      this.#name(candidate);
      this.#note(candidate, event);
    }
  }

  #takeByRequest(request: string, event: Event): void {
    for (const past of this.#context.past) if (isTaken(past, request, event.at)) return;
    const current = this.#candidates.of(request);
    const isNext = current !== undefined && isNextAttempt(current, event);
    if (isNext) this.#supersede(current, event.at);
    if (ONLY_AT_WORK.has(event.kind)) {
      if (current === undefined) this.#noteFirst(request, event);
      return;
    }
    const candidate = current === undefined || isNext ? this.#openCandidate(request, event) : current;
    if (candidate === undefined || event.at > candidate.until) return;
    const { lines } = candidate;
    lines.byRequest.push(event);
    // The function that holds the lock has priority: a candidate that it names keeps its name.
    if (!candidate.isNamedByLock) {
      if (
        naming.has(event.kind) ||
        (candidate.spec === undefined && (candidate !== current || (lines.unattributed.length > 0 && printsStates(event.kind))))
      )
        this.#name(candidate);
      candidate.isNamedByLock = actionOfLock(event) !== undefined;
    }
    this.#note(candidate, event);
  }

  /** Makes a candidate an attempt that is over: another host has started the build. It closes first. */
  #supersede(candidate: Candidate, at: Millis): void {
    candidate.isSuperseded = true;
    this.#settle(candidate);
    const until = Math.min(candidate.until, at + GRACE);
    this.#candidates.setVerdict(candidate, { ...candidate.verdict, until, closesAt: until });
    this.#candidates.addAttempt(candidate);
  }

  #openCandidate(request: string, event: Event): Candidate | undefined {
    if (NEVER_OPENS.has(event.kind)) {
      this.#noteFirst(request, event);
      if (this.#apiLines?.has(request) !== true && !this.#hasTaskSince(this.#firstLines?.get(request)?.at ?? event.at)) return undefined;
    }
    const before = this.#candidates.attemptsOf(request);
    const early = before === 0 ? this.#firstLines?.get(request) : undefined;
    const first = early !== undefined && early.at >= event.at - LEAD ? early : event;
    const candidate = new Candidate(this.#instance, request, first, {
      attempt: before,
      sharedSince: this.#context.sharedSince(request),
      mayHaveWaited: this.#candidates.isBusyAt(first.at),
    });
    if (first !== event) candidate.lines.byRequest.push(first);
    candidate.lines.apiLines.push(...(this.#apiLines?.get(request) ?? []));
    candidate.lines.unattributed = this.#unattributed.filter(({ at }) => at >= event.at - LEAD);
    this.#candidates.open(candidate);
    return candidate;
  }

  /** Keeps the first line of a request. If a later line opens a candidate, this becomes its first line. */
  #noteFirst(request: string, event: Event): void {
    if (this.#firstLines?.has(request) !== true) (this.#firstLines ??= new Map()).set(request, event);
  }

  /** Whether a task state was logged since a time. Lines of `NEVER_OPENS` open a candidate only then. */
  #hasTaskSince(moment: Millis): boolean {
    return this.#unattributed.some((event) => event.at >= moment && isOfTask(event));
  }

  #takeUnattributed(event: Event): void {
    if (printsStates(event.kind)) this.#takeStateLine(event);
    const owner = this.#candidates.ownerOf(event);
    const opener = startersWithoutRequestId.get(event.kind);
    if (opener !== undefined && owner?.spec !== opener) return this.#takeOpener(opener, event);
    if (owner === undefined) {
      this.#unattributed.push(event);
      for (const candidate of this.#candidates.opened) {
        // An action logs its last line without a request id soon after its last line with one.
        if (candidate.spec !== undefined || event.at > candidate.lastOwn + GRACE) continue;
        candidate.lines.unattributed.push(event);
        if (namersWithoutRequestId.has(event.kind)) this.#name(candidate);
      }
      return;
    }
    const candidate = this.#candidates.same(owner);
    if (candidate === undefined || event.at > candidate.until) return;
    if (opener === undefined) candidate.lines.attributed.push(event);
    else candidate.lines.byRequest.push(event);
    this.#note(candidate, event);
  }

  /** Adds a line with nova's states to the latest candidate: the states may contradict its name. */
  #takeStateLine(event: Event): void {
    let last: Candidate | undefined;
    for (const candidate of this.#candidates.opened) if (last === undefined || candidate.opened >= last.opened) last = candidate;
    // A line after an action's end belongs to the next action.
    if (last === undefined || last.opened > event.at || event.at > (last.end ?? Math.min(last.until, last.lastOwn + GRACE))) return;
    last.lines.stateLines.push(event);
    if (!last.isNamedByLock) this.#name(last);
  }

  /** Opens an action whose threads log no request id, or adds a line to it. */
  #takeOpener(spec: ActionSpec, event: Event): void {
    const under = [...this.#candidates.opened].filter((candidate) => event.at <= candidate.until);
    // A candidate without a name on another host is the other side of this action, and has its request.
    const started =
      under.find((each) => each.spec === spec) ?? under.findLast((each) => each.spec === undefined && each.host !== event.host);
    const candidate = started ?? new Candidate(this.#instance, `@${event.at}`, event, NO_REQUEST);
    if (started === undefined) {
      if (this.#context.past.some((past) => past.spec === spec && past.opened <= event.at && event.at <= past.until)) return;
      this.#candidates.open(candidate);
    }
    candidate.lines.byRequest.push(event);
    candidate.host = event.host;
    if (candidate.spec === undefined) this.#name(candidate);
    else note(candidate, event, this.#context.hosts);
    if (!candidate.isAtWork && candidate.spec !== undefined) this.#endEarlier(candidate, event);
    this.#settle(candidate);
  }

  /**
   * Names a candidate by the lines so far. With a new name all its lines are processed again, because an end line may
   * have come before the naming line.
   */
  #name(candidate: Candidate): void {
    const { lines } = candidate;
    const { byRequest, attributed, apiLines, stateLines } = lines;
    const unattributed = (): readonly Event[] =>
      attributed.length === 0 ? lines.unattributed : [...attributed, ...lines.unattributed].sort(inOrder);
    const hadActionBefore = (): boolean => this.#candidates.hadActionBefore(candidate);
    const spec = nameAction({ byRequest, apiLines, unattributed, stateLines, hadActionBefore });
    if (spec === candidate.spec) return;
    candidate.spec = spec;
    if (spec !== undefined) {
      this.#takeOverEarly(candidate, spec);
      // Lines without an owner may belong to it now.
      const preceding = precedingLine(candidate, spec);
      const mine = lines.unattributed.filter(
        (event) => event === preceding || (!mayPrecede(candidate, event) && this.#candidates.ownerAt(event.at) === candidate),
      );
      lines.unattributed = [];
      if (mine.length > 0) {
        lines.attributed = [...lines.attributed, ...mine].sort(inOrder);
        this.#unattributed = this.#unattributed.filter((event) => !mine.includes(event));
      }
    }
    candidate.seen = noMilestones(candidate.opened);
    if (spec !== undefined) candidate.seen.start = startOf(spec, candidate, this.#context.hosts);
    for (const event of linesOf(candidate)) note(candidate, event, this.#context.hosts);
    this.#settle(candidate);
  }

  /** Merges the action's first lines, which had no request id, into its candidate. */
  #takeOverEarly(candidate: Candidate, spec: ActionSpec): void {
    const early = [...this.#candidates.opened].find((each) => each !== candidate && each.request.startsWith('@') && each.spec === spec);
    if (early === undefined) return;
    const { lines } = candidate;
    this.#candidates.remove(early);
    lines.byRequest = [...early.lines.byRequest, ...lines.byRequest].sort(inOrder);
    lines.attributed = [...early.lines.attributed, ...lines.attributed].sort(inOrder);
    candidate.opened = Math.min(candidate.opened, early.opened);
  }

  #note(candidate: Candidate, event: Event): void {
    const { hosts } = this.#context;
    if (note(candidate, event, hosts) || dependsOnLast(candidate, hosts)) this.#settle(candidate);
    if (!candidate.isAtWork && showsWork(candidate, event)) this.#endEarlier(candidate, event);
  }

  /** Ends the actions before it on its host: it is at work, so they are over. */
  #endEarlier(candidate: Candidate, event: Event): void {
    candidate.isAtWork = true;
    for (const each of this.#candidates.opened) {
      if (!isOverBefore(each, candidate)) continue;
      each.followedAt ??= event.at;
      this.#settle(each);
    }
  }

  #settle(candidate: Candidate): void {
    this.#candidates.setVerdict(candidate, settle(candidate, this.#context.hosts));
  }
}

/** All lines of a candidate, in order. */
function linesOf({ lines: { byRequest, attributed, apiLines } }: Candidate): readonly Event[] {
  return attributed.length === 0 && apiLines.length === 0 ? byRequest : [...byRequest, ...attributed, ...apiLines].sort(inOrder);
}

/** Whether a line may be the first line of an action, and is before the candidate's first own line. */
const mayPrecede = ({ opened }: Candidate, { kind, at }: Event): boolean => precedingKinds.has(kind) && at < opened;

/** The line without a request id with which the action started. An older one belongs to something without a name. */
function precedingLine(candidate: Candidate, { precededBy }: ActionSpec): Event | undefined {
  if (precededBy === undefined) return undefined;
  const preceding = candidate.lines.unattributed.findLast((event) => mayPrecede(candidate, event));
  return preceding !== undefined && preceding.at >= candidate.opened - GRACE && precededBy.includes(preceding.kind) ? preceding : undefined;
}

/**
 * Whether a line is the first line of another host after a failed attempt. nova logs the reschedule only at DEBUG, but
 * two claims with one request id prove it as well.
 */
const isNextAttempt = (candidate: Candidate, event: Event): boolean =>
  event.host !== candidate.host &&
  event.at <= candidate.until &&
  (candidate.isHandedBack || (BEGINS_A_BUILD.has(event.kind) && (hasFailed(candidate) || isEndOfBuild(candidate))));

const hasFailed = ({ spec, seen }: Candidate): boolean => spec === create && seen.failedAt !== undefined;

/** Whether a candidate has only lines of a clean-up: a failed build whose other lines are missing. */
const isEndOfBuild = ({ spec, lines: { byRequest } }: Candidate): boolean =>
  spec === undefined && byRequest.every(({ kind }) => create.cleanupEvents.includes(kind));
