import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latestYear, nearestYear, provenUtc, readInstant } from '../../../src/format/wrap/instant.js';
import { createZone } from '../../../src/format/zone.js';

const at = Date.UTC(2026, 10, 21, 1, 50, 31, 664);
const MINUTE = 60_000;

describe('readInstant', () => {
  it.each([
    ['2026-11-21T01:50:31.664Z', at, true],
    ['2026-11-21T01:50:31.664123456Z', at + 0.123, true],
    ['2026-11-21T10:50:31,664+09:00', at, true],
    ['2026-11-20T22:20:31.664-0330', at, true],
    ['2026-11-21T01:50:31Z', at - 664, false],
  ])('%s', (text, expected, isFine) => {
    expect(readInstant(`${text} and more`)).toEqual({ at: expected, isFine, length: text.length });
  });

  it.each(['2026-11-21 01:50:31Z', '2026-11-21T01:50:31', '2026-11-21T01:50Z', ''])('is none: %s', (text) => {
    expect(readInstant(text)).toBeUndefined();
  });
});

describe('provenUtc', () => {
  it('finds the zone of a stamp, whatever it is, up to 14 minutes late and a minute early', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('UTC', 'Asia/Seoul', 'America/St_Johns', 'Asia/Kathmandu', 'Pacific/Kiritimati', 'Europe/Berlin'),
        fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2030, 0) }),
        fc.integer({ min: -59_000, max: 13 * MINUTE }),
        (name, utc, delay) => {
          const zone = createZone(name);
          // The wall clock of that moment: the offset is found by asking for what it would be.
          const local = 2 * utc - zone.toUtc(utc, utc);
          fc.pre(zone.toUtc(local, utc) === utc);
          expect(provenUtc(local, utc + delay)).toBe(utc);
        },
      ),
    );
  });
});

describe('a year that is not printed', () => {
  const local = (month: number, day: number): number => Date.UTC(2000, month - 1, day, 12);
  const noon = (year: number, month: number, day: number): number => Date.UTC(year, month - 1, day, 12);

  it.each([
    ['of the same year', local(11, 21), noon(2026, 11, 22), noon(2026, 11, 21)],
    ['before the turn', local(12, 31), noon(2027, 1, 2), noon(2026, 12, 31)],
    ['the day after, in a zone ahead', local(11, 22), noon(2026, 11, 22) - 13 * 3_600_000, noon(2026, 11, 22)],
    ['a leap day', local(2, 29), noon(2026, 11, 22), noon(2024, 2, 29)],
  ])('is the latest that the file allows: %s', (_what, clock, limit, expected) => {
    expect(latestYear(clock, limit)).toBe(expected);
  });

  it.each([
    ['January follows December', local(1, 1), noon(2026, 12, 31), noon(2027, 1, 1)],
    ['a late line of December', local(12, 31), noon(2027, 1, 1), noon(2026, 12, 31)],
    ['summer', local(6, 1), noon(2026, 5, 31), noon(2026, 6, 1)],
  ])('is the nearest to the line before: %s', (_what, clock, mark, expected) => {
    expect(nearestYear(clock, mark)).toBe(expected);
  });
});
