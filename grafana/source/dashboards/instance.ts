import { assemble, sized } from '../assemble.js';
import { gauge, table, traceView, unitOf } from '../panel.js';
import type { Store } from '../stores/store.js';
import { choice, chosenSource, field } from '../variable.js';

/** What a trace query gives of each span, by the names that both Tempo's and Jaeger's data source use. */
const SPAN = { operationName: 'phase', serviceName: 'service', startTime: 'began', duration: 'took' };

/** From a ticket to the trace: everything that happened to one instance. */
export const instance = (store: Store) =>
  assemble({
    uid: 'novaspan-instance',
    title: 'One instance',
    description: 'The actions of one instance, the trace of one of them, and its phases.',
    from: 'now-7d',
    variables: [
      chosenSource(store.kind, store.name),
      field('instance', 'instance', 'its id, as `openstack server show` prints it'),
      field('trace', 'trace', 'its id: click on an action, or take it from `novaspan trace-id INSTANCE REQUEST`'),
      ...(store.kind === 'jaeger' ? [choice('service', 'told by', ['nova-compute', 'nova-conductor'], 'nova-compute')] : []),
    ],
    sections: [
      {
        title: 'Its actions',
        panels: [
          sized(
            24,
            8,
            table(
              {
                title: 'Actions',
                description: `Everything that nova did with the instance in the shown time: click on one to see it below. ${store.actionsCannot}`,
                unit: 'short',
                source: store.source,
                none: 'write the id of the instance above; look at a longer time',
              },
              [store.actions],
              store.actionsRows,
            ),
          ),
        ],
      },
      {
        title: 'One of them',
        panels: [
          sized(
            24,
            18,
            traceView(
              {
                title: 'Trace',
                description:
                  'Each phase on the service that did it. Look for the widest bar that has no bars of its own; its attributes say how sure its ends are, and why it took so long.',
                unit: 'ms',
                source: store.source,
              },
              [store.trace],
            ),
          ),
          sized(
            24,
            12,
            table(
              {
                title: 'Phases',
                description:
                  'The same, the longest first. Phases lie in each other: spawn is within instance create, image create within spawn.',
                unit: 'ms',
                source: store.source,
                none: 'click on an action above',
              },
              [store.trace],
              {
                transformations: [
                  { id: 'filterFieldsByName', options: { include: { names: Object.keys(SPAN) } } },
                  {
                    id: 'organize',
                    options: {
                      excludeByName: {},
                      indexByName: Object.fromEntries(Object.keys(SPAN).map((name, place) => [name, place])),
                      renameByName: SPAN,
                    },
                  },
                ],
                columns: [
                  { name: 'began', properties: [unitOf('time:YYYY-MM-DD HH:mm:ss.SSS')] },
                  { name: 'took', properties: [unitOf('ms'), gauge] },
                ],
                sortedBy: 'took',
              },
            ),
          ),
        ],
      },
    ],
  });
