import type { Millis } from '../model/line.js';
import type { Attributes, AttributeValue, SpanData, SpanEvent, SpanKind } from '../model/span.js';
import { kindNumbers, STATUS_ERROR } from './otlp.js';
import type { Batch } from './resource.js';

/** OTLP JSON as novaspan writes it now and as 0.1.0 wrote it. Default values may be missing. */
interface Document {
  readonly resourceSpans?: readonly {
    readonly resource: { readonly attributes?: readonly KeyValue[] };
    readonly schemaUrl?: string;
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
  readonly attributes?: readonly KeyValue[];
  readonly events?: readonly Event[];
  readonly droppedEventsCount?: number;
  readonly links?: readonly (Ids & { readonly attributes?: readonly KeyValue[] })[];
  readonly status: { readonly code?: number; readonly message?: string };
}

interface Event {
  readonly name: string;
  readonly timeUnixNano: string;
  readonly attributes?: readonly KeyValue[];
}

interface Ids {
  readonly traceId: string;
  readonly spanId: string;
}

interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

interface AnyValue {
  readonly stringValue?: string;
  readonly intValue?: number | string;
  readonly doubleValue?: number;
  readonly boolValue?: boolean;
  readonly arrayValue?: { readonly values?: readonly { readonly stringValue?: string }[] };
}

/**
 * Parses OTLP JSON, so that it can be sent in either encoding. Resource and scope are those of the document, even if
 * novaspan has another version now.
 *
 * @throws Error if the text is no such document
 */
export function batchesIn(document: string): Batch[] {
  const { resourceSpans } = JSON.parse(document) as Document;
  if (!Array.isArray(resourceSpans)) throw new Error('it holds no OTLP JSON: resourceSpans is missing');
  return (resourceSpans as NonNullable<Document['resourceSpans']>).flatMap(({ resource, schemaUrl, scopeSpans }) => {
    const attributes = attributesOf(resource.attributes);
    const writer = { service: String(attributes['service.name']), host: String(attributes['host.name']) };
    return scopeSpans.map(({ scope, spans }) => ({
      resource: attributes,
      scope,
      schemaUrl,
      spans: spans.map((span) => ({ ...spanOf(span), ...writer })),
    }));
  });
}

const kinds = Object.fromEntries(Object.entries(kindNumbers).map(([kind, number]) => [number, kind])) as Readonly<Record<number, SpanKind>>;

const spanOf = (span: Span): Omit<SpanData, 'service' | 'host'> => ({
  traceId: span.traceId,
  spanId: span.spanId,
  parentSpanId: span.parentSpanId,
  name: span.name,
  kind: kinds[span.kind] ?? 'internal',
  start: millisOf(span.startTimeUnixNano),
  end: millisOf(span.endTimeUnixNano),
  attributes: attributesOf(span.attributes),
  events: (span.events ?? []).map(eventOf),
  droppedEvents: span.droppedEventsCount ?? 0,
  links: (span.links ?? []).map(({ traceId, spanId, attributes }) => ({ traceId, spanId, attributes: attributesOf(attributes) })),
  error: span.status.code === STATUS_ERROR ? (span.status.message ?? '') : undefined,
});

const eventOf = ({ name, timeUnixNano, attributes }: Event): SpanEvent => ({
  name,
  at: millisOf(timeUnixNano),
  attributes: attributesOf(attributes),
});

const attributesOf = (list: readonly KeyValue[] = []): Attributes => Object.fromEntries(list.map(({ key, value }) => [key, plain(value)]));

function plain({ stringValue, intValue, doubleValue, boolValue, arrayValue }: AnyValue): AttributeValue {
  if (arrayValue !== undefined) return (arrayValue.values ?? []).map((each) => each.stringValue ?? '');
  return stringValue ?? (intValue === undefined ? (doubleValue ?? boolValue ?? '') : Number(intValue));
}

/** Epoch ms from nanoseconds as text. Log times have microseconds, so the last three digits are zeros. */
const millisOf = (nanos: string): Millis => Number(nanos.slice(0, -3)) / 1000;
