import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { vlog as vlogMessages } from '../../src/catalogue/vlog.js';
import { Serials } from '../../src/format/serials.js';
import { droppedMessages, noVlogParts, scanVlog } from '../../src/format/vlog.js';
import { readLog, vlog } from '../support/lines.js';

const numbered = (serial: number, thread?: string): string =>
  `2026-11-21T01:50:38.516Z|${String(serial).padStart(5, '0')}|binding${thread === undefined ? '' : `(${thread})`}|INFO|Claiming`;

const missingIn = (lines: readonly (number | readonly [serial: number, thread: string])[]): number => {
  const serials = new Serials();
  const parts = noVlogParts();
  return lines.reduce<number>((sum, line) => {
    const bytes = Buffer.from(typeof line === 'number' ? numbered(line) : numbered(...line));
    expect(scanVlog(bytes, 0, bytes.length, parts)).toBe(true);
    return sum + serials.missing(bytes, parts);
  }, 0);
};

const from = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i);

describe('lines missing by their numbers', () => {
  it('are told when the lines after them have proved it', () => {
    expect(missingIn([...from(41, 42), ...from(46, 53)])).toBe(0);
    expect(missingIn([...from(41, 42), ...from(46, 54)])).toBe(3);
    expect(missingIn([...from(41, 42), ...from(46, 99)])).toBe(3);
  });

  it.each<[string, Parameters<typeof missingIn>[0]]>([
    ['where reading begins in the middle', from(41, 80)],
    ['where the daemon was restarted', [...from(41, 80), ...from(1, 100)]],
    ['where it was restarted, and its first lines went elsewhere', [...from(41, 80), ...from(3, 100)]],
    ['where lines came in another order', [41, 43, 42, 44, ...from(45, 80)]],
    ['where a line came twice', [...from(41, 50), 50, ...from(51, 80)]],
    ['where a log is read again from its beginning', [...from(1, 80), ...from(1, 100)]],
    ['where threads number their own', [1, [1, 'handler5'], 2, [2, 'handler5'], [900, 'urcu2'], 3, [901, 'urcu2'], ...from(4, 80)]],
    ['where the old process still speaks after the new one', [...from(41, 80), 1, 81, 2, 82, ...from(3, 100)]],
  ])('are none %s', (_, lines) => {
    expect(missingIn(lines)).toBe(0);
  });

  it('are told for each thread', () => {
    const thread = (name: string, serials: number[]) => serials.map((serial) => [serial, name] as const);

    expect(
      missingIn([...from(1, 9), ...thread('ovn_pinctrl0', from(5, 9)), ...thread('ovn_pinctrl0', from(12, 40)), ...from(12, 40)]),
    ).toBe(4);
  });

  it('are all that were taken out, whatever was', () => {
    const pieces = fc.array(fc.record({ kept: fc.integer({ min: 9, max: 40 }), lost: fc.integer({ min: 0, max: 1000 }) }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(pieces, fc.integer({ min: 1, max: 100_000 }), (all, first) => {
        let next = first;
        const lines = all.flatMap(({ kept, lost }) => {
          const piece = from(next, next + kept - 1);
          next += kept + lost;
          return piece;
        });
        expect(missingIn(lines)).toBe(all.slice(0, -1).reduce((sum, { lost }) => sum + lost, 0));
      }),
      { numRuns: 100 },
    );
  });

  it('are none where two daemons write by turns into one journal, wherever each of them is', () => {
    const start = fc.integer({ min: 1, max: 5000 });
    const turns = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 2, maxLength: 60 });
    fc.assert(
      fc.property(start, start, turns, (one, other, lengths) => {
        // Numbers that meet are one run to who only sees numbers.
        fc.pre(Math.abs(one - other) > 400);
        const next = [one, other];
        const lines = lengths.flatMap((length, turn) => Array.from({ length }, () => next[turn % 2]!++));
        expect(missingIn(lines)).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  it('need little memory, whatever the numbers and the threads', () => {
    const lines = Array.from({ length: 5000 }, (_, i) => [(i * 7919) % 100_003, `thread${i % 1000}`] as const);

    expect(missingIn(lines)).toBe(0);
  });
});

describe('messages that were not logged', () => {
  const said = (message: string): number => {
    const bytes = Buffer.from(`xx${message}yyyy`);
    return droppedMessages(bytes, 2, bytes.length - 4);
  };

  it('are told by the line that the catalogue knows', () => {
    expect(vlogMessages.messages['messages.dropped'].seen.map(said)).toEqual([6]);
  });

  it.each([
    '',
    'D',
    'Dropped ',
    'Dropped 12',
    'Dropped 12 packets',
    'Dropped x log messages in last 5 seconds',
    'DHCPACK fa:16:3e:00:00:01',
  ])('are none in %j', (message) => expect(said(message)).toBe(0));
});

describe('a log of OVN', () => {
  const line = (serial: number, message: string) =>
    vlog(serial, 'binding', message).replace('|00001|', `|${String(serial).padStart(5, '0')}|`);
  const claim = (serial: number) => line(serial, 'Claiming lport df247bb8-4779-4902-aede-8e714f4bed2c for this chassis.');

  it('tells what it lacks, and what its daemon did not log', () => {
    const dropped = 'Dropped 17 log messages in last 60 seconds (most recently, 5 seconds ago) due to excessive rate';
    const { counted } = readLog('ovn-controller', [claim(1), claim(2), line(8, dropped), ...from(9, 20).map(claim)]);

    expect(counted).toMatchObject({ 'vlog_lines_missing ovn-controller': 5, 'vlog_messages_dropped ovn-controller': 17 });
  });

  it('that grep made an extract of tells nothing of what it lacks', () => {
    const { counted } = readLog(
      'ovn-controller',
      [1, 5, ...from(9, 40)].map((serial) => `./ovn-controller.log:${claim(serial)}`),
    );

    expect(counted).toMatchObject({ 'records ovn-controller': 34 });
    expect(counted['vlog_lines_missing ovn-controller']).toBeUndefined();
  });
});
