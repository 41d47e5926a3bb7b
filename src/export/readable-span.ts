import { type Attributes as SdkAttributes, type SpanContext, SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { Attributes, FinishedTrace, SpanData } from '../model/span.js';
import { hrDuration, hrTime } from './instant.js';
import { byWriter, resourceAttributes, scope, sortedAttributes } from './resource.js';

/** A trace as the SDK's serializers take it. Spans that share a resource share the object: that is how they are grouped. */
export function toReadableSpans(trace: FinishedTrace, extra: Attributes = {}): ReadableSpan[] {
  return byWriter(trace.spans).flatMap((group) => {
    const resource = resourceFromAttributes(sdkAttributes(resourceAttributes(group, extra)));
    return group.spans.map((span) => toReadableSpan(span, resource));
  });
}

/** Made by hand, not through a tracer: a tracer would invent ids, clamp times and drop the oldest events. */
export function toReadableSpan(span: SpanData, resource: ReadableSpan['resource']): ReadableSpan {
  const context = contextOf(span.traceId, span.spanId);
  return {
    name: span.name,
    kind: SpanKind.INTERNAL,
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
    instrumentationScope: scope,
    droppedAttributesCount: 0,
    droppedEventsCount: span.droppedEvents,
    droppedLinksCount: 0,
  };
}

const contextOf = (traceId: string, spanId: string): SpanContext => ({ traceId, spanId, traceFlags: TraceFlags.SAMPLED });

const sdkAttributes = (attributes: Attributes): SdkAttributes => Object.fromEntries(sortedAttributes(attributes)) as SdkAttributes;
