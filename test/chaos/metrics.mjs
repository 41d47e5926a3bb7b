// Metrics count each action once, however often the sidecar was killed: those of a life against those of an undisturbed replay.

import { replay } from '../../build/modules/dist/pipeline/replay.js';
import { cumulative } from '../../build/modules/dist/telemetry/families.js';
import { createMetrics } from '../../build/modules/dist/telemetry/metrics.js';

const VITALS = { version: '', started: 0, sources: [], openActions: {}, buildHosts: [], computeHosts: [] };
const FAMILIES = new RegExp(`^novaspan_(?:${Object.keys(cumulative).join('|')})(?:_bucket|_sum|_count)?(?:\\{.*\\})? `);

/** The samples that a checkpoint keeps: what is told of actions and phases. Sums are rounded, as their order is not given. */
export function lastingSamples(text) {
  const samples = text
    .split('\n')
    .filter((line) => FAMILIES.test(line))
    .map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(Number(line.slice(at + 1)).toFixed(6))];
    });
  return new Map(samples.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The same of an undisturbed replay. */
export async function metricsOf(folder) {
  const metrics = createMetrics({ vitals: () => VITALS, now: () => 0 });
  for await (const trace of replay({ paths: [folder], zone: 'UTC', lines: 'events', count: () => undefined })) metrics.observe(trace);
  return lastingSamples((await metrics.text()).body);
}

/** @returns samples that are not equal, as text; a sidecar tells some with 0 that nothing has happened to */
export function differing(expected, told) {
  const names = new Set([...expected.keys(), ...told.keys()]);
  return [...names]
    .filter((name) => (expected.get(name) ?? 0) !== (told.get(name) ?? 0))
    .map((name) => `${name} is ${told.get(name)}, not ${expected.get(name)}`);
}
