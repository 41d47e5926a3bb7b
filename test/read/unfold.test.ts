import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldingOf, Unfolder } from '../../src/read/unfold.js';

const HEAD = 'INFO nova.compute.manager [None req-11111111-1111-4111-8111-111111111111 u p - - default default]';
const RECORDS = [
  'Claim successful on node cmp1',
  'Took 5.20 seconds to spawn the instance on the hypervisor.',
  'Took 6.40 seconds to build instance.',
].map((message, i) => `2024-07-11 18:10:4${i}.100 2 ${HEAD} [instance: aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa] ${message}`);
const foldedAt = (width: number, lines: readonly string[]): string[] =>
  lines.flatMap((line) => line.match(new RegExp(`.{1,${width}}`, 'g')) ?? ['']);

function unfolded(lines: readonly string[], isDecided = false): string[] {
  const given: string[] = [];
  const unfolder = new Unfolder((bytes, start, end) => given.push(bytes.toString('utf8', start, end)));
  for (const [i, line] of lines.entries()) {
    unfolder.line(Buffer.from(line), 0, Buffer.byteLength(line), i * 1000);
    if (isDecided) unfolder.decide();
  }
  unfolder.end();
  return given;
}

describe('lines that a terminal cut', () => {
  it.each([60, 80, 100, 120, 132, 150])('at %i columns are joined again', (width) => {
    expect(unfolded(foldedAt(width, RECORDS))).toEqual(RECORDS);
    expect(unfolded(foldedAt(width, RECORDS).map((line) => `${line}\r`))).toEqual(RECORDS);
  });

  it('are joined beyond the sample, and by characters', () => {
    const many = Array.from({ length: 400 }, (_, i) => RECORDS.map((line) => `${line} é${i}`)).flat();
    expect(unfolded(foldedAt(120, many))).toEqual(many);
  });

  it('stand where their first part begins', () => {
    const offsets: number[] = [];
    const unfolder = new Unfolder((_bytes, _start, _end, offset) => offsets.push(offset));
    for (const [i, line] of foldedAt(120, RECORDS).entries()) unfolder.line(Buffer.from(line), 0, line.length, i);
    unfolder.end();
    expect(offsets).toEqual([0, 2, 4]);
  });

  it.each<[string, string[]]>([
    ['whole', RECORDS],
    ['too few to be sure', foldedAt(185, RECORDS.slice(0, 2))],
    ['the same message, with a traceback of its own under it', Array(5).fill([RECORDS[0]!, 'raise x']).flat()],
    ['followed by tracebacks', RECORDS.flatMap((line) => [line.padEnd(170, 'x'), 'Traceback (most recent call last):', '  File "x"'])],
    ['followed by XML', RECORDS.flatMap((line) => [line.padEnd(170, 'x'), '<domain>'])],
    [
      'wider than any terminal',
      foldedAt(
        700,
        RECORDS.map((line) => line + line.slice(30).repeat(9)),
      ),
    ],
  ])('are left alone where they are %s', (_what, lines) => {
    expect(unfolded(lines)).toEqual(lines);
  });

  it('that were decided piece by piece lose nothing', () => {
    expect(unfolded(RECORDS, true)).toEqual(RECORDS);
    expect(unfolded(foldedAt(120, RECORDS), true).join('')).toBe(RECORDS.join(''));
  });

  it('of any kind keep every character', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...RECORDS, ...foldedAt(120, RECORDS), '', '  File "x"')), (lines) => {
        expect(unfolded(lines).join('')).toBe(lines.join(''));
      }),
    );
  });

  it('are told to be cut, if not surely', () => {
    expect(foldingOf(foldedAt(120, RECORDS))).toEqual({ width: 120, isSure: true });
    expect(foldingOf(foldedAt(185, RECORDS.slice(0, 2)))).toEqual({ width: 185, isSure: false });
    expect(foldingOf(RECORDS)).toEqual({ width: undefined, isSure: false });
  });
});
