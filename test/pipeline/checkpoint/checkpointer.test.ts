import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Checkpointer } from '../../../src/pipeline/checkpoint/checkpointer.js';
import { createLog } from '../../../src/telemetry/log.js';
import { counting } from '../../support/scenario.js';

const SECOND = 1000;

function checkpointing() {
  let now = 0;
  let isFull = false;
  const writtenAt: number[] = [];
  const checkpointer = new Checkpointer<number>({
    folder: {
      path: '/state',
      async save() {
        if (isFull) throw new Error('no space left on device');
        writtenAt.push(now / SECOND);
      },
    },
    interval: 5 * SECOND,
    take: () => now,
    onWritten: () => undefined,
    clock: { now: () => now, sleep: () => Promise.reject(new Error('nothing waits')) },
    count: counting().count,
    log: createLog(new PassThrough()),
  });
  /** A turn a second. @param isNews in which of them something is read */
  const pass = async (seconds: number, isNews: (second: number) => boolean = () => false) => {
    for (const end = now + seconds * SECOND; now < end; now += SECOND) {
      if (isNews(now / SECOND)) checkpointer.note();
      await checkpointer.writeIfDue();
    }
  };
  return { pass, writtenAt, fill: (full: boolean) => void (isFull = full) };
}

describe('a checkpoint', () => {
  it('is written at each interval while there is news', async () => {
    const { pass, writtenAt } = checkpointing();
    await pass(16, () => true);
    expect(writtenAt).toEqual([0, 5, 10, 15]);
  });

  it('is written once a minute where nothing was read, and an interval after the last one where something is', async () => {
    const { pass, writtenAt } = checkpointing();
    await pass(150, (second) => second === 130);
    expect(writtenAt).toEqual([0, 60, 120, 130]);
  });

  it('is tried again at each interval where the disk does not take it', async () => {
    const { pass, writtenAt, fill } = checkpointing();
    fill(true);
    await pass(8);
    fill(false);
    await pass(10);
    expect(writtenAt).toEqual([10]);
  });
});
