import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Needed, ReceiveBuffer, type ReceiveBufferOptions } from '../../src/receive/receive-buffer.js';
import type { SentLog } from '../../src/receive/record.js';
import { rotatedNames } from '../../src/tail/rotated.js';
import { StandingClock } from '../support/clock.js';

const MIB = 1024 * 1024;
const log = (host: string, service = 'nova-compute'): SentLog => ({
  host,
  service,
  name: `/var/log/nova/${service}.log`,
  key: `${host}/${service}.log-01234567`,
});
const lines = (text: string, of = log('cmp1')) => ({ log: of, bytes: Buffer.from(text) });

let folder: string;
const clock = new StandingClock();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'novaspan-spool-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (other: Partial<ReceiveBufferOptions> = {}): Promise<ReceiveBuffer> =>
  ReceiveBuffer.open({ folder, mostBytes: 64 * MIB, clock, freeBytes: async () => 1024 * MIB, ...other });

const folderOf = (host = 'cmp1', service = 'nova-compute'): string => join(folder, host, `${service}.log-01234567`);
const pathOf = (host = 'cmp1', service = 'nova-compute'): string => join(folderOf(host, service), `${service}@${host}.log`);

/** What a tailer would read of a log: its files in age order. */
function contentOf(host = 'cmp1'): string {
  const names = readdirSync(folderOf(host));
  const live = `nova-compute@${host}.log`;
  const all = [...rotatedNames(live, names), ...names.filter((name) => name === live)];
  return all.map((name) => readFileSync(join(folderOf(host), name), 'utf8')).join('');
}

describe('the files', () => {
  it('are the same whatever requests the lines came in', async () => {
    const text = fc.array(fc.tuple(fc.constantFrom('cmp1', 'cmp2'), fc.string()), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(text, fc.infiniteStream(fc.integer({ min: 1, max: 9 })), async (records, sizes) => {
        rmSync(folder, { recursive: true });
        let buffer = await open();
        let request = 0;
        for (let at = 0; at < records.length; ) {
          const size = sizes.next().value as number;
          const batch = records.slice(at, at + size);
          at += size;
          const hosts = [...new Set(batch.map(([host]) => host))];
          const of = (host: string): string =>
            batch
              .filter(([each]) => each === host)
              .map(([, line]) => `${line.replaceAll('\n', ' ')}\n`)
              .join('');
          expect(
            await buffer.append(
              `r${request++}`,
              hosts.map((host) => lines(of(host), log(host))),
            ),
          ).toBe('taken');
          if (size === 9) buffer = await open();
        }
        for (const host of new Set(records.map(([each]) => each)))
          expect(contentOf(host)).toBe(
            records
              .filter(([each]) => each === host)
              .map(([, line]) => `${line.replaceAll('\n', ' ')}\n`)
              .join(''),
          );
      }),
      { numRuns: 25 },
    );
  });

  it('are begun anew at a size, in an order that a tailer knows, also within one millisecond', async () => {
    const buffer = await open();
    const piece = `${'x'.repeat(1023)}\n`.repeat(8 * 1024);
    for (let i = 0; i < 7; i++) await buffer.append(`r${i}`, [lines(`${i}\n${piece}`)]);
    expect(readdirSync(folderOf()).length).toBe(4);
    expect([...contentOf().matchAll(/^\d$/gm)].map(([digit]) => digit).join('')).toBe('0123456');
    expect(buffer.bytes).toBe(Buffer.byteLength(contentOf()));
  });

  it('go on after a restart, without what a crash cut off', async () => {
    await (await open()).append('a', [lines('one\ntwo\n')]);
    appendFileSync(pathOf(), 'thr');
    const buffer = await open();
    await buffer.append('b', [lines('four\n')]);
    expect(contentOf()).toBe('one\ntwo\nfour\n');
  });
});

