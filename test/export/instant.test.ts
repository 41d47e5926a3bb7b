import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isoMicros, micros } from '../../src/export/instant.js';

/** Milliseconds and microseconds, apart: exact by construction. */
const instant = fc.record({ ms: fc.integer({ min: 0, max: 4_102_444_800_000 }), us: fc.integer({ min: 0, max: 999 }) });

describe('an instant', () => {
  it('is exact to the microsecond as a number and as text', () => {
    fc.assert(
      fc.property(instant, ({ ms, us }) => {
        const at = ms + us / 1000;
        expect(micros(at)).toBe(ms * 1000 + us);
        expect(isoMicros(at)).toBe(new Date(ms).toISOString().replace('Z', `${String(us).padStart(3, '0')}Z`));
      }),
      { numRuns: 5000 },
    );
  });

  it('is exact however the fraction was computed', () => {
    expect(micros(Date.parse('2026-01-14T10:42:22Z') + 0.772123 * 1000)).toBe(1_768_387_342_772_123);
    expect(isoMicros(1768387342772)).toBe('2026-01-14T10:42:22.772000Z');
  });
});
