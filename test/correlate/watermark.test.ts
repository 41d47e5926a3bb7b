import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Watermark } from '../../src/correlate/watermark.js';

const live = (newest: number | undefined, atEnd = false) => ({ newest, atEnd, live: true });

describe('the watermark', () => {
  it('is the least of the newest times of logs with unread bytes', () => {
    const watermark = new Watermark();
    watermark.observe('a', live(5000));
    watermark.observe('b', live(7000));
    expect(watermark.at(100_000)).toBe(5000);
  });

  it('is the clock, less three seconds, where everything has been read', () => {
    const watermark = new Watermark();
    watermark.observe('a', live(5000, true));
    expect(watermark.at(100_000)).toBe(97_000);
  });

  it('is the newest line, where that is ahead of the clock', () => {
    const watermark = new Watermark();
    watermark.observe('a', live(5000, true));
    expect(watermark.at(6000)).toBe(5000);
  });

  it('is held by a log with unread bytes, however old, and by one of which no line has been read', () => {
    const watermark = new Watermark();
    watermark.observe('a', live(5000, true));
    watermark.observe('b', live(undefined));
    expect(watermark.at(100_000)).toBe(Number.NEGATIVE_INFINITY);
    watermark.observe('b', live(1000));
    expect(watermark.at(100_000)).toBe(1000);
  });

  it('is not held by a log that cannot be read, nor by one that is gone', () => {
    const watermark = new Watermark();
    watermark.observe('a', live(9000));
    watermark.observe('b', { newest: 1000, atEnd: false, live: false });
    watermark.observe('c', live(2000));
    watermark.forget('c');
    expect(watermark.at(100_000)).toBe(9000);
  });

  it('without any log stays where it is', () => {
    const watermark = new Watermark();
    expect(watermark.at(100_000)).toBe(Number.NEGATIVE_INFINITY);
    watermark.observe('a', live(9000));
    watermark.at(100_000);
    watermark.forget('a');
    expect(watermark.at(200_000)).toBe(9000);
  });

  it('never goes back, whatever is observed and whatever the clock does', () => {
    const anyStep = fc.record({
      path: fc.constantFrom('a', 'b', 'c'),
      newest: fc.option(fc.nat(10_000), { nil: undefined }),
      atEnd: fc.boolean(),
      live: fc.boolean(),
      now: fc.nat(20_000),
      gone: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 30 }), (steps) => {
        const watermark = new Watermark();
        let last = Number.NEGATIVE_INFINITY;
        for (const { path, newest, atEnd, live: isLive, now, gone } of steps) {
          if (gone) watermark.forget(path);
          else watermark.observe(path, { newest, atEnd, live: isLive });
          const next = watermark.at(now);
          expect(next).toBeGreaterThanOrEqual(last);
          last = next;
        }
      }),
    );
  });
});
