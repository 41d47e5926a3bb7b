import { limits } from '../../thresholds.js';
import { type Making, ruleOf, yamlOf } from '../prometheus.js';
import type { Case, Check, Fired } from './define.js';

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
  const sayBoots = new Set(alerts.filter(({ boots }) => boots !== undefined).map(({ name }) => name));
  const checkOf = (name: string, { minute, fires }: Check) => ({
    eval_time: `${minute}m`,
    alertname: name,
    exp_alerts: fires.map(({ labels, summary, description, boots = noBoots(labels) }) => ({
      exp_labels: { ...common.get(name)?.labels, ...labels },
      exp_annotations: {
        ...linksFor(common.get(name)?.annotations ?? {}, labels),
        summary,
        description,
        ...(sayBoots.has(name) && { boots }),
      },
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

/** The sentence where the series of a case are of no boot. */
const noBoots = ({ host, instance }: Fired['labels']): string => {
  if (host !== undefined) return `no boot on ${host} is counted in the last 30 min`;
  return instance === undefined
    ? 'no boot on all hosts is counted in the last 30 min'
    : `no boot that ${instance} follows is counted in the last 30 min`;
};

/** The links of an alert as they are for one with these labels, and what to run. */
const linksFor = (annotations: Readonly<Record<string, string>>, labels: Fired['labels']) =>
  Object.fromEntries(
    Object.entries(annotations)
      .filter(([name]) => name.endsWith('_url') || name === 'command')
      .map(([name, text]) => [
        name,
        text.replaceAll(/\{\{ \$labels\.(\w+) \| urlquery \}\}/g, (_, label: string) =>
          encodeURIComponent(labels[label] ?? '').replaceAll('%20', '+'),
        ),
      ]),
  );
