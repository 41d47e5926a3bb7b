import { type Case, type Fired, fires, of, quiet, type Shown, target } from './define.js';

const CMP1 = target('cmp1');
const CTL1 = target('ctl1');

const spawned = (host: string, took: string, count = ''): Fired => ({
  labels: { host },
  summary: `A spawn on ${host} took ${took}`,
  description: `nova says that it took ${took} to spawn an instance on ${host}; more than 60 s is slow. Usually it waited for its port (vif-plugged) or for its image.${count}`,
});
const SPAWNS = ' Spawns there in the last hour that took longer than 60 s:';

const built = (took: string, count: string): Fired => ({
  labels: { host: 'cmp1' },
  summary: `A build on cmp1 took ${took}`,
  description: `nova says that it took ${took} to build an instance on cmp1; more than 120 s is slow. Where SpawnSlow is not on as well, the time went before the spawn: into its ports, its volume, or a lock.${count}`,
});

const spawnSlow: Shown = [
  {
    shows: 'the first boot ever of a host is told, and how many there were',
    series: {
      [`novaspan_nova_spawn_longest_seconds{host="cmp1", ${CMP1}}`]: '_x3 62.5+0x4 stale',
      [`novaspan_nova_spawn_seconds_count{host="cmp1", ${CMP1}}`]: '0+0x2 1+0x40',
      [`novaspan_nova_spawn_seconds_bucket{host="cmp1", le="60", ${CMP1}}`]: '0+0x42',
      [`novaspan_nova_spawn_seconds_bucket{host="cmp1", le="+Inf", ${CMP1}}`]: '0+0x2 1+0x40',
    },
    // On for the five minutes of the gauge, then for the fifteen that it is kept on.
    checks: [...quiet(2), ...fires(spawned('cmp1', '1m 2s', `${SPAWNS} 1.`), 3, 7, 8, 22), ...quiet(23, 40)],
  },
  {
    shows: 'OpenMetrics writes a bound as 60.0, and fast spawns are not counted',
    series: {
      [`novaspan_nova_spawn_longest_seconds{host="cmp1", ${CMP1}}`]: '_x9 90+0x4 stale',
      [`novaspan_nova_spawn_seconds_count{host="cmp1", ${CMP1}}`]: '100+0x8 105+0x10',
      [`novaspan_nova_spawn_seconds_bucket{host="cmp1", le="60.0", ${CMP1}}`]: '98+0x8 101+0x10',
    },
    checks: fires(spawned('cmp1', '1m 30s', `${SPAWNS} 2.`), 10),
  },
  {
    shows: 'a spawn of exactly the threshold is not slow',
    series: { [`novaspan_nova_spawn_longest_seconds{host="cmp1", ${CMP1}}`]: '60+0x20' },
    checks: quiet(1, 10, 20),
  },
  {
    shows: 'fast spawns are quiet',
    series: { [`novaspan_nova_spawn_longest_seconds{host="cmp1", ${CMP1}}`]: '7.5 12 11 19.9 8' },
    checks: quiet(1, 2, 3, 4, 5),
  },
  {
    shows: 'two sidecars that follow one log are one alert, and count a boot once',
    series: {
      [`novaspan_nova_spawn_longest_seconds{host="cmp1", ${CMP1}}`]: '_ 65+0x4 stale',
      [`novaspan_nova_spawn_longest_seconds{host="cmp1", ${CTL1}}`]: '_ _ 65+0x4 stale',
      [`novaspan_nova_spawn_seconds_count{host="cmp1", ${CMP1}}`]: '4 5+0x10',
      [`novaspan_nova_spawn_seconds_bucket{host="cmp1", le="60", ${CMP1}}`]: '4+0x10',
      [`novaspan_nova_spawn_seconds_count{host="cmp1", ${CTL1}}`]: '4 5+0x10',
      [`novaspan_nova_spawn_seconds_bucket{host="cmp1", le="60", ${CTL1}}`]: '4+0x10',
    },
    checks: fires(spawned('cmp1', '1m 5s', `${SPAWNS} 1.`), 3, 6),
  },
  {
    shows: 'two hosts are two alerts',
    series: {
      [`novaspan_nova_spawn_longest_seconds{host="cmp1", ${CMP1}}`]: '65+0x4',
      [`novaspan_nova_spawn_longest_seconds{host="cmp2", ${target('cmp2')}}`]: '75+0x4',
      [`novaspan_nova_spawn_longest_seconds{host="cmp3", ${target('cmp3')}}`]: '5+0x4',
    },
    checks: fires([spawned('cmp1', '1m 5s'), spawned('cmp2', '1m 15s')], 2),
  },
  {
    shows: 'slow spawns some minutes apart do not flap',
    series: { [`novaspan_nova_spawn_longest_seconds{host="cmp1", ${CMP1}}`]: '65+0x4 stale _x12 65+0x4 stale _x12 65+0x4' },
    checks: fires(spawned('cmp1', '1m 5s'), ...[1, 5, 12, 17, 19, 25, 30, 35, 38]),
  },
  {
    shows: 'a sidecar that starts again with its counters kept, and an hour without Prometheus, are quiet',
    series: {
      [`novaspan_nova_spawn_longest_seconds{host="cmp1", ${CMP1}}`]: '9+0x4 stale _x65 8+0x4 stale',
      [`novaspan_nova_spawn_seconds_count{host="cmp1", ${CMP1}}`]: '40+0x5 _x3 40+0x5 _x60 44+0x20',
      [`novaspan_nova_spawn_seconds_bucket{host="cmp1", le="60", ${CMP1}}`]: '30+0x5 _x3 30+0x5 _x60 32+0x20',
    },
    checks: quiet(5, 9, 12, 40, 75, 80, 90),
  },
];

