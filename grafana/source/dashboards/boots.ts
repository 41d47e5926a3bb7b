import { assemble, type Placed, type Section, sized } from '../assemble.js';
import { bars, heatmap, type Look, lines, number } from '../panel.js';
import { beyond, FAILURE, grown, most, mostWithin, quantile, share, total } from '../promql.js';
import type { Store } from '../stores/store.js';
import { buckets, instant, range, rangeWithTraces } from '../target.js';
import type { Limits } from '../thresholds.js';
import { choice, chosenSource, chosenWindow, one, several } from '../variable.js';
import { byHost } from './by-host.js';
import { slowest } from './slowest.js';

const HOST = 'host=~"$host"';
const ACTION = `action="$action", ${HOST}`;
const FAILED = `${ACTION}, ${FAILURE}`;
/** An action has no name before a line tells it; a boot that hangs early may be one of these. */
const OPEN = 'action=~"$action|unnamed"';

const FEW = 'With fewer than some twenty in the window, quantiles say little: look at the longest.';

const OUTCOMES = { succeeded: 'green', failed: 'red', 'timed-out': 'orange', interrupted: 'purple', unfinished: 'blue', evicted: 'blue' };

/** Boots as a whole, or the actions of another name: how many, how long, which were slow, and what it was. */
export const boots = (store: Store, limits: Limits) =>
  assemble({
    uid: 'novaspan-boots',
    title: 'Boots overview',
    description: 'How many instances boot, how long it takes, which boots are slow or stuck, and which phase it is.',
    from: 'now-6h',
    variables: [
      chosenSource('prometheus', 'Prometheus'),
      chosenSource(store.kind, store.name),
      one('action', 'action', 'actions_total', 'create'),
      several('host', 'compute host', 'actions_total'),
      chosenWindow(),
      choice('longer', 'longer than', ['1ms', '10s', '30s', '60s', '120s', '300s'], '1ms'),
    ],
    sections: [atAGlance(limits), howMany(limits), howLong(limits), slowest(store), byHost(limits)],
  });

const tile = (look: Look, expression: string): Placed => sized(4, 4, number(look, instant(expression, look.title)));

const atAGlance = (limits: Limits): Section => ({
  title: 'At a glance',
  panels: [
    tile(
      {
        title: 'Ended',
        description: 'Actions that ended in the shown time. None although there were some: see the dashboard novaspan health.',
        unit: 'short',
      },
      `round(${grown('actions_total', ACTION, '$__range')})`,
    ),
    tile(
      {
        title: 'Did not succeed',
        description: 'The share that failed, timed out or was cut off by a restart of nova-compute. One now and then is often its user.',
        unit: 'percentunit',
        limit: limits.bootsFailingShare,
        none: 'none ended',
      },
      share(grown('actions_total', FAILED, '$__range'), grown('actions_total', ACTION, '$__range')),
    ),
    tile(
      {
        title: 'Longest spawn',
        description: 'The longest “Took N seconds to spawn” that nova printed in the shown time. Red is what the alert SpawnSlow is about.',
        unit: 's',
        limit: limits.spawnSlow,
        none: 'no spawn',
      },
      mostWithin('nova_spawn_longest_seconds', HOST, '$__range'),
    ),
    tile(
      {
        title: 'Longest action',
        description: 'From the first line of its compute host to the last. Much longer than the spawn: look at the phases around it.',
        unit: 's',
        none: 'none ended',
      },
      mostWithin('action_longest_seconds', ACTION, '$__range'),
    ),
    tile(
      {
        title: 'Open now',
        description: 'Actions that began and have not ended, on all hosts; those that no line has named yet are among them.',
        unit: 'short',
        none: '0',
      },
      total('open_actions', OPEN),
    ),
    tile(
      {
        title: 'Oldest open',
        description: 'How long ago the oldest of them began. Red is stuck: its trace comes only when it ends or is given up.',
        unit: 's',
        limit: limits.bootStuck,
        none: 'none open',
      },
      most('open_action_oldest_age_seconds', OPEN),
    ),
  ],
});

