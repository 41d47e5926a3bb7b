import { at, type Case, type Fired, fires, of, quiet, type Shown, target } from './define.js';

const CMP1 = target('cmp1');
const CTL1 = target('ctl1');

const ended = (host: string, outcome: string, sidecar = target(host)): string =>
  `novaspan_actions_total{action="create", outcome="${outcome}", host="${host}", ${sidecar}}`;

const failed = (host: string, boots: number): Fired => ({
  labels: { host },
  summary: `${boots} boots failed on ${host}`,
  description: `In the last half hour ${boots} boots on ${host} failed, timed out or were interrupted. So many at one host are usually its libvirt, its disk, its image cache, or its network agent.`,
  boots: `boots on ${host} in the last 30 min: ${boots} of ${boots} failed`,
});

const handedBack = (host: string, sidecar = target(host)): string => `novaspan_build_attempts_failed_total{host="${host}", ${sidecar}}`;

const attempts = (host: string, builds: number): Fired => ({
  labels: { host },
  summary: `${builds} builds failed on ${host} and were handed back`,
  description: `In the last half hour ${builds} builds failed on ${host}, and nova-compute handed them back to nova-conductor. Another host may have built them: users may not have noticed. So many at one host are usually its libvirt, its disk, its image cache, or its network agent.`,
});

const buildAttemptsFailing: Shown = [
  {
    shows: 'the first builds ever that a host hands back; half an hour later it is over',
    series: { [handedBack('cmp1')]: '0+0x2 1 2 3+0x57' },
    // On until the first of the three is half an hour old, then for the ten minutes that it is kept on.
    checks: [...quiet(2, 3, 4), ...fires(attempts('cmp1', 3), 5, 20, 31, 41), ...quiet(44, 60)],
  },
  {
    shows: 'two are quiet, and two sidecars that follow one log count a build once',
    series: { [handedBack('cmp1')]: '0 2+0x40', [handedBack('cmp1', CTL1)]: '0 2+0x40' },
    checks: quiet(1, 10, 30),
  },
];

const bootFailing: Shown = [
  {
    shows: 'the first boots ever of a host fail, each in its own way; half an hour later it is over',
    series: {
      [ended('cmp1', 'failed')]: '0+0x2 1+0x59',
      [ended('cmp1', 'timed-out')]: '0+0x3 1+0x58',
      [ended('cmp1', 'interrupted')]: '0+0x4 1+0x57',
      [ended('cmp1', 'succeeded')]: '0+0x62',
    },
    // On until the first of the three is half an hour old, then for the ten minutes that it is kept on.
    checks: [...quiet(2, 3, 4), ...fires(failed('cmp1', 3), 5, 20, 31, 41), ...quiet(44, 60)],
  },
  {
    shows: 'two failed boots are quiet, and so are successes, boots whose end nobody saw, and other actions',
    series: {
      [ended('cmp1', 'failed')]: '0 2+0x40',
      [ended('cmp1', 'succeeded')]: '0 50+0x40',
      [ended('cmp1', 'unfinished')]: '0 5+0x40',
      [ended('cmp1', 'evicted')]: '0 5+0x40',
      [`novaspan_actions_total{action="delete", outcome="failed", host="cmp1", ${CMP1}}`]: '0 9+0x40',
    },
    checks: quiet(1, 10, 30),
  },
  {
    shows: 'two sidecars that follow one log count a boot once',
    series: {
      [ended('cmp1', 'failed')]: '0 2+0x40',
      [ended('cmp1', 'failed', CTL1)]: '0 2+0x40',
      [ended('ctl1', 'failed')]: '0 3+0x40',
    },
    checks: fires(failed('ctl1', 3), 2, 10),
  },
  {
    shows: 'counters that begin anew, and a new address of a sidecar that kept them, are quiet',
    series: {
      [ended('cmp1', 'failed')]: '50+0x10 0+0x40',
      [ended('cmp2', 'failed', target('10.0.0.7'))]: '70+0x10 stale',
      [ended('cmp2', 'failed', target('10.0.0.8'))]: '_x13 70+0x40',
    },
    checks: quiet(5, 11, 14, 20, 40),
  },
  {
    shows: 'a restart with the counters kept, and scrapes that are missing, are quiet',
    series: {
      [ended('cmp1', 'failed')]: '50+0x10 stale _x2 50+0x10 _x2 50+0x10',
      [ended('cmp2', 'failed')]: '10+0x10 _ _ 11+0x10 _ _ 12+0x10',
    },
    checks: quiet(10, 13, 15, 24, 27, 33, 36),
  },
  {
    shows: 'what failed while Prometheus was away for an hour is past',
    series: { [ended('cmp1', 'failed')]: '5+0x10 _x60 14+0x20' },
    checks: quiet(10, 40, 71, 75, 90),
  },
];

