import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keys } from '../../src/model/attributes.js';
import { counterNames, counters } from '../../src/model/counters.js';
import { gauges } from '../../src/model/gauges.js';
import { outcomes, type SpanData } from '../../src/model/span.js';
import { BUCKETS } from '../../src/telemetry/histograms.js';
import { metricsMarkdown, queries } from '../../src/telemetry/markdown.js';
import { createMetrics, type Metrics } from '../../src/telemetry/metrics.js';
import { correlate, GOLDEN, logsOf } from '../support/scenario.js';
import { NOW, TRACE_ID, trace, vitals } from './vitals.js';

const promtool = spawnSync('promtool', ['--version']).status === 0;

const metricsAt = (now: () => number = () => NOW): Metrics => createMetrics({ vitals: () => vitals(), now });

/** The samples of a scrape: `name{labels}` to value. */
async function scrape(metrics: Metrics): Promise<Record<string, number>> {
  const { body } = await metrics.text();
  const samples = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
}

describe('counters', () => {
  it('are all there from the start, at 0 where they have no label', async () => {
    const { body } = await metricsAt().text();
    const samples = await scrape(metricsAt());

    for (const name of counterNames) {
      const { as, help, label } = counters[name];
      expect(body).toContain(`# HELP novaspan_${as}_total ${help}\n# TYPE novaspan_${as}_total counter`);
      if (label === undefined) expect(samples[`novaspan_${as}_total`]).toBe(0);
    }
  });

  it('are counted by their label', async () => {
    const metrics = metricsAt();
    metrics.count('lines', 7, 'nova-compute');
    metrics.count('lines', 3, 'nova-compute');
    metrics.count('lines', 2, 'neutron-server');
    metrics.count('fragments');

    expect(await scrape(metrics)).toMatchObject({
      'novaspan_lines_total{service="nova-compute"}': 10,
      'novaspan_lines_total{service="neutron-server"}': 2,
      novaspan_fragments_total: 1,
    });
  });

  it('lose no sum where a label is missing, is one too many, or is not wanted', async () => {
    const metrics = metricsAt();
    metrics.count('lines', 5);
    for (let i = 0; i < 300; i++) metrics.count('lines', 1, `service-${i}`);
    metrics.count('unnamed', 4, 'why');

    const samples = await scrape(metrics);
    const lines = Object.entries(samples).filter(([name]) => name.startsWith('novaspan_lines_total'));
    expect(lines.length).toBeGreaterThan(190);
    expect(lines.length).toBeLessThanOrEqual(200);
    expect(lines.reduce((sum, [, value]) => sum + value, 0)).toBe(305);
    expect(samples['novaspan_unnamed_total']).toBe(4);
  });
});

