import { QueryBuilder } from '@grafana/grafana-foundation-sdk/alerting';
import { TypeThresholdBuilder } from '@grafana/grafana-foundation-sdk/expr';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { idOf } from '../assemble.js';
import { type Alert, limitOf } from './define.js';
import { type Making, waysOn, yamlOf } from './prometheus.js';
import { grafanaAsks, grafanaSentence } from './sentence.js';
import { APP, anchorOf, groups } from './table.js';
import { GRAFANA, templated } from './text.js';

const DATA_SOURCE = 'prometheus';
/** What Grafana calls its own evaluator of expressions. */
const EXPRESSIONS = '__expr__';

const HEADER = ` Made by \`npm run grafana\` from grafana/source; do not edit.
 The same alerts as grafana/alerts/novaspan.rules.yaml, for those whom Grafana alerts instead of Prometheus. Load one of the two.
 To be put into provisioning/alerting of Grafana's configuration.`;

/**
 * The alerts as a file that Grafana provisions. The comparison is Grafana's own, so that it shows the value and the threshold. The
 * sentences with a count are left out, as its templates cannot ask for one; the numbers of the sentence about boots are asked beforehand.
 */
export function grafanaRules(making: Making): string {
  const file = {
    apiVersion: 1,
    groups: Object.entries(groups).map(([group, name]) => ({
      orgId: 1,
      name,
      folder: 'novaspan',
      interval: '1m',
      rules: making.alerts.filter((alert) => alert.group === group).map((alert) => ruleOf(alert, making)),
    })),
  };
  return yamlOf(file, HEADER);
}

/** The names are those of the file format, which are not those of Grafana's API: it reads past a name that it does not know. */
function ruleOf(alert: Alert, { limits, runbook, grafana }: Making) {
  const { name, severity, value, keepFiringFor, summary, description, shown, boots } = alert;
  return {
    uid: `novaspan-${anchorOf(alert)}`,
    title: name,
    condition: 'B',
    data: dataOf(alert.expr(limits), limitOf(alert, limits), boots === undefined ? {} : grafanaAsks(boots)),
    // Nothing measured is the normal state of most: a sidecar that is gone has an alert of its own.
    noDataState: 'OK',
    execErrState: 'Error',
    for: alert.for,
    keepFiringFor,
    dashboardUid: shown.on,
    panelId: idOf(shown.panel),
    annotations: {
      // From these Grafana makes the links of the alert and of its messages, and the panel shows the state of the alert.
      __dashboardUid__: shown.on,
      __panelId__: String(idOf(shown.panel)),
      summary: templated(summary, value, GRAFANA),
      description: templated(description(limits), value, GRAFANA),
      ...(boots !== undefined && { boots: grafanaSentence(boots) }),
      ...waysOn(alert, { limits, runbook, grafana }),
    },
    labels: { ...APP, severity },
    isPaused: false,
  };
}

/**
 * A is asked of Prometheus, as one moment: so nothing has to be reduced. B compares. What is asked besides is for the texts: Grafana gives a
 * template the values of all queries whose labels are among those of the alert.
 */
function dataOf(expr: string, limit: number, besides: Readonly<Record<string, string>>) {
  const compared = new QueryBuilder('B')
    .datasourceUid(EXPRESSIONS)
    .relativeTimeRange({ from: 600, to: 0 })
    .model(
      new TypeThresholdBuilder()
        .refId('B')
        .expression('A')
        .conditions([{ evaluator: { type: 'gt', params: [limit] } }])
        .datasource({ type: EXPRESSIONS, uid: EXPRESSIONS }),
    );
  const others = Object.entries(besides).map(([letter, asked]) => ofPrometheus(letter, asked));
  // Without what the builders leave undefined, and without their methods.
  return JSON.parse(JSON.stringify([ofPrometheus('A', expr), compared, ...others].map((query) => query.build())));
}

const ofPrometheus = (letter: string, expr: string): QueryBuilder =>
  new QueryBuilder(letter)
    .datasourceUid(DATA_SOURCE)
    // A rule has a range of time always; of a question about one moment only its end counts.
    .relativeTimeRange({ from: 600, to: 0 })
    .model(new DataqueryBuilder().refId(letter).expr(expr).instant().datasource({ type: 'prometheus', uid: DATA_SOURCE }));
