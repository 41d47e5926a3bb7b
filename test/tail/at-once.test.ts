import { appendFileSync, renameSync, statfsSync, writeFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { answersAtOnce } from '../../src/tail/at-once.js';
import { OpenFile } from '../../src/tail/open-file.js';
import { collectLines, tally } from './collect.js';
import { temporaryFolder } from './temporary.js';

vi.mock('../../src/tail/at-once.js', { spy: true });
const at = temporaryFolder();

describe.each([true, false])('a file whose file system answers at once: %s', (atOnce) => {
  it('is read to the same lines, by its descriptor', async () => {
    vi.mocked(answersAtOnce).mockResolvedValueOnce(atOnce);
    writeFileSync(at('a.log'), 'one\ntwo\nthr');
    const { sink, lines } = collectLines();
    const file = await OpenFile.open(at('a.log'), 4, { sink, count: tally().count, path: at('a.log'), buffer: Buffer.alloc(8) });
    expect(file.atOnce).toBe(atOnce);
    await file.readOn(1000);
    renameSync(at('a.log'), at('a.log.1'));
    appendFileSync(at('a.log.1'), 'ee\nfour\n');
    expect(await file.look(Date.now())).toBe(true);
    await file.readOn(1000);
    writeFileSync(at('a.log.1'), 'as long as before, or longer\n');
    expect(await file.look(Date.now())).toBe(false);
    await file.close();
    expect(lines).toEqual(['two', 'three', 'four']);
  });
});

it('asks the file system of the path', async () => {
  vi.mocked(answersAtOnce).mockRestore();
  // /proc waits for no disk, yet is no disk of this machine's: what is not known is read with a thread.
  if (process.platform === 'linux' && statfsSync('/proc').type === 0x9fa0) expect(await answersAtOnce('/proc/self/status')).toBe(false);
  expect(await answersAtOnce(at('missing'))).toBe(false);
});
