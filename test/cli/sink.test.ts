import { readFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openSink } from '../../src/cli/sink.js';
import { temporaryFolder } from '../tail/temporary.js';

const inFolder = temporaryFolder();

/** A stream that keeps what it is given, and takes the next only when told. */
function slowStream() {
  const pieces: Buffer[] = [];
  let taken: (() => void) | undefined;
  const stdout = new Writable({
    highWaterMark: 1,
    write(piece: Buffer, _, done) {
      pieces.push(piece);
      taken = done;
    },
  });
  return { stdout, pieces, take: () => taken?.() };
}

describe('a sink', () => {
  it('gives a stream what was written, in few pieces', async () => {
    const { stdout, pieces } = collecting();
    const sink = await openSink({ stdout }, undefined);
    for (let i = 0; i < 10_000; i++) await sink.write(`line ${i}\n`);
    await sink.write('x'.repeat(600_000));
    await sink.close();

    expect(Buffer.concat(pieces).toString()).toBe(
      `${Array.from({ length: 10_000 }, (_, i) => `line ${i}\n`).join('')}${'x'.repeat(600_000)}`,
    );
    expect(pieces.length).toBeLessThan(5);
  });

  it('keeps nothing back when there is nothing else to do', async () => {
    const { stdout, pieces } = collecting();
    const sink = await openSink({ stdout }, undefined);
    await sink.write('a line\n');
    expect(pieces).toEqual([]);
    await turn();

    expect(Buffer.concat(pieces).toString()).toBe('a line\n');
  });

  it('may be given bytes that change afterwards', async () => {
    const { stdout, pieces } = collecting();
    const sink = await openSink({ stdout }, undefined);
    const bytes = Buffer.from('one');
    await sink.write(bytes);
    bytes.write('two');
    await sink.write(bytes);
    await sink.close();

    expect(Buffer.concat(pieces).toString()).toBe('onetwo');
  });

  it('waits while the reader is slower', async () => {
    const { stdout, pieces, take } = slowStream();
    const sink = await openSink({ stdout }, undefined);
    await sink.write('first');
    await turn();
    let isWritten = false;
    const writing = sink.write('second').then(() => {
      isWritten = true;
    });
    await turn();
    expect(isWritten).toBe(false);
    take();
    await writing;
    await turn();

    expect(Buffer.concat(pieces).toString()).toBe('firstsecond');
  });

  it('fails when the reader has gone', async () => {
    const { stdout } = slowStream();
    const sink = await openSink({ stdout }, undefined);
    await sink.write('first');
    await turn();
    const writing = sink.write('second');
    stdout.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));

    await expect(writing).rejects.toMatchObject({ code: 'EPIPE' });
  });

  it('has a file whole when it is closed', async () => {
    const file = inFolder('out');
    const sink = await openSink({ stdout: collecting().stdout }, file);
    const line = `${'é'.repeat(999)}\n`;
    for (let i = 0; i < 500; i++) await sink.write(line);
    await sink.close();

    expect(readFileSync(file, 'utf8')).toBe(line.repeat(500));
  });

  it('says that a file can take no more', async () => {
    const sink = await openSink({ stdout: collecting().stdout }, '/dev/full');
    const all = async () => {
      await sink.write('x'.repeat(300_000));
      await sink.close();
    };

    await expect(all()).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
  });
});

function collecting() {
  const pieces: Buffer[] = [];
  const stdout = new Writable({
    write(piece: Buffer, _, done) {
      pieces.push(piece);
      done();
    },
  });
  return { stdout, pieces };
}
