import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OperatorError } from '../../../src/model/errors.js';
import { StateFolder } from '../../../src/pipeline/checkpoint/checkpoint.js';

interface State {
  readonly said: string;
}

let parent: string;
let folder: string;
const open = (): StateFolder<State> => StateFolder.open<State>(folder);
const faultOf = (act: () => unknown): OperatorError => {
  try {
    act();
  } catch (error) {
    if (error instanceof OperatorError) return error;
    throw error;
  }
  throw new Error('nothing was wrong');
};

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'novaspan-state-'));
  folder = join(parent, 'of', 'novaspan');
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

describe('a checkpoint', () => {
  it('is there again in the next life', async () => {
    const first = open();
    expect(first.load()).toBeUndefined();
    await first.save({ said: 'one\ntwo ✓' });
    await first.save({ said: 'three' });
    first.close();

    const second = open();
    expect(second.load()).toEqual({ said: 'three' });
    second.close();
    expect(readdirSync(folder)).toEqual(['checkpoint']);
  });

  it('is for this user alone', async () => {
    const state = open();
    await state.save({ said: 'x' });
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'checkpoint')).mode & 0o777).toBe(0o600);
    state.close();
  });

  it('is not written where nothing changed', async () => {
    const state = open();
    await state.save({ said: 'x' });
    rmSync(join(folder, 'checkpoint'));
    await state.save({ said: 'x' });
    expect(readdirSync(folder)).toEqual(['lock']);
    state.close();
  });

  it('survives a write that fails', async () => {
    const state = open();
    await state.save({ said: 'before' });
    // A folder in the way of the fresh file: as a full disk or a file system gone read-only would be.
    mkdirSync(join(folder, 'checkpoint.new'));
    await expect(state.save({ said: 'after' })).rejects.toThrow(/EISDIR/);
    rmSync(join(folder, 'checkpoint.new'), { recursive: true });
    state.close();
    expect(open().load()).toEqual({ said: 'before' });
  });

  it('that was cut off half-way into the next is the one before', async () => {
    const state = open();
    await state.save({ said: 'before' });
    state.close();
    writeFileSync(join(folder, 'checkpoint.new'), '{"format":"novaspan chec');
    expect(open().load()).toEqual({ said: 'before' });
  });

  describe('that was damaged is an error with a remedy', () => {
    const file = (): string => join(folder, 'checkpoint');
    beforeEach(async () => {
      const state = open();
      await state.save({ said: 'x'.repeat(100) });
      state.close();
    });

    it.each<[string, () => void]>([
      ['cut', () => truncateSync(file(), statSync(file()).size - 30)],
      ['cut in its first line', () => truncateSync(file(), 20)],
      ['emptied', () => truncateSync(file(), 0)],
      ['with a bit turned', () => writeFileSync(file(), readFileSync(file(), 'utf8').replace('xxx"', 'xxy"'))],
      ['something else', () => writeFileSync(file(), '{"a":1}\n')],
      ['zeros', () => writeFileSync(file(), Buffer.alloc(4096))],
    ])('%s', (_, damage) => {
      damage();
      const state = open();
      expect(faultOf(() => state.load())).toMatchObject({ code: 'CHECKPOINT_DAMAGED', exitCode: 65 });
      expect(faultOf(() => state.load()).remedy).toContain('move the file away');
      state.close();
    });

    it('of a newer version, whatever its state looks like', () => {
      writeFileSync(file(), '{"format":"novaspan checkpoint","version":2,"compressed":true}\n\u0000\u0001');
      const state = open();
      expect(faultOf(() => state.load())).toMatchObject({ code: 'CHECKPOINT_NEWER', exitCode: 65 });
      state.close();
    });
  });
});

describe('a state folder', () => {
  it('that cannot be made is an error with a remedy', () => {
    mkdirSync(parent, { recursive: true });
    writeFileSync(join(parent, 'of'), 'a file in the way');
    expect(faultOf(open)).toMatchObject({ code: 'STATE_UNUSABLE', exitCode: 73 });
  });

  it.skipIf(process.getuid?.() === 0)('that may not be written is an error', () => {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o500);
    expect(faultOf(open)).toMatchObject({ code: 'STATE_UNUSABLE' });
  });

  it('has one user at a time', () => {
    const first = open();
    expect(faultOf(open)).toMatchObject({ code: 'STATE_LOCKED', exitCode: 75 });
    expect(faultOf(open).message).toContain(`process ${process.pid}`);
    first.close();
    open().close();
  });

  it.each([
    ['a process that is gone', () => `${spawnSync(process.execPath, ['-e', '']).pid} 12345\n`],
    ['a process whose number another one has now', () => `${process.pid} 1\n`],
    ['nobody: a crash cut it off', () => ''],
  ])('is taken from %s', (_, lock) => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'lock'), lock());
    const state = open();
    expect(readFileSync(join(folder, 'lock'), 'utf8')).toMatch(new RegExp(`^${process.pid} `));
    state.close();
  });
});
