import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toOtlpJson } from '../../src/export/otlp-json.js';
import { byWriter } from '../../src/export/resource.js';
import type { FinishedTrace, SpanData } from '../../src/model/span.js';
import { toReadableSpans } from './sdk.js';
import { anyTrace, oneSpan } from './support.js';

// biome-ignore lint/suspicious/noExplicitAny: parsed JSON
type Json = any;

const value = (v: Json): Json =>
  v.stringValue ??
  v.boolValue ??
  v.doubleValue ??
  (v.intValue === undefined ? undefined : Number(v.intValue)) ??
  (v.arrayValue?.values ?? []).map(value);
const attributes = (list: Json[] | undefined) => Object.fromEntries((list ?? []).map((a) => [a.key, value(a.value)]));
const millis = (nanos: string) => Number(BigInt(nanos) / 1000n) / 1000;

/** The reverse of toOtlpJson, written from OTLP's definition. */
function fromOtlpJson(line: string): SpanData[] {
  return JSON.parse(line).resourceSpans.flatMap(({ resource, scopeSpans }: Json) => {
    const of = attributes(resource.attributes);
    return scopeSpans.flatMap(({ spans }: Json) =>
      spans.map((s: Json) => ({
        traceId: s.traceId,
        spanId: s.spanId,
        parentSpanId: s.parentSpanId,
        name: s.name,
        kind: ['', 'internal', 'server', 'client'][s.kind],
        start: millis(s.startTimeUnixNano),
        end: millis(s.endTimeUnixNano),
        service: of['service.name'],
        host: of['host.name'],
        attributes: attributes(s.attributes),
        events: (s.events ?? []).map((e: Json) => ({ name: e.name, at: millis(e.timeUnixNano), attributes: attributes(e.attributes) })),
        droppedEvents: s.droppedEventsCount ?? 0,
        links: (s.links ?? []).map((l: Json) => ({ traceId: l.traceId, spanId: l.spanId, attributes: attributes(l.attributes) })),
        error: s.status.code === 2 ? (s.status.message ?? '') : undefined,
      })),
    );
  });
}

/** What a default says and what nothing says are the same in OTLP. */
function withoutDefaults(json: Json): Json {
  if (Array.isArray(json)) return json.map(withoutDefaults);
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(
    Object.entries(json)
      .filter(([key, v]) => !((/^dropped\w+Count$/.test(key) || key === 'code') && v === 0))
      .filter(([key, v]) => !(/^(attributes|events|links|values)$/.test(key) && Array.isArray(v) && v.length === 0))
      .filter(([key, v]) => !(key === 'message' && v === ''))
      // The SDK says a resource's schema inside it as well, where OTLP has no such field.
      .filter(([key]) => !(key === 'schemaUrl' && 'attributes' in json))
      .map(([key, v]) => [key, key === 'intValue' ? String(v) : withoutDefaults(v)]),
  );
}

