import assert from 'node:assert/strict';
import { createOtlpHttpExporter, tracesUrl } from './modules.mjs';
import { until } from './process.mjs';
import { handMade } from './traces.mjs';

const micros = (nano) => Number(BigInt(nano) / 1000n);

/** What must be there: of every span of OTLP JSON lines, what Jaeger's query API can tell. */
function expectedSpans(lines) {
  return lines.flatMap((line) =>
    JSON.parse(line).resourceSpans.flatMap(({ resource, scopeSpans }) => {
      const of = (key) => resource.attributes.find((attribute) => attribute.key === key)?.value.stringValue;
      return scopeSpans[0].spans.map((span) => ({
        trace: span.traceId,
        id: span.spanId,
        parent: span.parentSpanId ?? '',
        name: span.name,
        service: of('service.name'),
        host: of('host.name'),
        start: micros(span.startTimeUnixNano),
        duration: micros(span.endTimeUnixNano) - micros(span.startTimeUnixNano),
        events: span.events?.length ?? 0,
        failed: span.status.code === 2,
      }));
    }),
  );
}

/** The same of a trace as `/api/traces/ID` gives it. */
const foundSpans = ({ spans, processes }) =>
  spans.map((span) => {
    const { serviceName, tags } = processes[span.processID];
    return {
      trace: span.traceID,
      id: span.spanID,
      parent: span.references.find(({ refType, traceID }) => refType === 'CHILD_OF' && traceID === span.traceID)?.spanID ?? '',
      name: span.operationName,
      service: serviceName,
      host: tags.find(({ key }) => key === 'host.name')?.value,
      start: span.startTime,
      duration: span.duration,
      events: span.logs.length,
      failed: span.tags.some(({ key, value }) => key === 'error' && value === true),
    };
  });

/** Every trace of these lines comes back by its id, with all its spans, services, hosts, times and parents. @returns how many spans */
export async function checkQuery(query, lines) {
  const expected = expectedSpans(lines);
  for (const trace of new Set(expected.map((span) => span.trace))) {
    const own = expected.filter((span) => span.trace === trace);
    const found = await traceWith(query, trace, own.length);
    assert.deepEqual(differing(foundSpans(found), own), [], `trace ${trace}`);
  }
  return expected.length;
}

/**
 * A trace may come twice, when a sidecar was killed between its delivery and its checkpoint: what is twice the same counts once.
 *
 * @returns spans that are not the same on both sides, as text: `+` was found, `-` was to be found
 */
function differing(found, expected) {
  const [there, wanted] = [found, expected].map((spans) => new Set(spans.map((span) => JSON.stringify(span))));
  return [...without(there, wanted).map((span) => `+ ${span}`), ...without(wanted, there).map((span) => `- ${span}`)];
}

const without = (these, those) => [...these].filter((each) => !those.has(each));

/** A gateway waits before it decides, and storage may be a moment behind. */
async function traceWith(query, trace, count) {
  let found;
  const isThere = async () => {
    const response = await fetch(`${query}/api/traces/${trace}`, { headers: { connection: 'close' } });
    found = response.ok ? (await response.json()).data[0] : undefined;
    return found?.spans.length >= count;
  };
  await until(isThere, { what: `trace ${trace}` }).catch(() => {
    throw new Error(`trace ${trace}: ${found?.spans.length ?? 0} of ${count} spans came back`);
  });
  return found;
}

/** Whose trace a line, or a request, is. */
export const traceOf = (body) => JSON.parse(body).resourceSpans[0].scopeSpans[0].spans[0].traceId;

/** The Collector's own JSON of what it received is our line. */
export function checkEcho(bodies, lines) {
  for (const line of lines) {
    const traceId = traceOf(line);
    // Not any body that names it: the sequel of a boot links to it.
    const echoed = bodies.findLast((body) => traceOf(body) === traceId);
    assert.deepEqual(JSON.parse(echoed), JSON.parse(line));
    assert.ok(echoed === line, `the same JSON, but not the same bytes:\n${echoed}\n${line}`);
  }
}

/** What a real receiver refuses, and that we say what to do about it. */
export async function checkRefusals(endpoint) {
  const trace = handMade('refused');
  const badId = { ...trace, spans: trace.spans.map((span) => ({ ...span, traceId: 'not-hex' })) };
  const cases = [
    { url: `${endpoint}/v1/trace`, trace, about: 'settings', reason: /answered 404: .*OTEL_EXPORTER_OTLP_ENDPOINT/ },
    { url: tracesUrl(endpoint), trace: badId, about: 'trace', reason: /answered 400: .*it says: / },
  ];
  const said = [];
  for (const { url, trace: sent, about, reason } of cases) {
    const exporter = createOtlpHttpExporter({ url });
    const result = await exporter.export(sent);
    await exporter.shutdown();
    assert.equal(result.outcome, 'refused');
    assert.equal(result.about, about);
    assert.match(result.reason, reason);
    said.push(`refused (${about}): ${result.reason}`);
  }
  return said;
}
