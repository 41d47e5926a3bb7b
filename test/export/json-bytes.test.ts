import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fragment, JsonBytes } from '../../src/export/json-bytes.js';

function written(write: (json: JsonBytes) => void): string {
  const json = new JsonBytes();
  write(json);
  return json.written.toString();
}

describe('JSON as bytes', () => {
  it('has any text as JSON.stringify has it, halves of surrogate pairs and all', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), anyEscaped), (text) => {
        expect(`"${written((json) => json.addText(text))}"`).toBe(JSON.stringify(text));
      }),
      { numRuns: 3000 },
    );
  });

  it('has numbers as JavaScript has them', () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer(), fc.nat(), fc.maxSafeInteger(), fc.double({ noDefaultInfinity: true, noNaN: true })), (value) => {
        expect(written((json) => json.addNumber(value))).toBe(String(value));
      }),
      { numRuns: 3000 },
    );
    for (const value of [0, 9, 10, 99, 100, 4294967295, 4294967296]) expect(written((json) => json.addNumber(value))).toBe(String(value));
  });

  it('has instants in nanoseconds, exact to the microsecond', () => {
    const ms = fc.integer({ min: -1_000_000, max: 4_102_444_800_000 });
    fc.assert(
      fc.property(ms, fc.integer({ min: 0, max: 999 }), (ms, us) => {
        expect(written((json) => json.addNanos(ms + us / 1000))).toBe((BigInt(ms) * 1_000_000n + BigInt(us) * 1000n).toString());
      }),
      { numRuns: 5000 },
    );
    expect(written((json) => json.addNanos(0))).toBe('0');
    // Past 2106 the seconds take more than 32 bits.
    expect(written((json) => json.addNanos(8_000_000_000_001))).toBe('8000000000001000000');
  });

  it('grows with what is written, and begins anew', () => {
    const json = new JsonBytes();
    const long = 'é'.repeat(100_000);
    json.add(fragment('{"a":'));
    json.addText(long);
    expect(json.written.toString()).toBe(`{"a":${long}`);
    json.clear();
    json.addPlain('[]');
    expect(json.written.toString()).toBe('[]');
  });
});

const anyEscaped = fc
  .array(fc.constantFrom('"', '\\', '\n', '\u0000', '…', '\ud83d', '\ude00', '\ufffd', '\uffff', 'a'))
  .map((all) => all.join(''));
