import { type HrTime, type Attributes as SdkAttributes, type SpanContext, SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { micros } from '../../src/export/instant.js';
import { batchesOf, exact, type Scope, sortedKeys } from '../../src/export/resource.js';
import type { Millis } from '../../src/model/line.js';
import type { Attributes, FinishedTrace, SpanData } from '../../src/model/span.js';

/** A trace as the SDK's serializers take it: what they make of it, ours must make, too. */
export const toReadableSpans = (trace: FinishedTrace, extra: Attributes = {}): ReadableSpan[] =>
  batchesOf(trace, extra).flatMap(({ resource: attributes, scope, schemaUrl, spans }) => {
    // Spans that share a resource share the object: that is how they are grouped.
    const resource = resourceFromAttributes(sdkAttributes(attributes), schemaUrl === undefined ? {} : { schemaUrl });
    const instrumentationScope = { ...scope, schemaUrl };
    return spans.map((span) => toReadableSpan(span, resource, instrumentationScope));
  });

const kinds: Readonly<Record<SpanData['kind'], SpanKind>> = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
};

function toReadableSpan(
  span: SpanData,
  resource: ReadableSpan['resource'],
  instrumentationScope: Scope & { readonly schemaUrl: string | undefined },
): ReadableSpan {
  const context = contextOf(span.traceId, span.spanId);
  return {
    name: span.name,
    kind: kinds[span.kind],
    spanContext: () => context,
    ...(span.parentSpanId !== undefined && { parentSpanContext: contextOf(span.traceId, span.parentSpanId) }),
    startTime: hrTime(span.start),
    endTime: hrTime(span.end),
    duration: hrDuration(span.start, span.end),
    ended: true,
    status: span.error === undefined ? { code: SpanStatusCode.UNSET } : { code: SpanStatusCode.ERROR, message: span.error },
    attributes: sdkAttributes(span.attributes),
    events: span.events.map(({ name, at, attributes }) => ({ name, time: hrTime(at), attributes: sdkAttributes(attributes) })),
    links: span.links.map(({ traceId, spanId, attributes }) => ({
      context: contextOf(traceId, spanId),
      attributes: sdkAttributes(attributes),
    })),
    resource,
    instrumentationScope: instrumentationScope as ReadableSpan['instrumentationScope'],
    droppedAttributesCount: 0,
    droppedEventsCount: span.droppedEvents,
    droppedLinksCount: 0,
  };
}

const contextOf = (traceId: string, spanId: string): SpanContext => ({ traceId, spanId, traceFlags: TraceFlags.SAMPLED });

const sdkAttributes = (attributes: Attributes): SdkAttributes =>
  Object.fromEntries(sortedKeys(attributes).map((key) => [key, exact(attributes[key]!)])) as SdkAttributes;

/** `[seconds, nanoseconds]`, by integer arithmetic alone. */
const hrTime = (at: Millis): HrTime => split(micros(at));

/** The time from `start` to `end`; negative where two clocks disagree, then with both parts negative or zero. */
const hrDuration = (start: Millis, end: Millis): HrTime => split(micros(end) - micros(start));

function split(us: number): HrTime {
  const rest = us % 1_000_000;
  return [(us - rest) / 1_000_000, rest * 1000];
}
