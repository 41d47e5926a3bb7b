import type { Millis } from '../model/line.js';
import type { Action, Group } from './log-set.js';
import type { Level, Phase } from './phase.js';
import { type Interval, type Sorted, sorted } from './statistics.js';

export interface Times {
  readonly n: number;
  readonly p50: Millis;
  readonly p95: Millis;
}

/** `few`: too few to distinguish any difference from noise. */
export type Judgement = 'slower' | 'faster' | 'noise' | 'few';

export interface PhaseDifference {
  readonly kind: string;
  readonly level: Level;
  readonly phase: Phase;
  readonly a: Times;
  readonly b: Times;
  /** whether both sets hold the same actions: then each is compared with itself */
  readonly isPaired: boolean;
  /** of the medians, b − a; of the same actions, the median change */
  readonly difference: Millis;
  /** 95 %, by bootstrap; undefined of very few */
  readonly interval: Interval | undefined;
  /** of the 95th percentiles, b − a */
  readonly difference95: Millis;
  readonly interval95: Interval | undefined;
  /** of the ranks, and of how many are among the longest tenth of both: before the correction for many phases */
  readonly chance: { readonly median: number; readonly tail: number | undefined };
  /** the smaller of the two, corrected for all phases that are compared; undefined where there are too few to say anything */
  readonly corrected: number | undefined;
  readonly judgement: Judgement;
  /** which part of them differs, where it is more than noise */
  readonly by: 'median' | 'tail' | undefined;
  /** The phases that explain it: they ended while it was under way, and without their difference it has none. */
  readonly follows: readonly Phase[];
}

export interface Share {
  readonly n: number;
  readonly of: number;
}

export interface ShareDifference {
  readonly a: Share;
  readonly b: Share;
  readonly chance: number;
  readonly corrected: number | undefined;
  /** more than noise */
  readonly isMore: boolean;
}

export interface FailureDifference extends ShareDifference {
  readonly kind: string;
  readonly causes: readonly { readonly cause: string; readonly a: number; readonly b: number; readonly example: string }[];
}

export interface PresenceDifference extends ShareDifference {
  readonly kind: string;
  readonly level: Level;
  readonly service: string;
  readonly name: string;
}

/** Actions that only one of the sets has at this level, so that their times cannot be compared. */
export interface Unmatched {
  readonly kind: string;
  readonly level: Level;
  readonly only: 'a' | 'b';
  readonly n: number;
  /** the levels at which the other set has actions of this kind */
  readonly others: readonly Level[];
}

export interface Comparison {
  readonly phases: readonly PhaseDifference[];
  readonly failures: readonly FailureDifference[];
  /** those that are in one set only, or more often in one than in the other */
  readonly presence: readonly PresenceDifference[];
  readonly unmatched: readonly Unmatched[];
  /** services of which only one of the sets has anything */
  readonly onlyA: readonly string[];
  readonly onlyB: readonly string[];
  /** how many actions are in both sets */
  readonly common: number;
}

/** The actions of one kind, at one level, of both sets. */
export interface Pair {
  readonly a: Group;
  readonly b: Group;
}

/** Of the larger set, how many actions must be in the other one as well, so that all are taken for the same. */
const SAME = 0.8;

/**
 * How the times of the same actions changed, where both sets hold the same ones: the same logs read by another release, or edited. They differ
 * among each other far more than each from itself. Undefined where the sets are of different actions, as they mostly are.
 */
export function changesOf(
  { a, b }: Pair,
  inA: (action: Action) => number | undefined,
  inB: (action: Action) => number | undefined,
): Sorted | undefined {
  const others = new Map(b.actions.map((action) => [action.traceId, action]));
  const changes: number[] = [];
  let [n, m] = [0, 0];
  for (const action of b.actions) if (inB(action) !== undefined) m++;
  for (const action of a.actions) {
    const before = inA(action);
    if (before === undefined) continue;
    n++;
    const same = others.get(action.traceId);
    const after = same === undefined ? undefined : inB(same);
    // Times are differences of times since 1970: what is below a microsecond is of the numbers, not of the logs.
    if (after !== undefined) changes.push(Math.round((after - before) * 1000) / 1000);
  }
  return changes.length > 0 && changes.length >= SAME * Math.max(n, m) ? sorted(changes) : undefined;
}