describe('gauges', () => {
  it('tell how the sidecar is at the moment of the scrape', async () => {
    const samples = await scrape(metricsAt());
    const own = Object.entries(samples).filter(([name]) => Object.keys(gauges).some((gauge) => name.startsWith(`novaspan_${gauge}`)));

    expect(Object.fromEntries(own)).toMatchInlineSnapshot(`
      {
        "novaspan_acknowledgement_age_seconds": 4,
        "novaspan_backend_up": 1,
        "novaspan_checkpoint_age_seconds": 5,
        "novaspan_lines_kept": 340,
        "novaspan_needed_log_age_seconds": 72,
        "novaspan_open_action_oldest_age_seconds{action="create"}": 12,
        "novaspan_open_action_oldest_age_seconds{action="unnamed"}": 0.7,
        "novaspan_open_actions_evicted_total": 0,
        "novaspan_open_actions{action="create"}": 2,
        "novaspan_open_actions{action="unnamed"}": 1,
        "novaspan_open_files": 10,
        "novaspan_queue_bytes": 0,
        "novaspan_queue_traces": 0,
        "novaspan_receive_buffer_bytes": 4096,
        "novaspan_receive_buffer_limit_bytes": 1073741824,
        "novaspan_received_logs": 3,
        "novaspan_source_lag_bytes{path="/var/log/nova/nova-compute.log"}": 0,
        "novaspan_source_lag_seconds{path="/var/log/nova/nova-compute.log"}": 0,
        "novaspan_source_newest_line_timestamp_seconds{path="/var/log/nova/nova-compute.log"}": 1795229998.5,
        "novaspan_source_readable{path="/var/log/nova/nova-compute.log"}": 1,
        "novaspan_start_time_seconds": 1795229700,
        "novaspan_watermark_lag_seconds": 3,
      }
    `);
    expect(samples[`novaspan_build_info{version="0.1.0",node="${process.version}"}`]).toBe(1);
  });

  it('have no value for what has not happened yet', async () => {
    const metrics = createMetrics({
      vitals: () =>
        vitals({ backendUp: undefined, acknowledged: undefined, checkpointed: undefined, watermark: undefined, horizon: Infinity }),
      now: () => NOW,
    });

    const names = Object.keys(await scrape(metrics));
    expect(names).not.toContain('novaspan_backend_up');
    expect(names).not.toContain('novaspan_checkpoint_age_seconds');
    expect(names).not.toContain('novaspan_needed_log_age_seconds');
    expect(names).toContain('novaspan_open_files');
  });

  it.each(Object.entries(gauges))('%s is named for its unit', (name, { unit }) => {
    if (unit === 'seconds' || unit === 'bytes') expect(name).toMatch(new RegExp(`_${unit}$`));
    else expect(name).not.toMatch(/_(seconds|bytes)$/);
  });
});

