import type { ActionInterval } from '../lifecycle/closed.js';
import type { Event } from '../lifecycle/event.js';
import { isOfTask, isTaskOf, namersWithoutRequestId, precedingKinds, taskOf } from '../lifecycle/name.js';
import type { Millis } from '../model/line.js';
import { seconds } from '../model/time.js';
import type { Candidate, Verdict } from './candidate.js';
import { isSame, ownerAt } from './owner.js';
import { GRACE } from './times.js';

/** An action that starts this soon (ms) after another has probably waited for it. */
const JUST_BEFORE = seconds(1);

/**
 * The candidates of one instance. It finds the candidate that closes first, and the candidate or exported action that
 * owns a line.
 */
export class Candidates {
  readonly #past: readonly ActionInterval[];
  readonly #open = new Map<string, Candidate>();
  /** build attempts that were rescheduled */
  readonly #attempts: Candidate[] = [];
  /** cache: the actions that may own a line without a request id; cleared when a candidate is opened or removed */
  #owners: ActionInterval[] | undefined;
  /** no candidate closes before this time */
  #earliestClose = Number.POSITIVE_INFINITY;

  constructor(past: readonly ActionInterval[]) {
    this.#past = past;
  }

  /** See `Correlator.comparableState`. */
  get comparableState(): unknown {
    return [this.#past, this.#open, this.#attempts, this.#owners, this.#earliestClose];
  }

  /** All candidates, attempts first. */
  get all(): Candidate[] {
    return [...this.#attempts, ...this.#open.values()];
  }

  get opened(): IterableIterator<Candidate> {
    return this.#open.values();
  }

  /** The open candidate of a request id. */
  of(request: string): Candidate | undefined {
    return this.#open.get(request);
  }

  /** The candidate that is the same action, or the same attempt at it; undefined if it was exported. */
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

  /** Keeps a candidate as an attempt: another host continues with its request. */
  addAttempt(candidate: Candidate): void {
    this.#attempts.push(candidate);
    this.#owners = undefined;
  }

  /** How many attempts of this request were rescheduled. */
  attemptsOf(request: string): number {
    return [...this.#past, ...this.#attempts].filter((each) => each.request === request && each.rescheduled).length;
  }

  setVerdict(candidate: Candidate, verdict: Verdict): void {
    candidate.verdict = verdict;
    if (verdict.closesAt < this.#earliestClose) this.#earliestClose = verdict.closesAt;
  }

  /** The candidate that closes first, if it closes before this time. */
  closingBefore(at: Millis): Candidate | undefined {
    const first = at > this.#earliestClose ? this.#firstToClose() : undefined;
    return first !== undefined && first.closesAt < at ? first : undefined;
  }

  /** The candidate that closes first, if it closes at or before this time. */
  closingBy(at: Millis): Candidate | undefined {
    const first = this.#earliestClose <= at ? this.#firstToClose() : undefined;
    return first !== undefined && first.closesAt <= at ? first : undefined;
  }

  #firstToClose(): Candidate | undefined {
    let first: Candidate | undefined;
    for (const each of this.#attempts) if (first === undefined || closesBefore(each, first)) first = each;
    for (const each of this.#open.values()) if (first === undefined || closesBefore(each, first)) first = each;
    this.#earliestClose = first?.closesAt ?? Number.POSITIVE_INFINITY;
    return first;
  }

  /** Whether an action of the instance is in progress, or ended just before. */
  isBusyAt(at: Millis): boolean {
    return this.#rivals.some((each) => each.spec !== undefined && each.opened < at && (each.end ?? each.until) >= at - JUST_BEFORE);
  }

  hadActionBefore({ request, opened }: Candidate): boolean {
    return this.#rivals.some((each) => each.spec !== undefined && each.request !== request && each.opened < opened);
  }

  /**
   * The action that owns a line without a request id. A line with a task state belongs only to an action with that
   * task. A line that may name an action does not belong to an action that has ended if a candidate without a name is
   * active.
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

  /** Whether a candidate without a name that opened after `since` is active at a time. */
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
