import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FinishedTrace, SpanData } from '../src/model/span.js';
import { rootIdOf } from '../src/trace/span-id.js';
import { correlate, GOLDEN, type Log, logsOf } from './support/scenario.js';

/** Two sidecars that never talk: each reads a part of the logs, and both write into one backend. */
function together(logs: readonly Log[], isFirst: (log: Log) => boolean): { traces: FinishedTrace[]; byTrace: Map<string, SpanData[]> } {
  const traces = [...correlate(logs.filter(isFirst)), ...correlate(logs.filter((log) => !isFirst(log)))];
  const byTrace = new Map<string, SpanData[]>();
  for (const { traceId, spans } of traces) byTrace.set(traceId, [...(byTrace.get(traceId) ?? []), ...spans]);
  return { traces, byTrace };
}

const roots = (spans: readonly SpanData[]): readonly SpanData[] => spans.filter(({ parentSpanId }) => parentSpanId === undefined);
const onHypervisors = new Set(['nova-compute', 'ovs-vswitchd', 'ovn-controller', 'neutron-ovn-metadata-agent']);

const splits: Readonly<Record<string, (log: Log) => boolean>> = {
  "one host's sidecar and the controller's": ({ host }) => host === 'vm2',
  "a host's hypervisor daemons and its controller daemons": ({ service }) => onHypervisors.has(service),
};

describe.each([
  'create-succeeds-two-hosts-info',
  'create-succeeds-debug',
  'create-succeeds-info',
  'create-succeeds-eight-concurrent-info',
  'create-succeeds-client-global-id-debug',
  'create-succeeds-epoxy-info',
  'rebuild-succeeds-debug',
  'delete-succeeds-eight-concurrent-debug',
  'create-fails-vif-plug-timeout-debug',
  'create-interrupted-compute-killed-debug',
])('%s, read by two sidecars', (scenario) => {
  it.each(Object.keys(splits))('%s', async (name) => {
    const logs = await logsOf(join(GOLDEN, scenario));
    const whole = correlate(logs);
    const { traces, byTrace } = together(logs, splits[name]!);

    for (const [traceId, spans] of byTrace) {
      const ids = spans.map(({ spanId }) => spanId);
      expect(new Set(ids).size, `span ids of ${traceId} are unlike`).toBe(ids.length);
      expect(roots(spans).length, `roots of ${traceId}`).toBeLessThanOrEqual(1);
      for (const { parentSpanId } of spans) if (parentSpanId !== undefined) expect([...ids, rootIdOf(traceId)]).toContain(parentSpanId);
    }
    const told = (all: readonly FinishedTrace[]): string[] =>
      all
        .filter(({ form }) => form === 'action')
        .map(({ action, request, spans }) => `${action} ${request} ${spans[0]!.attributes['openstack.outcome']}`)
        .sort();
    expect(told(traces)).toEqual(told(whole));
    expect(traces.flatMap(({ spans }) => spans).filter(({ attributes }) => attributes['openstack.outcome'] === 'timed-out')).toEqual([]);
  });

  it('and the controller tells its part of the boot', async () => {
    const logs = await logsOf(join(GOLDEN, scenario));
    const { byTrace } = together(logs, splits["a host's hypervisor daemons and its controller daemons"]!);
    const whole = correlate(logs).filter(({ form, action }) => form === 'action' && action === 'create');
    for (const { traceId, spans } of whole) {
      const apart = byTrace.get(traceId)!.map(({ name, service }) => `${service} ${name}`);
      for (const { name, service } of spans) {
        if (service === 'nova-api' || name.startsWith('neutron port create')) expect(apart).toContain(`${service} ${name}`);
      }
    }
  });
});