describe('an action', () => {
  it('is counted once, with its duration and its phases', async () => {
    const metrics = metricsAt();
    metrics.observe(
      trace({
        seconds: 8.44,
        attributes: { [keys.reported]: 8.35 },
        phases: {
          'resource claim': 0.109,
          spawn: { seconds: 7.703, attributes: { [keys.reported]: 7.69 } },
          'lport claim': { seconds: 0.02, service: 'ovn-controller' },
        },
      }),
    );

    const samples = await scrape(metrics);
    expect(samples).toMatchObject({
      'novaspan_actions_total{action="create",outcome="succeeded",host="cmp1"}': 1,
      'novaspan_action_duration_seconds_bucket{le="5",action="create",host="cmp1",outcome="succeeded"}': 0,
      'novaspan_action_duration_seconds_bucket{le="10",action="create",host="cmp1",outcome="succeeded"}': 1,
      'novaspan_action_duration_seconds_bucket{le="+Inf",action="create",host="cmp1",outcome="succeeded"}': 1,
      'novaspan_action_duration_seconds_sum{action="create",host="cmp1",outcome="succeeded"}': 8.44,
      'novaspan_action_duration_seconds_count{action="create",host="cmp1",outcome="succeeded"}': 1,
      'novaspan_phase_duration_seconds_count{action="create",phase="lport claim",service="ovn-controller",host="cmp1"}': 1,
      'novaspan_phase_duration_seconds_sum{action="create",phase="spawn",service="nova-compute",host="cmp1"}': 7.703,
      'novaspan_nova_build_seconds_sum{host="cmp1"}': 8.35,
      'novaspan_nova_spawn_seconds_sum{host="cmp1"}': 7.69,
      'novaspan_action_longest_seconds{action="create",host="cmp1"}': 8.44,
      'novaspan_phase_longest_seconds{action="create",phase="lport claim",service="ovn-controller",host="cmp1"}': 0.02,
      'novaspan_nova_build_longest_seconds{host="cmp1"}': 8.35,
      'novaspan_nova_spawn_longest_seconds{host="cmp1"}': 7.69,
    });
    expect(Object.keys(samples).filter((name) => name.includes('phase="instance create"'))).toEqual([]);
  });

  it('that timed out lies beyond all buckets, as nobody knows how long it took', async () => {
    const metrics = metricsAt();
    metrics.observe(trace({ outcome: 'timed-out', seconds: 40 }));

    expect(await scrape(metrics)).toMatchObject({
      'novaspan_action_duration_seconds_bucket{le="300",action="create",host="cmp1",outcome="timed-out"}': 0,
      'novaspan_action_duration_seconds_bucket{le="+Inf",action="create",host="cmp1",outcome="timed-out"}': 1,
      'novaspan_actions_total{action="create",outcome="timed-out",host="cmp1"}': 1,
    });
  });

  describe('is waited for by its user', () => {
    const asked = (more: Partial<SpanData> = {}) => ({ seconds: 1.5, service: 'nova-api', host: 'ctl1', start: NOW - 2000, ...more });
    const waits = async (metrics: Metrics) =>
      Object.fromEntries(
        Object.entries(await scrape(metrics)).filter(([name]) => /action_wait_(?:seconds_(?:sum|count)|longest)|wait.*Inf/.test(name)),
      );
    const labels = 'action="create",host="cmp1",outcome="succeeded"';

    it('from the API request to the end, by the host that did it', async () => {
      const metrics = metricsAt();
      metrics.observe(trace({ phases: { 'api request': asked() } }));
      expect(await waits(metrics)).toEqual({
        [`novaspan_action_wait_seconds_bucket{le="+Inf",${labels}}`]: 1,
        [`novaspan_action_wait_seconds_sum{${labels}}`]: 10.44,
        [`novaspan_action_wait_seconds_count{${labels}}`]: 1,
        'novaspan_action_wait_longest_seconds{action="create",host="cmp1"}': 10.44,
      });
    });

    it('also where no line shows when the host began', async () => {
      const metrics = metricsAt();
      metrics.observe(trace({ attributes: { [keys.start]: 'unobserved' }, phases: { 'api request': asked() } }));
      expect((await waits(metrics))[`novaspan_action_wait_seconds_count{${labels}}`]).toBe(1);
    });

    it.each([
      ['nova-api is read by another sidecar', trace()],
      ['no line shows when the request began', trace({ phases: { 'api request': asked({ attributes: { [keys.start]: 'unobserved' } }) } })],
      ['the request came after the host began', trace({ phases: { 'api request': asked({ start: NOW + 1000 }) } })],
      ['the root is of another sidecar', trace({ form: 'fragment', phases: { 'api request': asked() } })],
    ])('and has no series where %s', async (_, told) => {
      const metrics = createMetrics({ vitals: () => vitals({ buildHosts: ['cmp1'], computeHosts: ['cmp1'] }), now: () => NOW });
      metrics.observe(told);
      expect(await waits(metrics)).toEqual({});
    });
  });

  it('counts all requests to a service as one phase, whatever was asked', async () => {
    const metrics = metricsAt();
    const get = (route: string) => ({
      seconds: 0.5,
      service: 'neutron-server',
      attributes: { [keys.httpMethod]: 'GET', [keys.httpRoute]: route },
    });
    const create = { ...get('/v2.0/ports'), attributes: { [keys.httpMethod]: 'POST', [keys.httpRoute]: '/v2.0/ports' } };
    metrics.observe(
      trace({
        phases: {
          'GET /v2.0/ports': get('/v2.0/ports'),
          'GET /v2.0/networks/{id}': get('/v2.0/networks/{id}'),
          'neutron port create': create,
        },
      }),
    );

    const counts = Object.entries(await scrape(metrics)).filter(([name]) => name.startsWith('novaspan_phase_duration_seconds_count'));
    expect(Object.fromEntries(counts)).toMatchObject({
      'novaspan_phase_duration_seconds_count{action="create",phase="requests",service="neutron-server",host="cmp1"}': 2,
      'novaspan_phase_duration_seconds_count{action="create",phase="neutron port create",service="neutron-server",host="cmp1"}': 1,
    });
    expect(counts.filter(([name]) => name.includes('GET'))).toEqual([]);
  });

  it('whose phase has no beginning or no end gives no duration for it', async () => {
    const metrics = metricsAt();
    metrics.observe(trace({ phases: { 'lport claim': { seconds: 0, attributes: { [keys.start]: 'unobserved' } } } }));

    const samples = await scrape(metrics);
    expect(samples['novaspan_phases_unmeasured_total{action="create",phase="lport claim",service="nova-compute",host="cmp1"}']).toBe(1);
    expect(Object.keys(samples).filter((name) => /phase_(duration|longest)/.test(name))).toEqual([]);
  });

  it('has no phase among the longest that nobody saw end, failed or not: it is counted', async () => {
    const metrics = metricsAt();
    const claim = { seconds: 24, service: 'ovn-controller', attributes: { [keys.start]: 'observed', [keys.end]: 'unobserved' } };
    metrics.observe(
      trace({ outcome: 'failed', phases: { 'lport claim': { ...claim, error: 'no line shows its end: the action failed' } } }),
    );

    const samples = await scrape(metrics);
    const labels = '{action="create",phase="lport claim",service="ovn-controller",host="cmp1"}';
    expect(samples[`novaspan_phases_unmeasured_total${labels}`]).toBe(1);
    expect(Object.keys(samples).filter((name) => /phase_(duration|longest)/.test(name))).toEqual([]);
  });

  it('is not made of a fragment or of a sequel, whose phases count', async () => {
    const metrics = metricsAt();
    metrics.observe(trace({ form: 'fragment', phases: { 'neutron port create': { seconds: 1.2, service: 'neutron-server' } } }));
    metrics.observe(trace({ form: 'network-ready', phases: { 'guest dhcp': { seconds: 3, service: 'ovn-controller' } } }));

    const samples = await scrape(metrics);
    expect(Object.keys(samples).filter((name) => /action_duration|actions_total|action_longest|nova_build/.test(name))).toEqual([]);
    expect(samples).toMatchObject({
      'novaspan_phase_duration_seconds_count{action="unknown",phase="neutron port create",service="neutron-server",host="cmp1"}': 1,
      'novaspan_phase_duration_seconds_count{action="create",phase="guest dhcp",service="ovn-controller",host="cmp1"}': 1,
    });
  });

  it('is the longest for five minutes', async () => {
    let now = NOW;
    const metrics = metricsAt(() => now);
    const longest = async () => (await scrape(metrics))['novaspan_action_longest_seconds{action="create",host="cmp1"}'];
    metrics.observe(trace({ seconds: 30 }));
    now += 120_000;
    metrics.observe(trace({ seconds: 9 }));
    expect(await longest()).toBe(30);
    now += 181_000;
    expect(await longest()).toBe(30);
    now += 30_000;
    expect(await longest()).toBe(9);
    now += 120_000;
    expect(await longest()).toBeUndefined();
  });

  it('is in at most 2,000 series of the longest: what is beyond waits until others are five minutes old', async () => {
    let now = NOW;
    const metrics = metricsAt(() => now);
    const hosts = async () => Object.keys(await scrape(metrics)).filter((name) => name.startsWith('novaspan_action_longest'));
    for (let i = 0; i < 2500; i++) metrics.observe(trace({ host: `cmp${i}` }));
    expect((await hosts()).length).toBe(2000);
    now += 400_000;
    metrics.observe(trace({ host: 'cmp2400' }));
    expect(await hosts()).toEqual(['novaspan_action_longest_seconds{action="create",host="cmp2400"}']);
  });

  it('that is a build has its series before the first ends, with 0, which no checkpoint keeps', async () => {
    const metrics = createMetrics({ vitals: () => vitals({ buildHosts: ['cmp1', 'ctl1'], computeHosts: ['cmp1'] }), now: () => NOW });
    const before = metrics.save();

    const samples = await scrape(metrics);
    for (const host of ['cmp1', 'ctl1'])
      for (const outcome of outcomes)
        expect(samples[`novaspan_actions_total{action="create",outcome="${outcome}",host="${host}"}`]).toBe(0);
    expect(samples['novaspan_action_duration_seconds_bucket{le="60",action="create",host="cmp1",outcome="succeeded"}']).toBe(0);
    expect(samples['novaspan_build_attempts_failed_total{host="cmp1"}']).toBe(0);
    expect(samples['novaspan_nova_spawn_seconds_count{host="cmp1"}']).toBe(0);
    expect(samples['novaspan_nova_build_seconds_count{host="cmp1"}']).toBe(0);
    // A controller has no hypervisor: dashboards find compute hosts by these.
    expect(Object.keys(samples).filter((name) => name.includes('_seconds') && name.includes('host="ctl1"'))).toEqual([]);
    expect(metrics.save()).toEqual(before);

    metrics.observe(trace());
    await scrape(metrics);
    expect((await scrape(metrics))['novaspan_actions_total{action="create",outcome="succeeded",host="cmp1"}']).toBe(1);
  });

  it('never names an instance, a request or a port in a label', async () => {
    const metrics = metricsAt();
    const { instance, request } = trace();
    metrics.observe(
      trace({ phases: { 'port create': { seconds: 1, attributes: { 'openstack.port.id': 'df247bb8-4779-4902-aede-8e714f4bed2c' } } } }),
    );

    for (const openMetrics of [false, true]) {
      const { body } = await metrics.text(openMetrics);
      expect(body).not.toContain(instance);
      expect(body).not.toContain(request);
      expect(body).not.toContain('df247bb8');
    }
  });

  it('of ever new hosts cannot make the metrics grow without end', async () => {
    const metrics = metricsAt();
    for (let i = 0; i < 5000; i++) metrics.observe(trace({ host: `cmp${i}` }));

    const counts = Object.entries(await scrape(metrics)).filter(([name]) => name.startsWith('novaspan_actions_total'));
    expect(counts.length).toBe(2000);
    expect(counts.reduce((sum, [, value]) => sum + value, 0)).toBe(5000);
  });
});

