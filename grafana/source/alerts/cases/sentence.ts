import { type Case, type Fired, fires, of, type Shown, target } from './define.js';

/** The sentence about boots, of hosts whose boots are told by all metrics and by few. Sums and counts are round by design. */

interface Told {
  readonly host: string;
  readonly sidecar?: string;
  readonly cluster?: string;
}

const labels = ({ host, sidecar = host, cluster }: Told): string =>
  `host="${host}", ${target(sidecar)}${cluster === undefined ? '' : `, cluster="${cluster}"`}`;

/** A counter that grows once, from nothing, and stays. */
const once = (by: number): string => `0 ${by}+0x40`;

const LONG = '_ 62.5+0x4 stale';
const longest = (told: Told) => ({ [`novaspan_nova_spawn_longest_seconds{${labels(told)}}`]: LONG });

const counts = (told: Told, succeeded: number, failed?: number) => ({
  [`novaspan_actions_total{action="create", outcome="succeeded", ${labels(told)}}`]: once(succeeded),
  ...(failed !== undefined && { [`novaspan_actions_total{action="create", outcome="failed", ${labels(told)}}`]: once(failed) }),
});

const durations = (told: Told, sum: number, buckets: Readonly<Record<string, number>>) => ({
  [`novaspan_action_duration_seconds_sum{action="create", outcome="succeeded", ${labels(told)}}`]: once(sum),
  [`novaspan_action_duration_seconds_count{action="create", outcome="succeeded", ${labels(told)}}`]: once(buckets['+Inf']!),
  ...Object.fromEntries(
    Object.entries(buckets).map(([le, count]) => [
      `novaspan_action_duration_seconds_bucket{action="create", outcome="succeeded", le="${le}", ${labels(told)}}`,
      once(count),
    ]),
  ),
});

const phase = (told: Told, name: string, sum: number) => ({
  [`novaspan_phase_duration_seconds_sum{action="create", phase="${name}", service="nova-compute", ${labels(told)}}`]: once(sum),
});

/** 31 boots, of 1184.2 s together; 29.45 of them, which is 95 %, are within 42.9 s. */
const whole = (told: Told) => ({
  ...counts(told, 29, 2),
  ...durations(told, 1184.2, { '30': 20, '45': 31, '+Inf': 31 }),
  ...phase(told, 'network wait', 837),
  ...phase(told, 'vif-plugged wait', 291.4),
  ...phase(told, 'image create', 31),
  // The fourth largest, and one that lies in others.
  ...phase(told, 'resource claim', 15.5),
  ...phase(told, 'spawn', 1100),
  // Of another action.
  [`novaspan_phase_duration_seconds_sum{action="other", phase="network wait", service="nova-compute", ${labels(told)}}`]: once(999),
});

const WHOLE = '2 of 31 failed, mean 38.2 s, p95 42.9 s; of the mean 27.0 s network wait, 9.4 s vif-plugged wait, 1.0 s image create';

const slow = (boots: string, more: Fired['labels'] = {}, host = 'cmp1'): Fired => ({
  labels: { host, ...more },
  summary: `A spawn on ${host} took 1m 2s`,
  description: `nova says that it took 1m 2s to spawn an instance on ${host}; more than 60 s is slow. Usually it waited for its port (vif-plugged) or for its image.`,
  boots,
});

const CMP1 = { host: 'cmp1' };

/** Those that Grafana says in the same words: a test asks its rules for them, too. */
export const sentences: Shown = [
  {
    shows: 'the sentence has failures, mean, p95 and the largest parts',
    series: { ...longest(CMP1), ...whole(CMP1) },
    checks: fires(slow(`boots on cmp1 in the last 30 min: ${WHOLE}`), 1, 5, 19),
  },
  {
    shows: 'of few boots there is no p95, and at INFO image and network are one part',
    series: {
      ...longest(CMP1),
      ...counts(CMP1, 4),
      ...durations(CMP1, 260, { '60': 1, '90': 4, '+Inf': 4 }),
      ...phase(CMP1, 'image create + network wait', 208),
    },
    checks: fires(
      slow('boots on cmp1 in the last 30 min: 0 of 4 failed, mean 65.0 s; of the mean 52.0 s image create + network wait'),
      1,
      5,
      19,
    ),
  },
  {
    shows: 'of what is not known nothing is said',
    series: { ...longest(CMP1), ...counts(CMP1, 3) },
    checks: fires(slow('boots on cmp1 in the last 30 min: 0 of 3 failed'), 1, 19),
  },
];

