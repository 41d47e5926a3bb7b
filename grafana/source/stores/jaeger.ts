import type { Column } from '../panel.js';
import { jaeger as search } from '../target.js';
import { sourceOf } from '../variable.js';
import { type Store, toTrace, toTraceAlone } from './store.js';

const jaegerColumns = (link: Column['properties']): readonly Column[] => [{ name: 'traceName', properties: link }];

export const jaeger: Store = {
  kind: 'jaeger',
  name: 'Jaeger',
  source: sourceOf('jaeger'),
  slowest: search({
    queryType: 'search',
    service: 'nova-compute',
    operation: 'instance $action',
    minDuration: '$longer',
    limit: 200,
  }),
  slowestRows: { columns: jaegerColumns(toTraceAlone('traceID')), sortedBy: 'Duration' },
  slowestCannot:
    'Jaeger gives the 200 latest, of all hosts; by Grafana’s version the duration is that of the action or of the whole trace.',
  waits: search({
    queryType: 'search',
    service: 'nova-compute',
    operation: 'vif-plugged wait',
    minDuration: '$longer',
    limit: 200,
  }),
  waitsRows: { columns: jaegerColumns(toTraceAlone('traceID')), sortedBy: 'Duration' },
  actions: search({ queryType: 'search', service: '$service', tags: 'openstack.instance.id=$instance', limit: 200 }),
  actionsRows: { columns: jaegerColumns(toTrace('var-instance=$instance&var-trace=${__data.fields.traceID}')), sortedBy: 'Start time' },
  actionsCannot: 'Jaeger finds those of one service: a boot for which no host was found is told by nova-conductor.',
  trace: search({ query: '$trace' }),
};