const buildSlow: Shown = [
  {
    shows: 'a slow build is told for as long as it is kept',
    series: {
      [`novaspan_nova_build_longest_seconds{host="cmp1", ${CMP1}}`]: '_ 125+0x4 stale',
      [`novaspan_nova_build_seconds_count{host="cmp1", ${CMP1}}`]: '0 1+0x30',
      [`novaspan_nova_build_seconds_bucket{host="cmp1", le="120.0", ${CMP1}}`]: '0+0x31',
    },
    checks: [
      ...quiet(0),
      ...fires(built('2m 5s', ' Builds there in the last hour that took longer than 120 s: 1.'), 1, 6, 20),
      ...quiet(21, 30),
    ],
  },
  {
    shows: 'a build of exactly the threshold, and a faster one, are quiet',
    series: {
      [`novaspan_nova_build_longest_seconds{host="cmp1", ${CMP1}}`]: '120+0x10',
      [`novaspan_nova_build_longest_seconds{host="cmp2", ${target('cmp2')}}`]: '14+0x10',
    },
    checks: quiet(0, 5, 10),
  },
];

const phase = (name: string, service: string, more = ''): string =>
  `{action="create", phase="${name}", service="${service}", host="cmp1"${more}, ${CMP1}}`;

const PLUGGED: Fired = {
  labels: { host: 'cmp1', action: 'create', phase: 'vif-plugged wait', service: 'nova-compute' },
  summary: 'A port on cmp1 took 31s to be plugged in',
  description:
    'On cmp1, nova waited 31s for neutron to say that a port is up (action: create); more than 30 s is slow, and after 300 s the boot fails. Usually neutron-server is slow to tell, or ovn-controller to claim. Phases of this kind there in the last hour that took longer than 30 s: 2.',
};

/** The wait ends with nova's patience, and is measured; the claim that it waited for has no end, and so no length. */
const TIMED_OUT: Fired = {
  ...PLUGGED,
  summary: 'A port on cmp1 took 5m 0s to be plugged in',
  description:
    'On cmp1, nova waited 5m 0s for neutron to say that a port is up (action: create); more than 30 s is slow, and after 300 s the boot fails. Usually neutron-server is slow to tell, or ovn-controller to claim. Phases of this kind there in the last hour that took longer than 30 s: 1.',
};

