import { AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { inCluster } from '../target.js';
import { sourceOf } from '../variable.js';

const mark = (name: string, colour: string, expr: string, title: string) =>
  new AnnotationQueryBuilder()
    .name(name)
    .datasource(sourceOf('prometheus'))
    .enable(true)
    .iconColor(colour)
    .expr(inCluster(expr))
    .step('60s')
    .titleFormat(title);

/** What happened at which time, in all graphs. Alerts are those that Prometheus evaluates: Grafana draws its own on their panels. */
export const marks = [
  mark('Alerts', 'red', 'ALERTS{app="novaspan", alertstate="firing", cluster=~"$cluster"}', '{{alertname}} {{host}}'),
  mark('Restarts of sidecars', 'blue', 'changes(novaspan_start_time_seconds[2m]) > 0', 'novaspan on {{instance}} started'),
];
