import { assemble, sized } from '../assemble.js';
import { gauge, inOrder, inSeconds, linkTo, TOOK, unitOf, wide } from '../column.js';
import { SECONDS, table, traceView, words } from '../panel.js';
import type { Store } from '../stores/store.js';
import { choice, chosenSource, field } from '../variable.js';

/** What a trace query gives of each span, by the names that both Tempo's and Jaeger's data source use. */
const SPAN = { operationName: 'phase', serviceName: 'service', startTime: 'began' };
const MILLIS = 'duration';

/** From a ticket to the trace: everything that happened to one instance. */
export const instance = (store: Store) =>
  assemble({
    uid: 'novaspan-instance',
    title: 'One instance',
    description: 'The actions of one instance. A click on one of them shows its trace.',
    from: 'now-24h',
    variables: [
      chosenSource(store.kind, store.name),
      field('instance', 'instance', 'its id, as `openstack server show` prints it'),
      ...(store.kind === 'jaeger' ? [choice('service', 'root by', ['nova-compute', 'nova-conductor'], 'nova-compute')] : []),
    ],
    sections: [
      {
        title: 'Its actions',
        panels: [
          sized(
            24,
            3,
            words(
              'How to find an action',
              'What this dashboard needs before it can show anything.',
              'Write the id of an instance into **instance** above, as `openstack server show` prints it. No row below: it has no action in the shown time; choose a longer one, up to seven days.',
            ),
          ),
          sized(
            24,
            16,
            table(
              {
                title: 'Actions',
                description: `Everything that nova did with the instance in the shown time: click on a name to see the trace. ${store.actionsCannot}`,
                unit: 'short',
                source: store.source,
              },
              [store.actions],
              store.actionsRows,
            ),
          ),
        ],
      },
    ],
  });

/**
 * One action. It is not in the menu of the others, and all links to it have the id of a trace: a trace store answers a query without
 * one with an error.
 */
export const trace = (store: Store) =>
  assemble({
    uid: 'novaspan-trace',
    title: 'One trace',
    description: 'The trace of one action, and its phases.',
    from: 'now-24h',
    isInMenu: false,
    variables: [
      chosenSource(store.kind, store.name),
      field('trace', 'trace', 'its id: click on an action, or take it from `novaspan trace-id INSTANCE REQUEST`'),
      field('instance', 'instance', 'its id; only for the link to its other actions'),
    ],
    sections: [
      {
        title: 'The action',
        panels: [
          sized(
            24,
            18,
            traceView(
              {
                title: 'Trace',
                description:
                  'Each phase on the service that did it. Look for the widest bar that has no bars of its own; its attributes say how sure its ends are. What lies left of the root came before nova-compute began: the API request and the scheduling.',
                unit: 'ms',
                source: store.source,
              },
              [store.trace],
            ),
          ),
          sized(
            24,
            14,
            table(
              {
                title: 'Phases',
                description:
                  'The same, the longest first, in seconds. Phases lie in each other: spawn is within instance create, image create within spawn. One of 0 s has a beginning or an end that no line shows.',
                unit: 'ms',
                source: store.source,
              },
              [store.trace],
              {
                transformations: [
                  { id: 'filterFieldsByName', options: { include: { names: [MILLIS, ...Object.keys(SPAN)] } } },
                  inSeconds(MILLIS, 1000),
                  inOrder([TOOK, ...Object.keys(SPAN)], { without: [MILLIS], renamed: SPAN }),
                ],
                columns: [
                  { name: TOOK, properties: [unitOf(SECONDS), { id: 'decimals', value: 3 }, wide(420), ...gauge] },
                  { name: 'service', properties: [wide(240)] },
                  { name: 'began', properties: [unitOf('time:YYYY-MM-DD HH:mm:ss.SSS'), wide(220)] },
                  {
                    name: 'phase',
                    properties: [
                      linkTo(
                        'All actions of this instance',
                        '/d/novaspan-instance?${instance:queryparam}&${traces:queryparam}&${__url_time_range}',
                      ),
                    ],
                  },
                ],
                sortedBy: TOOK,
              },
            ),
          ),
        ],
      },
    ],
  });
