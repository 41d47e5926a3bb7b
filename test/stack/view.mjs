// What `novaspan view` answers to Jaeger's query API, against what a real Jaeger answers to the same questions on the same traces.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { startEcho } from './echo.mjs';
import { buildJaeger, startJaeger } from './jaeger.mjs';
import { freePorts, startProgram, until } from './process.mjs';

const ROOT = new URL('../../', import.meta.url).pathname;
const CLI = `${ROOT}dist/cli/main.js`;
/** Of different kinds: with details, with errors, of two hosts, many at once, and with follow-ups. */
const SCENARIOS = [
  'create-succeeds-debug',
  'create-fails-vif-plug-timeout-debug',
  'create-rescheduled-succeeds-debug',
  'create-succeeds-eight-concurrent-info',
  'rebuild-succeeds-debug',
].map((name) => `${ROOT}test/golden/${name}`);
const FROM = Date.parse('2026-11-20T00:00:00Z') * 1000;
const TO = Date.parse('2026-11-23T00:00:00Z') * 1000;

const json = (value) => encodeURIComponent(JSON.stringify(value));
/** As Grafana's data source asks for traces. */
const search = (rest) => `/api/traces?lookback=custom&start=${FROM}&end=${TO}&limit=1000&service=nova-compute${rest}`;

const QUESTIONS = [
  '/api/services',
  '/api/services/nova-compute/operations',
  '/api/services/ovn-controller/operations',
  '/api/services/nope/operations',
  '/api/operations?service=nova-compute',
  '/api/operations?service=nova-compute&spanKind=client',
  '/api/operations',
  search(''),
  search('&operation=instance%20create'),
  search('&operation=nope'),
  search('&minDuration=10s'),
  search('&operation=instance%20create&maxDuration=9s'),
  search('&operation=instance%20create&minDuration=1s&maxDuration=30s'),
  search(`&tags=${json({ 'openstack.outcome': 'failed' })}`),
  search(`&tags=${json({ 'host.name': 'cmp1' })}`),
  search(`&tags=${json({ 'openstack.outcome': 'succeeded', 'openstack.action': 'create' })}`),
  search('&tag=openstack.outcome:failed'),
  search('&minDuration=x'),
  search('&tags=x'),
  `/api/traces?service=nova-compute&start=x&end=${TO}`,
  `/api/traces?service=nova-compute&start=${FROM}&end=${Date.parse('2026-11-21T01:55:00Z') * 1000}&limit=1000`,
  '/api/traces',
  '/api/traces/00000000000000000000000000000abc',
  '/api/traces/nothex',
  `/api/dependencies?endTs=${TO / 1000}&lookback=${(TO - FROM) / 1000}`,
  '/api/dependencies?endTs=1000&lookback=1000',
];

/** As version 3 is asked; `raw_traces` leaves out what Jaeger remarks on clocks. */
const iso = (micros) => new Date(micros / 1000).toISOString();
const v3Search = (rest) =>
  `/api/v3/traces?query.start_time_min=${iso(FROM)}&query.start_time_max=${iso(TO)}&query.raw_traces=true&query.num_traces=1000${rest}`;
const ofCompute = (rest) => v3Search(`&query.service_name=nova-compute${rest}`);

const V3_QUESTIONS = [
  '/api/v3/services',
  '/api/v3/operations?service=nova-compute',
  '/api/v3/operations?service=nova-compute&span_kind=client',
  '/api/v3/operations?service=nope',
  '/api/v3/operations',
  v3Search(''),
  v3Search('&query.service_name=nope'),
  v3Search('&query.operation_name=port%20update'),
  ofCompute(''),
  ofCompute('&query.operation_name=instance%20create'),
  ofCompute('&query.operation_name=nope'),
  ofCompute('&query.duration_min=10s'),
  ofCompute('&query.duration_max=0s'),
  ofCompute('&query.operation_name=instance%20create&query.duration_min=1s&query.duration_max=30s'),
  ofCompute('&query.duration_min=x'),
  ofCompute('&query.raw_traces=x').replace('&query.raw_traces=true', ''),
  ofCompute('').replace('num_traces=1000', 'num_traces=x'),
  `/api/v3/traces?query.service_name=nova-compute&query.num_traces=10&query.start_time_min=${iso(FROM)}`,
  `/api/v3/traces?query.service_name=nova-compute&query.num_traces=10&query.start_time_min=x&query.start_time_max=${iso(TO)}`,
  '/api/v3/traces?query.service_name=nova-compute&query.num_traces=100&query.raw_traces=1' +
    `&query.start_time_min=${iso(FROM)}&query.start_time_max=2026-11-21T02:55:00.000000001%2B01:00`,
  '/api/v3/traces',
  '/api/v3/traces/abc',
  '/api/v3/traces/nothex',
  '/api/v3/traces/abc?start_time=x',
  '/api/v3/traces/abc?raw_traces=x',
];

