import { appendFileSync, copyFileSync, mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { type Begin, createTailer, type Tailer } from '../../src/tail/tailer.js';
import { collectLines, tally } from './collect.js';
import { temporaryFolder } from './temporary.js';

const at = temporaryFolder();
const tailers: Tailer[] = [];
afterEach(async () => {
  for (const tailer of tailers.splice(0)) await tailer.close();
});

const START = Date.parse('2026-11-21T10:00:00Z');

/** One line each second, so long that a chunk holds some hundred. */
const lineOf = (second: number): string => `${new Date(START + 1000 * second).toISOString()} ${'x'.repeat(150)} ${second}`;
const linesOf = (from: number, to: number): string => Array.from({ length: to - from }, (_, i) => `${lineOf(from + i)}\n`).join('');

const timeIn = (chunk: Buffer): number | undefined => {
  const times = [...chunk.toString('latin1').matchAll(/^2026-\S+Z/gm)].map(([time]) => Date.parse(time));
  return times.length === 0 ? undefined : Math.max(...times);
};

async function begun(begin: Begin) {
  const { sink, lines, offsets } = collectLines();
  const { count, counts } = tally();
  let now = 0;
  const tailer = createTailer({
    paths: [at('a.log')],
    open: () => sink,
    clock: { now: () => now, sleep: async () => undefined },
    count,
    begin: () => begin,
  });
  tailers.push(tailer);
  const drain = async () => {
    for (let i = 0; i < 100; i++) {
      const { sources } = await tailer.poll();
      if (sources.every(({ atEnd }) => atEnd)) return sources[0];
    }
    throw new Error('it never came to the end');
  };
  const report = await drain();
  return { lines, offsets, counts, tailer, drain, report, pass: (ms: number) => void (now += ms) };
}

const second = (line: string | undefined): number => Number(line?.split(' ').at(-1));

describe('since a moment', () => {
  it.each([0, 1, 399, 1234, 5000, 9999])('a log is begun at its line of second %i', async (wanted) => {
    writeFileSync(at('a.log'), linesOf(0, 10_000));
    const { lines } = await begun({ since: START + 1000 * wanted, timeIn });
    expect(second(lines[0])).toBe(wanted);
    expect(lines).toHaveLength(10_000 - wanted);
  });

  it('its rotated files are begun where the live one is too young', async () => {
    writeFileSync(at('a.log.3'), linesOf(0, 1000));
    writeFileSync(at('a.log.2.gz'), gzipSync(linesOf(1000, 4000)));
    writeFileSync(at('a.log.1'), linesOf(4000, 5000));
    writeFileSync(at('a.log'), linesOf(5000, 5500));
    for (const wanted of [500, 1005, 2500, 4500, 5400]) {
      const { lines } = await begun({ since: START + 1000 * wanted, timeIn });
      expect(lines.map(second)).toEqual(Array.from({ length: 5500 - wanted }, (_, i) => wanted + i));
    }
  });

  it('times that go back by some seconds hide no line', async () => {
    const order = Array.from({ length: 5000 }, (_, i) => i).sort((a, b) => a + ((a * 7) % 9) - (b + ((b * 7) % 9)));
    writeFileSync(at('a.log'), order.map((i) => `${lineOf(i)}\n`).join(''));
    const { lines } = await begun({ since: START + 2_500_000, timeIn });
    const given = new Set(lines.map(second));
    expect(Array.from({ length: 2500 }, (_, i) => 2500 + i).filter((i) => !given.has(i))).toEqual([]);
    expect(lines.length).toBeLessThan(2520);
  });

  it('lines without times are passed over in the search', async () => {
    writeFileSync(at('a.log'), `${linesOf(0, 2000)}${'  a traceback of a long line\n'.repeat(5000)}${linesOf(2000, 4000)}`);
    const { lines } = await begun({ since: START + 3_000_000, timeIn });
    expect(lines.map(second)).toEqual(Array.from({ length: 1000 }, (_, i) => 3000 + i));
  });

  it('a log without any time is begun at its beginning', async () => {
    writeFileSync(at('a.log.1'), 'old\n'.repeat(10));
    writeFileSync(at('a.log'), 'new\n'.repeat(10));
    expect((await begun({ since: START, timeIn })).lines).toEqual(Array.from({ length: 10 }, () => 'new'));
  });

  it('looks at a few pieces of a large log only', async () => {
    const text = linesOf(0, 40_000);
    writeFileSync(at('a.log'), text);
    let looked = 0;
    await begun({
      since: START + 39_900_000,
      timeIn(chunk) {
        looked += chunk.length;
        return timeIn(chunk);
      },
    });
    expect(looked).toBeLessThan(text.length / 5);
  });
});

describe('the oldest', () => {
  it('rotated file is read first, and all others behind it', async () => {
    writeFileSync(at('a.log-20261119.gz'), gzipSync('one\ntwo\n'));
    writeFileSync(at('a.log-20261120'), 'three\n');
    writeFileSync(at('a.log-20261121.gz'), '');
    writeFileSync(at('a.log-20261121'), 'four');
    writeFileSync(at('a.log'), 'five\n');
    const { lines, offsets, counts, report } = await begun('oldest');
    expect(lines).toEqual(['one', 'two', 'three', 'four', 'five']);
    expect(offsets).toEqual([0, 4, 0, 0, 0]);
    expect(counts).toEqual({});
    expect(report?.place).toEqual({ file: 2, offset: 4 });
  });

  it('gives what can be read of a compressed file that is cut off', async () => {
    const text = Array.from({ length: 20_000 }, (_, i) => `${(i * 7919) % 10_007} and ${i}\n`).join('');
    const whole = gzipSync(text);
    writeFileSync(at('a.log.1.gz'), whole.subarray(0, whole.length / 2));
    writeFileSync(at('a.log'), 'last\n');
    const { lines, counts } = await begun('oldest');
    expect(lines.length).toBeGreaterThan(1000);
    expect(lines.at(-1)).toBe('last');
    expect(counts).toEqual({ cut_off_logs: 1 });
  });
});

describe('a position', () => {
  it('of a log of a folder is gone on from while its live file is not there: between a rename and the new file', async () => {
    mkdirSync(at('logs'));
    writeFileSync(at('logs/a.log'), '1\n2\n');
    const follow = (begin: Begin, known: readonly string[]) => {
      const collected = collectLines();
      const tailer = createTailer({
        paths: [at('logs')],
        known,
        open: () => collected.sink,
        clock: { now: () => 0, sleep: async () => undefined },
        count: tally().count,
        begin: () => begin,
      });
      tailers.push(tailer);
      return { tailer, collected };
    };
    const first = follow('beginning', []);
    await first.tailer.poll();
    const [position] = first.tailer.positions();
    await first.tailer.close();
    appendFileSync(at('logs/a.log'), '3\n');
    renameSync(at('logs/a.log'), at('logs/a.log.1'));

    const second = follow({ position: position!, at: { file: 0, offset: 2 } }, [position!.path]);
    expect((await second.tailer.poll()).sources).toMatchObject([{ path: at('logs/a.log'), atEnd: true }]);
    writeFileSync(at('logs/a.log'), '4\n');
    await second.tailer.poll();
    expect(second.collected.lines).toEqual(['2', '3', '4']);
  });

  it.each([
    ['compressed', () => writeFileSync(at('a.log.1.gz'), gzipSync('2\n'))],
    ['copied and emptied', () => writeFileSync(at('a.log.1'), '2\n')],
  ])('in an empty log leads to all that was written since, %s', async (_, turn) => {
    writeFileSync(at('a.log.2'), '1\n');
    const now = Date.now() / 1000;
    utimesSync(at('a.log.2'), now - 3600, now - 3600);
    writeFileSync(at('a.log'), '');
    const first = await begun('beginning');
    const [position] = first.tailer.positions();
    expect(position?.files).toMatchObject([{ file: 0, offset: 0 }]);
    await first.tailer.close();
    turn();
    writeFileSync(at('a.log'), '3\n');
    const { lines } = await begun({ position: position!, at: { file: 0, offset: 0 }, since: 1000 * (now - 60) });
    expect(lines).toEqual(['2', '3']);
  });

  it('may be given with an earlier place: lines from there on are given again', async () => {
    writeFileSync(at('a.log'), 'one\ntwo\nthree\n');
    const first = await begun('beginning');
    const [position] = first.tailer.positions();
    renameSync(at('a.log'), at('a.log.1'));
    writeFileSync(at('a.log'), 'four\n');
    const { lines } = await begun({ position: position!, at: { file: 0, offset: 4 } });
    expect(lines).toEqual(['two', 'three', 'four']);
  });

  it('keeps the numbers of files, and counts the one that is gone', async () => {
    writeFileSync(at('a.log'), 'one\n');
    const first = await begun('beginning');
    for (const line of ['two\n', 'three\n']) {
      renameSync(at('a.log'), at(`${line.trim()}.old`));
      if (line === 'two\n') renameSync(at('two.old'), at('a.log.2'));
      else renameSync(at('three.old'), at('a.log.1'));
      writeFileSync(at('a.log'), line);
      await first.drain();
    }
    const [position] = first.tailer.positions();
    expect(position?.files.map(({ file }) => file)).toEqual([0, 1, 2]);
    rmSync(at('a.log.1'));
    const second = await begun({ position: position!, at: { file: 0, offset: 0 } });
    expect(second.lines).toEqual(['one', 'three']);
    expect(second.counts).toEqual({ files_lost: 1 });
    expect(second.tailer.positions()[0]?.files.at(-1)).toMatchObject({ file: 2, offset: 6 });
  });

  it('says since when bytes have waited', async () => {
    writeFileSync(at('a.log'), 'one\n');
    const { tailer } = await begun('beginning');
    expect((await tailer.poll()).sources[0]).not.toHaveProperty('unreadSince');
    const slow = createTailer({
      paths: [at('a.log')],
      open: () => () => undefined,
      clock: { now: () => 0, sleep: async () => undefined },
      count: () => undefined,
      maxBytesPerPoll: 2,
      begin: () => 'beginning',
    });
    tailers.push(slow);
    expect((await slow.poll()).sources[0]).toMatchObject({ lagBytes: 2, unreadSince: expect.any(Number), place: { file: 0, offset: 0 } });
  });
});

describe('links', () => {
  it('that are turned to another file begin that file', async () => {
    writeFileSync(at('one.txt'), 'one\n');
    writeFileSync(at('two.txt'), 'two\n');
    symlinkSync('one.txt', at('a.log'));
    const { lines, drain } = await begun('beginning');
    appendFileSync(at('one.txt'), 'more of one\n');
    rmSync(at('a.log'));
    symlinkSync('two.txt', at('a.log'));
    await drain();
    expect(lines).toEqual(['one', 'more of one', 'two']);
  });

  it('lead to rotated files beside the file itself, as in Kubernetes', async () => {
    mkdirSync(at('pod'));
    writeFileSync(at('pod/0.log'), 'one\n');
    symlinkSync('pod/0.log', at('a.log'));
    const first = await begun('beginning');
    const [position] = first.tailer.positions();
    await first.tailer.close();
    appendFileSync(at('pod/0.log'), 'two\n');
    renameSync(at('pod/0.log'), at('pod/0.log.20261121-104034'));
    writeFileSync(at('pod/0.log'), 'three\n');
    const { lines, counts } = await begun({ position: position!, at: { file: 0, offset: 4 } });
    expect(lines).toEqual(['two', 'three']);
    expect(counts).toEqual({});
  });
});

describe('bytes that are not text', () => {
  it('NUL bytes at the end are left until something follows them, and are then passed over', async () => {
    writeFileSync(at('a.log'), 'one\n\0\0\0');
    const { lines, offsets, counts, drain, report } = await begun('beginning');
    expect(report).toMatchObject({ place: { file: 0, offset: 4 }, partial: true, atEnd: true });
    appendFileSync(at('a.log'), 'two\nthr\0ee\n\xff\xfe\n', 'latin1');
    await drain();
    expect(lines).toEqual(['one', 'two', 'thr\0ee', '\xff\xfe']);
    expect(offsets).toEqual([0, 7, 11, 18]);
    expect(counts).toEqual({ nul_bytes: 3 });
  });

  it('a large hole costs no polls', async () => {
    writeFileSync(at('a.log'), 'one\n');
    const { lines, tailer } = await begun('beginning');
    copyFileSync(at('a.log'), at('a.log.1'));
    truncateSync(at('a.log'), 0);
    truncateSync(at('a.log'), 20 * 1024 * 1024);
    appendFileSync(at('a.log'), 'two\n');
    await tailer.poll();
    expect(lines).toEqual(['one', 'two']);
  });
});

it('no more than four old files of a log are held', async () => {
  writeFileSync(at('a.log'), 'line 0\n');
  const { tailer, lines, counts } = await begun('beginning');
  for (let i = 1; i <= 12; i++) {
    renameSync(at('a.log'), at(`a.log-202611${10 + i}`));
    writeFileSync(at('a.log'), `line ${i}\n`);
    await tailer.poll();
  }
  expect(lines).toEqual(Array.from({ length: 13 }, (_, i) => `line ${i}`));
  // As many as are open are said with what was read of them now, the others as they were left.
  expect((await tailer.poll()).sources[0]?.place).toEqual({ file: 8, offset: 7 });
  expect(counts).toEqual({});
});

it('a writer that never moves to the new file is let go after a time, and counted', async () => {
  writeFileSync(at('a.log'), 'one\n');
  const { drain, lines, counts, pass } = await begun('beginning');
  renameSync(at('a.log'), at('a.log.1'));
  writeFileSync(at('a.log'), 'two\n');
  await drain();
  for (let i = 0; i < 1000; i++) {
    appendFileSync(at('a.log.1'), `late ${i}\n`);
    await drain();
    pass(5000);
  }
  expect(lines.length).toBeGreaterThanOrEqual(2 + 720);
  expect(lines.length).toBeLessThan(2 + 730);
  expect(counts).toEqual({ files_lost: 1 });
});
