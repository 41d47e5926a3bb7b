import { SCHEMA_URL } from '../model/attributes.js';
import type { Writer } from '../model/record.js';
import type { Attributes, FinishedTrace, SpanData, SpanEvent, SpanKind, SpanLink } from '../model/span.js';
import { addAttributes, addKeyValues } from './json-attributes.js';
import { fragment, JsonBytes } from './json-bytes.js';
import { FLAGS, kindNumbers, STATUS_ERROR } from './otlp.js';
import { byWriter, resourceAttributes, scope } from './resource.js';

/** Encodes a trace as OTLP JSON. The bytes are valid until the next call. */
export type OtlpEncoder = (trace: FinishedTrace) => Buffer;

/**
 * Creates an encoder of traces. Each trace is one line of OTLP JSON without the newline, byte for byte as the
 * Collector's file exporter writes it (test/stack proves it), and without default values. The same trace always gives
 * the same bytes.
 *
 * @param extra attributes of each resource, from OTEL_RESOURCE_ATTRIBUTES
 */
export function createOtlpEncoder(extra: Attributes = {}): OtlpEncoder {
  const json = new JsonBytes();
  const written: Written = new Map();
  /** encoded resources by service and host: an installation has few, and a trace contains most of them */
  const resources = new Map<string, Uint8Array>();

  const resourceOf = (writer: Writer): Uint8Array => {
    const name = `${writer.service}@${writer.host}`;
    let resource = resources.get(name);
    if (resource === undefined) resources.set(name, (resource = resourceOpening(writer, extra)));
    return resource;
  };

  return (trace) => {
    json.clear();
    written.clear();
    json.add(OPENING);
    let isFirst = true;
    for (const group of byWriter(trace.spans)) {
      if (!isFirst) json.addByte(COMMA);
      isFirst = false;
      json.add(resourceOf(group));
      for (let i = 0; i < group.spans.length; i++) {
        if (i > 0) json.addByte(COMMA);
        addSpan(json, group.spans[i]!, written);
      }
      json.add(GROUP_END);
    }
    json.add(CLOSING);
    return json.written;
  };
}

let encodeDefault: OtlpEncoder | undefined;

/** A trace as one line of OTLP JSON, as text. */
export function toOtlpJson(trace: FinishedTrace, extra?: Attributes): string {
  const encode = extra === undefined ? (encodeDefault ??= createOtlpEncoder()) : createOtlpEncoder(extra);
  return encode(trace).toString();
}

const COMMA = 0x2c;
const QUOTE = 0x22;
const BRACKET = 0x5d;
const BRACE = 0x7d;
const OPENING = fragment('{"resourceSpans":[');
const GROUP_END = fragment(`],"schemaUrl":"${SCHEMA_URL}"}],"schemaUrl":"${SCHEMA_URL}"}`);
const CLOSING = fragment(']}');
const TRACE_ID = fragment('{"traceId":"');
const SPAN_ID = fragment('","spanId":"');
const PARENT_ID = fragment('","parentSpanId":"');
const SPAN_NAME = fragment(`","flags":${FLAGS},"name":"`);
const spanStart = (kind: SpanKind): Uint8Array => fragment(`","kind":${kindNumbers[kind]},"startTimeUnixNano":"`);
const SPAN_START: Readonly<Record<SpanKind, Uint8Array>> = {
  internal: spanStart('internal'),
  server: spanStart('server'),
  client: spanStart('client'),
};
const SPAN_STOP = fragment('","endTimeUnixNano":"');
const EVENTS = fragment(',"events":[');
const DROPPED = fragment(',"droppedEventsCount":');
const LINKS = fragment(',"links":[');
const NO_STATUS = fragment(',"status":{}}');
const ERROR = fragment(',"status":{"message":"');
const ERROR_END = fragment(`","code":${STATUS_ERROR}}}`);
const EVENT_TIME = fragment('{"timeUnixNano":"');
const LINK_END = fragment(`,"flags":${FLAGS}}`);

/** The bytes before the spans of one resource. */
function resourceOpening(writer: Writer, extra: Attributes): Uint8Array {
  const json = new JsonBytes();
  const attributes = resourceAttributes(writer, extra);
  json.add(fragment('{"resource":{"attributes":['));
  addKeyValues(json, attributes);
  json.add(fragment(`]},"scopeSpans":[{"scope":${JSON.stringify(scope)},"spans":[`));
  return Uint8Array.from(json.written);
}

/** Writes a span. The order of the keys is that of the file exporter. */
function addSpan(json: JsonBytes, span: SpanData, written: Written): void {
  json.add(TRACE_ID);
  json.addPlain(span.traceId);
  json.add(SPAN_ID);
  json.addPlain(span.spanId);
  if (span.parentSpanId !== undefined) {
    json.add(PARENT_ID);
    json.addPlain(span.parentSpanId);
  }
  json.add(SPAN_NAME);
  json.addText(span.name);
  json.add(SPAN_START[span.kind]);
  json.addNanos(span.start);
  json.add(SPAN_STOP);
  json.addNanos(span.end);
  json.addByte(QUOTE);
  addAttributes(json, span.attributes);
  const { events, links } = span;
  if (events.length > 0) {
    json.add(EVENTS);
    for (let i = 0; i < events.length; i++) {
      if (i > 0) json.addByte(COMMA);
      addEvent(json, events[i]!, written);
    }
    json.addByte(BRACKET);
  }
  if (span.droppedEvents > 0) {
    json.add(DROPPED);
    json.addNumber(span.droppedEvents);
  }
  if (links.length > 0) {
    json.add(LINKS);
    for (let i = 0; i < links.length; i++) {
      if (i > 0) json.addByte(COMMA);
      addLink(json, links[i]!);
    }
    json.addByte(BRACKET);
  }
  if (span.error === undefined) json.add(NO_STATUS);
  else {
    json.add(ERROR);
    json.addText(span.error);
    json.add(ERROR_END);
  }
}

/**
 * The ranges of bytes of the events that were written: a line that bounds two spans is the same event on both, and is
 * encoded once.
 */
type Written = Map<SpanEvent, { readonly start: number; readonly end: number }>;

function addEvent(json: JsonBytes, event: SpanEvent, written: Written): void {
  const before = written.get(event);
  if (before !== undefined) return json.repeat(before.start, before.end);
  const start = json.length;
  json.add(EVENT_TIME);
  json.addNanos(event.at);
  json.add(namesOfEvents.get(event.name) ?? nameOfEvent(event.name));
  addAttributes(json, event.attributes);
  json.addByte(BRACE);
  written.set(event, { start, end: json.length });
}

/** Event names are kinds of lines. There are a few hundred. */
const MOST_NAMES = 1000;
const namesOfEvents = new Map<string, Uint8Array>();

function nameOfEvent(name: string): Uint8Array {
  const piece = fragment(`","name":${JSON.stringify(name)}`);
  if (namesOfEvents.size < MOST_NAMES) namesOfEvents.set(name, piece);
  return piece;
}

function addLink(json: JsonBytes, { traceId, spanId, attributes }: SpanLink): void {
  json.add(TRACE_ID);
  json.addPlain(traceId);
  json.add(SPAN_ID);
  json.addPlain(spanId);
  json.addByte(QUOTE);
  addAttributes(json, attributes);
  json.add(LINK_END);
}
