import type { ActionInterval } from '../lifecycle/closed.js';
import type { Event } from '../lifecycle/event.js';
import { isOfTask, isTaskOf, namersWithoutRequestId, precedingKinds, taskOf } from '../lifecycle/name.js';
import type { Millis } from '../model/line.js';
import { seconds } from '../model/time.js';
import type { Candidate, Verdict } from './candidate.js';
import { isSame, ownerAt } from './owner.js';
import { GRACE } from './times.js';

/** An action that begins this soon after another has probably waited for it. */
const JUST_BEFORE = seconds(1);

/**
 * The candidates of one instance: which of them is due first, and which of them or of its exported actions owns a
 * moment.
 */
export class Candidates {
  readonly #past: readonly ActionInterval[];
  readonly #open = new Map<string, Candidate>();
  /** tries at a build that were passed to another host */
  readonly #attempts: Candidate[] = [];
  /** who may own a line without a request; made anew after a candidate is opened or removed */
  #owners: ActionInterval[] | undefined;
  /** no candidate closes before this moment */
  #soonest = Number.POSITIVE_INFINITY;

  constructor(past: readonly ActionInterval[]) {
    this.#past = past;
  }

  /** As `Correlator.whole`. */
  get whole(): unknown {
    return [this.#past, this.#open, this.#attempts, this.#owners, this.#soonest];
  }

  get all(): Candidate[] {
    return [...this.#attempts, ...this.#open.values()];
  }

  get opened(): IterableIterator<Candidate> {
    return this.#open.values();
  }

  /** The open one of a request. */
  of(request: string): Candidate | undefined {
    return this.#open.get(request);
  }

  /** The candidate that is the same action, or the same try at it. */
  same(action: ActionInterval): Candidate | undefined {
    const open = this.#open.get(action.request);
    return open !== undefined && isSame(open, action) ? open : this.#attempts.find((each) => isSame(each, action));
  }

  open(candidate: Candidate): void {
    this.#open.set(candidate.request, candidate);
    this.#owners = undefined;
  }

  remove(candidate: Candidate): void {
    this.#open.delete(candidate.request);
    this.#owners = undefined;
  }

  /** Another host continues with its request: it is an attempt. */
  giveOn(candidate: Candidate): void {
    this.#attempts.push(candidate);
    this.#owners = undefined;
  }

  /** How many tries at this request were passed to another host. */
  attemptsOf(request: string): number {
    return [...this.#past, ...this.#attempts].filter((each) => each.request === request && each.rescheduled).length;
  }

  setVerdict(candidate: Candidate, verdict: Verdict): void {
    candidate.verdict = verdict;
    if (verdict.closesAt < this.#soonest) this.#soonest = verdict.closesAt;
  }

  /** The first to close, where that is before a moment. */
  dueBefore(at: Millis): Candidate | undefined {
    const first = at > this.#soonest ? this.#firstDue() : undefined;
    return first !== undefined && first.closesAt < at ? first : undefined;
  }

  /** The first to close, where that is not after a moment. */
  dueBy(at: Millis): Candidate | undefined {
    const first = this.#soonest <= at ? this.#firstDue() : undefined;
    return first !== undefined && first.closesAt <= at ? first : undefined;
  }

  #firstDue(): Candidate | undefined {
    let first: Candidate | undefined;
    for (const each of this.#attempts) if (first === undefined || closesBefore(each, first)) first = each;
    for (const each of this.#open.values()) if (first === undefined || closesBefore(each, first)) first = each;
    this.#soonest = first?.closesAt ?? Number.POSITIVE_INFINITY;
    return first;
  }

  /** Whether an action of the instance is under way, or ended just before. */
  isBusyAt(at: Millis): boolean {
    return this.#rivals.some((each) => each.spec !== undefined && each.opened < at && (each.end ?? each.until) >= at - JUST_BEFORE);
  }

  hadActionBefore({ request, opened }: Candidate): boolean {
    return this.#rivals.some((each) => each.spec !== undefined && each.request !== request && each.opened < opened);
  }

  /**
   * The action that owns a line without a request. A line that says which task is pending goes only to an action with
   * that task. A line that may name an action does not go to an action that has ended while a candidate without a name
   * is at work.
   */
  ownerOf(event: Event): ActionInterval | undefined {
    const owner = this.ownerAt(event.at);
    if (owner?.spec === undefined) return owner;
    if (isOfTask(event)) return isTaskOf(owner.spec, taskOf(event)) ? owner : undefined;
    const { end } = owner;
    if (end === undefined || end >= event.at || !namersWithoutRequestId.has(event.kind)) return owner;
    if (precedingKinds.has(event.kind)) return undefined;
    return this.#isAtWorkUnnamed(end, event.at) ? undefined : owner;
  }

  /** Whether a candidate without a name that began after a moment is at work at another. */
  #isAtWorkUnnamed(since: Millis, at: Millis): boolean {
    for (const { spec, opened, lastOwn } of this.#open.values())
      if (spec === undefined && opened > since && at <= lastOwn + GRACE) return true;
    return false;
  }

  ownerAt(at: Millis): ActionInterval | undefined {
    return ownerAt<ActionInterval>(this.#rivals, at);
  }

  get #rivals(): readonly ActionInterval[] {
    this.#owners ??= [...this.#past, ...this.#attempts, ...this.#open.values()];
    return this.#owners;
  }
}

const closesBefore = (a: Candidate, b: Candidate): boolean =>
  a.closesAt < b.closesAt || (a.closesAt === b.closesAt && a.request < b.request);
