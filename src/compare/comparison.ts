import type { Millis } from '../model/line.js';
import {
  type Comparison,
  changesOf,
  type FailureDifference,
  type Judgement,
  type Pair,
  type PhaseDifference,
  type PresenceDifference,
  type Share,
  type ShareDifference,
  type Times,
  type Unmatched,
} from './differences.js';
import { markFollowers } from './follows.js';
import { type Ends, type Group, type LogSet, timeIn } from './log-set.js';
import { idOf } from './phase.js';
import {
  changeTest,
  corrected,
  intervalOf,
  intervalOfChanges,
  leastOfChanges,
  leastOfRanks,
  leastOfShares,
  quantile,
  rankTest,
  type Sorted,
  shareTest,
  sorted,
  type Test,
} from './statistics.js';

/**
 * The probability that a comparison of two equal sets reports a false difference of one type (times, presence,
 * failures).
 */
const LEVEL = 0.001;
/** Times in logs have milliseconds. A smaller difference (ms), or a small share of the whole, is no finding. */
const LEAST_MILLIS = 5;
const LEAST_SHARE = 0.02;
/** With fewer values, the tail is not tested. */
const LEAST_FOR_TAIL = 20;

/** Compares the actions of two sets of logs. */
export function compareSets(a: LogSet, b: LogSet): Comparison {
  const pairs = a.groups.flatMap((group) => {
    const other = b.groups.find(({ kind, level }) => kind === group.kind && level === group.level);
    return other === undefined ? [] : [{ a: group, b: other }];
  });
  return {
    phases: phaseDifferences(pairs),
    failures: failureDifferences(a, b),
    presence: presenceDifferences(pairs),
    unmatched: [...unmatchedOf(a, b, 'a'), ...unmatchedOf(b, a, 'b')],
    onlyA: [...a.services].filter((service) => !b.services.has(service)).sort(),
    onlyB: [...b.services].filter((service) => !a.services.has(service)).sort(),
    common: pairs.reduce((sum, pair) => sum + commonOf(pair), 0),
  };
}

function commonOf({ a, b }: Pair): number {
  const ids = new Set(b.actions.map(({ traceId }) => traceId));
  return a.actions.filter(({ traceId }) => ids.has(traceId)).length;
}

/** The durations of each phase of a group (ms), in ascending order. */
export function timesOf({ phases, actions }: Group): Sorted[] {
  const all: number[][] = phases.map(() => []);
  for (const action of actions) for (const [i, place] of action.phases.entries()) all[place]!.push(action.times[i]!);
  return all.map(sorted);
}

export const timesIn = (values: Sorted): Times => ({ n: values.length, p50: quantile(values, 0.5), p95: quantile(values, 0.95) });

/** A difference before the correction for the number of tests. */
type Unjudged = Omit<PhaseDifference, 'corrected' | 'judgement' | 'by' | 'follows' | 'interval' | 'interval95' | 'chance'>;

interface Looked {
  readonly pair: Pair;
  readonly values: { readonly a: Sorted; readonly b: Sorted; readonly changes: Sorted | undefined };
  readonly difference: Unjudged;
  readonly median: Test;
  readonly tail: Test | undefined;
}

function phaseDifferences(pairs: readonly Pair[]): PhaseDifference[] {
  const looked = pairs.flatMap(lookAt);
  // Each test may give a false result.
  const tests = looked.flatMap(({ median, tail }) => (tail === undefined ? [median] : [median, tail]));
  const chances = corrected(tests, LEVEL);
  let next = 0;
  const judged = looked.map((one) => {
    const median = chances[next++];
    const tail = one.tail === undefined ? undefined : chances[next++];
    return { pair: one.pair, difference: judge(one, median, tail) };
  });
  return pairs.flatMap((pair) => {
    const own = judged.filter((one) => one.pair === pair).map(({ difference }) => difference);
    return markFollowers(pair, own);
  });
}

function lookAt(pair: Pair): Looked[] {
  const { a, b } = pair;
  const timesA = timesOf(a);
  const timesB = timesOf(b);
  const placesB = new Map(b.phases.map((phase, place) => [idOf(phase), place]));
  return a.phases.flatMap((phase, place) => {
    const other = placesB.get(idOf(phase));
    if (other === undefined) return [];
    const [inA, inB] = [timesA[place]!, timesB[other]!];
    const changes = changesOf(
      pair,
      (action) => timeIn(action, place),
      (action) => timeIn(action, other),
    );
    const times = { a: timesIn(inA), b: timesIn(inB) };
    const difference = {
      ...{ kind: a.kind, level: a.level, phase, ...times, isPaired: changes !== undefined },
      difference: changes === undefined ? times.b.p50 - times.a.p50 : quantile(changes, 0.5),
      difference95: times.b.p95 - times.a.p95,
    };
    const median =
      changes === undefined
        ? { chance: rankTest(inA, inB), least: leastOfRanks(inA.length, inB.length) }
        : { chance: changeTest(changes), least: leastOfChanges(changes.length) };
    return [
      { pair, values: { a: inA, b: inB, changes }, difference, median, tail: changes === undefined ? tailTest(inA, inB) : undefined },
    ];
  });
}