/** @returns what was seen, in sentences */
export async function checkView() {
  const [otlpPort, otlpGrpcPort, queryPort, queryGrpcPort, viewPort] = await freePorts(5);
  const echo = await startEcho();
  let jaeger;
  let view;
  try {
    jaeger = await startJaeger(await buildJaeger(() => {}), { otlpPort, otlpGrpcPort, queryPort, queryGrpcPort, echoPort: echo.port });
    view = await startProgram(
      'novaspan view',
      process.execPath,
      [CLI, 'view', '--timezone', 'UTC', '--listen', `127.0.0.1:${viewPort}`, ...SCENARIOS],
      {
        doors: [`http://127.0.0.1:${viewPort}/api/services`],
      },
    );
    const lines = await tracesOf(SCENARIOS);
    for (const line of lines) await send(`http://127.0.0.1:${otlpPort}/v1/traces`, line);
    const ids = [...new Set(lines.map((line) => JSON.parse(line).resourceSpans[0].scopeSpans[0].spans[0].traceId))];
    const bases = [`http://127.0.0.1:${queryPort}`, `http://127.0.0.1:${viewPort}`];
    for (const base of bases) await until(() => hasAll(base, ids), { what: `${ids.length} traces at ${base}`, withinMs: 60_000 });

    const questions = [
      ...QUESTIONS,
      ...V3_QUESTIONS,
      ...ids.map((id) => `/api/traces/${id}?start=${FROM}&end=${TO}`),
      ...ids.map((id) => `/api/v3/traces/${id}?raw_traces=true`),
    ];
    let traces = 0;
    for (const question of questions) {
      const [theirs, ours] = await Promise.all(bases.map((base) => answerOf(base + question)));
      assert.deepEqual(ours, theirs, question);
      if (ours.spans !== undefined) traces += new Set(ours.spans.map(({ span }) => span.traceId)).size;
      if (ours.data?.[0]?.spans !== undefined) traces += ours.data.length;
    }
    return `view answers ${questions.length} questions of Jaeger's query API as Jaeger does (${traces} traces in them)`;
  } finally {
    await view?.stop();
    await jaeger?.stop();
    await echo.stop();
  }
}

async function tracesOf(folders) {
  const args = [CLI, 'replay', '--quiet', '--timezone', 'UTC', '--format', 'otlp', '--lines', 'numbered', ...folders];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1 << 28 });
  return stdout.trim().split('\n');
}

async function send(url, body) {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  assert.equal(response.status, 200, await response.text());
}

const hasAll = async (base, ids) =>
  (await Promise.all(ids.map((id) => fetch(`${base}/api/traces/${id}`)))).every(({ status }) => status === 200);

/** An answer, without what is by chance: the order, the names of processes, the words of a fault. */
async function answerOf(url) {
  const response = await fetch(url);
  const body = await response.json();
  return { status: response.status, ...(new URL(url).pathname.startsWith('/api/v3/') ? v3Answer(body) : v1Answer(body)) };
}

function v3Answer({ services, operations, result, error, ...rest }) {
  return {
    ...rest,
    services: services?.toSorted(),
    operations: operations?.toSorted(byText),
    error: error?.httpCode,
    spans: result?.resourceSpans
      .flatMap(({ resource, scopeSpans }) =>
        scopeSpans.flatMap(({ scope, spans }) =>
          spans.map((span) => canonical({ id: `${span.traceId} ${span.spanId}`, resource, scope, span })),
        ),
      )
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
}

const REMARKS = '@jaeger@warnings';

/**
 * Keys and lists in one order. Jaeger's memory storage drops the version of the semantic conventions; Jaeger remarks on spans that
 * end when they begin, and ends them a nanosecond later.
 */
function canonical(value) {
  if (Array.isArray(value))
    return value
      .filter(({ key }) => key !== REMARKS)
      .map(canonical)
      .sort(byText);
  if (typeof value !== 'object' || value === null) return value;
  const { schemaUrl, ...rest } = value;
  if (rest.attributes?.some(({ key }) => key === REMARKS)) rest.endTimeUnixNano = rest.startTimeUnixNano;
  return Object.fromEntries(
    Object.keys(rest)
      .sort()
      .map((key) => [key, canonical(rest[key])]),
  );
}

function v1Answer({ data, errors, ...rest }) {
  return {
    ...rest,
    errors: errors?.map(({ code, traceID }) => ({ code, traceID })) ?? null,
    data: data === null ? null : Array.isArray(data) ? data.map(inOrder).sort(byText) : data,
  };
}

const byText = (a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

function inOrder(one) {
  if (one?.spans === undefined) return one;
  const { spans, processes, warnings, ...trace } = one;
  return {
    traceID: trace.traceID,
    ...trace,
    // What Jaeger remarks on clocks is its own.
    spans: spans
      .map(({ processID, warnings: remarks, tags, logs, ...span }) => ({
        spanID: span.spanID,
        ...span,
        process: processes[processID],
        tags: tags.toSorted(byText),
        logs: logs.map(({ timestamp, fields }) => ({ timestamp, fields: fields.toSorted(byText) })).sort(byText),
      }))
      .sort(byText),
  };
}
