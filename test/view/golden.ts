import { join } from 'node:path';
import type { FinishedTrace } from '../../src/model/span.js';
import { replay } from '../../src/pipeline/replay.js';
import { GOLDEN, zoneOf } from '../support/scenario.js';

/** The traces of a recorded scenario, with their lines. */
export async function tracesOf(scenario: string): Promise<FinishedTrace[]> {
  const folder = join(GOLDEN, scenario);
  const traces: FinishedTrace[] = [];
  for await (const trace of replay({ paths: [folder], zone: zoneOf(folder), lines: 'numbered', count: () => {} })) traces.push(trace);
  return traces;
}

/** One trace under as many ids as are wanted, each an hour after the one before. */
export const copies = (of: FinishedTrace, n: number): FinishedTrace[] =>
  Array.from({ length: n }, (_, i): FinishedTrace => {
    const traceId = (i + 1).toString(16).padStart(32, '0');
    const later = i * 3_600_000;
    const spans = of.spans.map((span) => ({ ...span, traceId, start: span.start + later, end: span.end + later }));
    return { ...of, traceId, spans };
  });