describe('the actions of real logs', () => {
  const some = [
    'create-succeeds-debug',
    'create-succeeds-eight-concurrent-info',
    'create-fails-no-valid-host-info',
    'rebuild-succeeds-debug',
  ];

  it.each(some)('of %s are all in the metrics, each span once', async (scenario) => {
    const traces = correlate(await logsOf(join(GOLDEN, scenario)));
    const metrics = metricsAt();
    for (const each of traces) metrics.observe(each);

    const samples = Object.entries(await scrape(metrics));
    const sum = (name: string): number =>
      samples.reduce((total, [sample, value]) => total + (sample.startsWith(`${name}{`) ? value : 0), 0);
    const actions = traces.filter(({ form }) => form === 'action');
    const spans = traces.reduce((total, each) => total + each.spans.length, 0);
    expect(actions.length).toBeGreaterThan(0);
    expect(sum('novaspan_actions_total')).toBe(actions.length);
    expect(sum('novaspan_action_duration_seconds_count')).toBe(actions.length);
    expect(sum('novaspan_phase_duration_seconds_count') + sum('novaspan_phases_unmeasured_total')).toBe(spans - actions.length);
    expect(sum('novaspan_action_duration_seconds_sum')).toBeCloseTo(
      actions.reduce((total, { spans: [root] }) => total + (root!.end - root!.start) / 1000, 0),
    );
    const builds = actions.filter(({ spans: [root] }) => root!.attributes[keys.reported] !== undefined).length;
    expect([sum('novaspan_nova_build_seconds_count'), sum('novaspan_nova_spawn_seconds_count')]).toEqual([builds, builds]);
  });
});

