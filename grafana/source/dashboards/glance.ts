import { idOf, type Placed, type Section, sized } from '../assemble.js';
import { firing, lines, ranking, SECONDS } from '../panel.js';
import { ACTIONS, before, grown, mean, most, orNone, perStep, quantile, share, shareWithin, total, WAITS } from '../promql.js';
import { instant, range } from '../target.js';
import { type Limits, levels } from '../thresholds.js';
import { FEW, threeOf, tile, tileOver } from './graphs.js';
import { FAILED_BOOTS, SLOW_BOOTS } from './lists-of-traces.js';
import { AT_INFO, BEFORE, step } from './steps.js';

const HOST = 'host=~"$host"';
const BOOTS = `action="create", ${HOST}`;
const FAILED = `${BOOTS}, outcome=~"failed|timed-out|interrupted"`;
/** An action has no name before a line tells it; a boot that hangs early may be one of these. */
const OPEN = 'action=~"create|unnamed"';

/** Leads to one panel of the boots' dashboard, alone. */
const panelOf = (title: string, shown: string) => ({
  title,
  url: `/d/novaspan-boots?viewPanel=${idOf(shown)}&\${host:queryparam}&\${cluster:queryparam}&\${traces:queryparam}&\${prometheus:queryparam}&\${__url_time_range}`,
});

/** The numbers of the sentence that novaspan says of one boot, for all of them. */
export const atAGlance = (limits: Limits): Section => ({
  title: 'Boots in the shown time',
  panels: [...counts(limits), ...lengths(limits)],
});

const counts = (limits: Limits): readonly Placed[] => [...ended(limits), ...durations(limits), ...underWay(limits)];

/** How many boots ended, and how well. */
const ended = (limits: Limits): readonly Placed[] => [
  tileOver(
    {
      title: 'Boots',
      description: 'How many ended in the shown time. None although there were some: see the dashboard novaspan health.',
      unit: 'short',
    },
    orNone(perStep('actions_total', BOOTS)),
    'sum',
  ),
  tile(
    {
      title: 'Failed',
      description:
        'The share that failed, timed out or was cut off by a restart of nova-compute. One now and then is often its user. A click lists them.',
      unit: 'percentunit',
      ...levels.failed,
      none: 'no boot',
    },
    share(grown('actions_total', FAILED, '$__range'), grown('actions_total', BOOTS, '$__range')),
    panelOf('List them', FAILED_BOOTS),
  ),
  tile(
    {
      title: `Within ${limits.spawnSlow} s`,
      description: 'The share of spawns that were no slower than the alert SpawnSlow allows. A click lists the slow boots.',
      unit: 'percentunit',
      ...levels.inTime,
      lower: true,
      none: 'no spawn',
    },
    shareWithin('nova_spawn_seconds', limits.spawnSlow, HOST, '$__range'),
    panelOf('List the slow ones', SLOW_BOOTS),
  ),
];

/** How long boots took. */
const durations = (limits: Limits): readonly Placed[] => [
  tile(
    {
      title: 'Typical boot',
      description: `The median of whole boots, from nova-compute’s first line to its last. ${FEW}`,
      unit: SECONDS,
      limit: limits.buildSlow,
      warn: limits.spawnSlow,
      none: 'no boot',
    },
    quantile(0.5, ACTIONS, BOOTS, '$__range'),
  ),
  tile(
    {
      title: 'Slow boot',
      description: `Nine of ten boots took no longer (p90), as far as buckets can tell. ${FEW}`,
      unit: SECONDS,
      limit: limits.buildSlow,
      warn: limits.spawnSlow,
      none: 'no boot',
    },
    quantile(0.9, ACTIONS, BOOTS, '$__range'),
  ),
  tileOver(
    {
      title: 'Longest boot',
      description: 'Exact, also of a single boot, a failed one too. A click lists the slow ones.',
      unit: SECONDS,
      limit: limits.buildSlow,
      warn: limits.spawnSlow,
      none: 'no boot',
    },
    most(ACTIONS.longest, BOOTS),
    'max',
    panelOf('List the slow ones', SLOW_BOOTS),
  ),
];

/** What has not ended. */
const underWay = (limits: Limits): readonly Placed[] => [
  tileOver(
    {
      title: 'Under way',
      description: 'Boots that began and have not ended, on all hosts; actions that no line has named yet are among them.',
      unit: 'short',
      none: '0',
    },
    total('open_actions', OPEN),
    'lastNotNull',
  ),
  tileOver(
    {
      title: 'Oldest of them',
      description: 'How long ago it began. Red is stuck: its trace comes only when it ends or is given up.',
      unit: SECONDS,
      limit: limits.bootStuck,
      warn: limits.buildSlow,
      none: 'none',
    },
    most('open_action_oldest_age_seconds', OPEN),
    'lastNotNull',
  ),
];

/** Seconds that a group of steps takes of the average boot. */
const ofBoot = (matchers: string): string =>
  share(
    grown('phase_duration_seconds_sum', `${matchers}, action="create", ${HOST}`, '$__range'),
    grown('phase_duration_seconds_count', `phase="spawn", action="create", ${HOST}`, '$__range'),
  );

const lengths = (limits: Limits): readonly Placed[] => [
  sized(
    10,
    9,
    ranking(
      {
        title: 'Where the seconds of an average boot go',
        description:
          'The whole, and its largest parts. What the user waits, from the API request on, is there only where one sidecar reads nova-api’s log and the host’s. At INFO nova-compute’s log does not tell the image and the wait for neutron’s ports apart: both are in one bar then. What is missing from the whole are small steps; see “Step by step”.',
        unit: SECONDS,
        none: 'no boot',
      },
      [
        instant(mean(WAITS.histogram, BOOTS, '$__range'), 'what its user waits'),
        instant(mean('action_duration_seconds', BOOTS, '$__range'), 'the boot on its host'),
        instant(ofBoot('phase="image create"'), 'image'),
        instant(ofBoot('phase="network wait"'), 'network: ports from neutron'),
        instant(ofBoot(AT_INFO), 'image and network (INFO)'),
        instant(ofBoot('phase="vif-plugged wait"'), 'network: vif-plugged'),
        instant(ofBoot('phase="guest start"'), 'guest start'),
        instant(ofBoot(step(BEFORE)), 'before the host began'),
      ],
    ),
  ),
  sized(
    9,
    9,
    lines(
      {
        title: 'A boot takes',
        description: `Boots on their hosts, without the API request and the scheduling; and what the mean was at this time a day before. The dots are boots: click one for its trace. ${FEW}`,
        unit: SECONDS,
        limit: limits.buildSlow,
      },
      [...threeOf(ACTIONS, BOOTS), range(before(mean('action_duration_seconds', BOOTS, '$window'), '1d'), 'mean, a day before')],
      { colours: { 'mean, a day before': 'text' } },
    ),
  ),
  sized(5, 9, firing('Alerts', 'Those of novaspan that fire or are about to, of Prometheus or of Grafana. An empty list is good news.')),
];
