import { changesOf, type Pair, type PhaseDifference } from './differences.js';
import { type Action, type Group, PAIR, timeIn } from './log-set.js';
import { idOf, type Phase } from './phase.js';
import { changeTest, quantile, rankTest, type Sorted, sorted } from './statistics.js';

/** A phase may follow from another one that ended during it in at least this share of its time. */
const MOST = 0.8;
/** The share of a difference that may remain after the differences that explain it are subtracted. */
const LEFT = 0.25;
/** With a p-value below this, the remaining difference is a finding of its own. */
const OWN = 0.01;

/**
 * Finds the phases that are slower only because another phase is slower: those that contain it, and those that waited
 * for it. They are no findings of their own. A phase follows from others if these ended during it in most actions, and
 * if its difference vanishes when theirs is subtracted.
 */
export function markFollowers(pair: Pair, differences: readonly PhaseDifference[]): PhaseDifference[] {
  const found = differences.filter(isFinding);
  const shareOf = shares(pair);
  const causes = new Map(found.map((one) => [one, found.filter((other) => other !== one && mayCause(other, one, shareOf))]));
  // The innermost first, so that the explaining phases are known before the phases that they explain.
  const order = [...found].sort((x, y) => causes.get(x)!.length - causes.get(y)!.length || (x.corrected ?? 1) - (y.corrected ?? 1));
  const own: PhaseDifference[] = [];
  const follows = new Map<PhaseDifference, readonly Phase[]>();
  for (const one of order) {
    const candidates = causes.get(one)!.filter((other) => own.includes(other));
    const each = candidates.find((other) => isExplained(pair, one, [other]));
    if (each !== undefined) follows.set(one, [each.phase]);
    else if (candidates.length > 1 && isExplained(pair, one, candidates))
      follows.set(
        one,
        candidates.map(({ phase }) => phase),
      );
    else own.push(one);
  }
  return differences.map((one) => ({ ...one, follows: follows.get(one) ?? [] }));
}

export const isFinding = ({ judgement }: PhaseDifference): boolean => judgement === 'slower' || judgement === 'faster';

/** The share of the second phase's time that belongs to actions in which the first phase ended during it. */
type ShareOf = (first: Phase, second: Phase) => number;

/**
 * Whether the second phase may have waited for the end of the first. Short waits, which something else gated, count
 * little.
 */
function mayCause(first: PhaseDifference, second: PhaseDifference, shareOf: ShareOf): boolean {
  if (first.judgement !== second.judgement) return false;
  const forth = shareOf(first.phase, second.phase);
  return forth >= MOST && forth > shareOf(second.phase, first.phase);
}

function shares({ a, b }: Pair): ShareOf {
  const known = [a, b].map((group) => ({ group, together: new Map<number, Float64Array>() }));
  return (first, second) => {
    let all = 0;
    let ended = 0;
    for (const { group, together } of known) {
      const [p, q] = [placeIn(group, first), placeIn(group, second)];
      if (p === undefined || q === undefined) continue;
      const times = together.get(q) ?? timesWith(group, q);
      together.set(q, times);
      all += times[p]!;
      ended += group.endedDuring.get(p * PAIR + q) ?? 0;
    }
    return all === 0 ? 0 : ended / all;
  };
}

/** By the index of each other phase: the time of this phase in the actions that have both. */
function timesWith({ actions, phases }: Group, place: number): Float64Array {
  const times = new Float64Array(phases.length);
  for (const action of actions) {
    const time = timeIn(action, place);
    if (time !== undefined) for (const other of action.phases) times[other]! += time;
  }
  return times;
}

function isExplained(pair: Pair, one: PhaseDifference, by: readonly PhaseDifference[]): boolean {
  const restA = restIn(pair.a, one.phase, by);
  const restB = restIn(pair.b, one.phase, by);
  const changes = one.isPaired ? changesOf(pair, restA, restB) : undefined;
  const [inA, inB] = [restsOf(pair.a, restA), restsOf(pair.b, restB)];
  const p = one.by === 'tail' ? 0.95 : 0.5;
  const whole = one.by === 'tail' ? one.difference95 : one.difference;
  const left = changes === undefined ? quantile(inB, p) - quantile(inA, p) : quantile(changes, 0.5);
  // A phase that waits for a parallel one grows by less.
  if (left * Math.sign(whole) <= 0 || Math.abs(left) <= LEFT * Math.abs(whole)) return true;
  return one.by === 'median' && (changes === undefined ? rankTest(inA, inB) : changeTest(changes)) >= OWN;
}

/** The time of a phase minus the time of others in the same action. */
function restIn(group: Group, phase: Phase, by: readonly PhaseDifference[]): (action: Action) => number | undefined {
  const place = placeIn(group, phase);
  const others = by.map((one) => placeIn(group, one.phase));
  return (action) => {
    const time = timeIn(action, place);
    return time === undefined ? undefined : others.reduce<number>((left, other) => left - (timeIn(action, other) ?? 0), time);
  };
}

const restsOf = ({ actions }: Group, restOf: (action: Action) => number | undefined): Sorted =>
  sorted(actions.flatMap((action) => restOf(action) ?? []));

const placeIn = ({ phases }: Group, phase: Phase): number | undefined => {
  const id = idOf(phase);
  const place = phases.findIndex((one) => idOf(one) === id);
  return place === -1 ? undefined : place;
};
