// What the shipped configurations promise, asked of the real Collector.
import assert from 'node:assert/strict';
import { createOtlpHttpExporter, toOtlpJson, tracesUrl } from '../modules.mjs';
import { until } from '../process.mjs';
import { handMade } from '../traces.mjs';
import { configOf, faultsOf } from './collector.mjs';
import { partsOf, send } from './parts.mjs';
import { spansOf } from './record.mjs';
import { scrape, sum } from './scrape.mjs';

const DECIDED = 'otelcol_processor_tail_sampling_global_count_traces_sampled';
const FROM_CACHE = 'otelcol_processor_tail_sampling_early_releases_from_cache_decision';
const RECEIVED = 'otelcol_receiver_accepted_spans';

/** `otelcol validate` takes each configuration, and those that the README puts together. */
export async function validateConfigs(binary, stateDir) {
  const env = { COLLECTOR_STATE: stateDir };
  const together = [
    ['agent'],
    ['gateway'],
    ['logs-in'],
    ['agent', 'tls/agent'],
    ['gateway', 'tls/gateway'],
    ['agent', 'logs-in', 'agent-and-logs-in'],
  ];
  for (const names of together) assert.equal(await faultsOf(binary, names.map(configOf), env), undefined);
  // And it does refuse what is wrong: a setting that is not there, a duration that is none.
  assert.match(await faultsOf(binary, [configOf('agent'), 'yaml:exporters::load_balancing::routing_kez: traceID'], env), /routing_kez/);
  assert.match(await faultsOf(binary, [configOf('gateway')], { ...env, COLLECTOR_DECISION_WAIT: 'long' }), /decision_wait/);
  return `otelcol validate takes ${together.map((names) => names.join('+')).join(', ')}, and refuses what is wrong`;
}

/** A trace that novaspan sends through an agent and a gateway is in Jaeger with its ids, times, parents, events and resources. */
export async function checkIntact({ store, agents }) {
  const trace = handMade('through the Collectors');
  const exporter = createOtlpHttpExporter({ url: tracesUrl(agents[0].endpoint) });
  const result = await exporter.export(trace);
  await exporter.shutdown();
  assert.equal(result.outcome, 'delivered');
  const sent = spansOf([toOtlpJson(trace)]);
  await until(() => store.has([...sent.keys()]), { what: 'the trace to be in Jaeger' });
  const arrived = store.spans();
  for (const [id, [expected]] of sent) {
    assert.equal(arrived.get(id).length, 1);
    assert.deepEqual(arrived.get(id)[0].span, expected.span);
    assert.deepEqual(arrived.get(id)[0].resource, { ...expected.resource, 'deployment.environment.name': 'stack-test' });
  }
  const query = await (await fetch(`${store.query}/api/traces/${trace.traceId}`, { headers: { connection: 'close' } })).json();
  assert.equal(query.data[0].spans.length, trace.spans.length);
  return `novaspan -> agent -> gateway -> Jaeger: ${sent.size} spans of 5 resources unchanged, host.name too; deployment.environment.name added`;
}

/** The parts of a trace come by two agents, and only one of them is a reason to keep it: they meet in one gateway, or half is lost. */
export async function checkOneDecision({ store, agents, gateways }) {
  const before = await Promise.all(gateways.map(({ metrics }) => sum([metrics], RECEIVED)));
  const traces = Array.from({ length: 20 }, (_, i) => partsOf(`two agents ${i}`, { trouble: 'no port' }));
  await Promise.all(traces.flatMap(({ compute, controller }) => [send(agents[0].endpoint, compute), send(agents[1].endpoint, controller)]));
  const ids = traces.flatMap((each) => each.ids);
  await until(() => store.has(ids), { what: 'all parts of the 20 traces' });
  const arrived = store.spans();
  assert.ok(
    ids.every((id) => arrived.get(id).length === 1),
    'a part went to more than one gateway',
  );
  const after = await Promise.all(gateways.map(({ metrics }) => sum([metrics], RECEIVED)));
  const took = after.map((count, i) => count - before[i]);
  assert.ok(
    took.every((count) => count > 0),
    `one gateway had no work: ${took}`,
  );
  return `20 traces in parts by two agents, the reason to keep each in one part only: all ${ids.length} spans kept, each once; the gateways took ${took.join(' and ')}`;
}

