import { SearchTableType } from '@grafana/grafana-foundation-sdk/tempo';
import { type Column, inOrder, inSeconds, shownAs, TOOK, unitOf, unseen, wide } from '../column.js';
import { type Rows, SECONDS } from '../panel.js';
import { traceql } from '../target.js';
import { sourceOf } from '../variable.js';
import { MOST_ROWS, type Store, toInstance, toTrace, toTraceAlone } from './store.js';

/** Columns of Tempo's answer that say no more than the link does, or than the seconds made of it, by the names that they have and that they show. */
const LEFT_OUT = ['traceService', 'Trace Service', 'traceName', 'Trace Name', 'spanID', 'Span ID', 'duration', 'Duration'];

/** A column and how it is shown. Names with a blank in them, and `Name`, are those that the data source shows its own columns by. */
interface Shown {
  /** by both its names: which of them a transformation sees is the version's choice */
  readonly names: readonly string[];
  readonly properties: Column['properties'];
}

const own = (names: readonly string[], ...properties: Column['properties']): Shown => ({ names, properties });
const attribute = (key: string, ...properties: Column['properties']): Shown => ({ names: [key], properties });

const DURATION = own([TOOK], unitOf(SECONDS), { id: 'decimals', value: 1 }, wide(100));
const START = own(['time', 'spanStartTime', 'Start time'], wide(170));
const HOST = attribute('host.name', shownAs('host'), wide(140));

const name = (link: Column['properties']): Shown => own(['name', 'Name'], wide(160), ...link);

const ROW_LINK = toTrace('var-instance=${__data.fields["openstack.instance.id"]}&var-trace=${__data.fields.traceIdHidden}');
const INSTANCE = attribute(
  'openstack.instance.id',
  shownAs('instance'),
  wide(290),
  ...toInstance('${__data.fields["openstack.instance.id"]}'),
);
const REQUEST = attribute('openstack.request.id', shownAs('request'));
const OUTCOME = attribute('openstack.outcome', shownAs('outcome'), wide(100));
const REPORTED = attribute('novaspan.reported_duration_s', shownAs('nova says'), unitOf(SECONDS), { id: 'decimals', value: 1 }, wide(90));

/** The columns in this order; the id that links need is not shown. */
const rowsOf = (columns: readonly Shown[], sortedBy: string): Rows => ({
  columns: [
    { name: 'traceIdHidden', properties: unseen },
    ...columns.flatMap(({ names, properties }) => names.map((each): Column => ({ name: each, properties }))),
  ],
  transformations: [
    inSeconds('Duration', 1e9),
    inOrder([...columns.flatMap(({ names }) => names), 'traceIdHidden'], { without: LEFT_OUT }),
  ],
  sortedBy,
});

// A span's own name is among the answer only where the query asks for it. Every span has its instance; roots are known by their names.
const ROOT =
  'name, span.openstack.instance.id, span.openstack.request.id, span.openstack.outcome, span.novaspan.reported_duration_s, resource.host.name';

const search = (query: string) => traceql(query, SearchTableType.Spans, MOST_ROWS);

/**
 * Traces are of the cluster that is chosen only where each has an attribute that says which: `=~ ".*"` of an attribute that is not there
 * is false in TraceQL.
 *
 * @param clusterAttribute of the resource, such as `deployment.environment.name`
 */
export function tempoOf(clusterAttribute?: string): Store {
  const on = `resource.host.name =~ "$host"${clusterAttribute === undefined ? '' : ` && resource.${clusterAttribute} =~ "$cluster"`}`;
  return {
    kind: 'tempo',
    name: 'Tempo',
    source: sourceOf('tempo'),
    slowest: (root) => search(`{ name = "${root}" && ${on} && duration > $longer } | select(${ROOT})`),
    slowestRows: rowsOf([DURATION, name(ROW_LINK), OUTCOME, REPORTED, HOST, INSTANCE, START, REQUEST], TOOK),
    slowestCannot: `Tempo gives any ${MOST_ROWS} of them: where there are as many, ask for longer ones or a shorter time.`,
    failed: (root) =>
      search(
        `{ name = "${root}" && ${on} && span.openstack.outcome =~ "failed|timed-out|interrupted" } | select(name, statusMessage, span.error.type, span.openstack.outcome, span.openstack.instance.id, resource.host.name)`,
      ),
    failedRows: rowsOf(
      [
        START,
        own(['statusMessage'], shownAs('why'), ...ROW_LINK),
        attribute('error.type', shownAs('error'), wide(300)),
        OUTCOME,
        DURATION,
        HOST,
        INSTANCE,
        name(ROW_LINK),
      ],
      'Start time',
    ),
    failedCannot: `Tempo gives any ${MOST_ROWS} of them.`,
    waits: search(
      `{ name = "vif-plugged wait" && ${on} && duration > $longer } | select(name, span.openstack.port.id, span.openstack.interface.name, resource.host.name)`,
    ),
    waitsRows: rowsOf(
      [
        DURATION,
        name(toTraceAlone('traceIdHidden')),
        HOST,
        attribute('openstack.port.id', shownAs('port'), wide(290)),
        attribute('openstack.interface.name', shownAs('interface'), wide(140)),
        START,
      ],
      TOOK,
    ),
    actions: search(`{ span.openstack.instance.id = "$instance" && name =~ "instance .+" } | select(${ROOT})`),
    actionsRows: rowsOf([START, name(ROW_LINK), DURATION, OUTCOME, REPORTED, HOST, REQUEST, INSTANCE], 'Start time'),
    actionsCannot: `Tempo gives up to ${MOST_ROWS}, and looks at seven days at the most.`,
    trace: traceql('$trace', SearchTableType.Traces, 20),
  };
}
