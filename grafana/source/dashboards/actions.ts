import { assemble, type Section, sized } from '../assemble.js';
import { lines, ranking, SECONDS, table } from '../panel.js';
import { ACTIONS, FAILURE, grownFromNothing, most, mostWithin, orNone, PHASES, quantile, share, total, WAITS } from '../promql.js';
import type { Store } from '../stores/store.js';
import { instant } from '../target.js';
import { levels } from '../thresholds.js';
import { choice, chosenCluster, chosenSource, chosenWindow, one, several } from '../variable.js';
import { byOutcome, FEW, threeOf, tile } from './graphs.js';
import { marks } from './marks.js';

const ACTION = 'action="$action", host=~"$host"';
const OPEN = 'action=~"$action|unnamed"';

/** Actions of any one name. What nova says of spawns and builds is of boots: it is on their dashboard. */
export const actions = (store: Store) =>
  assemble({
    uid: 'novaspan-actions',
    title: 'Other actions',
    description: 'Deletes, resizes, migrations, reboots and the like: how many, how long, which failed.',
    from: 'now-6h',
    annotations: marks,
    variables: [
      chosenSource('prometheus', 'Prometheus'),
      chosenSource(store.kind, store.name),
      chosenCluster(),
      one('action', 'action', 'actions_total', 'delete'),
      several('host', 'host', 'actions_total'),
      chosenWindow(),
      choice('longer', 'slow is over', ['1s', '5s', '10s', '30s', '60s', '300s'], '10s'),
    ],
    sections: [atAGlance, lists(store), over],
  });

/** Most actions are rare on a host: the first of a kind is most of them. */
const ended = grownFromNothing('actions_total', ACTION);

const atAGlance: Section = {
  title: '$action in the shown time',
  panels: [
    tile(
      { title: 'Ended', description: 'How many ended in the shown time. 0 although there were some: see novaspan health.', unit: 'short' },
      orNone(`round(${ended})`),
    ),
    tile(
      {
        title: 'Failed',
        description: 'The share that failed, timed out or was cut off by a restart of nova-compute. The table below lists them.',
        unit: 'percentunit',
        ...levels.failed,
        none: 'none ended',
      },
      share(grownFromNothing('actions_total', `${ACTION}, ${FAILURE}`), ended),
    ),
    tile(
      { title: 'Mean', description: 'Exact, of the shown time. One slow action among few moves it.', unit: SECONDS, none: 'none ended' },
      share(grownFromNothing(`${ACTIONS.histogram}_sum`, ACTION), grownFromNothing(`${ACTIONS.histogram}_count`, ACTION)),
    ),
    tile(
      { title: 'Slow one', description: `Nine of ten took no longer (p90). ${FEW}`, unit: SECONDS, none: 'none ended' },
      quantile(0.9, ACTIONS, ACTION, '$__range'),
    ),
    tile(
      { title: 'Longest', description: 'Exact, also of a single action, a failed one too.', unit: SECONDS, none: 'none ended' },
      mostWithin(ACTIONS.longest, ACTION, '$__range'),
    ),
    tile(
      {
        title: 'Under way',
        description: 'Began and have not ended; actions that no line has named yet are among them.',
        unit: 'short',
        none: '0',
      },
      total('open_actions', OPEN),
    ),
    tile(
      { title: 'Oldest of them', description: 'How long ago the oldest one that has not ended began.', unit: 's', none: 'none' },
      most('open_action_oldest_age_seconds', OPEN),
    ),
  ],
};

const lists = (store: Store): Section => ({
  title: 'Which failed, and which were slow',
  panels: [
    sized(
      6,
      10,
      ranking(
        {
          title: 'Failures by reason',
          description: 'The exception that nova says, or how the action ended, of those that did not succeed in the shown time.',
          unit: 'short',
          none: 'none failed',
        },
        [instant(`sort_desc(round(${grownFromNothing('actions_failed_total', ACTION, 'reason')}) > 0)`, '{{reason}}')],
      ),
    ),
    sized(
      18,
      10,
      table(
        {
          title: 'Those that failed',
          description: `The latest first. No row: none failed on these hosts. ${store.failedCannot}`,
          unit: 'short',
          source: store.source,
        },
        [store.failed('instance $action')],
        store.failedRows,
      ),
    ),
    sized(
      24,
      10,
      table(
        {
          title: 'Those over $longer',
          description: `The longest first; a click on the name shows the trace. No row: none took so long on these hosts. ${store.slowestCannot}`,
          unit: 'short',
          source: store.source,
        },
        [store.slowest('instance $action')],
        store.slowestRows,
      ),
    ),
  ],
});

const over: Section = {
  title: 'Over time, and of what',
  panels: [
    byOutcome('Ended, by outcome', ACTION, 8),
    sized(
      8,
      8,
      lines(
        {
          title: 'How long',
          description: `On its host, as the root of its trace. The dots are actions: click one for its trace. ${FEW}`,
          unit: SECONDS,
        },
        threeOf(ACTIONS, ACTION),
      ),
    ),
    sized(
      8,
      8,
      lines(
        {
          title: 'Users wait',
          description: `From the first line of the API request to the end. Only where one sidecar reads nova-api’s log and the host’s. ${FEW}`,
          unit: SECONDS,
        },
        threeOf(WAITS, ACTION),
      ),
    ),
    sized(
      24,
      8,
      ranking(
        {
          title: 'Longest phases of all actions but boots',
          description:
            'The longest of each kind in the shown time; some lie in others. Metrics keep one name for all actions but boots: the trace says which.',
          unit: SECONDS,
          none: 'no phase',
        },
        [instant(`sort_desc(topk(15, ${mostWithin(PHASES.longest, 'action="other", host=~"$host"', '$__range', 'phase')}))`, '{{phase}}')],
      ),
    ),
  ],
};
