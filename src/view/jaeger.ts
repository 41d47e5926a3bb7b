import { exact, resourceAttributes, scope, sortedKeys } from '../export/resource.js';
import { doubles } from '../model/attributes.js';
import type { Attributes, AttributeValue, FinishedTrace, SpanData } from '../model/span.js';

/** Traces in the JSON of Jaeger's query API, for Jaeger's own page and Grafana's data source. */
export interface JaegerTrace {
  readonly traceID: string;
  readonly spans: readonly JaegerSpan[];
  readonly processes: Readonly<Record<string, { readonly serviceName: string; readonly tags: readonly KeyValue[] }>>;
  readonly warnings: null;
}

interface JaegerSpan {
  readonly traceID: string;
  readonly spanID: string;
  readonly operationName: string;
  readonly references: readonly { readonly refType: 'CHILD_OF' | 'FOLLOWS_FROM'; readonly traceID: string; readonly spanID: string }[];
  /** microseconds */
  readonly startTime: number;
  readonly duration: number;
  readonly tags: readonly KeyValue[];
  readonly logs: readonly { readonly timestamp: number; readonly fields: readonly KeyValue[] }[];
  readonly processID: string;
  readonly warnings: null;
}

export interface KeyValue {
  readonly key: string;
  readonly type: 'string' | 'bool' | 'int64' | 'float64';
  readonly value: string | number | boolean;
}

/** A trace in Jaeger's JSON. */
export function toJaeger(trace: FinishedTrace): JaegerTrace {
  const processes = new Map<string, { id: string; serviceName: string; tags: KeyValue[] }>();
  const spans = trace.spans.map((span): JaegerSpan => {
    const writer = `${span.service}@${span.host}`;
    let process = processes.get(writer);
    if (process === undefined) {
      process = { id: `p${processes.size + 1}`, serviceName: span.service, tags: processTags(span) };
      processes.set(writer, process);
    }
    return {
      traceID: span.traceId,
      spanID: span.spanId,
      operationName: span.name,
      references: [
        ...(span.parentSpanId === undefined ? [] : [{ refType: 'CHILD_OF' as const, traceID: span.traceId, spanID: span.parentSpanId }]),
        ...span.links.map(({ traceId, spanId }) => ({ refType: 'FOLLOWS_FROM' as const, traceID: traceId, spanID: spanId })),
      ],
      startTime: micros(span.start),
      duration: micros(span.end) - micros(span.start),
      tags: tagsOf(span),
      logs: span.events.map(({ name, at, attributes }) => ({
        timestamp: micros(at),
        fields: [text('event', name), ...listOf(attributes)].sort(byKey),
      })),
      processID: process.id,
      warnings: null,
    };
  });
  return {
    traceID: trace.traceId,
    spans,
    processes: Object.fromEntries([...processes.values()].map(({ id, serviceName, tags }) => [id, { serviceName, tags }])),
    warnings: null,
  };
}

/** Milliseconds in microseconds, Jaeger's unit. */
export const micros = (millis: number): number => Math.round(millis * 1000);

const text = (key: string, value: string): KeyValue => ({ key, type: 'string', value });
const byKey = (a: KeyValue, b: KeyValue): number => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

/** Tags that Jaeger derives from an OTLP span besides its attributes: kind, status and scope. */
export const tagsOf = (span: SpanData): KeyValue[] =>
  [
    ...listOf(span.attributes),
    text('span.kind', span.kind),
    text('otel.scope.name', scope.name),
    ...(scope.version === undefined ? [] : [text('otel.scope.version', scope.version)]),
    ...(span.error === undefined ? [] : [{ key: 'error', type: 'bool' as const, value: true }, text('otel.status_code', 'ERROR')]),
    ...(span.error === undefined || span.error === '' ? [] : [text('otel.status_description', span.error)]),
  ].sort(byKey);

export const processTags = ({ service, host }: Pick<SpanData, 'service' | 'host'>): KeyValue[] =>
  listOf(resourceAttributes({ service, host })).filter(({ key }) => key !== 'service.name');

export const listOf = (attributes: Attributes): KeyValue[] => sortedKeys(attributes).map((key) => keyValue(key, attributes[key]!));

function keyValue(key: string, given: AttributeValue): KeyValue {
  const value = exact(given);
  if (typeof value === 'boolean') return { key, type: 'bool', value };
  if (typeof value === 'number') return { key, type: doubles.has(key) || !Number.isInteger(value) ? 'float64' : 'int64', value };
  return { key, type: 'string', value: typeof value === 'string' ? value : JSON.stringify(value) };
}
