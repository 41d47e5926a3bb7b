import { seeded } from '../../src/compare/statistics.js';
import type { Certainty } from '../../src/model/attributes.js';
import { keys } from '../../src/model/attributes.js';
import type { FinishedTrace, Outcome, SpanData } from '../../src/model/span.js';

interface PhaseSpec {
  readonly name: string;
  readonly service?: string;
  readonly from: number;
  readonly to: number;
  readonly startIs?: Certainty;
  readonly endIs?: Certainty;
  readonly error?: string;
  /** the phase that it is a part of; the root, where none is named */
  readonly within?: string;
}

export interface TraceSpec {
  readonly id: number;
  readonly action?: string;
  readonly level?: string;
  readonly outcome?: Outcome;
  readonly host?: string;
  readonly at?: number;
  readonly took: number;
  readonly error?: string;
  readonly errorType?: string;
  readonly phases?: readonly PhaseSpec[];
}

const BEGIN = Date.UTC(2026, 0, 14, 10);

/** A trace of so many ms, with phases at these from its start. */
export function traceOf(spec: TraceSpec): FinishedTrace {
  const { id, action = 'create', level = 'DEBUG', outcome = 'succeeded', host = 'cmp1', took, error, errorType, phases = [] } = spec;
  const traceId = id.toString(16).padStart(32, '0');
  const start = BEGIN + (spec.at ?? id * 60_000);
  const base = { traceId, kind: 'internal' as const, host, events: [], droppedEvents: 0, links: [] };
  const root: SpanData = {
    ...{ ...base, spanId: 'f'.repeat(16), parentSpanId: undefined, name: `instance ${action}`, service: 'nova-compute', error },
    ...{ start, end: start + took },
    attributes: {
      [keys.action]: action,
      [keys.outcome]: outcome,
      [keys.leastLevel]: level,
      ...(errorType !== undefined && { [keys.errorType]: errorType }),
    },
  };
  const idOf = (place: number): string => (place + 1).toString(16).padStart(16, '0');
  const spans = phases.map(
    ({ name, service = 'nova-compute', from, to, startIs = 'observed', endIs = 'observed', error: fault, within }, i): SpanData => ({
      ...{
        ...base,
        kind: service === 'neutron-server' ? 'server' : 'internal',
        spanId: idOf(i),
        parentSpanId: within === undefined ? root.spanId : idOf(phases.findIndex((one) => one.name === within)),
        name,
        service,
        error: fault,
      },
      ...{ start: start + from, end: start + to, attributes: { [keys.start]: startIs, [keys.end]: endIs } },
    }),
  );
  const instance = `00000000-0000-4000-8000-${id.toString(16).padStart(12, '0')}`;
  return { traceId, form: 'action', instance, request: undefined, action, spans: [root, ...spans] };
}

/** Boots that differ among each other as boots do: nova spawns while neutron makes the port, and waits for it. */
export function boots(n: number, { seed, first = seed * 100_000, level = 'DEBUG', extra = 0 }: BootOptions): FinishedTrace[] {
  const random = seeded(seed);
  // Long to the right, as times of phases are.
  const about = (middle: number): number => Math.round(middle * Math.exp(0.35 * (random() + random() + random() - 1.5) * 2));
  return Array.from({ length: n }, (_, i) => {
    const schedule = about(300);
    const image = about(1500);
    const create = about(700);
    const update = about(900) + extra;
    const plug = about(1200);
    const allocated = schedule + create + update + 20;
    const imaged = schedule + image;
    const waited = Math.max(allocated, imaged + 1) + 3;
    return traceOf({
      id: first + i,
      level,
      took: waited + plug + 50,
      phases: [
        { name: 'schedule', service: 'nova-scheduler', from: 5, to: schedule },
        { name: 'spawn', from: schedule, to: waited + plug + 20 },
        { name: 'network allocate', within: 'spawn', from: schedule, to: allocated },
        { name: 'neutron port create', service: 'neutron-server', from: schedule + 2, to: schedule + create },
        { name: 'port update', within: 'network allocate', from: schedule + create + 2, to: allocated - 5 },
        // Its access line may come before or after what nova writes when it has the answer.
        { name: 'neutron port update', service: 'neutron-server', from: schedule + create + 9, to: allocated - 5 + ((i % 5) - 2) },
        { name: 'image create', within: 'spawn', from: schedule, to: imaged },
        { name: 'network wait', within: 'spawn', from: imaged + 1, to: waited },
        { name: 'vif-plugged wait', within: 'spawn', from: waited, to: waited + plug },
      ],
    });
  });
}

interface BootOptions {
  readonly seed: number;
  /** the first trace's number */
  readonly first?: number;
  readonly level?: string;
  /** ms that each neutron port update takes more */
  readonly extra?: number;
}