const anyTrace = fc
  .record({
    form: fc.constantFrom('action' as const, 'fragment' as const, 'network-ready' as const),
    action: fc.constantFrom('create', 'delete', 'live-migration'),
    host: fc.constantFrom('cmp1', 'cmp2'),
    outcome: fc.constantFrom('succeeded', 'failed', 'timed-out'),
    seconds: fc.double({ min: 0, max: 900, noNaN: true }),
    spawn: fc.double({ min: 0, max: 900, noNaN: true }),
  })
  .map(({ spawn, ...rest }) => trace({ ...rest, phases: { spawn: { seconds: spawn, attributes: { [keys.reported]: spawn } } } }));

/** What outlives a process: not what it counted itself, not the longest of its last minutes. */
const lastingPart = async (metrics: Metrics): Promise<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(await scrape(metrics)).filter(([name]) =>
      /^novaspan_(actions|phases_unmeasured|action_duration|phase_duration|nova_build_seconds|nova_spawn_seconds)/.test(name),
    ),
  );

describe('what is saved', () => {
  it('through JSON, gives the same numbers in the next process, which goes on from there', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyTrace), fc.array(anyTrace), async (before, after) => {
        const undisturbed = metricsAt();
        const first = metricsAt();
        const second = metricsAt();
        for (const each of [...before, ...after]) undisturbed.observe(each);
        for (const each of before) first.observe(each);
        second.restore(JSON.parse(JSON.stringify(first.save())));
        expect(await lastingPart(second)).toEqual(await lastingPart(first));
        for (const each of after) second.observe(each);
        expect(await lastingPart(second)).toEqual(await lastingPart(undisturbed));
      }),
      { numRuns: 60 },
    );
  });

  it('does not change when more is observed', () => {
    const metrics = metricsAt();
    metrics.observe(trace());
    const saved = metrics.save();
    const text = JSON.stringify(saved);
    metrics.observe(trace());

    expect(JSON.stringify(saved)).toBe(text);
  });

  it('can hold what is about to be observed, which no scrape sees before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyTrace), fc.array(anyTrace), async (before, also) => {
        const metrics = metricsAt();
        for (const each of before) metrics.observe(each);
        const shown = await scrape(metrics);
        const saved = metrics.save(also);
        expect(await scrape(metrics)).toEqual(shown);
        for (const each of also) metrics.observe(each);
        expect(metrics.save()).toEqual(saved);
      }),
      { numRuns: 30 },
    );
  });

  it('begins what the process itself counts at 0', async () => {
    const first = metricsAt();
    first.count('fragments', 3);
    const second = metricsAt();
    second.restore(first.save());

    expect((await scrape(second))['novaspan_fragments_total']).toBe(0);
  });

  it.each([
    ['nothing', undefined],
    ['text', 'metrics'],
    ['another version', { version: 2, counters: {}, histograms: {} }],
    ['no families', { version: 1, counters: null, histograms: [] }],
    [
      'other buckets',
      { version: 1, counters: {}, histograms: { nova_build_seconds: { bounds: [[1, 2]], series: [[['cmp1'], [1, 0, 0], 1]] } } },
    ],
    [
      'fewer buckets',
      { version: 1, counters: {}, histograms: { nova_build_seconds: { bounds: [BUCKETS], series: [[['cmp1'], [1], 1]] } } },
    ],
    [
      'buckets as they were before each series had its own',
      { version: 1, counters: {}, histograms: { nova_build_seconds: { bounds: BUCKETS, series: [[['cmp1'], BUCKETS.concat(1), 1]] } } },
    ],
    ['other labels', { version: 1, counters: { actions_total: [[['create'], 3], [[1, 2, 3], 4], 'x', null] }, histograms: {} }],
    [
      'negative and infinite numbers',
      {
        version: 1,
        counters: {
          actions_total: [
            [['a', 'b', 'c'], -1],
            [['a', 'b', 'c'], Infinity],
          ],
        },
        histograms: {},
      },
    ],
  ])('of %s begins anew', async (_, state) => {
    const metrics = metricsAt();
    metrics.observe(trace());
    metrics.restore(state);

    expect(Object.values(await lastingPart(metrics)).filter((value) => value !== 0)).toEqual([]);
  });
});

