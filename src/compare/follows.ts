import { changesOf, type Pair, type PhaseDifference } from './differences.js';
import { type Action, type Group, PAIR, timeIn } from './log-set.js';
import { idOf, type Phase } from './phase.js';
import { changeTest, quantile, rankTest, type Sorted, sorted } from './statistics.js';

/** In how much of a phase's time another must have ended while it was under way. */
const MOST = 0.8;
/** A part of a difference that may be left, when what explains it is taken away. */
const LEFT = 0.25;
/** Below this chance, what is left is a difference of its own. */
const OWN = 0.01;

/**
 * What takes longer because another phase does is no finding of its own: all that holds the slower phase, and all that waited for it. A phase
 * follows from others where they ended while it was under way, in most actions, and where the difference is gone once theirs is taken away.
 */
export function markFollowers(pair: Pair, differences: readonly PhaseDifference[]): PhaseDifference[] {
  const found = differences.filter(isFinding);
  const shareOf = shares(pair);
  const causes = new Map(found.map((one) => [one, found.filter((other) => other !== one && mayCause(other, one, shareOf))]));
  // The innermost first, so that what explains others is known when those are looked at.
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

/** Of the second phase's time, the part in actions in which the first ended while it was under way. */
type ShareOf = (first: Phase, second: Phase) => number;

/** Whether the end of the first may be what the second waited for. A wait that something else gated is short, and counts for little. */
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

/** A phase's time in the actions that have each other phase, by the place of that one. */
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
  // What waited for something beside it grows by less.
  if (left * Math.sign(whole) <= 0 || Math.abs(left) <= LEFT * Math.abs(whole)) return true;
  return one.by === 'median' && (changes === undefined ? rankTest(inA, inB) : changeTest(changes)) >= OWN;
}

/** The time of a phase without that of others in the same action. */
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
