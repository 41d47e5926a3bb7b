import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineSplitter } from '../../src/tail/lines.js';
import { collectLines, tally } from './collect.js';

/** Bytes of all kinds, with far more newlines, carriage returns and NULs than chance would give. */
const anyBytes = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(10, 10, 13, 0, 0xff, 0xc3) },
      { weight: 5, arbitrary: fc.integer({ min: 0, max: 255 }) },
    ),
    {
      maxLength: 200,
    },
  )
  .map((bytes) => Buffer.from(bytes));

function split(pieces: readonly Buffer[], maxLineBytes = 1_000_000) {
  const { sink, lines, offsets } = collectLines();
  const { count, counts } = tally();
  const splitter = createLineSplitter({ sink, count, maxLineBytes });
  let offset = 0;
  for (const piece of pieces) {
    // The buffer is used again for the next piece, as a file's reader does.
    const lent = Buffer.from(piece);
    splitter.push(lent, offset);
    lent.fill(0x21);
    offset += piece.length;
  }
  const { pending } = splitter;
  splitter.end();
  return { lines, offsets, counts, pending };
}

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const places = [0, ...at.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, i) => bytes.subarray(places[i], end));
}

/** What lines are, said in the plainest way. */
function linesOf(bytes: Buffer): string[] {
  const lines = bytes.toString('latin1').split('\n');
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

describe('lines', () => {
  it('are the same however the bytes are cut', () => {
    fc.assert(
      fc.property(anyBytes, fc.array(fc.nat(500), { maxLength: 12 }), (bytes, places) => {
        const whole = split([bytes]);
        const { lines, offsets } = split(cut(bytes, places));
        expect(lines).toEqual(linesOf(bytes));
        expect({ lines, offsets }).toEqual({ lines: whole.lines, offsets: whole.offsets });
      }),
      { numRuns: 2000 },
    );
  });

  it('begin where their offset says', () => {
    fc.assert(
      fc.property(anyBytes, fc.array(fc.nat(500), { maxLength: 12 }), (bytes, places) => {
        const { lines, offsets } = split(cut(bytes, places));
        for (const [i, line] of lines.entries()) expect(bytes.toString('latin1', offsets[i], offsets[i]! + line.length)).toBe(line);
      }),
    );
  });

  it('are cut alike at the limit however the bytes are cut', () => {
    fc.assert(
      fc.property(anyBytes, fc.array(fc.nat(500), { maxLength: 12 }), fc.integer({ min: 1, max: 20 }), (bytes, places, limit) => {
        const expected = linesOf(bytes);
        const { lines, counts } = split(cut(bytes, places), limit);
        expect(lines).toEqual(expected.map((line) => line.slice(0, limit)));
        expect(counts.overlong_lines ?? 0).toBe(expected.filter((line) => line.length > limit).length);
      }),
      { numRuns: 2000 },
    );
  });

  it('that are not complete are as many bytes as would have to be read again', () => {
    fc.assert(
      fc.property(anyBytes, fc.array(fc.nat(500), { maxLength: 12 }), fc.integer({ min: 1, max: 20 }), (bytes, places, limit) => {
        expect(split(cut(bytes, places), limit).pending).toBe(bytes.length - (bytes.lastIndexOf(10) + 1));
      }),
    );
  });

  it('of any length take no more memory than the limit', () => {
    const { sink, lines } = collectLines();
    const { count, counts } = tally();
    const splitter = createLineSplitter({ sink, count, maxLineBytes: 64 });
    const piece = Buffer.alloc(1024 * 1024, 'x');
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 2000; i++) splitter.push(piece, i * piece.length);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
    splitter.push(Buffer.from('\nnext\n'), 2000 * piece.length);
    expect(lines).toEqual(['x'.repeat(64), 'next']);
    expect(counts.overlong_lines).toBe(1);
  });

  it('of another file begin anew after the end of one', () => {
    const { sink, lines, offsets } = collectLines();
    const splitter = createLineSplitter({ sink, count: tally().count });
    splitter.push(Buffer.from('one\ntw'), 0);
    splitter.end();
    splitter.push(Buffer.from('three\n'), 0);
    expect(lines).toEqual(['one', 'tw', 'three']);
    expect(offsets).toEqual([0, 4, 0]);
  });

  it('of a file that ends with a newline have nothing after it', () => {
    expect(split([Buffer.from('one\n')]).lines).toEqual(['one']);
    expect(split([Buffer.from('\n\n')]).lines).toEqual(['', '']);
    expect(split([]).lines).toEqual([]);
  });
});
