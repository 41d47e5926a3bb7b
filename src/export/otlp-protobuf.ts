import { doubles } from '../model/attributes.js';
import type { Attributes, AttributeValue, SpanData, SpanEvent, SpanLink } from '../model/span.js';
import { FLAGS, kindNumbers, STATUS_ERROR } from './otlp.js';
import { ProtobufBytes } from './protobuf.js';
import { type Batch, exact, sortedKeys } from './resource.js';

/**
 * Batches as one ExportTraceServiceRequest of protobuf: byte for byte what the SDK's serializer gives, but for numbers whose
 * key says that they are doubles. The SDK knows no types of keys: there a whole number is an integer.
 */
export function toOtlpProtobuf(batches: readonly Batch[]): Buffer {
  const out = new ProtobufBytes();
  for (const batch of batches) out.message(1, () => addBatch(out, batch));
  return out.written;
}

// Numbers of fields: opentelemetry/proto/trace/v1/trace.proto.

function addBatch(out: ProtobufBytes, { resource, scope, schemaUrl, spans }: Batch): void {
  out.message(1, () => {
    addAttributes(out, 1, resource);
    out.int(2, 0);
  });
  out.message(2, () => {
    out.message(1, () => {
      out.text(1, scope.name);
      if (scope.version !== undefined) out.text(2, scope.version);
    });
    for (const span of spans) out.message(2, () => addSpan(out, span));
    if (schemaUrl !== undefined) out.text(3, schemaUrl);
  });
  if (schemaUrl !== undefined) out.text(3, schemaUrl);
}

function addSpan(out: ProtobufBytes, span: SpanData): void {
  out.hex(1, span.traceId);
  out.hex(2, span.spanId);
  if (span.parentSpanId !== undefined) out.hex(4, span.parentSpanId);
  out.text(5, span.name);
  out.int(6, kindNumbers[span.kind]);
  out.nanos(7, span.start);
  out.nanos(8, span.end);
  addAttributes(out, 9, span.attributes);
  out.int(10, 0);
  for (const event of span.events) out.message(11, () => addEvent(out, event));
  out.int(12, span.droppedEvents);
  for (const link of span.links) out.message(13, () => addLink(out, link));
  out.int(14, 0);
  out.message(15, () => {
    if (span.error !== undefined && span.error !== '') out.text(2, span.error);
    out.int(3, span.error === undefined ? 0 : STATUS_ERROR);
  });
  out.fixed32(16, FLAGS);
}

function addEvent(out: ProtobufBytes, { at, name, attributes }: SpanEvent): void {
  out.nanos(1, at);
  out.text(2, name);
  addAttributes(out, 3, attributes);
  out.int(4, 0);
}

function addLink(out: ProtobufBytes, { traceId, spanId, attributes }: SpanLink): void {
  out.hex(1, traceId);
  out.hex(2, spanId);
  addAttributes(out, 4, attributes);
  out.int(5, 0);
  out.fixed32(6, FLAGS);
}

function addAttributes(out: ProtobufBytes, field: number, attributes: Attributes): void {
  for (const key of sortedKeys(attributes)) {
    out.message(field, () => {
      out.text(1, key);
      out.message(2, () => addValue(out, exact(attributes[key]!), doubles.has(key)));
    });
  }
}

function addValue(out: ProtobufBytes, value: AttributeValue, isDouble: boolean): void {
  switch (typeof value) {
    case 'string':
      return out.text(1, value);
    case 'boolean':
      return out.int(2, value ? 1 : 0);
    case 'number':
      return Number.isInteger(value) && !isDouble ? out.int(3, value) : out.double(4, value);
    default:
      return out.message(5, () => {
        for (const item of value) out.message(1, () => out.text(1, item));
      });
  }
}
