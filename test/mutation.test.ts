import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { controlPlanePhases } from '../src/lifecycle/fragment.js';
import { actions } from '../src/lifecycle/name.js';
import { correlate, GOLDEN, logsOf, scenarios } from './support/scenario.js';
import { sized } from './support/size.js';

/** What may happen to the lines of a log: each takes all lines and one place among them, and changes them. */
const mishaps = {
  drop: (lines, at) => void lines.splice(at, 1),
  double: (lines, at) => void lines.splice(at, 0, lines[at]!),
  /** written late: a buffer that was flushed after others */
  delay: (lines, at, far) => void lines.splice(at + far, 0, ...lines.splice(at, 1)),
  /** two writers */
  swap: (lines, at) => void lines.splice(at, 2, ...lines.slice(at, at + 2).reverse()),
  /** the disk was full, or somebody copied a part */
  cut: (lines, at) => void (lines[at] = lines[at]!.slice(0, lines[at]!.length / 2)),
  garble: (lines, at) => void (lines[at] = lines[at]!.replace(/[aeiou]/g, '\0')),
} satisfies Record<string, (lines: string[], at: number, far: number) => void>;
type Mishap = keyof typeof mishaps;

interface Mutation {
  readonly mishap: Mishap;
  /** of a log's lines, as a share of them */
  readonly place: number;
  readonly far: number;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  mishap: fc.constantFrom(...(Object.keys(mishaps) as Mishap[])),
  place: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  far: fc.integer({ min: 1, max: 200 }),
});

function mutated(bytes: Buffer, mutations: readonly Mutation[]): Buffer {
  const lines = bytes.toString('latin1').split('\n');
  for (const { mishap, place, far } of mutations) if (lines.length > 0) mishaps[mishap](lines, Math.floor(place * lines.length), far);
  return Buffer.from(lines.join('\n'), 'latin1');
}

/** The phases that a table says every such action has, whatever wires its ports. */
const ofControlPlane = new Set(controlPlanePhases.filter(({ optional }) => optional !== true).map(({ name }) => name));
const phasesOf = new Map(
  actions.map((spec) => [
    spec.name,
    new Set(spec.phases.filter(({ optional, backends: wiredBy }) => optional !== true && wiredBy === undefined).map(({ name }) => name)),
  ]),
);
const namesIn = (attribute: unknown): string[] => ((attribute ?? []) as readonly string[]).map((entry) => entry.replace(/ \(.*\)$/, ''));

/** The same in every run, so that a failure is of the change at hand; MUTATION_SEED explores others. */
const SEED = Number(process.env['MUTATION_SEED'] ?? 1);

describe('lines that are lost, doubled, delayed, shuffled, cut or garbled', () => {
  it.each(scenarios())('%s', async (scenario) => {
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 40 }), async (mutations) => {
        const logs = await logsOf(join(GOLDEN, scenario), (bytes) => mutated(bytes, mutations));
        // By its text too: the parts of a rotated log have one name, and offsets of their own.
        const lineAt = new Map(
          logs.flatMap(({ events }) => events.map((event) => [`${event.origin.path}:${event.origin.offset} ${event.text}`, event])),
        );
        const traces = correlate(logs);

        const roots = traces.filter(({ form }) => form === 'action').map(({ traceId }) => traceId);
        // In an hour that the clocks repeat only the order of the lines tells the two passes apart: where a line was moved, it may be
        // read an hour off, and what comes over six minutes after an action's end is a new one (docs/tracing-model.md, Known limitations).
        if (scenario === 'dst-fold-boot-info') return;
        expect(new Set(roots).size, 'an action has one root').toBe(roots.length);
        const ids = traces.flatMap(({ spans }) => spans.map(({ traceId, spanId }) => `${traceId} ${spanId}`));
        expect(new Set(ids).size, 'a span id is used once').toBe(ids.length);

        const requests = new Set(traces.map(({ request }) => request));
        for (const { instance, request, spans } of traces) {
          for (const { events } of spans) {
            for (const { attributes, name } of events) {
              const line = lineAt.get(
                `${attributes['log.file.path']}:${attributes['novaspan.log.offset']} ${attributes['novaspan.log.message']}`,
              );
              if (line === undefined) continue;
              const { instance: about = instance, requestId = request, globalRequestId = request } = line;
              expect(about, name).toBe(instance);
              for (const id of [requestId, globalRequestId]) if (requests.has(id)) expect(id, name).toBe(request);
            }
          }
        }

        for (const { form, action, spans } of traces) {
          if (form !== 'action') continue;
          const told = spans[0]!.attributes;
          const named = new Set(
            ['observed', 'missing', 'not_logged', 'not_applicable'].flatMap((list) => namesIn(told[`novaspan.phases.${list}`])),
          );
          // What compute hosts did is on the attempts, and not missing on the root that nova-conductor writes.
          const own = spans[0]!.service === 'nova-compute' ? (phasesOf.get(action as never) ?? []) : ofControlPlane;
          for (const phase of own) expect(named, `${action} says what became of its phases`).toContain(phase);
        }
      }),
      { numRuns: sized({ fast: 2, long: 15 }, 'MUTATION_RUNS'), seed: SEED },
    );
  });
});
