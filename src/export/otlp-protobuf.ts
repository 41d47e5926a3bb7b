import { doubles } from '../model/attributes.js';
import type { Attributes, AttributeValue, SpanData, SpanEvent, SpanLink } from '../model/span.js';
import { FLAGS, kindNumbers, STATUS_ERROR } from './otlp.js';
import { ProtobufBytes } from './protobuf.js';
import { type Batch, exact, sortedKeys } from './resource.js';

/** Reused for each request, which sends a copy of the right size. */
const out = new ProtobufBytes();

/**
 * Encodes batches as one ExportTraceServiceRequest in protobuf: byte for byte as the SDK's serializer, except for
 * numbers with a key of type double. The SDK has no types of keys, and writes every whole number as an integer.
 */
export function toOtlpProtobuf(batches: readonly Batch[]): Buffer {
  out.clear();
  for (const batch of batches) {
    const from = out.open(1);
    addBatch(batch);
    out.close(from);
  }
  return Buffer.from(out.written);
}

// Numbers of fields: opentelemetry/proto/trace/v1/trace.proto.

function addBatch({ resource, scope, schemaUrl, spans }: Batch): void {
  const ofResource = out.open(1);
  addAttributes(1, resource);
  out.int(2, 0);
  out.close(ofResource);
  const ofSpans = out.open(2);
  const ofScope = out.open(1);
  out.text(1, scope.name);
  if (scope.version !== undefined) out.text(2, scope.version);
  out.close(ofScope);
  for (let i = 0; i < spans.length; i++) addSpan(spans[i]!);
  if (schemaUrl !== undefined) out.text(3, schemaUrl);
  out.close(ofSpans);
  if (schemaUrl !== undefined) out.text(3, schemaUrl);
}

function addSpan(span: SpanData): void {
  const { events, links } = span;
  const from = out.open(2);
  out.hex(1, span.traceId);
  out.hex(2, span.spanId);
  if (span.parentSpanId !== undefined) out.hex(4, span.parentSpanId);
  out.text(5, span.name);
  out.int(6, kindNumbers[span.kind]);
  out.nanos(7, span.start);
  out.nanos(8, span.end);
  addAttributes(9, span.attributes);
  out.int(10, 0);
  for (let i = 0; i < events.length; i++) addEvent(events[i]!);
  out.int(12, span.droppedEvents);
  for (let i = 0; i < links.length; i++) addLink(links[i]!);
  out.int(14, 0);
  const ofStatus = out.open(15);
  if (span.error !== undefined && span.error !== '') out.text(2, span.error);
  out.int(3, span.error === undefined ? 0 : STATUS_ERROR);
  out.close(ofStatus);
  out.fixed32(16, FLAGS);
  out.close(from);
}

function addEvent({ at, name, attributes }: SpanEvent): void {
  const from = out.open(11);
  out.nanos(1, at);
  out.text(2, name);
  addAttributes(3, attributes);
  out.int(4, 0);
  out.close(from);
}

function addLink({ traceId, spanId, attributes }: SpanLink): void {
  const from = out.open(13);
  out.hex(1, traceId);
  out.hex(2, spanId);
  addAttributes(4, attributes);
  out.int(5, 0);
  out.fixed32(6, FLAGS);
  out.close(from);
}

/** A key with more values than this contains ids. */
const MANY = 200;
/** A longer text (characters) is a log line, which is rarely repeated. */
const LONG = 256;

/** Encoded attributes by key and text, such as paths of logs or HTTP methods. Undefined for keys with many values. */
const known = new Map<string, Map<string, Uint8Array> | undefined>();

function addAttributes(field: number, attributes: Attributes): void {
  const keys = sortedKeys(attributes);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    const value = exact(attributes[key]!);
    if (typeof value === 'string') addTextAttribute(field, key, value);
    else addAttribute(field, key, value);
  }
}

function addTextAttribute(field: number, key: string, value: string): void {
  if (!known.has(key)) known.set(key, new Map());
  const texts = known.get(key);
  if (texts === undefined || value.length > LONG) return addAttribute(field, key, value);
  const piece = texts.get(value);
  if (piece !== undefined) return out.sized(field, piece);
  const from = out.length;
  addAttribute(field, key, value);
  if (texts.size === MANY) known.set(key, undefined);
  // The field number takes one byte.
  else texts.set(value, Uint8Array.from(out.written.subarray(from + 1)));
}

function addAttribute(field: number, key: string, value: AttributeValue): void {
  const from = out.open(field);
  out.text(1, key);
  const ofValue = out.open(2);
  addValue(value, doubles.has(key));
  out.close(ofValue);
  out.close(from);
}

function addValue(value: AttributeValue, isDouble: boolean): void {
  switch (typeof value) {
    case 'string':
      return out.text(1, value);
    case 'boolean':
      return out.int(2, value ? 1 : 0);
    case 'number':
      return Number.isInteger(value) && !isDouble ? out.int(3, value) : out.double(4, value);
    default: {
      const from = out.open(5);
      for (let i = 0; i < value.length; i++) {
        const ofItem = out.open(1);
        out.text(1, value[i]!);
        out.close(ofItem);
      }
      return out.close(from);
    }
  }
}
