import { describe, expect, it } from 'vitest';
import { Written } from '../../src/view/jaeger-api.js';
import { answerV3 } from '../../src/view/jaeger-v3.js';
import { TraceStore } from '../../src/view/store.js';
import { boot, failed, START } from '../export/terminal/traces.js';

const OTHER = 'f'.repeat(32);
const store = new TraceStore();
store.add(boot);
store.add({
  ...failed,
  traceId: OTHER,
  spans: failed.spans.map((one) => ({ ...one, traceId: OTHER, start: one.start + 60_000, end: one.end + 60_000 })),
});

const ask = async (path: string) => {
  const [route, query] = path.split('?');
  const answer = await answerV3(store, route!.split('/').map(decodeURIComponent), new URLSearchParams(query));
  return answer?.body instanceof Written ? { ...answer, body: JSON.parse(answer.body.text) } : answer;
};
const iso = (ms: number): string => encodeURIComponent(new Date(ms).toISOString());
const PERIOD = `query.start_time_min=${iso(START - 1000)}&query.start_time_max=${iso(START + 90_000)}`;

/** Of the traces that are found, each once. */
async function idsOf(query: string): Promise<string[]> {
  const ids = JSON.stringify((await ask(`traces?${PERIOD}&${query}`))?.body).matchAll(
    /"traceId":"(\w+)","spanId":"\w+"(?:,"parentSpanId":"\w+")?,"flags":\d+,"name"/g,
  );
  return [...new Set([...ids].map(([, id]) => id!))];
}

describe('version 3 of Jaeger`s query API', () => {
  it('gives names', async () => {
    const services = ['neutron-server', 'nova-api', 'nova-compute', 'ovn-controller', 'ovs-vswitchd'];
    expect(await ask('services')).toEqual({ status: 200, body: { services } });
    const operations = [
      { name: 'flow install', spanKind: 'internal' },
      { name: 'lport claim', spanKind: 'internal' },
    ];
    expect(await ask('operations?service=ovn-controller')).toEqual({ status: 200, body: { operations } });
    expect(await ask('operations?service=ovn-controller&span_kind=server')).toEqual({ status: 200, body: { operations: [] } });
    expect(await ask('operations')).toEqual({ status: 200, body: { operations: [] } });
  });

  it('gives traces as OTLP, by service, operation, attributes, length, number and time', async () => {
    const both = [OTHER, boot.traceId];
    expect(await ask(`traces?${PERIOD}`)).toMatchObject({
      status: 200,
      body: { result: { resourceSpans: expect.arrayContaining([expect.objectContaining({ scopeSpans: expect.any(Array) })]) } },
    });
    expect(await idsOf('')).toEqual(both);
    expect(await idsOf('query.service_name=neutron-server')).toEqual([boot.traceId]);
    expect(await idsOf('query.operation_name=image%20create')).toEqual([boot.traceId]);
    expect(await idsOf('query.num_traces=1')).toEqual([OTHER]);
    expect(await idsOf('query.search_depth=1')).toEqual([OTHER]);
    expect(await idsOf('query.duration_min=20s')).toEqual([OTHER]);
    expect(await idsOf('query.operation_name=instance%20create&query.duration_max=6s')).toEqual([boot.traceId]);
    expect(await idsOf('query.duration_max=0s')).toEqual(both);
    const attributes = (given: unknown): Promise<string[]> => idsOf(`query.attributes=${encodeURIComponent(JSON.stringify(given))}`);
    expect(await attributes({ error: 'true' })).toEqual([OTHER]);
    expect(await attributes({ 'openstack.outcome': 'succeeded' })).toEqual([boot.traceId]);
    expect(await attributes({ 'openstack.outcome': 'succeeded', error: 'true' })).toEqual([]);
    expect((await ask(`traces?query.start_time_min=${iso(START + 91_000)}&query.start_time_max=${iso(START + 99_000)}`))?.status).toBe(404);
  });

  it('takes times to the microsecond, with a zone', async () => {
    const first = Math.min(...boot.spans.map(({ start }) => start));
    const to = (fraction: string): string => new Date(first).toISOString().replace(/\.(\d+)Z/, `.$1${fraction}Z`);
    const upTo = (at: string) => ask(`traces?query.start_time_min=${iso(START - 1000)}&query.start_time_max=${encodeURIComponent(at)}`);
    expect((await upTo(to('001')))?.status).toBe(200);
    expect((await upTo(new Date(first - 1).toISOString().replace('Z', '999Z')))?.status).toBe(404);
    const east = new Date(first + 3_600_000).toISOString().replace('Z', '+01:00');
    expect((await upTo(east))?.status).toBe(200);
  });

  it('gives a trace by its id', async () => {
    const answer = await ask(`traces/${boot.traceId.toUpperCase()}?raw_traces=true&start_time=${iso(0)}`);
    expect(answer?.status).toBe(200);
    expect(JSON.stringify(answer?.body)).not.toContain(OTHER);
    expect(await ask('traces/abc')).toEqual({ status: 404, body: { error: { httpCode: 404, message: 'No traces found' } } });
  });

  it.each([
    'traces',
    `traces?query.start_time_min=${iso(START)}`,
    `traces?query.start_time_min=yesterday&query.start_time_max=${iso(START)}`,
    `traces?query.start_time_min=2026-13-40T00:00:00Z&query.start_time_max=${iso(START)}`,
    `traces?${PERIOD}&query.duration_min=1parsec`,
    `traces?${PERIOD}&query.num_traces=0`,
    `traces?${PERIOD}&query.num_traces=-1`,
    `traces?${PERIOD}&query.raw_traces=maybe`,
    `traces?${PERIOD}&query.attributes=x`,
    `traces?${PERIOD}&query.attributes={"a":{}}`,
    'traces/xyz',
    'traces/abc?end_time=x',
    'traces/abc?raw_traces=x',
  ])('says what is wrong with %s', async (path) => {
    expect(await ask(path)).toMatchObject({ status: 400, body: { error: { httpCode: 400, message: expect.stringMatching(/\w/) } } });
  });

  it('has nothing else', async () => {
    for (const path of ['', 'metrics', 'services/x', 'traces/a/b', 'dependencies']) expect(await ask(path)).toBeUndefined();
  });
});
