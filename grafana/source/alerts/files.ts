import { type Limits, limits as usual } from '../thresholds.js';
import { promtoolTests } from './cases/file.js';
import { cases } from './cases/table.js';
import { grafanaRules } from './grafana.js';
import { type Making, prometheusRules } from './prometheus.js';
import { alerts, GRAFANA_URL, RUNBOOK } from './table.js';

export interface AlertOptions {
  /** the thresholds' own where it is not given */
  readonly limits?: Limits;
  /** where the runbook is found, without an anchor */
  readonly runbook?: string;
  /** where Grafana is, without a slash at the end */
  readonly grafana?: string;
}

/**
 * All files of the alerts, by their path in `grafana/`. The cases of promtool's test are those of the usual thresholds and are left
 * out where others are given.
 */
export function alertFiles({ limits = usual, runbook = RUNBOOK, grafana = GRAFANA_URL }: AlertOptions = {}): ReadonlyMap<string, string> {
  const making: Making = { alerts, limits, runbook, grafana };
  return new Map([
    ...(limits === usual ? [['alerts/novaspan.test.yaml', promtoolTests(cases, making, 'novaspan.rules.yaml')] as const] : []),
    ['alerts/novaspan.rules.yaml', prometheusRules(making)],
    ['provisioning/alerting/novaspan.yaml', grafanaRules(making)],
  ]);
}
