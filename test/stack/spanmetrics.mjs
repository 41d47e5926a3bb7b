import { eventually } from './eventually.mjs';

/** The gateway makes metrics of the spans that the sidecars sent, and Prometheus has them, exemplars included. */
export async function checkSpanMetrics({ prometheus, began }) {
  const CALLS = 'sum by (openstack_outcome) (traces_span_metrics_calls_total{span_name="instance create"})';
  const boots = await eventually('the boots in the metrics of the gateway', async () => {
    const series = await prometheus.query(CALLS);
    return series.length > 1 && series.map(({ metric, value }) => `${value[1]} ${metric.openstack_outcome}`).sort();
  });
  const exemplars = await eventually('an exemplar of the gateway', async () => {
    const query = 'traces_span_metrics_duration_seconds_bucket{span_name="instance create"}';
    const found = await prometheus.exemplars(query, { start: began, end: Date.now() / 1000 });
    return found.flatMap((each) => each.exemplars).length;
  });
  return `the gateway's metrics of spans are in Prometheus: boots ${boots.join(', ')}; ${exemplars} exemplars`;
}