const howMany = (limits: Limits): Section => ({
  title: 'How many, and how they ended',
  panels: [
    sized(
      12,
      8,
      bars(
        {
          title: 'Ended, by outcome',
          description: 'At each moment, how many ended in the window before it. Where anything but green stays, see the slowest below.',
          unit: 'short',
        },
        [range(grown('actions_total', ACTION, '$window', 'outcome'), '{{outcome}}')],
        OUTCOMES,
      ),
    ),
    sized(
      6,
      8,
      bars(
        {
          title: 'Open',
          description: 'Actions that have not ended. Bars that only grow are actions that hang, or come faster than they end.',
          unit: 'short',
        },
        [range(total('open_actions', OPEN, 'action'), '{{action}}')],
      ),
    ),
    sized(
      6,
      8,
      lines(
        {
          title: 'Age of the oldest open',
          description: 'A straight line upwards is one action that hangs. `unnamed` is one that no line has named yet.',
          unit: 's',
          limit: limits.bootStuck,
        },
        [range(most('open_action_oldest_age_seconds', OPEN, 'action'), '{{action}}')],
      ),
    ),
    sized(
      24,
      6,
      bars(
        {
          title: 'Builds handed back, by host',
          description:
            'Builds that failed on a host and that nova-compute gave back to nova-conductor, whatever the action above: the boot may yet succeed on another host.',
          unit: 'short',
        },
        [range(grown('build_attempts_failed_total', HOST, '$window', 'host'), '{{host}}')],
      ),
    ),
  ],
});

const quantiles = (metric: string, longest: string, matchers: string) => [
  rangeWithTraces(quantile(0.5, metric, matchers, '$window'), 'p50'),
  rangeWithTraces(quantile(0.9, metric, matchers, '$window'), 'p90'),
  range(most(longest, matchers), 'longest of 5 min'),
];

const howLong = (limits: Limits): Section => ({
  title: 'How long',
  panels: [
    sized(
      8,
      9,
      lines(
        {
          title: 'Spawn, as nova says',
          description: `“Took N seconds to spawn the instance”. The dots are boots: click one for its trace. ${FEW}`,
          unit: 's',
          limit: limits.spawnSlow,
        },
        quantiles('nova_spawn_seconds', 'nova_spawn_longest_seconds', HOST),
      ),
    ),
    sized(
      8,
      9,
      lines(
        {
          title: 'Build, as nova says',
          description: `“Took N seconds to build instance”: the spawn and what is before it. Far over the spawn: network or claim. ${FEW}`,
          unit: 's',
          limit: limits.buildSlow,
        },
        quantiles('nova_build_seconds', 'nova_build_longest_seconds', HOST),
      ),
    ),
    sized(
      8,
      9,
      lines(
        {
          title: 'Whole action',
          description: `As the root of its trace; also of actions for which nova prints no duration, and of failed ones. ${FEW}`,
          unit: 's',
        },
        quantiles('action_duration_seconds', 'action_longest_seconds', ACTION),
      ),
    ),
    sized(
      12,
      9,
      heatmap(
        {
          title: 'Spawns by their seconds',
          description: 'A second band above the usual one is a group of slow boots: a host, an image, an hour. Dots lead to traces.',
          unit: 's',
        },
        buckets(grown('nova_spawn_seconds_bucket', HOST, '$__rate_interval', 'le')),
      ),
    ),
    sized(
      12,
      9,
      bars(
        {
          title: 'Spawns that took too long',
          description: `How many took more than ${limits.spawnSlow} s in the window, by host. A count is right for few boots, too. One host alone: look there first.`,
          unit: 'short',
        },
        [range(beyond('nova_spawn_seconds', limits.spawnSlow, HOST, '$window', 'host'), '{{host}}')],
      ),
    ),
  ],
});
