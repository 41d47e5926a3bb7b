import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toOtlpJson } from '../src/export/otlp-json.js';
import { traceText } from '../src/export/terminal/trace-text.js';
import type { FinishedTrace } from '../src/model/span.js';
import { replay } from '../src/pipeline/replay.js';
import { correlate, counting, GOLDEN, logsOf, restoreTimes, scenarios, zoneOf } from './support/scenario.js';
import { isLong, sized } from './support/size.js';

const replayed = async (dir: string): Promise<FinishedTrace[]> => {
  const traces: FinishedTrace[] = [];
  restoreTimes(dir);
  for await (const trace of replay({ paths: [dir], zone: zoneOf(dir), lines: 'events', count: counting().count })) traces.push(trace);
  return traces;
};
const asBytes = (traces: readonly FinishedTrace[]): string[] => traces.map((trace) => toOtlpJson(trace)).sort();

describe.each(scenarios())('golden %s', (scenario) => {
  const dir = join(GOLDEN, scenario);

  it.skipIf(isLong)('gives the expected traces', async () => {
    const text = (await replayed(dir)).map(traceText).join('\n');
    await expect(text).toMatchFileSnapshot(join(dir, 'expected.trace'));
  });

  it('gives the same bytes in whatever order its files are read', async () => {
    const logs = await logsOf(dir);
    const expected = asBytes(correlate(logs));
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat()), (numbers) => {
        const next = (below: number): number => (numbers.next().value as number) % below;
        expect(asBytes(correlate(logs, (left) => ({ log: next(left), events: 1 + next(60) })))).toEqual(expected);
      }),
      { numRuns: sized({ fast: 2, long: 20 }) },
    );
  });
});