describe('a request that comes again', () => {
  it('is known, also after a restart', async () => {
    const first = await open();
    expect(await first.append('a', [lines('one\n')])).toBe('taken');
    expect(await first.append('a', [lines('one\n')])).toBe('repeated');
    expect(await (await open()).append('a', [lines('one\n')])).toBe('repeated');
    expect(contentOf()).toBe('one\n');
  });

  it.each([
    ['after the first log', (): void => rmSync(pathOf('cmp2'))],
    ['in the middle of a line', (): void => cut(pathOf('cmp2'), 5)],
    ['between two lines', (): void => cut(pathOf('cmp2'), 4)],
    ['before anything was written', (): void => void [pathOf(), pathOf('cmp2')].map((path) => cut(path, 0))],
    ['when all was written', (): void => undefined],
  ])('is written to its end where a crash came %s', async (_, crash) => {
    const first = await open();
    await first.append('0', [lines('', log('cmp1')), lines('', log('cmp2'))]);
    const request = [lines('one\ntwo\n'), lines('uno\ndos\ntres\n', log('cmp2'))];
    await first.append('a', request);
    // What was noted when all was on the disk was not.
    const notes = readFileSync(join(folder, 'requests'), 'utf8').trim().split('\n').slice(0, -1);
    rmSync(join(folder, 'requests'));
    appendFileSync(join(folder, 'requests'), `${notes.join('\n')}\n{"hash":"a"`);
    crash();
    const second = await open();
    // Somebody else was quicker.
    await second.append('b', [lines('other\n', log('cmp2'))]);
    expect(await second.append('a', request)).toBe('taken');
    const sorted = (host: string): string => contentOf(host).split('\n').sort().join(' ').trim();
    expect(sorted('cmp1')).toBe('one two');
    expect(sorted('cmp2')).toBe('dos other tres uno');
  });
});

const cut = (path: string, length: number): void => truncateSync(path, length);

describe('room', () => {
  it('is bounded: what does not fit is not written, and fits later', async () => {
    const buffer = await open({ mostBytes: 10 });
    expect(await buffer.append('a', [lines('12345678\n')])).toBe('taken');
    expect(await buffer.append('b', [lines('12\n')])).toBe('full');
    expect(contentOf()).toBe('12345678\n');
    expect(await buffer.append('c', [lines('')])).toBe('taken');
  });

  it('is left on the disk', async () => {
    let free = 64 * MIB;
    const buffer = await open({ freeBytes: async () => free });
    expect(await buffer.append('a', [lines('one\n')])).toBe('full');
    free += 4;
    expect(await buffer.append('a', [lines('one\n')])).toBe('taken');
  });

  it('for logs is bounded too', async () => {
    const buffer = await open({ mostLogs: 1 });
    expect(buffer.hasRoomFor(log('cmp1'))).toBe(true);
    expect(buffer.hasRoomFor(log('cmp1'), 1)).toBe(false);
    await buffer.append('a', [lines('one\n')]);
    expect(buffer.hasRoomFor(log('cmp1'))).toBe(true);
    expect(buffer.hasRoomFor(log('cmp2'))).toBe(false);
  });
});

describe('what is not needed', () => {
  const needed = (path: string, upTo: number): Needed => {
    const { dev, ino } = statSync(path);
    return { path: pathOf(), oldest: { dev, ino }, upTo };
  };
  const piece = `${'x'.repeat(1023)}\n`.repeat(16 * 1024);

  it('goes: files that are older than the oldest that is needed', async () => {
    const buffer = await open();
    for (let i = 0; i < 3; i++) await buffer.append(`r${i}`, [lines(piece)]);
    const [, second] = rotatedNames('nova-compute@cmp1.log', readdirSync(folderOf()));
    await buffer.release([needed(join(folderOf(), second!), -1)]);
    expect(readdirSync(folderOf()).sort()).toEqual(['nova-compute@cmp1.log', second]);
    expect(buffer.bytes).toBe(2 * piece.length);
  });

  it('stays where nobody knows the file', async () => {
    const buffer = await open();
    for (let i = 0; i < 3; i++) await buffer.append(`r${i}`, [lines(piece)]);
    await buffer.release([{ path: pathOf(), oldest: { dev: 0, ino: 0 }, upTo: -1 }]);
    expect(readdirSync(folderOf())).toHaveLength(3);
  });

  it('is the whole log when nothing came for a day, and all of it has been read', async () => {
    const buffer = await open();
    await buffer.append('a', [lines('one\n')]);
    await clock.pass(24 * 3_600_000);
    await buffer.release([needed(pathOf(), 3)]);
    expect(buffer.logs).toBe(1);
    await buffer.release([needed(pathOf(), 4)]);
    expect(buffer.logs).toBe(0);
    expect(await buffer.append('b', [lines('two\n')])).toBe('taken');
    expect(contentOf()).toBe('two\n');
  });
});
