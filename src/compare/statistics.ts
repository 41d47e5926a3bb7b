import { errorFunction, gammaln, quantileSorted } from 'simple-statistics';

/** Numbers in ascending order. */
export type Sorted = readonly number[];

export const sorted = (values: Iterable<number>): Sorted => [...values].sort((a, b) => a - b);

/** A quantile, interpolated as in R and NumPy; NaN for an empty list. */
export const quantile = (values: Sorted, p: number): number => (values.length === 0 ? Number.NaN : quantileSorted([...values], p));

export type Random = () => number;

/** Mulberry32: the same pseudo-random numbers in every run, so that reports are reproducible. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * With fewer values in a set, all arrangements (or many random ones) are tried, because the normal approximation is
 * inexact.
 */
const LEAST_FOR_NORMAL = 10;
/** Up to so many arrangements are all tried; of more, this number is drawn at random. */
const MOST_ARRANGEMENTS = 20_000;

/**
 * The Mann-Whitney test: the two-sided p-value of the difference in rank between two sets. It assumes no shape of the
 * distribution; durations of phases have long tails.
 */
export function rankTest(a: Sorted, b: Sorted): number {
  const [few, many] = a.length < b.length ? [a, b] : [b, a];
  if (few.length === 0) return 1;
  const { ranks, ties } = ranksOf(few, many);
  return few.length < LEAST_FOR_NORMAL ? byArrangement(ranks, few.length) : byNormal(ranks, few.length, ties);
}

/** The ranks of `a`, then those of `b`. Equal values share the mean of their ranks. `ties` is the sum of t³ − t. */
function ranksOf(a: Sorted, b: Sorted): { ranks: Float64Array; ties: number } {
  const ranks = new Float64Array(a.length + b.length);
  let ties = 0;
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const value = Math.min(a[i] ?? Number.POSITIVE_INFINITY, b[j] ?? Number.POSITIVE_INFINITY);
    const [fromA, fromB] = [i, j];
    while (i < a.length && a[i] === value) i++;
    while (j < b.length && b[j] === value) j++;
    const count = i - fromA + (j - fromB);
    const rank = fromA + fromB + (count + 1) / 2;
    ranks.fill(rank, fromA, i);
    ranks.fill(rank, a.length + fromB, a.length + j);
    ties += count ** 3 - count;
  }
  return { ranks, ties };
}

const sumOf = (values: Float64Array, to: number): number => {
  let sum = 0;
  for (let i = 0; i < to; i++) sum += values[i]!;
  return sum;
};

function byNormal(ranks: Float64Array, n: number, ties: number): number {
  const all = ranks.length;
  const m = all - n;
  const variance = ((n * m) / 12) * (all + 1 - ties / (all * (all - 1)));
  if (variance <= 0) return 1;
  const distance = Math.max(0, Math.abs(sumOf(ranks, n) - (n * (all + 1)) / 2) - 0.5);
  return Math.min(1, 1 - errorFunction(distance / Math.sqrt(variance) / Math.SQRT2));
}

function byArrangement(ranks: Float64Array, n: number): number {
  const all = ranks.length;
  const middle = (n * (all + 1)) / 2;
  const seen = Math.abs(sumOf(ranks, n) - middle) - 1e-9;
  if (choose(all, n) <= MOST_ARRANGEMENTS) {
    let extreme = 0;
    let count = 0;
    const take = (from: number, left: number, sum: number): void => {
      if (left === 0) {
        count++;
        if (Math.abs(sum - middle) >= seen) extreme++;
        return;
      }
      for (let i = from; i <= all - left; i++) take(i + 1, left - 1, sum + ranks[i]!);
    };
    take(0, n, 0);
    return extreme / count;
  }
  const random = seeded(all * 1000 + n);
  const drawn = Float64Array.from(ranks);
  // The observed arrangement counts as one of them, so that the p-value is never 0.
  let extreme = 1;
  for (let i = 0; i < MOST_ARRANGEMENTS; i++) {
    for (let k = 0; k < n; k++) {
      const other = k + Math.floor(random() * (all - k));
      [drawn[k], drawn[other]] = [drawn[other]!, drawn[k]!];
    }
    if (Math.abs(sumOf(drawn, n) - middle) >= seen) extreme++;
  }
  return extreme / (MOST_ARRANGEMENTS + 1);
}

const logChoose = (n: number, k: number): number => gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1);
const choose = (n: number, k: number): number => Math.round(Math.exp(logChoose(n, k)));

/** Fisher's exact test: the two-sided p-value of the difference between the shares `a` of `ofA` and `b` of `ofB`. */
export function shareTest(a: number, ofA: number, b: number, ofB: number): number {
  if (ofA === 0 || ofB === 0) return 1;
  const all = ofA + ofB;
  const hits = a + b;
  const whole = logChoose(all, hits);
  const at = (k: number): number => logChoose(ofA, k) + logChoose(ofB, hits - k) - whole;
  const seen = at(a) + 1e-7;
  let sum = 0;
  for (let k = Math.max(0, hits - ofB); k <= Math.min(ofA, hits); k++) {
    const one = at(k);
    if (one <= seen) sum += Math.exp(one);
  }
  return Math.min(1, sum);
}

/**
 * Wilcoxon's signed-rank test: the two-sided p-value of changes of the same actions. Actions without a change do not
 * count.
 */
