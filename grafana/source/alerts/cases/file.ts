import { limits } from '../../thresholds.js';
import { type Making, ruleOf, yamlOf } from '../prometheus.js';
import type { Case, Check } from './define.js';

const HEADER = ` Made by \`npm run grafana\` from grafana/source/alerts/cases; do not edit.
 To run it: promtool test rules grafana/alerts/novaspan.test.yaml`;

/**
 * The cases as a test file of promtool's.
 *
 * @param rules path of the rules, from where the file is
 */
export function promtoolTests(cases: readonly Case[], { alerts, runbook, grafana }: Omit<Making, 'limits'>, rules: string): string {
  /** What stands on every alert of a name. */
  const common = new Map(
    alerts.map((alert) => {
      const { labels, annotations } = ruleOf(alert, { alerts, limits, runbook, grafana });
      return [alert.name, { labels, annotations }] as const;
    }),
  );
  const checkOf = (name: string, { minute, fires }: Check) => ({
    eval_time: `${minute}m`,
    alertname: name,
    exp_alerts: fires.map(({ labels, summary, description }) => ({
      exp_labels: { ...common.get(name)?.labels, ...labels },
      exp_annotations: { ...linksFor(common.get(name)?.annotations ?? {}, labels), summary, description },
    })),
  });
  const file = {
    rule_files: [rules],
    evaluation_interval: '1m',
    tests: cases.map(({ alert, shows, series, checks }) => ({
      name: `${alert}: ${shows}`,
      interval: '1m',
      input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
      alert_rule_test: checks.map((check) => checkOf(alert, check)),
    })),
  };
  return yamlOf(file, HEADER);
}

/** The links of an alert as they are for one with these labels. */
const linksFor = ({ runbook_url, dashboard_url = '' }: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>) => ({
  runbook_url,
  dashboard_url: dashboard_url.replaceAll(/\{\{ \$labels\.(\w+) \| urlquery \}\}/g, (_, label: string) =>
    encodeURIComponent(labels[label] ?? '').replaceAll('%20', '+'),
  ),
});
