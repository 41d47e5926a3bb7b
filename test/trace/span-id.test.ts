import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { networkReady, rootIdOf, type SpanKey, spanIdOf, traceIdOf } from '../../src/trace/span-id.js';

const U = 'b8acd14b-35cc-4931-bd08-129b0bf97b38';
const A = 'req-5678fc57-4d2e-486d-95b7-7deb6d508747';
const PORT = 'df247bb8-4779-4902-aede-8e714f4bed2c';

/** The commands and results of the worked example in docs/tracing-model.md, in order. */
function workedExample(): { hashed: string; digits: number; result: string }[] {
  const text = readFileSync(new URL('../../docs/tracing-model.md', import.meta.url), 'utf8');
  return [...text.matchAll(/printf "([^"]+)" \| sha256sum \| cut -c1-(\d+)\n([0-9a-f]+)\n/g)].map(([, hashed, digits, result]) => ({
    hashed: hashed!.replaceAll('$U', U).replaceAll('$A', A),
    digits: Number(digits),
    result: result!,
  }));
}

describe('identifiers', () => {
  it('are those of the worked example in the documentation', () => {
    const traceId = traceIdOf(U, A);
    const ids: Readonly<Record<string, string>> = {
      [`novaspan/1/trace/${U}/${A}`]: traceId,
      [`novaspan/1/root/${traceId}`]: rootIdOf(traceId),
      [`novaspan/1/span/${traceId}/ovn-controller/vm/flow install/${PORT}/0`]: spanIdOf(traceId, {
        service: 'ovn-controller',
        host: 'vm',
        name: 'flow install',
        of: PORT,
        rank: 0,
      }),
      [`novaspan/1/trace/${U}/${A}/network-ready`]: traceIdOf(U, networkReady(A)),
    };
    const example = workedExample();
    expect(example).toHaveLength(4);
    for (const { hashed, digits, result } of example) {
      expect(ids[hashed], hashed).toBe(result);
      expect(result).toHaveLength(digits);
    }
  });

  it('do not change: version 1 is promised to users', () => {
    const traceId = traceIdOf(U, A);
    expect([
      traceId,
      rootIdOf(traceId),
      spanIdOf(traceId, { service: 'nova-compute', host: 'cmp1', name: 'spawn', of: '', rank: 0 }),
    ]).toEqual(['22e3269d157231679e45640f90a4bdf3', '24303742b262263a', 'b59646dbc45bab42']);
  });

  const anyKey: fc.Arbitrary<SpanKey> = fc.record({
    service: fc.constantFrom('nova-compute', 'nova-api', 'neutron-server', 'ovn-controller', 'ovs-vswitchd', 'placement'),
    host: fc.stringMatching(/^[a-z][a-z0-9.-]{0,7}$/),
    name: fc.constantFrom('spawn', 'vif plug', 'lport up', 'api request', 'schedule', 'GET /v2.0/ports'),
    of: fc.oneof(fc.constant(''), fc.uuid()),
    rank: fc.nat(99),
  });

  it('are unlike for unlike spans, in 100,000 of them', () => {
    const traceId = traceIdOf(U, A);
    const keys = fc.sample(anyKey, { numRuns: 100_000, seed: 1 });
    const unlike = new Set(keys.map(({ service, host, name, of, rank }) => [service, host, name, of, rank].join('|')));
    expect(unlike.size).toBeGreaterThan(50_000);
    expect(new Set(keys.map((key) => spanIdOf(traceId, key))).size).toBe(unlike.size);
  });

  it('change with each part of the key, and with the trace', () => {
    fc.assert(
      fc.property(anyKey, anyKey, (a, b) => {
        const traceId = traceIdOf(U, A);
        for (const part of ['service', 'host', 'name', 'of', 'rank'] as const) {
          if (a[part] === b[part]) continue;
          expect(spanIdOf(traceId, { ...a, [part]: b[part] })).not.toBe(spanIdOf(traceId, a));
        }
        expect(spanIdOf(traceIdOf(U, networkReady(A)), a)).not.toBe(spanIdOf(traceId, a));
      }),
    );
  });

  it('are hex of the length that OpenTelemetry wants, and never all zero', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.uuid(), anyKey, (instance, request, key) => {
        const traceId = traceIdOf(instance, `req-${request}`);
        expect(traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
        expect(rootIdOf(traceId)).toMatch(/^(?!0+$)[0-9a-f]{16}$/);
        expect(spanIdOf(traceId, key)).toMatch(/^(?!0+$)[0-9a-f]{16}$/);
      }),
    );
  });
});
