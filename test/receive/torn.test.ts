import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ReceiveBuffer } from '../../src/receive/receive-buffer.js';
import { createTailer } from '../../src/tail/tailer.js';
import { StandingClock } from '../support/clock.js';
import { counting } from '../support/scenario.js';

const log = { host: 'cmp1', service: 'nova-compute', name: 'nova-compute.log', key: 'cmp1/nova-compute.log-01234567' };
const lines = (text: string) => [{ log, bytes: Buffer.from(text) }];
const clock = new StandingClock();

let folder: string;
let buffer: ReceiveBuffer;
let files: Pick<FileHandle, 'appendFile' | 'datasync'>;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'novaspan-torn-'));
  buffer = await ReceiveBuffer.open({ folder, mostBytes: 1024 ** 3, clock, freeBytes: async () => 1024 ** 4 });
  const handle = await open(folder);
  files = Object.getPrototypeOf(handle);
  await handle.close();
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

/** The next write stops after so many bytes. */
function diskFullAfter(bytes: number): void {
  const { appendFile } = files;
  vi.spyOn(files, 'appendFile').mockImplementationOnce(async function (this: FileHandle, data) {
    await appendFile.call(this, (data as Buffer).subarray(0, bytes));
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
  });
}

/** Everything that a tailer has been handed which looks now and then. */
async function following() {
  const seen: string[] = [];
  const { count, counted } = counting();
  const tailer = createTailer({
    paths: [folder],
    clock,
    count,
    begin: () => 'beginning',
    open: () => (bytes, start, end) => void seen.push(bytes.toString('utf8', start, end)),
  });
  return { seen, counted, look: () => tailer.poll(), close: () => tailer.close() };
}

it.each([0, 1, 4, 5, 7, 8, 12, 13])(
  'a disk that is full after %i bytes leaves no line out, none twice and none in pieces',
  async (bytes) => {
    const tail = await following();
    await buffer.append('a', lines('zero\n'));
    await tail.look();
    diskFullAfter(bytes);
    await expect(buffer.append('b', lines('one\ntwo\nthree\n'))).rejects.toThrow('ENOSPC');
    await tail.look();
    // Another sender is the first to find room.
    expect(await buffer.append('c', lines('other\n'))).toBe('taken');
    await tail.look();
    expect(await buffer.append('b', lines('one\ntwo\nthree\n'))).toBe('taken');
    expect(await buffer.append('b', lines('one\ntwo\nthree\n'))).toBe('repeated');
    await tail.look();
    await tail.close();
    expect([...tail.seen].sort()).toEqual(['one', 'other', 'three', 'two', 'zero']);
    expect(tail.counted).toEqual({});
  },
);

it('what the disk may not have is written again, to another file', async () => {
  await buffer.append('a', lines('zero\n'));
  vi.spyOn(files, 'datasync').mockImplementationOnce(async () => {
    throw Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO', syscall: 'fdatasync' });
  });
  await expect(buffer.append('b', lines('one\n'))).rejects.toThrow('EIO');
  expect(await buffer.append('b', lines('one\n'))).toBe('taken');
  const path = join(folder, log.key);
  const [live = '', rotated = ''] = readdirSync(path).sort();
  expect([readFileSync(join(path, rotated), 'utf8'), readFileSync(join(path, live), 'utf8')]).toEqual(['zero\none\n', 'one\n']);
});
