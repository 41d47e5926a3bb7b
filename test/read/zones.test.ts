import { describe, expect, it } from 'vitest';
import { parseZones } from '../../src/read/zones.js';

const NOON = Date.UTC(2026, 10, 21, 12);
const read = (text: string, service: string): number => parseZones(text)(service).toUtc(NOON, undefined);

describe('zones of services', () => {
  it('one zone is for all', () => {
    expect(read('Asia/Seoul', 'nova-compute')).toBe(NOON - 9 * 3_600_000);
    expect(read('UTC', 'placement-api')).toBe(NOON);
  });

  it('services named behind it have their own, by whichever of their names', () => {
    expect(read('Asia/Seoul, placement=UTC', 'placement-api')).toBe(NOON);
    expect(read('Asia/Seoul,placement-api=UTC', 'placement')).toBe(NOON);
    expect(read('Asia/Seoul,placement=UTC', 'nova-api')).toBe(NOON - 9 * 3_600_000);
  });

  it.each(['Mars/Olympus', 'UTC,placement=Mars/Olympus', 'UTC,placement'])('%s is refused with a remedy', (text) => {
    expect(() => parseZones(text)).toThrow(/there is no time zone/);
  });
});
