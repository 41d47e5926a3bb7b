/** Numbers that a seed decides, so that a failure can be run again. */
export function createRandom(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    /** in [0, 1) */
    next,
    /** a whole number in [0, below) */
    below: (below) => Math.floor(next() * below),
    between: (least, most) => least + next() * (most - least),
    chance: (of) => next() < of,
    pick: (list) => list[Math.floor(next() * list.length)],
    /** one of the keys of a table of weights */
    weighed(weights) {
      let left = next() * Object.values(weights).reduce((sum, weight) => sum + weight, 0);
      for (const [key, weight] of Object.entries(weights)) if ((left -= weight) < 0) return key;
      return Object.keys(weights)[0];
    },
    /** another source: what one part draws does not change what another gets */
    fork: () => createRandom(Math.floor(next() * 2 ** 32)),
  };
}
