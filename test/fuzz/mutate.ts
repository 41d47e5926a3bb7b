/** Numbers that are the same in every run: mulberry32. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** A whole number from 0 to below `below`. */
export type Random = (below: number) => number;

const pick = <T>(random: Random, from: readonly T[]): T => from[random(from.length)]!;

/** What bad luck, a broken disk or somebody's malice does to a line. Each gives another line; `other` is any other line. */
const mutations = {
  flip(line, random) {
    const bytes = Buffer.from(line);
    for (let left = 1 + random(8); left > 0 && bytes.length > 0; left--) bytes[random(bytes.length)]! ^= 1 << random(8);
    return bytes;
  },
  cut: (line, random) => line.subarray(0, random(line.length + 1)),
  behead: (line, random) => line.subarray(random(line.length + 1)),
  splice(line, random, other) {
    return Buffer.concat([line.subarray(0, random(line.length + 1)), other.subarray(random(other.length + 1))]);
  },
  insert(line, random, other) {
    const at = random(line.length + 1);
    const from = random(other.length + 1);
    return Buffer.concat([line.subarray(0, at), other.subarray(from, from + random(64)), line.subarray(at)]);
  },
  drop(line, random) {
    const at = random(line.length + 1);
    return Buffer.concat([line.subarray(0, at), line.subarray(at + random(32))]);
  },
  run: (line, random) => runOf(line, random, 1 + random(400)),
  /** rarely, as each costs as much as thousands of others */
  longRun: (line, random) => (random(300) === 0 ? runOf(line, random, 64 * 1024 + random(960 * 1024)) : runOf(line, random, random(4096))),
  repeat(line, random) {
    const at = random(line.length + 1);
    const piece = line.subarray(at, at + 1 + random(48));
    const times = random(300) === 0 ? 20_000 : 1 + random(60);
    return Buffer.concat([line.subarray(0, at), ...Array<Buffer>(times).fill(piece), line.subarray(at)]);
  },
  nul: (line, random) => replaced(line, random, Buffer.from([0])),
  badUtf8: (line, random) =>
    replaced(line, random, Buffer.from(pick(random, ['c0af', 'ff', 'fe', 'ed a0 80', 'f5808080', 'e282']).replaceAll(' ', ''), 'hex')),
  newline: (line, random) => replaced(line, random, Buffer.from(pick(random, ['\n', '\r', '\r\n', '\u2028', '\u001b[0m']))),
  number(line, random) {
    const text = line.toString('latin1');
    const found = [...text.slice(0, 2000).matchAll(/\d+/g)];
    if (found.length === 0) return line;
    const { index, 0: digits } = pick(random, found);
    const huge = pick(random, ['0', '-1', '99999999999999999999', '9'.repeat(400), '1e308', '00', '18446744073709551616', '']);
    return Buffer.from(text.slice(0, index) + huge + text.slice(index + digits.length), 'latin1');
  },
  /** None of the far future: lines that are dated ahead wait for their time (docs/security.md, known gap). */
  stamp(line, random) {
    const stamp = pick(random, [
      '0000-00-00 00:00:00.000',
      '1999-12-31 23:59:59.999',
      '2026-02-30 25:61:61.999',
      '1970-01-01 00:00:00.000',
      '2025-13-01T00:00:00.000Z',
    ]);
    return Buffer.concat([Buffer.from(stamp), line.subarray(Math.min(line.length, 23))]);
  },
  same: (line) => line,
} as const satisfies Record<string, (line: Buffer, random: Random, other: Buffer) => Buffer>;

const names = Object.keys(mutations) as (keyof typeof mutations)[];

/** A line that one to three things have happened to. */
export function mutated(line: Buffer, random: Random, other: Buffer): Buffer {
  let bytes: Buffer = line;
  for (let left = 1 + random(3); left > 0; left--) bytes = mutations[pick(random, names)](bytes, random, other);
  return bytes;
}

function runOf(line: Buffer, random: Random, length: number): Buffer {
  const at = random(line.length + 1);
  const char = pick(random, ['a', '0', ' ', '[', '{', '(', '"', "'", '\\', '|', ':', ',', '-', '.', '/', '=', "'a': ", 'x=']);
  return Buffer.concat([line.subarray(0, at), Buffer.from(char.repeat(length)), line.subarray(at)]);
}

function replaced(line: Buffer, random: Random, by: Buffer): Buffer {
  const at = random(line.length + 1);
  return Buffer.concat([line.subarray(0, at), by, line.subarray(at + by.length)]);
}
