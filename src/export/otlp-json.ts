import { doubles, SCHEMA_URL } from '../model/attributes.js';
import type { Writer } from '../model/record.js';
import type { Attributes, AttributeValue, FinishedTrace, SpanData, SpanEvent, SpanKind, SpanLink } from '../model/span.js';
import { fragment, JsonBytes } from './json-bytes.js';
import { FLAGS, kindNumbers, STATUS_ERROR } from './otlp.js';
import { byWriter, exact, resourceAttributes, scope, sortedKeys } from './resource.js';

/** Encodes a trace; the bytes are valid until the next one. */
export type OtlpEncoder = (trace: FinishedTrace) => Buffer;

/**
 * Makes an encoder of traces: each as one line of OTLP JSON, without its newline, byte for byte what the Collector's file
 * exporter writes for it (test/stack proves it). What is at its default is left out, as there; the same trace always gives
 * the same bytes.
 *
 * @param extra of each resource, from OTEL_RESOURCE_ATTRIBUTES
 */
export function createOtlpEncoder(extra: Attributes = {}): OtlpEncoder {
  const json = new JsonBytes();
  /** By service and host: an installation has few, a trace has most of them. */
  const resources = new Map<string, Uint8Array>();

  const resourceOf = (writer: Writer): Uint8Array => {
    const name = `${writer.service}@${writer.host}`;
    let resource = resources.get(name);
    if (resource === undefined) resources.set(name, (resource = resourceOpening(writer, extra)));
    return resource;
  };

  return (trace) => {
    json.clear();
    json.add(OPENING);
    let isFirst = true;
    for (const group of byWriter(trace.spans)) {
      if (!isFirst) json.addByte(COMMA);
      isFirst = false;
      json.add(resourceOf(group));
      for (let i = 0; i < group.spans.length; i++) {
        if (i > 0) json.addByte(COMMA);
        addSpan(json, group.spans[i]!);
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
const ATTRIBUTES = fragment(',"attributes":[');
const EVENTS = fragment(',"events":[');
const DROPPED = fragment(',"droppedEventsCount":');
const LINKS = fragment(',"links":[');
const NO_STATUS = fragment(',"status":{}}');
const ERROR = fragment(',"status":{"message":"');
const ERROR_END = fragment(`","code":${STATUS_ERROR}}}`);
const EVENT_TIME = fragment('{"timeUnixNano":"');
const EVENT_NAME = fragment('","name":"');
const LINK_END = fragment(`,"flags":${FLAGS}}`);

/** What stands before the spans of one writer of logs. */
function resourceOpening(writer: Writer, extra: Attributes): Uint8Array {
  const json = new JsonBytes();
  const attributes = resourceAttributes(writer, extra);
  json.add(fragment('{"resource":{"attributes":['));
  addKeyValues(json, attributes, sortedKeys(attributes));
  json.add(fragment(`]},"scopeSpans":[{"scope":${JSON.stringify(scope)},"spans":[`));
  return Uint8Array.from(json.written);
}

/** The keys' order is the file exporter's. */
function addSpan(json: JsonBytes, span: SpanData): void {
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
      addEvent(json, events[i]!);
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

function addEvent(json: JsonBytes, { at, name, attributes }: SpanEvent): void {
  json.add(EVENT_TIME);
  json.addNanos(at);
  json.add(EVENT_NAME);
  json.addText(name);
  json.addByte(QUOTE);
  addAttributes(json, attributes);
  json.addByte(BRACE);
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

/** The member of a span, event or link, where it has attributes. */
function addAttributes(json: JsonBytes, attributes: Attributes): void {
  const keys = sortedKeys(attributes);
  if (keys.length === 0) return;
  json.add(ATTRIBUTES);
  addKeyValues(json, attributes, keys);
  json.addByte(BRACKET);
}

function addKeyValues(json: JsonBytes, attributes: Attributes, keys: readonly string[]): void {
  for (let i = 0; i < keys.length; i++) {
    if (i > 0) json.addByte(COMMA);
    const key = keys[i]!;
    addKeyValue(json, openingOf(key), exact(attributes[key]!));
  }
}

/** What stands before the value of one key, by the sort of value. */
interface KeyOpening {
  readonly string: Uint8Array;
  readonly boolean: Uint8Array;
  readonly integer: Uint8Array;
  readonly double: Uint8Array;
  /** its numbers are doubles, also when they are whole */
  readonly isDouble: boolean;
  readonly array: Uint8Array;
  /** whole attributes by their text, for as long as there are few: paths of logs, methods, how well an end is known */
  texts: Map<string, Uint8Array> | undefined;
}

/** A key with more values than this is one of ids. */
const MANY = 1000;

/** There are three dozen keys. */
const openings = new Map<string, KeyOpening>();

function openingOf(key: string): KeyOpening {
  let opening = openings.get(key);
  if (opening === undefined) {
    const until = `{"key":${JSON.stringify(key)},"value":`;
    opening = {
      string: fragment(`${until}{"stringValue":"`),
      boolean: fragment(`${until}{"boolValue":`),
      integer: fragment(`${until}{"intValue":"`),
      double: fragment(`${until}{"doubleValue":`),
      isDouble: doubles.has(key),
      array: fragment(`${until}{"arrayValue":{`),
      texts: new Map(),
    };
    openings.set(key, opening);
  }
  return opening;
}

const TEXT_END = fragment('"}}');
const VALUE_END = fragment('}}');
const VALUES = fragment('"values":[');
const VALUES_END = fragment(']}}}');
const NO_VALUES = fragment('}}}');
const ITEM = fragment('{"stringValue":"');
const ITEM_END = fragment('"}');

/** With the brace that closes the attribute. */
function addKeyValue(json: JsonBytes, opening: KeyOpening, value: AttributeValue): void {
  switch (typeof value) {
    case 'string':
      addTextValue(json, opening, value);
      break;
    case 'boolean':
      json.add(opening.boolean);
      json.addPlain(String(value));
      json.add(VALUE_END);
      break;
    case 'number': {
      const isInteger = Number.isInteger(value) && !opening.isDouble;
      json.add(isInteger ? opening.integer : opening.double);
      json.addNumber(value);
      json.add(isInteger ? TEXT_END : VALUE_END);
      break;
    }
    default:
      json.add(opening.array);
      if (value.length === 0) json.add(NO_VALUES);
      else {
        json.add(VALUES);
        for (let i = 0; i < value.length; i++) {
          if (i > 0) json.addByte(COMMA);
          json.add(ITEM);
          json.addText(value[i]!);
          json.add(ITEM_END);
        }
        json.add(VALUES_END);
      }
  }
}

function addTextValue(json: JsonBytes, opening: KeyOpening, value: string): void {
  const known = opening.texts?.get(value);
  if (known !== undefined) return json.add(known);
  const start = json.length;
  json.add(opening.string);
  json.addText(value);
  json.add(TEXT_END);
  if (opening.texts === undefined) return;
  if (opening.texts.size === MANY) opening.texts = undefined;
  else opening.texts.set(value, Uint8Array.from(json.written.subarray(start)));
}
