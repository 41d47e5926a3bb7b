import { assemble, type Placed, type Section, sized } from '../assemble.js';
import { toHost } from '../column.js';
import { bars, heatmap, lines, SECONDS } from '../panel.js';
import { BUILDS, before, beyondPerStep, most, perStep, SPAWNS, shareInTime, total, WAITS } from '../promql.js';
import type { Store } from '../stores/store.js';
import { buckets, range } from '../target.js';
import { type Limits, levels } from '../thresholds.js';
import { chosenCluster, chosenSource, chosenWindow, longerThan, several } from '../variable.js';
import { byHost } from './by-host.js';
import { atAGlance } from './glance.js';
import { byOutcome, FEW, threeOf } from './graphs.js';
import { failed, slow, stepByStep } from './lists.js';
import { marks } from './marks.js';

const HOST = 'host=~"$host"';
const BOOTS = `action="create", ${HOST}`;
/** An action has no name before a line tells it; a boot that hangs early may be one of these. */
const OPEN = 'action=~"create|unnamed"';

/** Boots as a whole: how many, how long, which failed or were slow, and what it was. */
export const boots = (store: Store, limits: Limits) =>
  assemble({
    uid: 'novaspan-boots',
    title: 'Boots overview',
    description: 'How many instances boot, how long it takes and of what, which boots failed or were slow, and which step it is.',
    from: 'now-1h',
    annotations: marks,
    variables: [
      chosenSource('prometheus', 'Prometheus'),
      chosenSource(store.kind, store.name),
      chosenCluster(),
      several('host', 'compute host', 'nova_spawn_seconds_count'),
      chosenWindow(),
      longerThan([10, 30, 60, 120, 300], limits.spawnSlow),
    ],
    sections: [atAGlance(limits), failed(store), slow(store), stepByStep, howLong(limits), howMany(limits), byHost(limits)],
  });

const howMany = (limits: Limits): Section => ({
  title: 'How many, and how they ended',
  panels: [
    byOutcome('Boots, by outcome', BOOTS, 12),
    sized(
      6,
      8,
      lines(
        {
          title: 'Boots under way',
          description: 'Those that have not ended. A line that only grows is boots that hang, or that come faster than they end.',
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
          title: 'Age of the oldest boot under way',
          description: 'A straight line upwards is one boot that hangs. `unnamed` is one of which no line says yet what it is.',
          unit: 's',
          limit: limits.bootStuck,
        },
        [range(most('open_action_oldest_age_seconds', OPEN, 'action'), '{{action}}')],
      ),
    ),
  ],
});

const howLong = (limits: Limits): Section => ({
  title: 'How long',
  panels: [...whole(limits, shareInTime(limits.spawnSlow, BOOTS, '$window')), ...asNovaSays(limits)],
});

const whole = (limits: Limits, inTime: string): readonly Placed[] => [
  sized(
    12,
    9,
    lines(
      {
        title: 'Users wait',
        description: `From the first line of the API request to the end of the boot. Only where one sidecar reads nova-api’s log and the host’s; else the boot on its host is all there is: “A boot takes”. ${FEW}`,
        unit: SECONDS,
        limit: limits.buildSlow,
      },
      threeOf(WAITS, BOOTS),
    ),
  ),
  sized(
    12,
    9,
    lines(
      {
        title: `Boots that succeeded within ${limits.spawnSlow} s`,
        description: `The share of all that ended on their host, over the window that is chosen above: a failed boot counts as a slow one. The line is the level of the tiles. ${FEW}`,
        unit: 'percentunit',
        limit: levels.inTime.limit,
        lower: true,
      },
      [range(inTime, 'in time'), range(before(inTime, '1d'), 'a day before'), range(before(inTime, '1w'), 'a week before')],
      { colours: { 'a day before': 'text', 'a week before': 'purple' } },
    ),
  ),
];

const asNovaSays = (limits: Limits): readonly Placed[] => [
  sized(
    12,
    9,
    lines(
      {
        title: 'Spawn, as nova says',
        description: `“Took N seconds to spawn the instance”. The dots are boots: click one for its trace. ${FEW}`,
        unit: SECONDS,
        limit: limits.spawnSlow,
      },
      threeOf(SPAWNS, HOST),
    ),
  ),
  sized(
    12,
    9,
    lines(
      {
        title: 'Build, as nova says',
        description: `“Took N seconds to build instance”: the spawn and what is before it. Far over the spawn: network or claim. ${FEW}`,
        unit: SECONDS,
        limit: limits.buildSlow,
      },
      threeOf(BUILDS, HOST),
    ),
  ),
  sized(
    12,
    9,
    heatmap(
      {
        title: 'Spawns by their seconds',
        description: 'Each spawn is in one cell. A second band above the usual one is a group of slow boots: a host, an image, an hour.',
        unit: SECONDS,
      },
      buckets(perStep('nova_spawn_seconds_bucket', HOST, 'le')),
    ),
  ),
  sized(
    12,
    9,
    bars(
      {
        title: `Spawns over ${limits.spawnSlow} s`,
        description: 'How many, by host: each in one bar. A count is right for few boots, too. One host alone: look there first.',
        unit: 'short',
      },
      [range(`(${beyondPerStep('nova_spawn_seconds', limits.spawnSlow, HOST, 'host')}) > 0`, '{{host}}')],
      { many: true, link: toHost('novaspan-plug', '${__field.labels.host}') },
    ),
  ),
];
