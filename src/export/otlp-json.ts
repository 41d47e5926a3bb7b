import type { Attributes, AttributeValue, FinishedTrace, SpanData } from '../model/span.js';
import { unixNano } from './instant.js';
import { byWriter, resourceAttributes, scope, sortedAttributes } from './resource.js';

/**
 * A trace as one line of OTLP JSON: byte for byte what the Collector's file exporter writes for it (test/stack proves it).
 * What is at its default is left out, as there; the same trace always gives the same bytes.
 */
export function toOtlpJson(trace: FinishedTrace, extra: Attributes = {}): string {
  return JSON.stringify({
    resourceSpans: byWriter(trace.spans).map((group) => ({
      resource: { attributes: keyValues(resourceAttributes(group, extra)) },
      scopeSpans: [{ scope, spans: group.spans.map(otlpSpan) }],
    })),
  });
}

/** Sampled, and known not to be of another process: what the SDK says over HTTP. */
const FLAGS = 0x101;

/** The keys' order is the file exporter's. */
function otlpSpan(span: SpanData) {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentSpanId !== undefined && { parentSpanId: span.parentSpanId }),
    flags: FLAGS,
    name: span.name,
    kind: 1, // SPAN_KIND_INTERNAL
    startTimeUnixNano: unixNano(span.start),
    endTimeUnixNano: unixNano(span.end),
    ...given('attributes', keyValues(span.attributes)),
    ...given(
      'events',
      span.events.map(({ at, name, attributes }) => ({ timeUnixNano: unixNano(at), name, ...given('attributes', keyValues(attributes)) })),
    ),
    ...(span.droppedEvents > 0 && { droppedEventsCount: span.droppedEvents }),
    ...given(
      'links',
      span.links.map(({ traceId, spanId, attributes }) => ({
        traceId,
        spanId,
        ...given('attributes', keyValues(attributes)),
        flags: FLAGS,
      })),
    ),
    status: span.error === undefined ? {} : { message: span.error, code: 2 }, // STATUS_CODE_ERROR
  };
}

const given = <T>(key: string, list: readonly T[]) => (list.length > 0 ? { [key]: list } : {});

const keyValues = (attributes: Attributes) => sortedAttributes(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));

function anyValue(value: AttributeValue): object {
  switch (typeof value) {
    case 'string':
      return { stringValue: value };
    case 'boolean':
      return { boolValue: value };
    case 'number':
      return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
    default:
      return {
        arrayValue: given(
          'values',
          value.map((item) => ({ stringValue: item })),
        ),
      };
  }
}
