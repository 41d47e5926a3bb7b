import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareSets } from '../../src/compare/comparison.js';
import { isFinding } from '../../src/compare/follows.js';
import { LogSet } from '../../src/compare/log-set.js';
import type { FinishedTrace } from '../../src/model/span.js';
import { replay } from '../../src/pipeline/replay.js';
import { correlate, counting, GOLDEN, logsOf } from '../support/scenario.js';

/*
 * Recorded boots against themselves, and against the same with 500 ms more in every neutron port update.
 * COMPARE_CORPUS=dir takes the logs of a whole corpus in place of the golden ones.
 */
const corpus = process.env['COMPARE_CORPUS'];
const goldens = [
  'create-succeeds-eight-concurrent-info',
  'create-succeeds-two-hosts-info',
  'create-succeeds-info',
  'create-succeeds-debug',
];

async function recorded(): Promise<FinishedTrace[]> {
  const traces: FinishedTrace[] = [];
  if (corpus !== undefined && existsSync(corpus)) {
    for await (const trace of replay({ paths: [corpus], zone: 'auto', lines: 'off', count: counting().count })) traces.push(trace);
    return traces;
  }
  for (const golden of goldens) traces.push(...correlate(await logsOf(join(GOLDEN, golden))));
  // So few boots say nothing: three of each, under ids of their own.
  return [0, 1, 2].flatMap((copy) => traces.map((trace) => ({ ...trace, traceId: `${copy}${trace.traceId.slice(1)}` })));
}

/** What came after the end of such a phase comes later, and what was under way then takes longer. */
function delayed(trace: FinishedTrace, name: string, by: number): FinishedTrace {
  const ends = trace.spans.filter((span) => span.name === name).map(({ end }) => end);
  const before = (at: number): number => by * ends.filter((end) => end < at).length;
  const until = (at: number): number => by * ends.filter((end) => end <= at).length;
  const spans = trace.spans.map((span) => {
    const start = span.start + (span.start === span.end ? until(span.start) : before(span.start));
    return { ...span, start, end: span.end + until(span.end) };
  });
  return { ...trace, spans };
}

const compared = (a: readonly FinishedTrace[], b: readonly FinishedTrace[]) => {
  const sets = [a, b].map((traces) => {
    const set = new LogSet();
    for (const trace of traces) set.add(trace);
    return set;
  });
  return compareSets(sets[0]!, sets[1]!);
};

describe('recorded boots', async () => {
  const traces = await recorded();

  it('do not differ from themselves', () => {
    const { failures, phases, presence, unmatched } = compared(traces, traces);
    expect(phases.filter(({ a, judgement }) => judgement === 'noise' && a.n >= 30).length).toBeGreaterThan(5);
    expect([phases.filter(isFinding), presence, unmatched, failures.filter(({ isMore }) => isMore)]).toEqual([[], [], [], []]);
  });

  it('with 500 ms more in every neutron port update differ in that, and the rest follows', () => {
    const { phases } = compared(
      traces,
      traces.map((trace) => delayed(trace, 'neutron port update', 500)),
    );
    const found = phases.filter(isFinding);
    const own = found.filter(({ follows }) => follows.length === 0);
    expect(own.length).toBeGreaterThan(0);
    for (const { a, difference, phase } of own) {
      expect(phase.name).toBe('neutron port update');
      expect(Math.round(difference)).toBe(500);
      expect(a.n).toBeGreaterThanOrEqual(corpus === undefined ? 30 : 20);
    }
    const following = found.filter(({ follows }) => follows.length > 0);
    // The boots of which 500 ms are less than 2 % do not count as slower.
    expect(following.length).toBeGreaterThan(0);
    for (const { follows } of following) expect(follows.map(({ name }) => name)).toEqual(['neutron port update']);
  });
});