export function changeTest(changes: Sorted): number {
  const moved = changes.filter((change) => change !== 0).sort((x, y) => Math.abs(x) - Math.abs(y));
  const n = moved.length;
  if (n === 0) return 1;
  const ranks = new Float64Array(n);
  let ties = 0;
  for (let from = 0; from < n; ) {
    let to = from;
    while (to < n && Math.abs(moved[to]!) === Math.abs(moved[from]!)) to++;
    ranks.fill((from + 1 + to) / 2, from, to);
    ties += (to - from) ** 3 - (to - from);
    from = to;
  }
  const middle = (n * (n + 1)) / 4;
  const seen = Math.abs(moved.reduce((sum, change, i) => sum + (change > 0 ? ranks[i]! : 0), 0) - middle);
  if (n <= MOST_SIGNS) return bySigns(ranks, middle, seen - 1e-9);
  const variance = (n * (n + 1) * (2 * n + 1)) / 24 - ties / 48;
  return Math.min(1, 1 - errorFunction(Math.max(0, seen - 0.5) / Math.sqrt(variance) / Math.SQRT2));
}

/** Up to so many changes, all combinations of signs are tried. */
const MOST_SIGNS = 14;

function bySigns(ranks: Float64Array, middle: number, seen: number): number {
  let extreme = 0;
  const all = 2 ** ranks.length;
  for (let signs = 0; signs < all; signs++) {
    let sum = 0;
    for (let i = 0; i < ranks.length; i++) if ((signs >> i) & 1) sum += ranks[i]!;
    if (Math.abs(sum - middle) >= seen) extreme++;
  }
  return extreme / all;
}

export interface Test {
  /** the p-value */
  readonly chance: number;
  /** the smallest possible p-value with this number of values */
  readonly least: number;
}

/**
 * Corrects the p-values of several tests by Holm's method with Tarone's improvement, so that the probability of even
 * one false finding is below the level. A test that could never be significant, because it has too few values, does not
 * weaken the others: its result is undefined.
 */
export function corrected(tests: readonly Test[], level: number): (number | undefined)[] {
  let able = tests.length;
  while (able > 1 && tests.filter(({ least }) => least * able < level).length < able) able--;
  const order = tests
    .map((test, i) => ({ ...test, i }))
    .filter(({ least }) => least * able < level)
    .sort((x, y) => x.chance - y.chance);
  const found = new Array<number | undefined>(tests.length).fill(undefined);
  let highest = 0;
  for (const [place, { chance, i }] of order.entries()) {
    highest = Math.max(highest, Math.min(1, chance * (order.length - place)));
    found[i] = highest;
  }
  return found;
}

/** The smallest possible result of {@link rankTest} for sets of these sizes. */
export const leastOfRanks = (n: number, m: number): number => (n === 0 || m === 0 ? 1 : Math.min(1, 2 * Math.exp(-logChoose(n + m, n))));

/** The smallest possible result of {@link changeTest} for so many changes. */
export const leastOfChanges = (n: number): number => Math.min(1, 2 ** (1 - n));

/** The smallest possible result of {@link shareTest} with so many hits in both sets together. */
export function leastOfShares(hits: number, ofA: number, ofB: number): number {
  const most = Math.min(hits, ofA);
  const fewest = Math.max(0, hits - ofB);
  return Math.min(shareTest(most, ofA, hits - most, ofB), shareTest(fewest, ofA, hits - fewest, ofB));
}

export interface Interval {
  readonly from: number;
  readonly to: number;
}

const RESAMPLES = 1000;

/**
 * The 95 % confidence interval of the difference b − a of a quantile, by bootstrap. The k-th smallest of n values that
 * are drawn from n values is number ⌊n · Beta(k, n + 1 − k)⌋ of them. So a resample needs only two random numbers.
 */
export function intervalOf(a: Sorted, b: Sorted, p: number): Interval | undefined {
  // With so few values, the resamples have only a few different results.
  if (Math.min(a.length, b.length) < 5) return undefined;
  const random = seeded(a.length * 7919 + b.length);
  const drawn: number[] = [];
  for (let i = 0; i < RESAMPLES; i++) drawn.push(resampled(b, p, random) - resampled(a, p, random));
  const all = sorted(drawn);
  return { from: quantile(all, 0.025), to: quantile(all, 0.975) };
}

/** The 95 % confidence interval of the median of changes. */
export function intervalOfChanges(changes: Sorted): Interval | undefined {
  if (changes.length < 5) return undefined;
  const random = seeded(changes.length * 104_729);
  const all = sorted(Array.from({ length: RESAMPLES }, () => resampled(changes, 0.5, random)));
  return { from: quantile(all, 0.025), to: quantile(all, 0.975) };
}

function resampled(values: Sorted, p: number, random: Random): number {
  const n = values.length;
  const k = 1 + (n - 1) * p;
  const one = gamma(k, random);
  const share = one / (one + gamma(n + 1 - k, random));
  return values[Math.min(n - 1, Math.floor(n * share))]!;
}

/** A random number from a gamma distribution with a shape of at least 1, by Marsaglia and Tsang. */
function gamma(shape: number, random: Random): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    // Box-Muller transform; 1 − random() is never 0.
    const x = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}
