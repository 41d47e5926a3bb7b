import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { jaeger } from '../stores/jaeger.js';
import type { Store } from '../stores/store.js';
import { tempoOf } from '../stores/tempo.js';
import type { Limits } from '../thresholds.js';
import { actions } from './actions.js';
import { boots } from './boots.js';
import { health } from './health.js';
import { instance, trace } from './instance.js';
import { plug } from './plug.js';

const dashboards = (store: Store, limits: Limits): Readonly<Record<string, Dashboard>> => ({
  'boots-overview': boots(store, limits),
  'other-actions': actions(store),
  'one-instance': instance(store),
  'one-trace': trace(store),
  'network-plug-path': plug(store, limits),
  'novaspan-health': health(limits),
});

/**
 * All dashboards, once for each kind of trace store: their JSON by path below `grafana/`.
 *
 * @param clusterAttribute of the resources of all traces, by which those of one cluster are found
 */
export function dashboardFiles(limits: Limits, clusterAttribute?: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const store of [tempoOf(clusterAttribute), jaeger]) {
    for (const [name, dashboard] of Object.entries(dashboards(store, limits))) {
      files.set(`dashboards/${store.kind}/${name}.json`, `${JSON.stringify(sorted(dashboard), undefined, 2)}\n`);
    }
  }
  return files;
}

/** With keys in order, so that another version of the SDK changes no more lines than it must. Functions go. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined && typeof inner !== 'function');
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]));
}
