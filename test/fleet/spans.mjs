// Spans in one form, whoever made them, so that they can be compared by everything that they say.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventually } from '../stack/eventually.mjs';
import { PATIENCE_MS } from './patience.mjs';

const NOVASPAN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const run = promisify(execFile);

/**
 * Not compared: what Jaeger remarks by itself. It takes a length of 0 for a negative one when it writes a span, and says when it
 * reads one what it would correct if it were asked to.
 */
const isOfJaeger = ({ startTimeUnixNano, endTimeUnixNano }, { key, value }) =>
  key === '@jaeger@warnings' &&
  (value.arrayValue?.values ?? [value]).every(
    ({ stringValue = '' }) =>
      (stringValue.startsWith('Negative duration detected') && startTimeUnixNano === endTimeUnixNano) ||
      stringValue.includes('clock skew adjustment'),
  );
/** Not compared: which gateway stored a span. Only the test has it (gateway-name.yaml). */
const GATEWAY = 'test.gateway';
/** Not compared for raw lines from Kafka: where a line stands. There the lines stand in novaspan's own files. */
const PLACE = new Set(['log.file.path', 'novaspan.log.offset', 'log.file.offset']);

/** OTLP JSON lines that `replay` makes of the logs of a fleet: all in one reading. */
export async function replay(paths) {
  const args = ['replay', '--format', 'otlp', '--timezone', 'UTC', ...paths];
  const { stdout } = await run(process.execPath, [NOVASPAN, ...args], { maxBuffer: 256 * 1024 * 1024 });
  return stdout
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/** Jaeger keeps lists as their JSON, and no list that is empty. */
function plain({ arrayValue, stringValue, intValue, doubleValue, boolValue }) {
  if (arrayValue !== undefined) return JSON.stringify((arrayValue.values ?? []).map(plain));
  return String(stringValue ?? intValue ?? doubleValue ?? boolValue);
}

const attributesOf = (list, isPlaceKept) =>
  Object.fromEntries(
    (list ?? [])
      .filter(({ key }) => key !== GATEWAY && (isPlaceKept || !PLACE.has(key)))
      .map(({ key, value }) => [key, plain(value)])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

/** In an order of their own: Jaeger does not keep theirs. */
const eventsOf = (events, isPlaceKept) =>
  events.map(({ name, timeUnixNano, attributes }) => JSON.stringify([timeUnixNano, name, attributesOf(attributes, isPlaceKept)])).sort();

/**
 * @param requests OTLP JSON: `{ resourceSpans }`
 * @param isPlaceKept whether the file and offset of lines count
 * @returns by trace and span id: the text of all that is said of a span; `twice`: ids that came with unlike texts; `sent`: how many came
 */
export function spansOf(requests, { isPlaceKept = true } = {}) {
  const spans = new Map();
  const twice = [];
  let sent = 0;
  for (const { resourceSpans = [] } of requests)
    for (const { resource, scopeSpans } of resourceSpans)
      for (const { scope, spans: own } of scopeSpans)
        for (const span of own) {
          sent++;
          const id = `${span.traceId} ${span.spanId}`;
          const text = JSON.stringify({
            name: span.name,
            kind: span.kind,
            parent: span.parentSpanId ?? '',
            start: span.startTimeUnixNano,
            end: span.endTimeUnixNano,
            failed: span.status?.code === 2,
            status: span.status?.message ?? '',
            scope: `${scope?.name ?? ''} ${scope?.version ?? ''}`,
            resource: attributesOf(resource.attributes, isPlaceKept),
            attributes: attributesOf(
              span.attributes?.filter((each) => !isOfJaeger(span, each)),
              isPlaceKept,
            ),
            events: eventsOf(span.events ?? [], isPlaceKept),
            links: (span.links ?? []).map((link) => `${link.traceId} ${link.spanId}`),
          });
          if (spans.has(id) && spans.get(id) !== text) twice.push(id);
          spans.set(id, text);
        }
  return { spans, twice, sent };
}

/** @returns how many are the same, and the ids of those that are not there, too many, or unlike */
export function compare(found, expected) {
  const lost = [...expected.keys()].filter((id) => !found.has(id));
  const extra = [...found.keys()].filter((id) => !expected.has(id));
  const unlike = [...expected.keys()].filter((id) => found.has(id) && found.get(id) !== expected.get(id));
  return { same: expected.size - lost.length - unlike.length, lost, extra, unlike };
}

/** @returns by trace id: the gateways that stored its spans */
export function gatewaysOf(requests) {
  const traces = new Map();
  for (const { resourceSpans = [] } of requests)
    for (const { resource, scopeSpans } of resourceSpans) {
      const gateway = resource.attributes?.find(({ key }) => key === GATEWAY)?.value.stringValue ?? 'none';
      for (const { traceId } of scopeSpans.flatMap(({ spans }) => spans))
        traces.set(traceId, (traces.get(traceId) ?? new Set()).add(gateway));
    }
  return traces;
}

export const tracesIn = (spans) => new Set([...spans.keys()].map((id) => id.split(' ')[0]));

/** All that Jaeger has of these traces, by its query API, as OTLP JSON. */
export async function fromJaeger(query, traceIds) {
  const requests = [];
  for (const id of traceIds) {
    const answer = await eventually(
      `Jaeger to give trace ${id}`,
      async () => {
        const response = await fetch(`${query}/api/v3/traces/${id}`, { headers: { connection: 'close' } });
        const text = await response.text();
        // What Jaeger does not have is lost. Whatever else it answers, it is busy.
        if (response.status === 404) return '';
        if (!response.ok) throw new Error(`${response.status} ${text.slice(0, 200)}`);
        return text;
      },
      PATIENCE_MS,
    );
    // One JSON object for each chunk.
    for (const line of answer.split('\n').filter(Boolean)) requests.push(JSON.parse(line).result);
  }
  return requests;
}
