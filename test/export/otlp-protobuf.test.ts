import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toOtlpJson } from '../../src/export/otlp-json.js';
import { toOtlpProtobuf } from '../../src/export/otlp-protobuf.js';
import { batchesIn } from '../../src/export/read-otlp-json.js';
import { batchesOf } from '../../src/export/resource.js';
import type { Attributes, FinishedTrace } from '../../src/model/span.js';
import { toReadableSpans } from './sdk.js';
import { anyTrace, oneSpan } from './support.js';

const withAttributes = (attributes: Attributes): FinishedTrace => ({
  ...oneSpan,
  spans: oneSpan.spans.map((span) => ({ ...span, attributes })),
});
const bytesOf = (trace: FinishedTrace): Buffer => Buffer.from(toOtlpProtobuf(batchesOf(trace)));
const expectAsSdk = (trace: FinishedTrace): void => {
  const sdk = Buffer.from(ProtobufTraceSerializer.serializeRequest(toReadableSpans(trace)) ?? []);
  expect(bytesOf(trace).toString('hex')).toBe(sdk.toString('hex'));
};
const hex = (value: number): string => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes.toString('hex');
};

describe('a trace as OTLP protobuf', () => {
  it('is byte for byte what the SDK makes of it', () => {
    fc.assert(
      fc.property(anyTrace, (trace) => {
        expectAsSdk(trace);
      }),
      { numRuns: 500 },
    );
  });

  it('is so where sizes take more than a byte, and where a key has more values than are kept', () => {
    for (const length of [1, 42, 63, 64, 126, 127, 128, 129, 5_461, 16_383, 16_384, 70_000]) {
      for (const character of ['x', 'é', '…'])
        expectAsSdk(withAttributes({ text: character.repeat(length), list: [character.repeat(length), ''] }));
    }
    for (let i = 0; i < 300; i++) expectAsSdk(withAttributes({ one: `value ${i % 250}`, same: 'value' }));
  });

  it('has instants exact to the microsecond without big integers', () => {
    for (const start of [
      0, 0.001, 4294967.295, 4294967.296, 4294967.297, 1768387342772.123, 4294967295999.999, 4294967296000, 8_000_000_000_001,
    ])
      expectAsSdk({ ...oneSpan, spans: oneSpan.spans.map((span) => ({ ...span, start, end: start })) });
  });

  it('is the same when it is read back from OTLP JSON', () => {
    fc.assert(
      fc.property(anyTrace, (trace) => {
        expect(Buffer.from(toOtlpProtobuf(batchesIn(toOtlpJson(trace)))).equals(bytesOf(trace))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a key has one type', () => {
  const whole = withAttributes({ 'novaspan.unexplained_ms': 17, 'http.response.status_code': 200 });

  it('a duration is a double in JSON, also when it is whole, and a status code an integer', () => {
    expect(toOtlpJson(whole)).toContain('{"key":"novaspan.unexplained_ms","value":{"doubleValue":17}}');
    expect(toOtlpJson(whole)).toContain('{"key":"http.response.status_code","value":{"intValue":"200"}}');
  });

  it('so it is in protobuf', () => {
    // The same message as with a fraction, but for the eight bytes of the number.
    const fraction = withAttributes({ 'novaspan.unexplained_ms': 17.5, 'http.response.status_code': 200 });
    expect(bytesOf(whole).toString('hex')).toBe(bytesOf(fraction).toString('hex').replace(hex(17.5), hex(17)));
  });

  it('and after a detour through the disk', () => {
    expect(Buffer.from(toOtlpProtobuf(batchesIn(toOtlpJson(whole)))).equals(bytesOf(whole))).toBe(true);
  });
});
