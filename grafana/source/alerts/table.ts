import { bootAlerts } from './boots.js';
import type { Alert } from './define.js';
import { sidecarAlerts } from './sidecars.js';

/** All alerts: the one table that everything else here is made from. */
export const alerts: readonly Alert[] = [...bootAlerts, ...sidecarAlerts];

/** How the groups of rules are called, in Prometheus and in Grafana. */
export const groups: Readonly<Record<Alert['group'], string>> = {
  boots: 'novaspan-boots',
  sidecars: 'novaspan-sidecars',
};

/**
 * Where the runbook is found, from wherever an alert is read: a URL without an anchor. The project has no public home yet, so this
 * is a placeholder under a name that can never exist; `npm run grafana -- --runbook-base URL` sets yours.
 */
export const RUNBOOK = 'https://novaspan.invalid/grafana/runbook.md';

/** Where Grafana is, likewise: `npm run grafana -- --grafana-url URL` sets yours. */
export const GRAFANA_URL = 'https://grafana.invalid';

/** What is on every alert, so that a route of Alertmanager, and a list of alerts, can tell them from others. */
export const APP = { app: 'novaspan' } as const;

/** As GitHub makes an anchor of a heading that is one word. */
export const anchorOf = ({ name }: Pick<Alert, 'name'>): string => name.toLowerCase();
