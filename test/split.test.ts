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

/** Actions whose work is done on two hosts: which of them writes the root, and whose sidecar tells a part. */
const onTwoHosts: readonly { scenario: string; action: string; as?: string; root: string; part: string | undefined }[] = [
  // Only nova-api tells it from a migration.
  { scenario: 'resize-succeeds-two-hosts-reverted-debug', action: 'resize', as: 'migrate', root: 'cmp2', part: 'cmp1' },
  { scenario: 'resize-succeeds-two-hosts-reverted-debug', action: 'revertResize', root: 'cmp1', part: 'cmp2' },
  { scenario: 'resize-succeeds-two-hosts-reverted-told-as-migrate-info', action: 'migrate', root: 'cmp2', part: 'cmp1' },
  { scenario: 'resize-succeeds-two-hosts-reverted-told-as-migrate-info', action: 'revertResize', root: 'cmp1', part: 'cmp2' },
  { scenario: 'migrate-succeeds-confirm-two-hosts-info', action: 'migrate', root: 'vm2', part: 'vm' },
  { scenario: 'live-migration-succeeds-post-copy-debug', action: 'live-migration', root: 'cmp1', part: 'cmp2' },
  { scenario: 'live-migration-fails-rolls-back-debug', action: 'live-migration', root: 'cmp1', part: 'cmp2' },
  { scenario: 'live-migration-succeeds-there-and-back-debug', action: 'live-migration', root: 'vm', part: 'vm2' },
  // At INFO the destination prints its first line with the request id ten minutes before the next.
  { scenario: 'live-migration-succeeds-eleven-minutes-info', action: 'live-migration', root: 'cmp1', part: undefined },
  { scenario: 'evacuate-succeeds-guest-not-fenced-debug', action: 'evacuate', root: 'vm', part: undefined },
];

describe.each(onTwoHosts)('$action of $scenario, read by a sidecar on each host', ({ scenario, action, as = action, root, part }) => {
  it('is written once', async () => {
    const logs = await logsOf(join(GOLDEN, scenario));
    const whole = correlate(logs).find((trace) => trace.form === 'action' && trace.action === action)!;
    const hosts = [...new Set(logs.map(({ host }) => host))].sort();
    const apart = hosts.map((host) => ({ host, traces: correlate(logs.filter((log) => log.host === host)) }));
    const ofIt = apart.flatMap(({ host, traces }) =>
      traces.filter(({ traceId }) => traceId === whole.traceId).map((trace) => ({ host, ...trace })),
    );
    const spans = ofIt.flatMap((trace) => trace.spans);

    expect(ofIt.filter(({ form }) => form === 'action').map(({ host, action: name }) => `${name} by ${host}`)).toEqual([
      `${as} by ${root}`,
    ]);
    expect(roots(spans).map(({ spanId, attributes }) => [spanId, attributes['openstack.outcome']])).toEqual([
      [rootIdOf(whole.traceId), whole.spans[0]!.attributes['openstack.outcome']],
    ]);
    const ids = spans.map(({ spanId }) => spanId);
    expect(new Set(ids).size, 'span ids are unlike').toBe(ids.length);
    const parts = ofIt.filter(({ host, form }) => host === part && form === 'fragment');
    if (part !== undefined) expect(parts.flatMap((each) => each.spans).length).toBeGreaterThan(2);
    for (const { spans: told } of parts) for (const { parentSpanId } of told) expect(parentSpanId).toBe(rootIdOf(whole.traceId));
  });
});
