import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hrDuration, hrTime, isoMicros } from '../../src/export/instant.js';

/** Milliseconds and microseconds, apart: exact by construction. */
const instant = fc.record({ ms: fc.integer({ min: 0, max: 4_102_444_800_000 }), us: fc.integer({ min: 0, max: 999 }) });
const nanosOf = ({ ms, us }: { ms: number; us: number }) => BigInt(ms) * 1_000_000n + BigInt(us) * 1000n;

describe('an instant', () => {
  it('is exact to the microsecond as HrTime and as text', () => {
    fc.assert(
      fc.property(instant, ({ ms, us }) => {
        const at = ms + us / 1000;
        const [s, ns] = hrTime(at);
        expect(BigInt(s) * 1_000_000_000n + BigInt(ns)).toBe(nanosOf({ ms, us }));
        expect(ns).toBeLessThan(1_000_000_000);
        expect(isoMicros(at)).toBe(new Date(ms).toISOString().replace('Z', `${String(us).padStart(3, '0')}Z`));
      }),
      { numRuns: 5000 },
    );
  });

  it('is exact however the fraction was computed', () => {
    expect(hrTime(Date.parse('2026-01-14T10:42:22Z') + 0.772123 * 1000)).toEqual([1768387342, 772123000]);
    expect(hrTime(0)).toEqual([0, 0]);
    expect(isoMicros(1768387342772)).toBe('2026-01-14T10:42:22.772000Z');
  });
});

describe('a duration', () => {
  it('is exact, and negative where the clocks disagree', () => {
    fc.assert(
      fc.property(instant, instant, (a, b) => {
        const [s, ns] = hrDuration(a.ms + a.us / 1000, b.ms + b.us / 1000);
        expect(BigInt(s) * 1_000_000_000n + BigInt(ns)).toBe(nanosOf(b) - nanosOf(a));
      }),
    );
  });
});