const share = (percent: string, counts: string): Fired => ({
  labels: {},
  summary: `${percent} of all boots fail`,
  description: `In the last half hour ${percent} of all boots in the cloud did not succeed. Usually something that all of them need is away: neutron, placement, glance, RabbitMQ, or the OVN Southbound database.`,
  boots: `boots on all hosts in the last 30 min: ${counts} failed`,
});

const bootFailingEverywhere: Shown = [
  {
    shows: 'more than half of the boots fail, over several hosts',
    series: {
      [ended('cmp1', 'failed')]: '0 2+0x80',
      [ended('cmp1', 'failed', CTL1)]: '0 2+0x80',
      [ended('cmp2', 'timed-out')]: '0 1+0x80',
      [ended('ctl1', 'failed')]: '0 3+0x80',
      [ended('cmp1', 'succeeded')]: '0 3+0x80',
      [ended('cmp1', 'succeeded', CTL1)]: '0 3+0x80',
      [ended('cmp2', 'succeeded')]: '0 2+0x80',
    },
    checks: [...quiet(1, 2), ...fires(share('54.55%', '6 of 11'), 3, 20, 29, 39), ...quiet(42, 60)],
  },
  {
    shows: 'five failed boots are enough',
    series: { [ended('cmp1', 'failed')]: '0 5+0x20' },
    checks: fires(share('100%', '5 of 5'), 5),
  },
  {
    shows: 'four failed boots are too few to tell',
    series: { [ended('cmp1', 'failed')]: '0 4+0x20' },
    checks: quiet(5, 10),
  },
  {
    shows: 'exactly half is quiet',
    series: { [ended('cmp1', 'failed')]: '0 8+0x20', [ended('cmp2', 'succeeded')]: '0 8+0x20' },
    checks: quiet(5, 10),
  },
  {
    shows: 'no boot at all is quiet',
    series: { [ended('cmp1', 'failed')]: '7+0x60', [ended('cmp1', 'succeeded')]: '7+0x60' },
    checks: quiet(5, 40),
  },
];

const stuck = (took: string): Fired => ({
  labels: at('cmp1', { action: 'create' }),
  summary: `A boot that cmp1:9464 follows has not ended for ${took}`,
  description: `The oldest boot in the logs that cmp1:9464 follows began ${took} ago and has not ended; more than 900 s is too long. Usually it waits for a large image, for a volume, or for a lock that another instance holds.`,
});

const openFor = (action: string): string => `novaspan_open_action_oldest_age_seconds{action="${action}", ${CMP1}}`;
const LAG = `novaspan_watermark_lag_seconds{${CMP1}}`;

const bootStuck: Shown = [
  {
    shows: 'a boot that does not end is told until it has ended',
    series: { [openFor('create')]: '840+60x11 stale', [LAG]: '3+0x30' },
    checks: [...quiet(1, 2, 3), ...fires(stuck('18m 0s'), 4), ...fires(stuck('25m 0s'), 11, 16), ...quiet(17, 20)],
  },
  {
    shows: 'a boot that is exactly so old is quiet',
    series: { [openFor('create')]: '900+0x20', [LAG]: '3+0x20' },
    checks: quiet(5, 10, 20),
  },
  {
    shows: 'an action that may take hours is quiet',
    series: { [openFor('live-migration')]: '3000+60x20', [openFor('unnamed')]: '3000+60x20', [LAG]: '3+0x20' },
    checks: quiet(5, 10, 20),
  },
  {
    shows: 'while old lines are read, what seems to be open is not told',
    series: { [openFor('create')]: '3000+60x20', [LAG]: '121+0x20' },
    checks: quiet(5, 10, 20),
  },
  {
    shows: 'a lag that is still usual hides nothing',
    series: { [openFor('create')]: '960+0x20', [LAG]: '120+0x20' },
    checks: fires(stuck('16m 0s'), 2, 10),
  },
];

export const failingCases: readonly Case[] = [
  ...of('BootFailing', bootFailing),
  ...of('BuildAttemptsFailing', buildAttemptsFailing),
  ...of('BootFailingEverywhere', bootFailingEverywhere),
  ...of('BootStuck', bootStuck),
];
