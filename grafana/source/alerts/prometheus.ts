import { stringify } from 'yaml';
import { idOf } from '../assemble.js';
import type { Limits } from '../thresholds.js';
import { type Alert, limitOf, type Shown } from './define.js';
import { indented } from './promql.js';
import { prometheusSentence } from './sentence.js';
import { APP, anchorOf, groups } from './table.js';
import { counted, inUrl, PROMETHEUS, templated } from './text.js';

/** What files are made of. */
export interface Making {
  readonly alerts: readonly Alert[];
  readonly limits: Limits;
  /** URL of the runbook, without an anchor */
  readonly runbook: string;
  /** where Grafana is, without a slash at the end */
  readonly grafana: string;
}

/** One rule, as it stands in a file of Prometheus. */
export interface PrometheusRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly keep_firing_for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

const HEADER = ` Made by \`npm run grafana\` from grafana/source; do not edit.
 For Prometheus 2.42 or later. What each alert means and what to do: grafana/runbook.md`;

/** The rules as a file that Prometheus loads (\`rule_files\`). */
export function prometheusRules(making: Making): string {
  const file = {
    groups: Object.entries(groups).map(([group, name]) => ({
      name,
      rules: making.alerts.filter((alert) => alert.group === group).map((alert) => ruleOf(alert, making)),
    })),
  };
  return yamlOf(file, HEADER);
}

export function ruleOf(alert: Alert, { limits, runbook, grafana }: Making): PrometheusRule {
  const { name, severity, value, keepFiringFor, summary, description, count, boots } = alert;
  const sentence = count === undefined ? '' : counted(count(limits).expr, count(limits).text);
  return {
    alert: name,
    expr: `(\n${indented(alert.expr(limits))}\n) > ${limitOf(alert, limits)}`,
    for: alert.for,
    ...(keepFiringFor !== '0m' && { keep_firing_for: keepFiringFor }),
    labels: { ...APP, severity },
    annotations: {
      summary: templated(summary, value, PROMETHEUS),
      description: templated(description(limits), value, PROMETHEUS) + sentence,
      ...(boots !== undefined && { boots: prometheusSentence(boots) }),
      ...waysOn(alert, { limits, runbook, grafana }),
    },
  };
}

/** Where an alert leads: to what to do, to graphs, to traces, and to what to run. */
export const waysOn = (alert: Alert, { limits, runbook, grafana }: Omit<Making, 'alerts'>): Readonly<Record<string, string>> => ({
  runbook_url: `${runbook}#${anchorOf(alert)}`,
  dashboard_url: `${grafana}${pathOf(alert.shown)}`,
  ...(alert.traces !== undefined && { traces_url: `${grafana}${pathOf(alert.traces)}` }),
  ...(alert.command !== undefined && { command: alert.command(limits) }),
});

/** The panel alone, with the dashboard's variables as the alert has them. */
const pathOf = ({ on, panel, with: variables = {} }: Shown): string =>
  `/d/${on}?viewPanel=${idOf(panel)}${Object.entries(variables)
    .map(([name, value]) => `&var-${name}=${inUrl(value)}`)
    .join('')}`;

/** As YAML that a person can read: long texts are not folded. */
export const yamlOf = (value: unknown, header: string): string =>
  header.replaceAll(/^/gm, '#') + '\n' + stringify(value, { lineWidth: 0, blockQuote: 'literal', singleQuote: true });
