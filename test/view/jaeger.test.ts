import { describe, expect, it } from 'vitest';
import { toJaeger } from '../../src/view/jaeger.js';
import { answerJaeger } from '../../src/view/jaeger-api.js';
import { readQuery } from '../../src/view/jaeger-query.js';
import { TraceStore } from '../../src/view/store.js';
import { boot, failed, PORT, root, START, span, trace } from '../export/terminal/traces.js';

const OTHER = 'f'.repeat(32);
const bad = {
  ...failed,
  traceId: OTHER,
  spans: failed.spans.map((one) => ({ ...one, traceId: OTHER, start: one.start + 60_000, end: one.end + 60_000 })),
};
const store = new TraceStore();
store.add(boot);
store.add(bad);

interface Body {
  readonly data: { readonly traceID: string }[] | null;
  readonly total: number;
  readonly errors: unknown;
}

const ask = async (path: string): Promise<{ readonly status: number; readonly body: Body }> => {
  const [route, query] = path.split('?');
  const answer = await answerJaeger(store, route!.split('/').map(decodeURIComponent), new URLSearchParams(query), START + 3_600_000);
  return answer as { readonly status: number; readonly body: Body };
};
const idsOf = async (query: string): Promise<string[]> => ((await ask(`traces?${query}`)).body.data ?? []).map(({ traceID }) => traceID);

describe('a trace as Jaeger gives it', () => {
  const event = { name: 'exception', at: START + 3, attributes: { 'exception.message': 'no' } };
  const jaeger = toJaeger(
    trace([
      root(10, { 'novaspan.unexplained_ms': 3, 'novaspan.concurrent_builds': 2, 'novaspan.phases.missing': ['a', 'b'] }),
      span({
        ...{ name: 'spawn', from: 1.5, to: 4.25, host: 'cmp2', kind: 'client', error: 'broken' },
        events: [event],
        links: [{ traceId: OTHER, spanId: '0123456789abcdef', attributes: {} }],
      }),
    ]),
  );

  it('has the shape that its page reads', () => {
    const [first, second] = jaeger.spans;
    expect(first).toMatchObject({
      traceID: boot.traceId,
      operationName: 'instance create',
      references: [],
      processID: 'p1',
      warnings: null,
    });
    expect(first).toMatchObject({ startTime: START * 1000, duration: 10_000 });
    expect(second).toMatchObject({
      startTime: START * 1000 + 1500,
      duration: 2750,
      processID: 'p2',
      references: [
        { refType: 'CHILD_OF', traceID: boot.traceId, spanID: 'root' },
        { refType: 'FOLLOWS_FROM', traceID: OTHER, spanID: '0123456789abcdef' },
      ],
      logs: [
        {
          timestamp: (START + 3) * 1000,
          fields: [
            { key: 'event', type: 'string', value: 'exception' },
            { key: 'exception.message', type: 'string', value: 'no' },
          ],
        },
      ],
    });
    expect(jaeger.processes['p2']).toEqual({
      serviceName: 'nova-compute',
      tags: [
        { key: 'cloud.provider', type: 'string', value: 'openstack' },
        { key: 'host.name', type: 'string', value: 'cmp2' },
        { key: 'service.namespace', type: 'string', value: 'openstack' },
      ],
    });
  });

  it('has tags with the types that Jaeger makes of OTLP, and in its order', () => {
    const [first, second] = jaeger.spans;
    expect(first!.tags.filter(({ key }) => key.startsWith('novaspan'))).toEqual([
      { key: 'novaspan.concurrent_builds', type: 'int64', value: 2 },
      { key: 'novaspan.phases.missing', type: 'string', value: '["a","b"]' },
      { key: 'novaspan.unexplained_ms', type: 'float64', value: 3 },
    ]);
    expect(second!.tags.map(({ key, value }) => [key, value])).toEqual([
      ['error', true],
      ['otel.scope.name', 'novaspan'],
      ['otel.scope.version', expect.any(String)],
      ['otel.status_code', 'ERROR'],
      ['otel.status_description', 'broken'],
      ['span.kind', 'client'],
    ]);
  });
});

