import type { Millis } from '../model/line.js';
import type { Action, Group } from './log-set.js';
import type { Level, Phase } from './phase.js';
import { type Interval, type Sorted, sorted } from './statistics.js';

export interface Times {
  readonly n: number;
  readonly p50: Millis;
  readonly p95: Millis;
}

/** The result for one phase; `few`: too few values to distinguish a difference from noise. */
export type Judgement = 'slower' | 'faster' | 'noise' | 'few';

/** The difference of one phase between two sets. Times are in ms. */
export interface PhaseDifference {
  readonly kind: string;
  readonly level: Level;
  readonly phase: Phase;
  readonly a: Times;
  readonly b: Times;
  /** both sets contain the same actions: then each action is compared with itself */
  readonly isPaired: boolean;
  /** median of b − median of a; if paired, the median of the changes */
  readonly difference: Millis;
  /** the 95 % confidence interval, by bootstrap; undefined with very few values */
  readonly interval: Interval | undefined;
  /** 95th percentile of b − that of a */
  readonly difference95: Millis;
  readonly interval95: Interval | undefined;
  /** p-values of the rank test and of the tail test, before the correction for many tests */
  readonly chance: { readonly median: number; readonly tail: number | undefined };
  /** the smaller p-value, corrected for all compared phases; undefined if there are too few values */
  readonly corrected: number | undefined;
  readonly judgement: Judgement;
  /** the test that found the difference; undefined if it is noise */
  readonly by: 'median' | 'tail' | undefined;
  /** the phases that explain it: they ended while it was in progress, and without their difference it has none */
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
  /** the difference is more than noise */
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
  /** phases that are only in one set, or more often in one than in the other */
  readonly presence: readonly PresenceDifference[];
  readonly unmatched: readonly Unmatched[];
  /** services that only one of the sets contains */
  readonly onlyA: readonly string[];
  readonly onlyB: readonly string[];
  /** the number of actions that are in both sets */
  readonly common: number;
}

/** The actions of both sets with one kind and one log level. */
export interface Pair {
  readonly a: Group;
  readonly b: Group;
}

/** The share of the larger set that must also be in the other set, so that the sets count as the same actions. */
const SAME = 0.8;

/**
 * The changes of each action's times, if both sets contain the same actions: the same logs read by another release, or
 * edited. Different actions vary far more than one action does. Undefined if the sets contain different actions, as
 * usual.
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
    // Durations are differences of epoch times: digits below a microsecond are rounding errors.
    if (after !== undefined) changes.push(Math.round((after - before) * 1000) / 1000);
  }
  return changes.length > 0 && changes.length >= SAME * Math.max(n, m) ? sorted(changes) : undefined;
}
