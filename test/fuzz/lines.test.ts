import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { Correlator } from '../../src/correlate/correlator.js';
import { openSource } from '../../src/read/source.js';
import { createLineSplitter } from '../../src/tail/lines.js';
import { sized } from '../support/size.js';
import { linesFrom, shown, utc, Way } from './way.js';

const LINES = sized({ fast: 40_000, long: 1_000_000 }, 'NOVASPAN_FUZZ_LINES');
const SEED = Number(process.env['NOVASPAN_FUZZ_SEED'] ?? 20_261_121);
/** How long the logs are: longer than anything is waited for. */
const HOURS = 3 * 3_600_000;
/** how much more may be kept at the end than in the middle, of any size of log */
const MOST_GROWTH = sized({ fast: 6, long: 8 }) * 1024 * 1024;
const START = Date.UTC(2026, 10, 21, 3);

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What is kept after everything that can go has gone. */
function kept(): number {
  for (let turn = 0; turn < 3; turn++) collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

// How long a line may take is measured by `npm run bench:lines`.
it(`${LINES} lines that something has happened to throw nothing and leave nothing behind`, () => {
  const way = new Way();
  const faults: string[] = [];
  let inTheMiddle = 0;
  let atTheEnd = 0;
  for (const line of linesFrom(SEED, LINES, HOURS)) {
    try {
      way.take(line);
      if (line.isDue) way.advance();
    } catch (error) {
      faults.push(`${shown(line)}\n${(error as Error).stack}`);
    }
    if (faults.length > 5) break;
    if (line.place === LINES >> 1) inTheMiddle = kept();
    if (line.place === LINES - 1) atTheEnd = kept();
  }
  const growth = atTheEnd - inTheMiddle;
  if (process.env['NOVASPAN_FUZZ_LINES'] !== undefined) console.log({ inTheMiddle, growth, traces: way.traces });
  expect(faults).toEqual([]);
  expect(way.traces, 'actions are still found among them').toBeGreaterThan(LINES / 10_000);
  expect(growth, 'bytes kept since the middle').toBeLessThan(MOST_GROWTH);
});

// Known, and in docs/security.md: what waits goes by its age, and such lines have none.
it('lines of a far future do not fill the waiting room beyond its size', () => {
  const correlator = new Correlator(() => undefined);
  const line = (at: string, port: number): string => `${at}Z|00001|binding|INFO|Claiming lport ${uuidOf(port)} for this chassis.\n`;
  const source = openSource({
    path: 'ovn-controller@vm.log',
    isNamed: true,
    anyHost: 'vm',
    zone: () => utc,
    latest: () => START,
    count: () => undefined,
    onEvent: (event) => correlator.accept(event),
  })!;
  const splitter = createLineSplitter({ sink: source.line, count: () => undefined });
  let offset = 0;
  for (let port = 0; port < 51_000; port++) {
    const bytes = Buffer.from(line('9999-01-01T00:00:00.000', port));
    splitter.push(bytes, offset);
    offset += bytes.length;
  }
  expect(correlator.storedLines, 'all of them are kept until the watermark moves').toBeGreaterThan(0);
  for (let minute = 0; minute < 20; minute++) correlator.advance(START + minute * 60_000);
  expect(correlator.storedLines).toBeLessThanOrEqual(50_000);
});

const uuidOf = (number: number): string => `${number.toString(16).padStart(8, '0')}-6d53-4a53-9d4b-0d5d1f0e9a11`;
