import assert from 'node:assert/strict';
import { SLOW } from './cloud.mjs';
import { eventually } from './eventually.mjs';

const METRIC = 'novaspan_nova_spawn_seconds_bucket';
const EXEMPLAR = /^([^ ]+) \S+ # \{trace_id="([0-9a-f]{32})"\} \S+/;

/** The trace of the slow boot is told with its metric: by the sidecar, and by the Prometheus that scraped it. */
export async function checkExemplars({ prometheus, cloud, began }) {
  const [traceId] = cloud.traceIds(SLOW);
  const text = await cloud.sidecarOf(SLOW).metrics({ openMetrics: true });
  assert.ok(text.endsWith('# EOF\n'), 'this is no OpenMetrics');
  const told = text.split('\n').flatMap((line) => {
    const [, series = '', id] = EXEMPLAR.exec(line) ?? [];
    return series.startsWith(`${METRIC}{`) && series.includes(`host="${SLOW}"`) ? [id] : [];
  });
  assert.deepEqual(told, [traceId], 'the exemplars of the sidecar');

  const found = await eventually('Prometheus to have the exemplar', async () => {
    const all = await prometheus.exemplars(`${METRIC}{host="${SLOW}"}`, { start: began, end: Date.now() / 1000 });
    return all.length > 0 && all.flatMap(({ exemplars }) => exemplars.map(({ labels }) => labels.trace_id));
  });
  assert.deepEqual([...new Set(found)], [traceId], 'the exemplars of Prometheus');
  return `the exemplar of ${METRIC} leads to trace ${traceId}, in the sidecar's OpenMetrics and in Prometheus' query_exemplars`;
}