describe('what Grafana and the page of Jaeger ask', () => {
  it('services and operations', async () => {
    const services = ['neutron-server', 'nova-api', 'nova-compute', 'ovn-controller', 'ovs-vswitchd'];
    expect((await ask('services')).body).toEqual({ data: services, total: 5, limit: 0, offset: 0, errors: null });
    expect((await ask('services/ovn-controller/operations')).body.data).toEqual(['flow install', 'lport claim']);
    expect((await ask('services/nope/operations')).body).toEqual({ data: null, total: 0, limit: 0, offset: 0, errors: null });
    expect((await ask('operations?service=ovn-controller')).body.data).toEqual([
      { name: 'flow install', spanKind: 'internal' },
      { name: 'lport claim', spanKind: 'internal' },
    ]);
    expect((await ask('operations?service=ovn-controller&spanKind=server')).body.data).toBeNull();
  });

  it('traces by service, operation, tags, length and time: one span must be all of it', async () => {
    const both = [OTHER, boot.traceId];
    expect(await idsOf('service=nova-compute')).toEqual(both);
    expect(await idsOf('service=nova-compute&limit=1')).toEqual([OTHER]);
    expect(await idsOf('service=neutron-server')).toEqual([boot.traceId]);
    expect(await idsOf('service=nova-compute&operation=image%20create')).toEqual([boot.traceId]);
    expect(await idsOf('service=ovn-controller&operation=spawn')).toEqual([]);
    expect(await idsOf('service=nova-compute&minDuration=20s')).toEqual([OTHER]);
    expect(await idsOf('service=nova-compute&operation=instance%20create&maxDuration=6s')).toEqual([boot.traceId]);
    expect(await idsOf(`service=nova-compute&start=${(START + 30_000) * 1000}&end=${(START + 90_000) * 1000}`)).toEqual([OTHER]);
    expect(await idsOf(`service=nova-compute&end=${(START + 30_000) * 1000}&lookback=1h`)).toEqual([boot.traceId]);
    expect(await idsOf('service=nova-compute&lookback=60m&start=')).toEqual(both);
    expect(await idsOf('service=nova-compute&lookback=1s')).toEqual([]);
    const tags = (given: unknown): Promise<string[]> => idsOf(`service=nova-compute&tags=${encodeURIComponent(JSON.stringify(given))}`);
    expect(await tags({ error: 'true' })).toEqual([OTHER]);
    expect(await tags({ error: 'false' })).toEqual(both);
    expect(await tags({ 'openstack.outcome': 'succeeded' })).toEqual([boot.traceId]);
    expect(await tags({ 'host.name': 'cmp1', 'openstack.port.id': PORT })).toEqual(both);
    expect(await tags({ 'host.name': 'cmp1', 'openstack.port.id': PORT, 'openstack.outcome': 'succeeded' })).toEqual([]);
    expect(await idsOf('service=nova-compute&tag=openstack.outcome:failed')).toEqual([OTHER]);
  });

  it('a trace by its id, also without its zeros, and several', async () => {
    expect((await ask(`traces/${boot.traceId}`)).body.data).toHaveLength(1);
    expect((await ask(`traces/${boot.traceId.toUpperCase()}`)).body.data).toHaveLength(1);
    expect(await ask('traces/abc')).toMatchObject({ status: 404, body: { data: null, errors: [{ code: 404, msg: 'trace not found' }] } });
    expect(await ask('traces/xyz')).toMatchObject({ status: 400 });
    const several = (await ask(`traces?traceID=${OTHER}&traceID=${'0'.repeat(32)}`)).body;
    expect(several.data).toHaveLength(1);
    expect(several.errors).toEqual([{ msg: 'trace not found', traceID: '0'.repeat(32) }]);
  });

  it('dependencies', async () => {
    const { data } = (await ask(`dependencies?endTs=${START + 10_000}&lookback=86400000`)).body;
    expect(data).toContainEqual({ parent: 'nova-compute', child: 'ovn-controller', callCount: 2 });
    expect((await ask(`dependencies?endTs=${START - 100_000}&lookback=1000`)).body.data).toEqual([]);
    expect((await ask('dependencies')).body.data).not.toEqual([]);
  });

  it.each([
    'traces',
    'operations',
    'traces?service=x&minDuration=1parsec',
    'traces?service=x&minDuration=3s&maxDuration=1s',
    'traces?service=x&start=yesterday',
    'traces?service=x&limit=-1',
    'traces?service=x&lookback=ever',
    'traces?service=x&tags=x',
    'traces?service=x&tags=[1]',
    'traces?service=x&tags={"a":{}}',
    'traces?service=x&tag=noColon',
    'dependencies?endTs=x',
  ])('says what is wrong with %s', async (path) => {
    expect(await ask(path)).toMatchObject({ status: 400, body: { data: null, errors: [{ code: 400, msg: expect.stringMatching(/\w/) }] } });
  });

  it('nothing else', async () => {
    for (const path of ['', 'metrics', 'services/x', 'services/x/y', 'traces/a/b', 'services/x/operations/y'])
      expect(await answerJaeger(store, path.split('/'), new URLSearchParams(), 0)).toBeUndefined();
  });

  it('a limit that would take all the memory is none', async () => {
    expect(readQuery(new URLSearchParams('service=x&limit=999999999'), 0).limit).toBe(10_000);
  });
});
