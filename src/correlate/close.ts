import type { ActionInterval } from '../lifecycle/closed.js';
import { type Event, inOrder } from '../lifecycle/event.js';
import { partOf } from '../lifecycle/name.js';
import type { Unnamed } from '../lifecycle/unnamed.js';
import type { Count } from '../model/counters.js';
import type { Millis } from '../model/line.js';
import type { Candidate } from './candidate.js';
import type { Decide, Decisions } from './decisions.js';
import type { Gather } from './gather.js';
import type { Hosts } from './hosts.js';
import type { Instances } from './instances.js';
import type { Closing, InstanceState } from './state.js';
import { GRACE } from './times.js';
import { lacksRequiredLine, unnamedOf } from './unnamed.js';

export interface CorrelatorOptions {
  /** Called for lines of a request that closed without a name. */
  readonly onUnnamed?: ((unnamed: Unnamed) => void) | undefined;
  /**
   * The time of the last line of a host's nova-compute log that was read to its end; infinity for a log that may
   * continue. An action that is open at the end of its log is unfinished, not timed out.
   */
  readonly logEnd?: ((host: string) => Millis) | undefined;
  /** Receives each decision and its reason, for the log at DEBUG. */
  readonly decide?: Decide | undefined;
  /** Returns a copy of an event that takes less memory. */
  readonly compact?: ((event: Event) => Event) | undefined;
}

/** Closes actions that have ended. */
export class Closer {
  readonly #instances: Instances;
  readonly #hosts: Hosts;
  readonly #gather: Gather;
  readonly #count: Count;
  readonly #options: CorrelatorOptions;
  readonly #decisions: Decisions | undefined;
  /** the time of the last line, once everything is read */
  #inputEnd = Number.POSITIVE_INFINITY;

  constructor(instances: Instances, hosts: Hosts, gather: Gather, count: Count, options: CorrelatorOptions, decisions?: Decisions) {
    this.#instances = instances;
    this.#hosts = hosts;
    this.#gather = gather;
    this.#count = count;
    this.#options = options;
    this.#decisions = decisions;
  }

  /** Notes that the input ended at this time: an action that is still open is unfinished. */
  endInput(last: Millis): void {
    this.#inputEnd = last;
  }

  /** Brings an instance up to a watermark, if lines arrived since the last time. @returns the units that closed */
  upTo(instance: string, watermark: Millis): Closing[] {
    const state = this.#instances.states.get(instance);
    if (state === undefined || state.reviewedAt >= watermark || state.newLinesAt > watermark) return [];
    return this.advance(instance, state, watermark);
  }

  /** Brings an instance up to a watermark. @returns the units that closed */
  advance(instance: string, state: InstanceState, watermark: Millis): Closing[] {
    state.reviewedAt = watermark;
    if (!state.isSorted) {
      state.events.sort(inOrder);
      state.isSorted = true;
    }
    const closings: Closing[] = [];
    // Repeat after each closing: the lines of the closed unit no longer affect the others.
    for (;;) {
      const lines = this.#instances.linesOf(state, watermark);
      const due = this.#instances.sort(instance, state, lines, watermark);
      const { timeline } = state.pass!;
      state.candidates = timeline.candidates;
      this.#decisions?.reviewed(state.candidates);
      if (due === undefined) {
        // The first line after this watermark decides when to continue.
        state.newLinesAt = lines[timeline.taken]?.at ?? Number.POSITIVE_INFINITY;
        state.reviewAt = this.#reviewAt(state, watermark);
        return closings;
      }
      closings.push(...this.close(due, state));
    }
  }

  #reviewAt({ candidates, newLinesAt }: InstanceState, watermark: Millis): Millis {
    return Math.min(...candidates.map(({ closesAt }) => closesAt), newLinesAt + GRACE, this.#hosts.restarts.firstAfter(watermark));
  }

  /** Closes a candidate and keeps its interval. @returns its unit; empty if it could not be named */
  close(candidate: Candidate, state: InstanceState): Closing[] {
    const inputEnd = Math.min(this.#inputEnd, this.#options.logEnd?.(candidate.host) ?? Number.POSITIVE_INFINITY);
    if (candidate.closesAt > inputEnd && this.#isOpen(candidate))
      candidate.verdict = { ...candidate.verdict, end: undefined, endIs: 'unobserved', outcome: 'unfinished' };
    if (lacksRequiredLine(candidate, inputEnd)) candidate.spec = undefined;
    const past = pastOf(candidate);
    const closings = this.#closingOf(candidate, state, past);
    this.#decisions?.closed(candidate, closings[0]?.unit);
    this.#instances.retire(candidate, state, past);
    return closings;
  }

  /** Whether only silence or the deadline ended it. */
  #isOpen({ outcome, verdict, spec, host, instance }: Candidate): boolean {
    if (verdict.isBySilence === true) return spec?.mayEndQuietly !== true || this.#hosts.printsAllocations(host, instance);
    return outcome === 'timed-out';
  }

  #closingOf(candidate: Candidate, state: InstanceState, past: ActionInterval): Closing[] {
    const { spec, lines, closesAt: at, rescheduled } = candidate;
    if (spec !== undefined) {
      const action = { ...this.#gather.action(candidate, state, spec), past };
      return [{ at, unit: rescheduled ? { ...action, form: 'attempt' } : action }];
    }
    const part = partOf(lines.byRequest);
    if (part !== undefined) return [{ at, unit: { ...this.#gather.part(candidate, state, part), past } }];
    this.#count('unnamed');
    if (lines.byRequest.length > 0) this.#options.onUnnamed?.(unnamedOf(candidate));
    return [];
  }
}

/** The interval of a closed candidate, kept for later lines. */
const pastOf = ({ request, attempt, rescheduled, opened, start, end, lock, spec, until, lastOwn }: Candidate): ActionInterval => ({
  request,
  attempt,
  rescheduled,
  opened,
  start,
  end: end ?? until,
  lock,
  spec,
  until,
  last: lastOwn,
});