const vifPlugSlow: Shown = [
  {
    shows: 'the wait for a port is told, with how many there were',
    series: {
      [`novaspan_phase_longest_seconds${phase('vif-plugged wait', 'nova-compute')}`]: '_x2 31+0x4 stale',
      [`novaspan_phase_duration_seconds_count${phase('vif-plugged wait', 'nova-compute')}`]: '5+0x1 8+0x30',
      [`novaspan_phase_duration_seconds_bucket${phase('vif-plugged wait', 'nova-compute', ', le="30"')}`]: '5+0x1 6+0x30',
    },
    checks: [...quiet(1), ...fires(PLUGGED, 2, 7, 21), ...quiet(22)],
  },
  {
    shows: 'an ovn-controller that hangs is told by the wait for it, since its own phase never ends',
    series: {
      [`novaspan_phase_longest_seconds${phase('vif-plugged wait', 'nova-compute')}`]: '_x2 300+0x4 stale',
      [`novaspan_phase_duration_seconds_count${phase('vif-plugged wait', 'nova-compute')}`]: '5+0x1 6+0x30',
      [`novaspan_phase_duration_seconds_bucket${phase('vif-plugged wait', 'nova-compute', ', le="30"')}`]: '5+0x1 5+0x30',
      [`novaspan_phases_unmeasured_total${phase('lport claim', 'ovn-controller')}`]: '0+0x1 1+0x30',
    },
    checks: [...quiet(1), ...fires(TIMED_OUT, 2, 7, 20), ...quiet(22)],
  },
  {
    shows: 'a wait of exactly the threshold is quiet, and so are other phases',
    series: {
      [`novaspan_phase_longest_seconds${phase('vif-plugged wait', 'nova-compute')}`]: '30+0x10',
      [`novaspan_phase_longest_seconds${phase('image fetch', 'nova-compute')}`]: '200+0x10',
    },
    checks: quiet(0, 5, 10),
  },
];

const claimed = (name: string, took: string): Fired => ({
  labels: { host: 'cmp1', action: 'create', phase: name, service: 'ovn-controller' },
  summary: `ovn-controller on cmp1 took ${took} for a port (${name})`,
  description: `The phase "${name}" of a port on cmp1 took ${took}; more than 10 s is slow. Usually ovn-controller is busy with computing all flows anew, or waits for the Southbound database.`,
});

const lportClaimSlow: Shown = [
  {
    shows: 'each of the phases of ovn-controller is told',
    series: {
      [`novaspan_phase_longest_seconds${phase('lport claim', 'ovn-controller')}`]: '_ 10.5+0x4 stale',
      [`novaspan_phase_longest_seconds${phase('flow install', 'ovn-controller')}`]: '_ 12+0x4 stale',
      [`novaspan_phase_longest_seconds${phase('lport up', 'ovn-controller')}`]: '_ 3+0x4 stale',
    },
    checks: [...quiet(0), ...fires([claimed('lport claim', '10.5s'), claimed('flow install', '12s')], 1, 6, 20), ...quiet(21)],
  },
  {
    shows: 'exactly the threshold is quiet, and so are phases of others',
    series: {
      [`novaspan_phase_longest_seconds${phase('lport claim', 'ovn-controller')}`]: '10+0x10',
      [`novaspan_phase_longest_seconds${phase('vif plug', 'nova-compute')}`]: '29+0x10',
    },
    checks: quiet(0, 5, 10),
  },
];

export const slowCases: readonly Case[] = [
  ...of('SpawnSlow', spawnSlow),
  ...of('BuildSlow', buildSlow),
  ...of('VifPlugSlow', vifPlugSlow),
  ...of('LportClaimSlow', lportClaimSlow),
];
