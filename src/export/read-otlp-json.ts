import type { Attributes, HrTime, SpanContext, SpanStatus } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';

/** OTLP JSON, as far as this program writes it. */
interface Document {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeSpans: readonly {
      readonly scope: { readonly name: string; readonly version?: string };
      readonly spans: readonly Span[];
    }[];
  }[];
}

interface Span extends Ids {
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly KeyValue[];
  readonly events: readonly { readonly name: string; readonly timeUnixNano: string; readonly attributes: readonly KeyValue[] }[];
  readonly droppedEventsCount: number;
  readonly links: readonly (Ids & { readonly attributes: readonly KeyValue[] })[];
  readonly status: SpanStatus;
}

interface Ids {
  readonly traceId: string;
  readonly spanId: string;
  readonly flags: number;
}

interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

interface AnyValue {
  readonly stringValue?: string;
  readonly intValue?: number;
  readonly doubleValue?: number;
  readonly boolValue?: boolean;
  readonly arrayValue?: { readonly values: readonly AnyValue[] };
}

/**
 * The way back: what the SDK's JSON serializer wrote, as its serializers take it, so that the same request is made of it in either
 * encoding. Resource and scope are those of the document, also where the product has another version by now.
 *
 * @throws Error for a text that is not such a document
 */
export function readableSpansIn(document: string): ReadableSpan[] {
  const { resourceSpans } = JSON.parse(document) as Document;
  if (!Array.isArray(resourceSpans)) throw new Error('it holds no OTLP JSON: resourceSpans is missing');
  return (resourceSpans as Document['resourceSpans']).flatMap(({ resource, scopeSpans }) => {
    // Spans that share a resource share the object: that is how the serializer groups them.
    const shared = resourceFromAttributes(attributesOf(resource.attributes));
    return scopeSpans.flatMap(({ scope, spans }) => spans.map((span) => toReadable(span, shared, scope)));
  });
}

function toReadable(
  span: Span,
  resource: ReadableSpan['resource'],
  instrumentationScope: ReadableSpan['instrumentationScope'],
): ReadableSpan {
  const context = contextOf(span);
  return {
    name: span.name,
    kind: span.kind - 1,
    spanContext: () => context,
    ...(span.parentSpanId !== undefined && { parentSpanContext: { ...context, spanId: span.parentSpanId } }),
    startTime: hrTimeOf(span.startTimeUnixNano),
    endTime: hrTimeOf(span.endTimeUnixNano),
    // No serializer looks at it.
    duration: [0, 0],
    ended: true,
    status: span.status,
    attributes: attributesOf(span.attributes),
    events: span.events.map(({ name, timeUnixNano, attributes }) => ({
      name,
      time: hrTimeOf(timeUnixNano),
      attributes: attributesOf(attributes),
    })),
    links: span.links.map((link) => ({ context: contextOf(link), attributes: attributesOf(link.attributes) })),
    resource,
    instrumentationScope,
    droppedAttributesCount: 0,
    droppedEventsCount: span.droppedEventsCount,
    droppedLinksCount: 0,
  };
}

/** The low eight bits of OTLP's flags are those of the W3C; the others say what the serializer says by itself. */
const contextOf = ({ traceId, spanId, flags }: Ids): SpanContext => ({ traceId, spanId, traceFlags: flags & 0xff });

const attributesOf = (list: readonly KeyValue[]): Attributes =>
  Object.fromEntries(list.map(({ key, value }) => [key, plain(value)])) as Attributes;

const plain = ({ arrayValue, ...value }: AnyValue): unknown =>
  arrayValue === undefined ? (value.stringValue ?? value.intValue ?? value.doubleValue ?? value.boolValue) : arrayValue.values.map(plain);

/** Nanoseconds, as text of any length: seconds are all but its last nine digits. */
const hrTimeOf = (nanos: string): HrTime => [Number(nanos.slice(0, -9)), Number(nanos.slice(-9))];