/**
 * Tests whether one set has more values among the longest tenth of both. If one boot in ten hangs, the median does not
 * change.
 */
function tailTest(a: Sorted, b: Sorted): Test | undefined {
  if (Math.min(a.length, b.length) < LEAST_FOR_TAIL) return undefined;
  const longest = quantile(sorted([...a, ...b]), 0.9);
  const beyond = (values: Sorted): number => values.filter((value) => value > longest).length;
  const [inA, inB] = [beyond(a), beyond(b)];
  return { chance: shareTest(inA, a.length, inB, b.length), least: leastOfShares(inA + inB, a.length, b.length) };
}

function judge({ difference, values, median, tail }: Looked, ofMedian: number | undefined, ofTail: number | undefined): PhaseDifference {
  const { a, b, changes } = values;
  const isFew = ofMedian === undefined && ofTail === undefined;
  const found = (by: 'median' | 'tail' | undefined, judgement: Judgement): PhaseDifference => ({
    ...difference,
    interval: changes === undefined ? intervalOf(a, b, 0.5) : intervalOfChanges(changes),
    // With few values an interval is not worth its cost.
    interval95: isFew || changes !== undefined ? undefined : intervalOf(a, b, 0.95),
    chance: { median: median.chance, tail: tail?.chance },
    ...{ corrected: isFew ? undefined : Math.min(ofMedian ?? 1, ofTail ?? 1), judgement, by, follows: [] },
  });
  const isLarge = (by: Millis, of: Millis): boolean => Math.abs(by) >= Math.max(LEAST_MILLIS, LEAST_SHARE * of);
  const said = (millis: Millis): Judgement => (millis > 0 ? 'slower' : 'faster');
  if ((ofMedian ?? 1) < LEVEL && isLarge(difference.difference, difference.a.p50)) return found('median', said(difference.difference));
  if ((ofTail ?? 1) < LEVEL && isLarge(difference.difference95, difference.a.p95)) return found('tail', said(difference.difference95));
  return found(undefined, isFew ? 'few' : 'noise');
}

function failureDifferences(a: LogSet, b: LogSet): FailureDifference[] {
  const kinds = [...new Set([...a.ends, ...b.ends].map(({ kind }) => kind))];
  const found = kinds.map((kind) => {
    const [inA, inB] = [a, b].map((set) => set.ends.find((ends) => ends.kind === kind));
    const shares = { a: { n: inA?.failed ?? 0, of: inA?.ended ?? 0 }, b: { n: inB?.failed ?? 0, of: inB?.ended ?? 0 } };
    return { kind, ...shares, causes: causesOf(inA, inB) };
  });
  return correctedShares(found);
}

function causesOf(a: Ends | undefined, b: Ends | undefined): FailureDifference['causes'] {
  const names = new Set([...(a?.causes.keys() ?? []), ...(b?.causes.keys() ?? [])]);
  return [...names]
    .map((cause) => {
      const [inA, inB] = [a?.causes.get(cause), b?.causes.get(cause)];
      return { cause, a: inA?.count ?? 0, b: inB?.count ?? 0, example: (inB ?? inA)?.example ?? '' };
    })
    .sort((x, y) => y.b - x.b || y.a - x.a);
}

function presenceDifferences(pairs: readonly Pair[]): PresenceDifference[] {
  const found = pairs.flatMap(({ a, b }) =>
    [...new Set([...a.present.keys(), ...b.present.keys()])].map((key) => {
      const [service = '', name = ''] = key.split('\u0000');
      const shareIn = ({ present, actions }: Group): Share => ({ n: present.get(key) ?? 0, of: actions.length });
      return { kind: a.kind, level: a.level, service, name, a: shareIn(a), b: shareIn(b) };
    }),
  );
  return correctedShares(found).filter(({ a, b, isMore }) => isMore || a.n === 0 || b.n === 0);
}

function correctedShares<T extends { readonly a: Share; readonly b: Share }>(shares: readonly T[]): (T & ShareDifference)[] {
  const tests = shares.map(({ a, b }) => ({
    chance: shareTest(a.n, a.of, b.n, b.of),
    least: leastOfShares(a.n + b.n, a.of, b.of),
  }));
  const chances = corrected(tests, LEVEL);
  return shares.map((share, i) => ({ ...share, chance: tests[i]!.chance, corrected: chances[i], isMore: (chances[i] ?? 1) < LEVEL }));
}

function unmatchedOf(set: LogSet, other: LogSet, only: 'a' | 'b'): Unmatched[] {
  return set.groups.flatMap(({ kind, level, actions }) => {
    const others = other.groups.filter((group) => group.kind === kind).map((group) => group.level);
    return others.includes(level) ? [] : [{ kind, level, only, n: actions.length, others }];
  });
}
