import {
  appendFileSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { createTailer, type Tailer, type TailerOptions } from '../../src/tail/tailer.js';
import { collectLines, goingOn, tally } from './collect.js';
import { temporaryFolder } from './temporary.js';

const at = temporaryFolder();
const tailers: Tailer[] = [];
afterEach(async () => {
  for (const tailer of tailers.splice(0)) await tailer.close();
});

/** A tailer whose clock stands still unless it is told, over `*.log` of the test's folder. */
function start(options: Partial<TailerOptions> = {}) {
  let now = 0;
  const { count, counts } = tally();
  const logs = new Map<string, ReturnType<typeof collectLines>>();
  const opened: string[] = [];
  const tailer = createTailer({
    paths: [at('*.log')],
    begin: () => 'beginning',
    clock: { now: () => now, sleep: () => Promise.reject(new Error('a poll does not wait')) },
    count,
    open(path) {
      opened.push(path.replace(at('/'), ''));
      const log = collectLines();
      logs.set(path.replace(at('/'), ''), log);
      return log.sink;
    },
    ...options,
  });
  tailers.push(tailer);
  return {
    tailer,
    counts,
    opened,
    lines: (name = 'a.log') => logs.get(name)?.lines ?? [],
    offsets: (name = 'a.log') => logs.get(name)?.offsets ?? [],
    poll: () => tailer.poll(),
    /** @returns the report of one log */
    async pollOne(name = 'a.log') {
      const { sources } = await tailer.poll();
      return sources.find(({ path }) => path === at(name));
    },
    pass(ms: number) {
      now += ms;
    },
  };
}

const atEnd: TailerOptions['begin'] = (_, isFirst) => (isFirst ? 'end' : 'beginning');

const openDescriptors = (): number => readdirSync('/proc/self/fd').length;

describe('a log that is written to', () => {
  it('gives each line once', async () => {
    const { poll, pollOne, lines, offsets } = start();
    writeFileSync(at('a.log'), 'one\ntwo\n');
    expect(await pollOne()).toEqual({
      path: at('a.log'),
      begun: { file: 0, offset: 0 },
      readBytes: 8,
      lagBytes: 0,
      atEnd: true,
      partial: false,
      place: { file: 0, offset: 8 },
      readable: true,
    });
    appendFileSync(at('a.log'), 'three\n');
    await poll();
    await poll();
    expect(lines()).toEqual(['one', 'two', 'three']);
    expect(offsets()).toEqual([0, 4, 8]);
  });

  it('keeps its last line until it is complete', async () => {
    const { pollOne, lines } = start();
    writeFileSync(at('a.log'), 'one\ntw');
    expect(await pollOne()).toMatchObject({ atEnd: true, partial: true, lagBytes: 0 });
    expect(lines()).toEqual(['one']);
    appendFileSync(at('a.log'), 'o\n');
    expect(await pollOne()).toMatchObject({ atEnd: true, partial: false });
    expect(lines()).toEqual(['one', 'two']);
  });

  it('is read at its beginning when it appears later', async () => {
    const { poll, lines } = start({ begin: atEnd });
    expect(await poll()).toMatchObject({ sources: [], missing: [at('*.log')] });
    writeFileSync(at('a.log'), 'one\n');
    expect(await poll()).toMatchObject({ sources: [{ readBytes: 4 }], missing: [] });
    expect(lines()).toEqual(['one']);
  });

  it('is said to be missing while it is named and not there', async () => {
    const { poll, lines } = start({ paths: [at('a.log')] });
    expect(await poll()).toMatchObject({ sources: [], missing: [at('a.log')] });
    writeFileSync(at('a.log'), 'one\n');
    expect(await poll()).toMatchObject({ sources: [{ path: at('a.log') }], missing: [] });
    expect(lines()).toEqual(['one']);
  });

  it('is passed over where it is of no interest', async () => {
    const { poll } = start({ open: () => undefined });
    writeFileSync(at('a.log'), 'one\n');
    expect((await poll()).sources).toEqual([]);
  });

  it('is read once where two names lead to it', async () => {
    writeFileSync(at('a.log'), 'one\n');
    symlinkSync(at('a.log'), at('b.log'));
    linkSync(at('a.log'), at('c.log'));
    const { poll, lines, opened } = start();
    await poll();
    expect((await poll()).sources.map(({ path }) => path)).toEqual([at('a.log')]);
    expect(opened).toEqual(['a.log']);
    expect(lines()).toEqual(['one']);
  });
});

describe('a log that is there at the first poll', () => {
  it('is begun at its end, if so wanted', async () => {
    writeFileSync(at('a.log'), 'one\ntwo\n');
    const { poll, lines, offsets } = start({ begin: atEnd });
    await poll();
    appendFileSync(at('a.log'), 'three\n');
    await poll();
    expect(lines()).toEqual(['three']);
    expect(offsets()).toEqual([8]);
  });

  it('is begun at its last line, if that is incomplete', async () => {
    writeFileSync(at('a.log'), 'one\ntw');
    const { poll, lines } = start({ begin: atEnd });
    await poll();
    appendFileSync(at('a.log'), 'o\n');
    await poll();
    expect(lines()).toEqual(['two']);
  });

  it('goes on where an earlier tailer was', async () => {
    writeFileSync(at('a.log'), 'one\ntwo\nthr');
    const first = start();
    await first.poll();
    const positions = first.tailer.positions();
    expect(positions).toEqual([{ path: at('a.log'), files: [expect.objectContaining({ file: 0, offset: 8, headBytes: 8 })] }]);
    appendFileSync(at('a.log'), 'ee\nfour\n');
    const second = start({ begin: goingOn(JSON.parse(JSON.stringify(positions))) });
    await second.poll();
    expect(second.lines()).toEqual(['three', 'four']);
    expect(second.counts.file_resets).toBeUndefined();
  });

  it('is begun at its beginning if it is another file than the earlier tailer read', async () => {
    const long = Array.from({ length: 200 }, (_, i) => `line ${i}\n`).join('');
    writeFileSync(at('a.log'), long);
    const first = start();
    await first.poll();
    // As OVS does: the same first line, and more than was there before.
    writeFileSync(at('a.log'), long.replace('line 199', 'LINE 199').concat('more\n'));
    const second = start({ begin: goingOn(first.tailer.positions()) });
    await second.poll();
    expect(second.lines()).toHaveLength(201);
    expect(second.counts.file_resets).toBe(1);
  });

  it('is begun at its beginning if it is shorter than the earlier tailer read', async () => {
    writeFileSync(at('a.log'), 'one\ntwo\n');
    const first = start();
    await first.poll();
    writeFileSync(at('a.log'), 'one\n');
    const second = start({ begin: goingOn(first.tailer.positions()) });
    await second.poll();
    expect(second.lines()).toEqual(['one']);
    expect(second.counts.file_resets).toBe(1);
  });
});

describe('rename and create', () => {
  it('loses and repeats nothing', async () => {
    const { poll, lines, offsets, opened } = start();
    writeFileSync(at('a.log'), 'one\n');
    await poll();
    appendFileSync(at('a.log'), 'two\n');
    renameSync(at('a.log'), at('a.log.1'));
    writeFileSync(at('a.log'), 'three\n');
    await poll();
    expect(lines()).toEqual(['one', 'two', 'three']);
    expect(offsets()).toEqual([0, 4, 0]);
    expect(opened).toEqual(['a.log']);
  });

  it('in the middle of a line hands the line over as it is', async () => {
    const { poll, lines } = start();
    writeFileSync(at('a.log'), 'one\ntw');
    await poll();
    renameSync(at('a.log'), at('a.log.1'));
    writeFileSync(at('a.log'), 'three\n');
    await poll();
    expect(lines()).toEqual(['one', 'tw', 'three']);
  });

  it('leaves time to the writer to move to the new file', async () => {
    const { poll, pollOne, lines, pass } = start();
    writeFileSync(at('a.log'), 'one\ntw');
    await poll();
    renameSync(at('a.log'), at('a.log.1'));
    await poll();
    writeFileSync(at('a.log'), '');
    await poll();
    appendFileSync(at('a.log.1'), 'o\n');
    await poll();
    pass(60_000);
    await poll();
    appendFileSync(at('a.log.1'), 'three\n');
    expect(await pollOne()).toMatchObject({ atEnd: true, readBytes: 6 });
    appendFileSync(at('a.log'), 'four\n');
    await poll();
    // One worker of several is late.
    appendFileSync(at('a.log.1'), 'late\n');
    appendFileSync(at('a.log'), 'five\n');
    await poll();
    expect(lines()).toEqual(['one', 'two', 'three', 'four', 'late', 'five']);
  });

  it('lets go of the old file when it has been quiet', async () => {
    const before = openDescriptors();
    const { poll, tailer, lines, pass } = start();
    writeFileSync(at('a.log'), 'one\n');
    await poll();
    renameSync(at('a.log'), at('a.log.1'));
    writeFileSync(at('a.log'), 'two\n');
    await poll();
    expect(openDescriptors()).toBe(before + 2);
    expect(tailer.positions()[0]?.files).toMatchObject([{ file: 0 }, { file: 1 }]);
    pass(10_000);
    await poll();
    tailer.release(at('a.log'), 1);
    expect(tailer.positions()).toMatchObject([{ path: at('a.log'), files: [{ file: 1, offset: 4 }] }]);
    expect(openDescriptors()).toBe(before + 1);
    expect(lines()).toEqual(['one', 'two']);
  });

  it('twice between two polls loses nothing', async () => {
    const { poll, lines } = start();
    writeFileSync(at('a.log'), 'one\n');
    await poll();
    appendFileSync(at('a.log'), 'two\n');
    renameSync(at('a.log'), at('a.log.2'));
    writeFileSync(at('a.log.1'), 'unseen\n');
    writeFileSync(at('a.log'), 'three\n');
    await poll();
    expect(lines()).toEqual(['one', 'two', 'unseen', 'three']);
  });

  it('to a name that the glob matches does not read the old file again', async () => {
    const { poll, lines, pass } = start();
    writeFileSync(at('a.log'), 'one\n');
    await poll();
    renameSync(at('a.log'), at('a-old.log'));
    writeFileSync(at('a.log'), 'two\n');
    for (let i = 0; i < 5; i++) {
      await poll();
      pass(10_000);
    }
    appendFileSync(at('a-old.log'), 'three\n');
    await poll();
    expect(lines()).toEqual(['one', 'two']);
    expect(lines('a-old.log')).toEqual(['three']);
  });

  it('and back is no rotation', async () => {
    const { poll, lines, counts } = start();
    writeFileSync(at('a.log'), 'one\n');
    await poll();
    renameSync(at('a.log'), at('a.log.1'));
    await poll();
    renameSync(at('a.log.1'), at('a.log'));
    appendFileSync(at('a.log'), 'two\n');
    await poll();
    expect(lines()).toEqual(['one', 'two']);
    expect(counts).toEqual({});
  });
});

describe('copy and truncate', () => {
  it('begins the file again', async () => {
    const { poll, lines, offsets, counts } = start();
    writeFileSync(at('a.log'), 'one\ntwo\n');
    await poll();
    copyFileSync(at('a.log'), at('a.log.1'));
    truncateSync(at('a.log'));
    await poll();
    appendFileSync(at('a.log'), 'three\n');
    await poll();
    expect(lines()).toEqual(['one', 'two', 'three']);
    expect(offsets()).toEqual([0, 4, 0]);
    expect(counts).toEqual({ file_resets: 1 });
  });

  it('is noticed when the file has grown past the old place since', async () => {
    const { poll, lines, counts } = start();
    writeFileSync(at('a.log'), 'one\ntwo\n');
    await poll();
    truncateSync(at('a.log'));
    appendFileSync(at('a.log'), 'three\nfour\nfive\n');
    await poll();
    expect(lines()).toEqual(['one', 'two', 'three', 'four', 'five']);
    expect(counts).toEqual({ file_resets: 1 });
  });

  it('is noticed by the bytes before the place when the head is the same as before', async () => {
    const head = `${'opened log file\n'.repeat(100)}`;
    const { poll, lines, counts } = start();
    writeFileSync(at('a.log'), `${head}${'old\n'.repeat(100)}`);
    await poll();
    writeFileSync(at('a.log'), `${head}${'new\n'.repeat(101)}`);
    await poll();
    expect(lines().filter((line) => line === 'new')).toHaveLength(101);
    expect(counts).toEqual({ file_resets: 1 });
  });

  it('in the middle of a line hands the line over as it is', async () => {
    const { poll, lines } = start();
    writeFileSync(at('a.log'), 'one\ntw');
    await poll();
    truncateSync(at('a.log'));
    appendFileSync(at('a.log'), 'x\n');
    await poll();
    expect(lines()).toEqual(['one', 'tw', 'x']);
  });
});

describe('a log that is deleted', () => {
  it('and created again goes on with the same sink', async () => {
    const { poll, lines, opened } = start();
    writeFileSync(at('a.log'), 'one\n');
    await poll();
    appendFileSync(at('a.log'), 'two\n');
    rmSync(at('a.log'));
    writeFileSync(at('a.log'), 'three\n');
    await poll();
    expect(lines()).toEqual(['one', 'two', 'three']);
    expect(opened).toEqual(['a.log']);
  });

  it('is read to its end and then let go', async () => {
    const before = openDescriptors();
    const { poll, lines, pass, opened } = start();
    writeFileSync(at('a.log'), 'one\n');
    await poll();
    appendFileSync(at('a.log'), 'two\nthr');
    rmSync(at('a.log'));
    expect((await poll()).sources).toMatchObject([{ readBytes: 7, atEnd: true, partial: true, readable: true }]);
    pass(10_000);
    expect((await poll()).sources).toEqual([]);
    expect(openDescriptors()).toBe(before);
    expect(lines()).toEqual(['one', 'two', 'thr']);

    writeFileSync(at('a.log'), 'four\n');
    await poll();
    expect(lines()).toEqual(['one', 'two', 'thr', 'four']);
    expect(opened).toEqual(['a.log']);
  });
});

describe('a log that cannot be read', () => {
  it('is counted and said, and read when it can be', async () => {
    symlinkSync('a.log', at('a.log'));
    writeFileSync(at('b.log'), 'other\n');
    const { poll, pollOne, lines, counts } = start({ paths: [at('a.log'), at('b.log')] });
    expect(await pollOne()).toMatchObject({ readable: false, atEnd: false, reason: expect.stringContaining('ELOOP') });
    expect(counts).toEqual({ sources_unreadable: 1 });
    expect(lines('b.log')).toEqual(['other']);
    rmSync(at('a.log'));
    writeFileSync(at('a.log'), 'one\n');
    await poll();
    expect(lines()).toEqual(['one']);
  });

  it('while it is being followed goes on where it was', async () => {
    mkdirSync(at('logs'));
    symlinkSync('logs', at('way'));
    writeFileSync(at('logs/a.log'), 'one\n');
    const { poll, pollOne, lines, counts } = start({ paths: [at('way/a.log')] });
    await poll();
    rmSync(at('way'));
    symlinkSync('way', at('way'));
    expect(await pollOne('way/a.log')).toMatchObject({ readable: false });
    appendFileSync(at('logs/a.log'), 'two\n');
    rmSync(at('way'));
    symlinkSync('logs', at('way'));
    await poll();
    expect(lines('way/a.log')).toEqual(['one', 'two']);
    expect(counts).toEqual({ sources_unreadable: 1 });
  });

  it('as it is a device is not waited for', async () => {
    const { poll } = start({ paths: ['/dev/zero'] });
    expect((await poll()).sources).toMatchObject([{ readable: false, reason: 'it is not a file' }]);
  });
});

describe('many logs', () => {
  it('are read in turn, by no more than the budget', async () => {
    writeFileSync(at('a.log'), 'x\n'.repeat(1000));
    writeFileSync(at('b.log'), 'y\n'.repeat(10));
    const { poll, pollOne, lines } = start({ maxBytesPerPoll: 500 });
    const { sources, readBytes } = await poll();
    expect(sources).toMatchObject([
      { readBytes: 500, lagBytes: 1500, atEnd: false },
      { readBytes: 20, lagBytes: 0, atEnd: true },
    ]);
    expect(readBytes).toBe(520);
    for (let i = 0; i < 2; i++) await poll();
    expect(await pollOne()).toMatchObject({ readBytes: 500, lagBytes: 0, atEnd: true });
    expect(lines()).toHaveLength(1000);
  });

  it('that are rotated keep to the budget, the old file first', async () => {
    writeFileSync(at('a.log'), 'x\n'.repeat(400));
    const { poll, pollOne, lines } = start({ maxBytesPerPoll: 500 });
    await poll();
    renameSync(at('a.log'), at('a.log.1'));
    writeFileSync(at('a.log'), 'y\n'.repeat(400));
    expect(await pollOne()).toMatchObject({ readBytes: 500, lagBytes: 600, atEnd: false });
    await poll();
    expect(await pollOne()).toMatchObject({ lagBytes: 0, atEnd: true });
    expect(lines().join('')).toBe('x'.repeat(400) + 'y'.repeat(400));
  });

  it('leave no descriptor open', async () => {
    const before = openDescriptors();
    for (const name of ['a', 'b', 'c']) writeFileSync(at(`${name}.log`), 'one\n');
    const { poll, tailer } = start();
    await poll();
    renameSync(at('a.log'), at('a.log.1'));
    writeFileSync(at('a.log'), 'two\n');
    await poll();
    expect(openDescriptors()).toBe(before + 4);
    await tailer.close();
    expect(openDescriptors()).toBe(before);
  });
});

it('a sink that throws is not taken for a log that cannot be read', async () => {
  writeFileSync(at('a.log'), 'one\n');
  const { poll, counts } = start({
    open: () => () => {
      throw new Error('a fault of ours');
    },
  });
  await expect(poll()).rejects.toThrow('a fault of ours');
  expect(counts).toEqual({});
});

it('positions hold before every part of a line', async () => {
  const text = 'a somewhat longer line, so that the marker is not the head\n'.repeat(30);
  const { poll, tailer } = start();
  for (let i = 0; i < text.length; i += 97) {
    appendFileSync(at('a.log'), text.slice(i, i + 97));
    await poll();
    const again = start({ begin: goingOn(tailer.positions()) });
    await again.poll();
    expect(again.counts).toEqual({});
    expect(again.lines()).toEqual([]);
    await again.tailer.close();
  }
  expect(readFileSync(at('a.log'), 'utf8')).toBe(text);
});

describe('a log that has been still for long', () => {
  const LONG_AFTER = Date.now() + 60_000;

  it('is looked at less often where not every log is to be, and within ten seconds', async () => {
    writeFileSync(at('a.log'), 'one\n');
    const { tailer, lines, pass } = start();
    pass(LONG_AFTER);
    await tailer.poll();
    await tailer.poll();
    pass(600_000);
    const looked = await tailer.poll(undefined, false);
    appendFileSync(at('a.log'), 'two\n');
    pass(9999);
    const after = await tailer.poll(undefined, false);
    // What was written since it was looked at has not been read.
    expect([lines(), after.at, after.sources === looked.sources]).toEqual([['one'], looked.at, true]);
    pass(1);
    await tailer.poll(undefined, false);
    expect(lines()).toEqual(['one', 'two']);
  });

  it('is looked at in a poll that looks at every log, and every second in the first minute', async () => {
    writeFileSync(at('a.log'), 'one\n');
    const { tailer, lines, pass } = start();
    pass(LONG_AFTER);
    await tailer.poll();
    await tailer.poll();
    pass(59_000);
    await tailer.poll(undefined, false);
    appendFileSync(at('a.log'), 'two\n');
    pass(1000);
    await tailer.poll(undefined, false);
    expect(lines()).toEqual(['one', 'two']);
    await tailer.poll();
    pass(600_000);
    await tailer.poll(undefined, false);
    appendFileSync(at('a.log'), 'three\n');
    await tailer.poll();
    expect(lines()).toEqual(['one', 'two', 'three']);
  });

  it('is seen to have been rotated, emptied and gone', async () => {
    const { tailer, lines, pass, poll } = start();
    pass(LONG_AFTER);
    const settle = async (): Promise<void> => {
      for (let i = 0; i < 3; i++) await poll();
    };
    writeFileSync(at('a.log'), 'one\n');
    await settle();
    renameSync(at('a.log'), at('a.log.1'));
    writeFileSync(at('a.log'), 'two\n');
    await settle();
    truncateSync(at('a.log'));
    await settle();
    appendFileSync(at('a.log'), 'three\n');
    await settle();
    rmSync(at('a.log'));
    await settle();
    pass(3_600_000);
    await settle();
    expect([lines(), tailer.openFiles]).toEqual([['one', 'two', 'three'], 0]);
  });
});
