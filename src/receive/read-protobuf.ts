import { type Attributes, addRecord, DEEPEST, Malformed, NO_ATTRIBUTES, type SentRecord, type Value } from './value.js';

/** Field numbers by message, from opentelemetry-proto's logs.proto, common.proto and resource.proto. */
const FIELD = {
  request: { resourceLogs: 1 },
  resourceLogs: { resource: 1, scopeLogs: 2 },
  resource: { attributes: 1 },
  scopeLogs: { scope: 1, logRecords: 2 },
  scope: { attributes: 3 },
  logRecord: { time: 1, body: 5, attributes: 6 },
  keyValue: { key: 1, value: 2 },
  any: { string: 1, bool: 2, int: 3, double: 4, array: 5, map: 6, bytes: 7 },
  list: { values: 1 },
} as const;

/** Wire types of protobuf. */
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

interface Field {
  readonly number: number;
  readonly wire: number;
  /** value of a VARINT, modulo 2^64 */
  readonly varint: bigint;
  /** value of the other types: a view of the request, not a copy */
  readonly bytes: Buffer;
}

/**
 * Reads a request for `/v1/logs` in OTLP protobuf. Text that may be a log line stays bytes.
 * @throws Malformed
 */
export function readProtobuf(request: Buffer): SentRecord[] {
  const records: SentRecord[] = [];
  for (const ofResource of messagesIn(request, FIELD.request.resourceLogs)) {
    const resource = attributesIn(lastIn(ofResource, FIELD.resourceLogs.resource), FIELD.resource.attributes);
    for (const ofScope of messagesIn(ofResource, FIELD.resourceLogs.scopeLogs)) {
      const scope = attributesIn(lastIn(ofScope, FIELD.scopeLogs.scope), FIELD.scope.attributes);
      for (const record of messagesIn(ofScope, FIELD.scopeLogs.logRecords)) addRecord(records, recordOf(record, scope, resource));
    }
  }
  return records;
}

function recordOf(record: Buffer, scope: Attributes, resource: Attributes): SentRecord {
  let time: string | undefined;
  let body: Buffer | undefined;
  for (const { number, wire, bytes } of fieldsOf(record)) {
    if (number === FIELD.logRecord.time && wire === FIXED64) time = bytes.readBigUInt64LE().toString();
    if (number === FIELD.logRecord.body && wire === BYTES) body = bytes;
  }
  return {
    body: body === undefined ? undefined : (lastIn(body, FIELD.any.string) ?? readValue(body, 0)),
    attributes: attributesIn(record, FIELD.logRecord.attributes),
    scope,
    resource,
    time: time === '0' ? undefined : time,
  };
}

function attributesIn(message: Buffer | undefined, field: number, depth = 0): Attributes {
  if (message === undefined) return NO_ATTRIBUTES;
  const map = new Map<string, Value>();
  for (const entry of messagesIn(message, field)) {
    const value = lastIn(entry, FIELD.keyValue.value);
    map.set(lastIn(entry, FIELD.keyValue.key)?.toString('utf8') ?? '', value === undefined ? null : readValue(value, depth));
  }
  return map;
}

function readValue(any: Buffer, depth: number): Value {
  if (depth > DEEPEST) throw new Malformed('a value is too deep');
  let value: Value = null;
  for (const { number, wire, varint, bytes } of fieldsOf(any)) {
    if (number === FIELD.any.string && wire === BYTES) value = bytes.toString('utf8');
    if (number === FIELD.any.bool && wire === VARINT) value = varint !== 0n;
    if (number === FIELD.any.int && wire === VARINT) value = Number(BigInt.asIntN(64, varint));
    if (number === FIELD.any.double && wire === FIXED64) value = bytes.readDoubleLE();
    if (number === FIELD.any.array && wire === BYTES)
      value = [...messagesIn(bytes, FIELD.list.values)].map((each) => readValue(each, depth + 1));
    if (number === FIELD.any.map && wire === BYTES) value = attributesIn(bytes, FIELD.list.values, depth + 1);
    if (number === FIELD.any.bytes && wire === BYTES) value = bytes;
  }
  return value;
}

function* messagesIn(message: Buffer, field: number): Generator<Buffer> {
  for (const { number, wire, bytes } of fieldsOf(message)) if (number === field && wire === BYTES) yield bytes;
}

/** If a field occurs twice, the last one counts. */
function lastIn(message: Buffer, field: number): Buffer | undefined {
  let last: Buffer | undefined;
  for (const bytes of messagesIn(message, field)) last = bytes;
  return last;
}

const NOTHING = Buffer.alloc(0);

/**
 * The fields of a message, in their order.
 *
 *     0x0a 0x03 'a' 'b' 'c'     number 1, wire type BYTES; length 3; the bytes
 *     └ (number << 3) | wire
 */
function* fieldsOf(message: Buffer): Generator<Field> {
  let at = 0;
  const readVarint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[at++];
      if (byte === undefined) break;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new Malformed('the body is not protobuf, or is cut off');
  };
  const take = (length: number): Buffer => {
    if (length > message.length - at) throw new Malformed('the body is not protobuf, or is cut off');
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const tag = Number(readVarint());
    const wire = tag % 8;
    const number = Math.floor(tag / 8);
    if (wire === VARINT) yield { number, wire, varint: readVarint(), bytes: NOTHING };
    else if (wire === FIXED64) yield { number, wire, varint: 0n, bytes: take(8) };
    else if (wire === BYTES) yield { number, wire, varint: 0n, bytes: take(Number(readVarint())) };
    else if (wire === FIXED32) yield { number, wire, varint: 0n, bytes: take(4) };
    else throw new Malformed('the body is not protobuf, or is cut off');
  }
}
