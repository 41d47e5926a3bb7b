import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import type { Attributes, FinishedTrace, SpanData } from '../../src/model/span.js';

const hex = (digits: number) =>
  fc.array(fc.constantFrom(...'0123456789abcdef'), { minLength: digits, maxLength: digits }).map((all) => all.join(''));

/** Epoch milliseconds between 1970 and 2100, with a fraction of whole microseconds, as a double holds them. */
const anyMillis = fc
  .tuple(fc.integer({ min: 0, max: 4_102_444_800_000 }), fc.integer({ min: 0, max: 999 }))
  .map(([ms, us]) => (ms * 1000 + us) / 1000);

const anyText = fc.string({ unit: 'grapheme', maxLength: 20 });
const anyKey = fc.stringMatching(/^[a-z][a-z._0-9]{0,15}$/).filter((key) => key !== '__proto__');
const anyValue = fc.oneof(
  anyText,
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }),
  fc.boolean(),
  fc.array(anyText, { maxLength: 3 }),
);
const anyAttributes: fc.Arbitrary<Attributes> = fc.dictionary(anyKey, anyValue, { maxKeys: 6, noNullPrototype: true });

const anySpan = (traceId: string): fc.Arbitrary<SpanData> =>
  fc.record({
    traceId: fc.constant(traceId),
    spanId: hex(16),
    parentSpanId: fc.option(hex(16), { nil: undefined }),
    name: anyText,
    kind: fc.constantFrom('internal' as const, 'server' as const, 'client' as const),
    start: anyMillis,
    end: anyMillis,
    service: fc.constantFrom('nova-compute', 'ovn-controller', 'neutron-server'),
    host: fc.constantFrom('cmp1', 'cmp2', 'ctl-ü'),
    attributes: anyAttributes,
    events: fc.array(fc.record({ name: anyText, at: anyMillis, attributes: anyAttributes }), { maxLength: 3 }),
    droppedEvents: fc.nat(9),
    links: fc.array(fc.record({ traceId: hex(32), spanId: hex(16), attributes: anyAttributes }), { maxLength: 2 }),
    error: fc.option(anyText, { nil: undefined }),
  });

export const anyTrace: fc.Arbitrary<FinishedTrace> = hex(32).chain((traceId) =>
  fc.array(anySpan(traceId), { minLength: 1, maxLength: 8 }).map((spans) => ({
    traceId,
    form: 'action' as const,
    instance: '3f0c1d6e-6d53-4a53-9d4b-0d5d1f0e9a11',
    request: 'req-2b0f9d7e-5f0e-4d5b-8d6d-52c84b4d4a10',
    action: 'create',
    spans,
  })),
);

/** The least trace there is. */
export const oneSpan: FinishedTrace = {
  traceId: '0123456789abcdef0123456789abcdef',
  form: 'action',
  instance: '3f0c1d6e-6d53-4a53-9d4b-0d5d1f0e9a11',
  request: undefined,
  action: 'create',
  spans: [
    {
      traceId: '0123456789abcdef0123456789abcdef',
      spanId: '0123456789abcdef',
      parentSpanId: undefined,
      name: 'instance create',
      kind: 'internal',
      start: 1768387342772.123,
      end: 1768387355642,
      service: 'nova-compute',
      host: 'cmp1',
      attributes: { 'openstack.outcome': 'succeeded', 'openstack.action': 'create' },
      events: [],
      droppedEvents: 0,
      links: [],
      error: undefined,
    },
  ],
};

/** A backend on 127.0.0.1, for the length of one test. */
export const withBackend = <T>(listener: RequestListener, use: (endpoint: string) => Promise<T>): Promise<T> =>
  listening(createServer(listener), (port) => use(`http://127.0.0.1:${port}`));

export async function listening<T>(server: Server, use: (port: number) => Promise<T>): Promise<T> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await use((server.address() as AddressInfo).port);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
