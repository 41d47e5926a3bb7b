import { type Column, inOrder, inSeconds, shownAs, TOOK, unitOf, wide } from '../column.js';
import { type Rows, SECONDS } from '../panel.js';
import { jaeger as search } from '../target.js';
import { sourceOf } from '../variable.js';
import { MOST_ROWS, type Store, toTrace, toTraceAlone } from './store.js';

/** Jaeger's answer has four columns, which the data source calls so and shows as the second. */
const DURATION = ['duration', 'Duration'];
const START = ['startTime', 'Start time'];
const NAME = ['traceName', 'Trace name'];
const ID = ['traceID', 'Trace ID'];

const rowsOf = (link: Column['properties'], sortedBy: typeof TOOK | 'Start time'): Rows => ({
  columns: [
    { name: TOOK, properties: [unitOf(SECONDS), { id: 'decimals', value: 1 }, wide(110)] },
    ...NAME.map((name): Column => ({ name, properties: [shownAs('Name'), ...link] })),
    ...START.map((name): Column => ({ name, properties: [wide(180)] })),
    ...ID.map((name): Column => ({ name, properties: [wide(290)] })),
  ],
  transformations: [
    inSeconds('Duration', 1e6),
    inOrder(sortedBy === TOOK ? [TOOK, ...NAME, ...START, ...ID] : [...START, ...NAME, TOOK, ...ID], { without: DURATION }),
  ],
  sortedBy,
});

export const jaeger: Store = {
  kind: 'jaeger',
  name: 'Jaeger',
  source: sourceOf('jaeger'),
  slowest: (operation) => search({ queryType: 'search', service: 'nova-compute', operation, minDuration: '$longer', limit: MOST_ROWS }),
  slowestRows: rowsOf(toTraceAlone('traceID'), TOOK),
  slowestCannot: `Jaeger gives the ${MOST_ROWS} latest of them, of all hosts; by Grafana’s version the duration is that of the action or of the whole trace.`,
  failed: (operation) =>
    search({ queryType: 'search', service: 'nova-compute', operation, tags: 'openstack.outcome=failed', limit: MOST_ROWS }),
  failedRows: rowsOf(toTraceAlone('traceID'), 'Start time'),
  failedCannot: `Jaeger gives the ${MOST_ROWS} latest of all hosts, without the reason: it is in the trace. Those that timed out are not among them.`,
  waits: search({
    queryType: 'search',
    service: 'nova-compute',
    operation: 'vif-plugged wait',
    minDuration: '$longer',
    limit: MOST_ROWS,
  }),
  waitsRows: rowsOf(toTraceAlone('traceID'), TOOK),
  actions: search({ queryType: 'search', service: '$service', tags: 'openstack.instance.id=$instance', limit: MOST_ROWS }),
  actionsRows: rowsOf(toTrace('var-instance=$instance&var-trace=${__data.fields.traceID}'), 'Start time'),
  actionsCannot: 'Jaeger finds those of one service: a boot for which no host was found is told by nova-conductor.',
  trace: search({ query: '$trace' }),
};