const WEST = { host: 'cmp1', cluster: 'west' };
const EAST = { host: 'cmp1', cluster: 'east' };

const apart: Shown = [
  {
    shows: 'hosts of one name in two clouds are two alerts, each with its own boots',
    series: { ...longest(WEST), ...whole(WEST), ...longest(EAST), ...counts(EAST, 3) },
    checks: fires(
      [
        slow(`boots on cmp1 of west in the last 30 min: ${WHOLE}`, { cluster: 'west' }),
        slow('boots on cmp1 of east in the last 30 min: 0 of 3 failed', { cluster: 'east' }),
      ],
      1,
      19,
    ),
  },
  {
    shows: 'two sidecars that follow one log say each boot once, and another host has its own',
    series: {
      ...longest(CMP1),
      ...whole(CMP1),
      ...whole({ host: 'cmp1', sidecar: 'ctl1' }),
      ...whole({ host: 'cmp2' }),
    },
    checks: fires(slow(`boots on cmp1 in the last 30 min: ${WHOLE}`), 1, 19),
  },
];

const everywhere: Shown = [
  {
    shows: 'the sentence is about the boots of all hosts',
    series: {
      ...counts({ host: 'cmp1' }, 10, 12),
      ...counts({ host: 'cmp2' }, 4, 6),
      // More than 5 % took longer than the last bucket says.
      ...durations({ host: 'cmp1' }, 220, { '300': 20, '+Inf': 22 }),
      ...durations({ host: 'cmp2' }, 420, { '300': 10, '+Inf': 10 }),
      ...phase({ host: 'cmp1' }, 'network wait', 64),
      ...phase({ host: 'cmp2' }, 'network wait', 96),
    },
    checks: fires(
      {
        labels: {},
        summary: '56.25% of all boots fail',
        description:
          'In the last half hour 56.25% of all boots in the cloud did not succeed. Usually something that all of them need is away: neutron, placement, glance, RabbitMQ, or the OVN Southbound database.',
        boots: 'boots on all hosts in the last 30 min: 18 of 32 failed, mean 20.0 s; of the mean 5.0 s network wait',
      },
      5,
    ),
  },
];

const stuck: Shown = [
  {
    shows: 'the sentence is about the boots that the sidecar follows',
    series: {
      [`novaspan_open_action_oldest_age_seconds{action="create", ${target('ctl1')}}`]: '960+0x20',
      ...counts({ host: 'cmp1', sidecar: 'ctl1' }, 2, 1),
      ...counts({ host: 'cmp2', sidecar: 'ctl1' }, 4),
      ...counts({ host: 'cmp3', sidecar: 'ctl2' }, 50),
    },
    checks: fires(
      {
        labels: { instance: 'ctl1:9464', job: 'novaspan', action: 'create' },
        summary: 'A boot that ctl1:9464 follows has not ended for 16m 0s',
        description:
          'The oldest boot in the logs that ctl1:9464 follows began 16m 0s ago and has not ended; more than 900 s is too long. Usually it waits for a large image, for a volume, or for a lock that another instance holds.',
        boots: 'boots that ctl1:9464 follows in the last 30 min: 1 of 7 failed',
      },
      5,
      10,
    ),
  },
];

export const sentenceCases: readonly Case[] = [
  ...of('SpawnSlow', [...sentences, ...apart]),
  ...of('BootFailingEverywhere', everywhere),
  ...of('BootStuck', stuck),
];
