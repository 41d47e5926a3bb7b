import { type Attributes, addRecord, DEEPEST, Malformed, NO_ATTRIBUTES, type SentRecord, type Value } from './value.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a request for `/v1/logs` in OTLP's JSON.
 *
 *     {"resourceLogs": [{"resource": {"attributes": […]}, "scopeLogs": [{"logRecords": [{"body": {"stringValue": "…"}, "attributes": […]}]}]}]}
 *
 * Unknown fields are skipped, as the protocol requires.
 *
 * @throws Malformed
 */
export function readJson(bytes: Buffer): SentRecord[] {
  let request: unknown;
  try {
    request = JSON.parse(bytes.toString('utf8'));
  } catch {
    // The parser's message may quote the body.
    throw new Malformed('the body is not JSON');
  }
  const records: SentRecord[] = [];
  for (const ofResource of listOf(fieldsOf(request, 'the body')['resourceLogs'], 'resourceLogs')) {
    const { resource, scopeLogs } = fieldsOf(ofResource, 'resourceLogs');
    const resourceAttributes = attributesOf(resource, 'resource');
    for (const ofScope of listOf(scopeLogs, 'scopeLogs')) {
      const { scope, logRecords } = fieldsOf(ofScope, 'scopeLogs');
      const scopeAttributes = attributesOf(scope, 'scope');
      for (const each of listOf(logRecords, 'logRecords')) {
        const record = fieldsOf(each, 'logRecords');
        const { body, timeUnixNano: time } = record;
        addRecord(records, {
          body: body === undefined || body === null ? undefined : readValue(body, 0),
          attributes: attributesOf(record, 'logRecords'),
          scope: scopeAttributes,
          resource: resourceAttributes,
          time: typeof time === 'string' || typeof time === 'number' ? String(time) : undefined,
        });
      }
    }
  }
  return records;
}

function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Malformed(`${what} must be an object`);
  return value as Fields;
}

function listOf(value: unknown, what: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new Malformed(`${what} must be a list`);
  return value;
}

function attributesOf(holder: unknown, what: string): Attributes {
  if (holder === undefined || holder === null) return NO_ATTRIBUTES;
  return mapOf(fieldsOf(holder, what)['attributes'], `attributes of ${what}`, 0);
}

function mapOf(list: unknown, what: string, depth: number): Attributes {
  const entries = listOf(list, what);
  if (entries.length === 0) return NO_ATTRIBUTES;
  const map = new Map<string, Value>();
  for (const entry of entries) {
    const { key, value } = fieldsOf(entry, what);
    if (typeof key !== 'string') throw new Malformed(`${what} must have keys`);
    map.set(key, value === undefined || value === null ? null : readValue(value, depth));
  }
  return map;
}

/** Reads an AnyValue: an object with one field, whose name is the type. */
function readValue(any: unknown, depth: number): Value {
  if (depth > DEEPEST) throw new Malformed('a value is too deep');
  const { stringValue, boolValue, intValue, doubleValue, bytesValue, arrayValue, kvlistValue } = fieldsOf(any, 'a value');
  if (typeof stringValue === 'string') return stringValue;
  if (typeof boolValue === 'boolean') return boolValue;
  if (typeof intValue === 'number' || typeof intValue === 'string') return Number(intValue);
  if (typeof doubleValue === 'number' || typeof doubleValue === 'string') return Number(doubleValue);
  if (typeof bytesValue === 'string') return Buffer.from(bytesValue, 'base64');
  if (arrayValue !== undefined)
    return listOf(fieldsOf(arrayValue, 'arrayValue')['values'], 'arrayValue').map((each) => readValue(each, depth + 1));
  if (kvlistValue !== undefined) return mapOf(fieldsOf(kvlistValue, 'kvlistValue')['values'], 'kvlistValue', depth + 1);
  return null;
}