describe('the formats', () => {
  const filled = (): Metrics => {
    const metrics = metricsAt();
    metrics.count('lines', 7, 'nova-compute');
    metrics.count('file_resets', 1, 'C:\\logs\\"odd"\nname.log');
    metrics.observe(trace({ phases: { spawn: 7.7 }, attributes: { [keys.reported]: 8.35 } }));
    metrics.observe(trace({ outcome: 'timed-out', seconds: 400, phases: { spawn: 7.7 } }));
    return metrics;
  };

  it('name the content as Prometheus asks for it', async () => {
    expect((await filled().text()).contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect((await filled().text(true)).contentType).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
  });

  it('can be asked for in turn: neither changes the other', async () => {
    const metrics = filled();
    const before = await metrics.text();
    await metrics.text(true);

    expect(await metrics.text()).toEqual(before);
  });

  it('OpenMetrics is well formed, ends with EOF, and has a trace for each bucket that has one', async () => {
    const { body } = await filled().text(true);

    expect(faultsOf(body)).toEqual([]);
    expect(body).toContain(
      `novaspan_action_duration_seconds_bucket{le="10",action="create",host="cmp1",outcome="succeeded"} 1 # {trace_id="${TRACE_ID}"} 8.44 ${NOW / 1000}\n`,
    );
  });

  it.skipIf(!promtool)(
    `promtool finds nothing wrong${promtool ? '' : ' (skipped: promtool is not installed; apt-get install prometheus)'}`,
    async () => {
      const { body } = await filled().text();
      const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: body, encoding: 'utf8' });

      expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
    },
  );
});

