import { describe, expect, it } from 'vitest';
import {
  changeTest,
  corrected,
  intervalOf,
  leastOfRanks,
  leastOfShares,
  quantile,
  rankTest,
  seeded,
  shareTest,
  sorted,
} from '../../src/compare/statistics.js';

const drawn = (n: number, seed: number, shift = 0): readonly number[] => {
  const random = seeded(seed);
  return sorted(Array.from({ length: n }, () => shift + 1000 * Math.exp(random() + random())));
};

describe('Mann-Whitney', () => {
  it('of few is exact', () => {
    // 2 of the 20 ways to part six numbers are as far apart as these.
    expect(rankTest([1, 2, 3], [4, 5, 6])).toBeCloseTo(0.1, 10);
    expect(leastOfRanks(3, 3)).toBeCloseTo(0.1, 10);
    expect(rankTest([1, 2, 3], [1, 2, 3])).toBe(1);
  });

  it('of many is near what R says', () => {
    // wilcox.test(1:12, (1:12) + 6, exact = FALSE): W = 18, corrected for ties.
    const a = sorted(Array.from({ length: 12 }, (_, i) => i + 1));
    const p = rankTest(
      a,
      a.map((value) => value + 6),
    );
    expect(p).toBeGreaterThan(0.001);
    expect(p).toBeLessThan(0.003);
  });

  it('of a few and many is drawn, the same every time', () => {
    const p = rankTest(drawn(8, 1), drawn(200, 2, 5000));
    expect(p).toBeLessThan(0.001);
    expect(rankTest(drawn(200, 2, 5000), drawn(8, 1))).toBe(p);
  });

  it('calls noise a difference as often as its level says', () => {
    let found = 0;
    for (let i = 0; i < 1000; i++) if (rankTest(drawn(30, 2 * i), drawn(25, 2 * i + 1)) < 0.05) found++;
    expect(found).toBeGreaterThan(25);
    expect(found).toBeLessThan(75);
  });
});

it("Fisher's exact test", () => {
  // fisher.test(matrix(c(3, 1, 1, 3), 2)): the lady who tastes tea.
  expect(shareTest(3, 4, 1, 4)).toBeCloseTo(0.4857, 4);
  expect(shareTest(0, 40, 8, 40)).toBeCloseTo(0.0053, 3);
  expect(leastOfShares(4, 4, 4)).toBeCloseTo(2 / 70, 10);
});

it('changes of the same actions are tested by their signs and ranks', () => {
  // wilcox.test(1:6): 2 of 64.
  expect(changeTest([1, 2, 3, 4, 5, 6])).toBeCloseTo(2 / 64, 10);
  expect(changeTest(new Array(40).fill(500))).toBeLessThan(1e-6);
  expect(changeTest([-3, -2, -1, 1, 2, 3])).toBe(1);
  expect(changeTest([0, 0, 0])).toBe(1);
});

describe('the correction for many tests', () => {
  it('multiplies by those that are left', () => {
    const [a, b, c] = corrected(
      [
        { chance: 0.001, least: 0 },
        { chance: 0.04, least: 0 },
        { chance: 0.002, least: 0 },
      ],
      0.05,
    );
    expect(a).toBeCloseTo(0.003, 10);
    expect(b).toBeCloseTo(0.04, 10);
    expect(c).toBeCloseTo(0.004, 10);
  });

  it('leaves out tests that could not have said anything', () => {
    const few = Array.from({ length: 500 }, () => ({ chance: 1, least: 0.1 }));
    const all = corrected([{ chance: 0.001, least: 1e-9 }, ...few], 0.01);
    expect(all[0]).toBeCloseTo(0.001, 10);
    expect(all[1]).toBeUndefined();
    expect(
      corrected(
        [
          { chance: 0.1, least: 0.1 },
          { chance: 0.1, least: 0.1 },
        ],
        0.01,
      ),
    ).toEqual([undefined, undefined]);
  });
});

it('an interval holds the true difference in 95 of 100 cases', () => {
  let held = 0;
  for (let i = 0; i < 100; i++) {
    const { from, to } = intervalOf(drawn(40, 2 * i), drawn(40, 2 * i + 1, 500), 0.5)!;
    if (from <= 500 && 500 <= to) held++;
  }
  expect(held).toBeGreaterThan(90);
  expect(intervalOf([1, 2, 3, 4], [1, 2, 3, 4], 0.5)).toBeUndefined();
});

it('quantiles are those of R and NumPy', () => {
  expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
  expect(quantile([], 0.5)).toBeNaN();
});
