import { SearchTableType } from '@grafana/grafana-foundation-sdk/tempo';
import type { Column, Rows } from '../panel.js';
import { traceql } from '../target.js';
import { sourceOf } from '../variable.js';
import { type Store, toTrace, toTraceAlone } from './store.js';

/** Columns by the names of attributes, under names of their own. */
const shownAs = (names: Readonly<Record<string, string>>): readonly Column[] =>
  Object.entries(names).map(([name, value]) => ({ name, properties: [{ id: 'displayName', value }] }));

/** Columns that say no more than the link does, by the names that they have and that they show. */
const withoutTrace: Rows['transformations'] = [
  {
    id: 'organize',
    options: {
      excludeByName: Object.fromEntries(
        ['traceService', 'Trace Service', 'traceName', 'Trace Name', 'spanID', 'Span ID'].map((name) => [name, true]),
      ),
      indexByName: {},
      renameByName: {},
    },
  },
];

const tempoLink = toTrace('var-instance=${__data.fields["openstack.instance.id"]}&var-trace=${__data.fields.traceIdHidden}');

// Every span has its instance; roots are known by their names.
const ROOT_ATTRIBUTES =
  'span.openstack.instance.id, span.openstack.request.id, span.openstack.outcome, span.novaspan.reported_duration_s, resource.host.name';

const tempoRows: Rows = {
  columns: [
    { name: 'name', properties: tempoLink },
    { name: 'openstack.instance.id', properties: [...tempoLink, { id: 'displayName', value: 'instance' }] },
    ...shownAs({ 'openstack.request.id': 'request', 'openstack.outcome': 'outcome', 'host.name': 'host' }),
    {
      name: 'novaspan.reported_duration_s',
      properties: [
        { id: 'displayName', value: 'nova says' },
        { id: 'unit', value: 's' },
      ],
    },
  ],
  transformations: withoutTrace,
};

export const tempo: Store = {
  kind: 'tempo',
  name: 'Tempo',
  source: sourceOf('tempo'),
  slowest: traceql(
    `{ name = "instance $action" && resource.host.name =~ "$host" && duration > $longer } | select(${ROOT_ATTRIBUTES})`,
    SearchTableType.Spans,
    200,
  ),
  slowestRows: { ...tempoRows, sortedBy: 'Duration' },
  slowestCannot: 'Tempo gives up to 200 of them, not always the latest: ask for a shorter time if there are as many.',
  waits: traceql(
    '{ name = "vif-plugged wait" && resource.host.name =~ "$host" && duration > $longer } | select(span.openstack.port.id, span.openstack.interface.name, resource.host.name)',
    SearchTableType.Spans,
    200,
  ),
  waitsRows: {
    columns: [
      { name: 'name', properties: toTraceAlone('traceIdHidden') },
      ...shownAs({ 'openstack.port.id': 'port', 'openstack.interface.name': 'interface', 'host.name': 'host' }),
    ],
    transformations: withoutTrace,
    sortedBy: 'Duration',
  },
  actions: traceql(
    `{ span.openstack.instance.id = "$instance" && name =~ "instance .+" } | select(${ROOT_ATTRIBUTES})`,
    SearchTableType.Spans,
    200,
  ),
  actionsRows: { ...tempoRows, sortedBy: 'Start time' },
  actionsCannot: 'Tempo gives up to 200.',
  trace: traceql('$trace', SearchTableType.Traces, 20),
};