describe('the questions in docs/metrics.md', () => {
  const names = new Set(
    [...metricsMarkdown().matchAll(/^\| `(novaspan_\w+)` \| (\w+) /gm)].flatMap(([, name, type]) =>
      type === 'histogram' || type === 'summary' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name!],
    ),
  );

  it.each(queries)('$asks: are about metrics that there are', ({ query }) => {
    expect([...query.matchAll(/novaspan_\w+/g)].map(([name]) => name).filter((name) => !names.has(name))).toEqual([]);
  });

  it.skipIf(!promtool)('are understood by promtool', () => {
    const rules = { groups: [{ name: 'questions', rules: queries.map(({ query }, i) => ({ record: `question:${i}`, expr: query })) }] };
    const folder = mkdtempSync(join(tmpdir(), 'questions-'));
    const file = join(folder, 'rules.json');
    writeFileSync(file, JSON.stringify(rules));
    const { status, stderr } = spawnSync('promtool', ['check', 'rules', file], { encoding: 'utf8' });
    rmSync(folder, { recursive: true });

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

/** Lines that are not as the OpenMetrics text format wants them, told one by one. */
function faultsOf(body: string): string[] {
  const faults: string[] = [];
  const lines = body.split('\n');
  if (lines.pop() !== '' || lines.pop() !== '# EOF') faults.push('does not end with # EOF');
  const label = String.raw`[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*"`;
  const labels = String.raw`\{(?:${label}(?:,${label})*)?\}`;
  const number = String.raw`(?:[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?|[+-]Inf|NaN)`;
  const sample = new RegExp(String.raw`^([a-zA-Z_:][\w:]*)(?:${labels})? ${number}(?<exemplar> # ${labels} (${number})(?: ${number})?)?$`);
  const told = new Set<string>();
  let family = '';
  let type = '';
  for (const line of lines) {
    const meta = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line);
    if (meta !== null) {
      const [, what, name, text] = meta;
      if (what === 'HELP' && told.has(name!)) faults.push(`told twice: ${name}`);
      if (what === 'TYPE') [family, type] = [name!, text!];
      told.add(name!);
      continue;
    }
    const found = sample.exec(line);
    const suffixes =
      { counter: ['_total'], gauge: [''], histogram: ['_bucket', '_sum', '_count'], summary: ['_sum', '_count'] }[type] ?? [];
    if (found === null) faults.push(`no sample: ${line}`);
    else if (!suffixes.some((suffix) => found[1] === family + suffix)) faults.push(`not of the ${type} ${family}: ${line}`);
    else if (found.groups!['exemplar'] !== undefined && !found[1]!.endsWith('_bucket')) faults.push(`no place for an exemplar: ${line}`);
    else if (
      found.groups!['exemplar'] !== undefined &&
      Number(found[3]) > Number(/le="([^"]+)"/.exec(line)![1]!.replace('+Inf', 'Infinity'))
    )
      faults.push(`an exemplar outside its bucket: ${line}`);
  }
  return faults;
}