describe('a trace as OTLP JSON', () => {
  it('is read back as it was, grouped by service and host', () => {
    fc.assert(
      fc.property(anyTrace, (trace) => {
        const groups = byWriter(trace.spans).flatMap(({ spans }) => spans);
        // JSON has one zero
        expect(JSON.stringify(fromOtlpJson(toOtlpJson(trace)).map(sorted))).toBe(JSON.stringify(groups.map(sorted)));
      }),
      { numRuns: 500 },
    );
  });

  it('says what goes over HTTP', () => {
    fc.assert(
      fc.property(anyTrace, (trace) => {
        const sent = JSON.parse(new TextDecoder().decode(JsonTraceSerializer.serializeRequest(toReadableSpans(trace))));
        expect(withoutDefaults(JSON.parse(toOtlpJson(trace)))).toEqual(withoutDefaults(sent));
      }),
      { numRuns: 500 },
    );
  });

  it('has the same bytes whatever order the keys and the writers came in', () => {
    fc.assert(
      fc.property(anyTrace, (trace) => {
        const mirrored = { ...trace, spans: trace.spans.map((span) => ({ ...span, attributes: reversed(span.attributes) })) };
        expect(toOtlpJson(mirrored)).toBe(toOtlpJson(trace));
        const writers = byWriter(trace.spans).reverse();
        expect(toOtlpJson({ ...trace, spans: writers.flatMap(({ spans }) => spans) })).toBe(toOtlpJson(trace));
        expect(toOtlpJson(trace)).not.toContain('\n');
      }),
    );
  });

  it('has the same bytes whether spans share their lines and lists or have equal ones', () => {
    const shared = { name: 'line', at: 1, attributes: { text: 'a "line"' } };
    const list = ['spawn', 'vif "plug"'];
    const attributes = { id: 'x', phases: list };
    const [span] = oneSpan.spans;
    const sharing: FinishedTrace = { ...oneSpan, spans: [1, 2].map(() => ({ ...span!, attributes, events: [shared, shared] })) };
    const line = toOtlpJson(sharing);
    expect(line).toBe(toOtlpJson(structuredClone(sharing)));
    expect(line).toBe(toOtlpJson(JSON.parse(JSON.stringify(sharing)) as FinishedTrace));
    expect(fromOtlpJson(line).map(({ events, attributes: { phases } }) => [events, phases])).toEqual([
      [[shared, shared], list],
      [[shared, shared], list],
    ]);
  });

  it('has ids of more traces than it remembers, each in its own', () => {
    const [span] = oneSpan.spans;
    for (let i = 0; i < 1100; i++) {
      const spans = [`a${i}`, `a${i}`, `b${i}`, `a${i}`].map((id) => ({ ...span!, attributes: { id } }));
      expect(fromOtlpJson(toOtlpJson({ ...oneSpan, spans })).map(({ attributes: { id } }) => id)).toEqual(
        spans.map(({ attributes: { id } }) => id),
      );
    }
  });

  it('is written as the Collector writes it', () => {
    const [span] = oneSpan.spans as [SpanData];
    const other = '00000000000000000000000000000001';
    const trace: FinishedTrace = {
      ...oneSpan,
      spans: [
        {
          ...span,
          attributes: { n: 12, d: 1.5, list: ['x'], none: [], b: false },
          events: [{ name: 'e', at: span.end, attributes: {} }],
          droppedEvents: 2,
          links: [{ traceId: other, spanId: '0000000000000001', attributes: { why: 'retry' } }],
          error: 'gone',
        },
      ],
    };
    expect(toOtlpJson(trace).replace(/"version":"[^"]*"/, '"version":"V"')).toBe(
      '{"resourceSpans":[{"resource":{"attributes":[{"key":"cloud.provider","value":{"stringValue":"openstack"}},' +
        '{"key":"host.name","value":{"stringValue":"cmp1"}},{"key":"service.name","value":{"stringValue":"nova-compute"}},{"key":"service.namespace","value":{"stringValue":"openstack"}}]},' +
        '"scopeSpans":[{"scope":{"name":"novaspan","version":"V"},"spans":[{"traceId":"0123456789abcdef0123456789abcdef","spanId":"0123456789abcdef","flags":257,"name":"instance create","kind":1,' +
        '"startTimeUnixNano":"1768387342772123000","endTimeUnixNano":"1768387355642000000","attributes":[{"key":"b","value":{"boolValue":false}},{"key":"d","value":{"doubleValue":1.5}},' +
        '{"key":"list","value":{"arrayValue":{"values":[{"stringValue":"x"}]}}},{"key":"n","value":{"intValue":"12"}},{"key":"none","value":{"arrayValue":{}}}],' +
        '"events":[{"timeUnixNano":"1768387355642000000","name":"e"}],"droppedEventsCount":2,"links":[{"traceId":"00000000000000000000000000000001","spanId":"0000000000000001",' +
        '"attributes":[{"key":"why","value":{"stringValue":"retry"}}],"flags":257}],"status":{"message":"gone","code":2}}],"schemaUrl":"https://opentelemetry.io/schemas/1.37.0"}],"schemaUrl":"https://opentelemetry.io/schemas/1.37.0"}]}',
    );
  });
});

const reversed = <T extends object>(object: T): T => Object.fromEntries(Object.entries(object).reverse()) as T;

/** In one form for comparing: keys in order, the rest untouched. */
function sorted(span: SpanData): Json {
  const inOrder = (json: Json): Json => {
    if (Array.isArray(json)) return json.map(inOrder);
    if (typeof json !== 'object' || json === null) return json;
    return Object.fromEntries(
      Object.entries(json)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([k, v]) => [k, inOrder(v)]),
    );
  };
  return inOrder(span);
}