/** Each case: what comes before the decision, what after it, and whether all of it is kept. */
const CASES = [
  { name: 'failed', about: { outcome: 'failed', error: 'No valid host was found.' }, first: ['compute'], kept: true },
  { name: 'timed out, without a status', about: { outcome: 'timed-out' }, first: ['compute'], kept: true },
  { name: 'slow', about: { seconds: 6 }, first: ['compute'], kept: true },
  { name: 'slow network', about: { seconds: 4, wait: 3 }, first: ['compute'], kept: true },
  { name: 'rare action', about: { action: 'live-migration' }, first: ['compute'], kept: true },
  { name: 'fast and well', about: {}, first: ['compute', 'controller'], kept: false },
  { name: 'fast and well, a delete', about: { action: 'delete' }, first: ['compute'], kept: false },
  { name: 'fragment, then a failed root at once', about: { outcome: 'failed', error: 'x' }, first: ['controller', 'compute'], kept: true },
  { name: 'failed, its fragment late', about: { outcome: 'failed', error: 'x' }, first: ['compute'], late: ['controller'], kept: true },
  { name: 'fast and well, its fragment late', about: {}, first: ['compute'], late: ['controller'], kept: false },
  {
    name: 'fragment, its failed root late',
    about: { outcome: 'failed', error: 'x' },
    first: ['controller'],
    late: ['compute'],
    kept: true,
  },
  { name: 'fragment, its root late', about: {}, first: ['controller'], late: ['compute'], kept: true },
];

export async function checkDecisions({ store, agents, gateways }) {
  const pages = gateways.map(({ metrics }) => metrics);
  const decided = await sum(pages, DECIDED);
  const cached = await sum(pages, FROM_CACHE);
  const cases = CASES.map((each) => ({ ...each, parts: partsOf(each.name, each.about) }));
  for (const { parts, first } of cases) for (const part of first) await send(agents[0].endpoint, parts[part]);
  await until(async () => (await sum(pages, DECIDED)) >= decided + cases.length, { what: 'all decisions' });

  const late = cases.flatMap(({ parts, late = [] }) => late.map((part) => parts[part]));
  const lateSpans = late.reduce((total, body) => total + spansOf([body]).size, 0);
  for (const body of late) await send(agents[1].endpoint, body);
  await until(async () => (await sum(pages, FROM_CACHE)) >= cached + lateSpans, { what: 'the late parts to be decided from the cache' });

  const sentIds = ({ parts, first, late = [] }) => [...spansOf([...first, ...late].map((part) => parts[part])).keys()];
  await until(() => store.has(cases.filter(({ kept }) => kept).flatMap(sentIds)), { what: 'all that must be kept' });
  const arrived = store.spans();
  for (const each of cases.filter(({ kept }) => !kept)) {
    assert.deepEqual(
      sentIds(each).filter((id) => arrived.has(id)),
      [],
      `kept: ${each.name}`,
    );
  }
  const names = (kept) => cases.filter((each) => each.kept === kept).map(({ name }) => name);
  return `with 0 % of the rest: kept ${names(true).join('; ')}. Dropped ${names(false).join('; ')}`;
}

/** Metrics of the spans: our buckets, no unbounded labels, counted before the sampling, with exemplars that name traces. */
export async function checkSpanMetrics({ agents, gateways }) {
  const dropped = Array.from({ length: 5 }, (_, i) => partsOf(`counted ${i}`, { action: 'reboot' }));
  const pages = gateways.map(({ spanMetrics }) => spanMetrics);
  const CALLS = 'traces_span_metrics_calls_total';
  // No other check sends reboots, and what others sent may not be counted yet.
  const root = { span_name: 'instance reboot', openstack_action: 'reboot', openstack_outcome: 'succeeded', service_name: 'nova-compute' };
  for (const { compute } of dropped) await send(agents[0].endpoint, compute);
  const all = async () => (await Promise.all(pages.map(scrape))).flat();
  // Exemplars are there until the next flush.
  let series;
  const named = new Set();
  await until(
    async () => {
      series = await all();
      for (const { exemplar } of series) if (exemplar) named.add(exemplar.trace_id);
      return dropped.some(({ traceId }) => named.has(traceId)) && (await sum(pages, CALLS, root)) === dropped.length;
    },
    { what: 'five reboots to be counted, and one of them named by an exemplar' },
  );
  const buckets = series.filter(({ name }) => name === 'traces_span_metrics_duration_seconds_bucket');
  const bounds = [...new Set(buckets.map(({ labels }) => Number(labels.le.replace('+Inf', 'Infinity'))))].sort((a, b) => a - b);
  assert.deepEqual(bounds, [0.1, 0.3, 1, 3, 10, 30, 60, 120, 300, Number.POSITIVE_INFINITY]);
  const labels = new Set(buckets.flatMap((each) => Object.keys(each.labels)));
  assert.deepEqual([...labels].sort(), ['job', 'le', 'openstack_action', 'openstack_outcome', 'service_name', 'span_name', 'status_code']);
  return `span metrics: buckets 0.1 to 300 s and +Inf, labels ${[...labels].sort().join(', ')}, actions counted that are dropped, ${named.size} traces named by exemplars`;
}
