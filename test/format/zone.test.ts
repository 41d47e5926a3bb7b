import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createZone } from '../../src/format/zone.js';
import { eventsOf, U } from '../support/lines.js';

const utc = (text: string): number => Date.parse(`${text}Z`);

/** Reads the stamps of one log in the order of its lines. */
function read(zone: string, stamps: readonly string[]): string[] {
  const { toUtc } = createZone(zone);
  let previous: number | undefined;
  return stamps.map((stamp) => {
    previous = toUtc(utc(stamp), previous);
    return new Date(previous).toISOString();
  });
}

describe('a zone', () => {
  it.each([
    ['UTC', '2026-11-21T03:00:00.250', '2026-11-21T03:00:00.250Z'],
    ['Asia/Seoul', '2026-11-21T12:00:00.250', '2026-11-21T03:00:00.250Z'],
    ['Asia/Kolkata', '2026-11-21T08:30:00', '2026-11-21T03:00:00.000Z'],
    ['America/St_Johns', '2026-11-20T23:30:00', '2026-11-21T03:00:00.000Z'],
    ['Asia/Kathmandu', '2026-11-21T08:45:00', '2026-11-21T03:00:00.000Z'],
    ['Pacific/Kiritimati', '2026-11-21T17:00:00', '2026-11-21T03:00:00.000Z'],
    ['Europe/Berlin', '2026-07-01T12:00:00', '2026-07-01T10:00:00.000Z'],
    ['Europe/Berlin', '2026-12-01T12:00:00', '2026-12-01T11:00:00.000Z'],
  ])('%s reads %s', (zone, local, expected) => {
    expect(read(zone, [local])).toEqual([expected]);
  });

  it('Europe/Berlin when summer begins: on both sides of the gap, and in it with the offset before', () => {
    expect(read('Europe/Berlin', ['2026-03-29T01:59:59', '2026-03-29T03:00:00', '2026-03-29T02:30:00'])).toEqual([
      '2026-03-29T00:59:59.000Z',
      '2026-03-29T01:00:00.000Z',
      '2026-03-29T01:30:00.000Z',
    ]);
  });

  it("Europe/Berlin when summer ends: the file's order tells the two passes of the hour apart", () => {
    expect(
      read('Europe/Berlin', [
        '2026-10-25T01:59:59',
        '2026-10-25T02:00:00',
        '2026-10-25T02:59:59',
        '2026-10-25T02:00:00',
        '2026-10-25T02:30:00',
        '2026-10-25T02:59:59',
        '2026-10-25T03:00:00',
      ]),
    ).toEqual([
      '2026-10-24T23:59:59.000Z',
      '2026-10-25T00:00:00.000Z',
      '2026-10-25T00:59:59.000Z',
      '2026-10-25T01:00:00.000Z',
      '2026-10-25T01:30:00.000Z',
      '2026-10-25T01:59:59.000Z',
      '2026-10-25T02:00:00.000Z',
    ]);
  });

  it('lines that go back by seconds are no second pass, nor do they leave it', () => {
    expect(
      read('Europe/Berlin', [
        '2026-10-25T02:30:05',
        '2026-10-25T02:30:02.100',
        '2026-10-25T02:59:59',
        '2026-10-25T02:00:01',
        '2026-10-25T02:59:58.900',
      ]),
    ).toEqual([
      '2026-10-25T00:30:05.000Z',
      '2026-10-25T00:30:02.100Z',
      '2026-10-25T00:59:59.000Z',
      '2026-10-25T01:00:01.000Z',
      '2026-10-25T00:59:58.900Z',
    ]);
  });

  it('Australia/Lord_Howe puts its clocks back by half an hour', () => {
    // 2026-04-05, 02:00 at UTC+11 becomes 01:30 at UTC+10:30
    expect(
      read('Australia/Lord_Howe', [
        '2026-04-05T01:29:59',
        '2026-04-05T01:45:00',
        '2026-04-05T01:59:59',
        '2026-04-05T01:30:00',
        '2026-04-05T02:00:00',
      ]),
    ).toEqual([
      '2026-04-04T14:29:59.000Z',
      '2026-04-04T14:45:00.000Z',
      '2026-04-04T14:59:59.000Z',
      '2026-04-04T15:00:00.000Z',
      '2026-04-04T15:30:00.000Z',
    ]);
  });

  it('that does not exist is an error', () => {
    expect(() => createZone('Europe/Berlinn')).toThrow(RangeError);
  });

  const zones = [
    'UTC',
    'Asia/Seoul',
    'Asia/Kolkata',
    'Europe/Berlin',
    'America/New_York',
    'America/St_Johns',
    'Australia/Lord_Howe',
    'Pacific/Chatham',
    'America/Sao_Paulo',
    'Asia/Pyongyang',
    'Africa/Casablanca',
  ];

  /** The wall clock of a moment, read as if it were UTC, by the platform alone. */
  const localOf = (zone: string): ((at: number) => number) => {
    const format = new Intl.DateTimeFormat('en-CA', { timeZone: zone, hourCycle: 'h23', dateStyle: 'short', timeStyle: 'medium' });
    return (at) => utc(format.format(Math.floor(at / 1000) * 1000).replace(', ', 'T')) + (at % 1000);
  };

  it.each(zones)('%s: what is written in increasing order is read back as it was, in 2015 to 2030', (zone) => {
    const toLocal = localOf(zone);
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(2015, 0, 1), max: Date.UTC(2030, 11, 31) }),
        fc.array(fc.integer({ min: 1, max: 15 * 60_000 }), { minLength: 20, maxLength: 60 }),
        (begin, steps) => {
          const { toUtc } = createZone(zone);
          // A log that is silent for most of an hour cannot tell the passes apart, and need not begin inside one.
          const written = [startOutsideFolds(begin, toLocal)];
          for (const step of steps) written.push(written.at(-1)! + step);
          let previous: number | undefined;
          for (const at of written) {
            previous = toUtc(toLocal(at), previous);
            expect(previous).toBe(at);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it.each(zones)('%s: every change of its clocks in 2015 to 2030 is read back, line by line', (zone) => {
    const toLocal = localOf(zone);
    const changes = changesOf(toLocal);
    if (zone === 'Europe/Berlin') expect(changes).toHaveLength(32);
    for (const change of changes) {
      const { toUtc } = createZone(zone);
      let previous: number | undefined;
      for (let at = change - 3 * HOUR; at < change + 3 * HOUR; at += 7 * 60_000) {
        previous = toUtc(toLocal(at), previous);
        expect(new Date(previous).toISOString(), zone).toBe(new Date(at).toISOString());
      }
    }
  });

  it('is kept across the fold by the reader, which remembers the offset of a quarter of an hour', () => {
    const line = (stamp: string): string => `${stamp} 7 INFO nova.compute.claims [-] [instance: ${U}] Claim successful on node vm`;
    const stamps = [
      '02:44:59.000',
      '02:59:59.900',
      '02:00:00.100',
      '02:14:59.000',
      '02:15:01.000',
      '02:14:59.900',
      '02:59:59.000',
      '03:00:00.000',
    ];
    const events = eventsOf(
      'nova-compute',
      stamps.map((stamp) => line(`2026-10-25 ${stamp}`)),
      { zone: 'Europe/Berlin' },
    );
    expect(events.map(({ at }) => new Date(at).toISOString().slice(11, 23))).toEqual([
      '00:44:59.000',
      '00:59:59.900',
      '01:00:00.100',
      '01:14:59.000',
      '01:15:01.000',
      '01:14:59.900',
      '01:59:59.000',
      '02:00:00.000',
    ]);
  });
});

const HOUR = 3_600_000;

/** A moment from which the wall clock does not go back for three hours, and did not in the three before. */
function startOutsideFolds(begin: number, toLocal: (at: number) => number): number {
  const offset = (at: number): number => toLocal(at) - at;
  return offset(begin - 3 * HOUR) === offset(begin + 3 * HOUR) ? begin : begin - 6 * HOUR;
}

/** The moments at which the offset changes, to the minute. */
function changesOf(toLocal: (at: number) => number): number[] {
  const offset = (at: number): number => toLocal(at) - at;
  const changes: number[] = [];
  for (let day = Date.UTC(2015, 0, 1); day < Date.UTC(2031, 0, 1); day += 24 * HOUR) {
    if (offset(day) === offset(day + 24 * HOUR)) continue;
    let low = day;
    let high = day + 24 * HOUR;
    while (high - low > 60_000) {
      const middle = low + Math.floor((high - low) / 120_000) * 60_000;
      if (offset(middle) === offset(low)) low = middle;
      else high = middle;
    }
    changes.push(high);
  }
  return changes;
}
