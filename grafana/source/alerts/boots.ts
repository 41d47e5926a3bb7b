import { FAILED_BOOTS, SLOW_BOOTS, SLOW_WAITS } from '../dashboards/lists-of-traces.js';
import type { Limits } from '../thresholds.js';
import type { Alert, Count, Shown } from './define.js';
import { countBeyond } from './promql.js';

/**
 * What happens to instances. Each host is told once, however many sidecars tell of it: their `instance` is aggregated away.
 * `_longest_` is the longest of five minutes, there from the first boot on; `keepFiringFor` outlasts it, so that slow boots some
 * minutes apart are one alert.
 */

const slow = (histogram: string, labels: string, seconds: number, what: string): Count => ({
  expr: countBeyond(histogram, seconds, { matchers: labels }),
  text: `${what} there in the last hour that took longer than ${seconds} s: {count}.`,
});

const ON_HOST = 'cluster="{cluster}", host="{host}"';

const slowPhases = (seconds: number): Count =>
  slow('novaspan_phase_duration_seconds', `${ON_HOST}, action="{action}", phase="{phase}"`, seconds, 'Phases of this kind');

/** The longest by what nova says, of hosts that had more slow ones in the last hour than are borne. */
const longest = (what: 'spawn' | 'build', seconds: number, borne: number): string => {
  const max = `max by (cluster, host) (novaspan_nova_${what}_longest_seconds)`;
  if (borne === 0) return max;
  return `${max}\nand on (cluster, host)\n  round(${countBeyond(`novaspan_nova_${what}_seconds`, seconds, { by: ['cluster', 'host'] })}) > ${borne}`;
};

/** How many builds a host handed back within half an hour: each failed there, whatever became of it elsewhere. */
const attempts = 'max by (cluster, host) (sum by (job, instance, cluster, host) (increase(novaspan_build_attempts_failed_total[30m])))';

/** How many boots failed within half an hour, by host. Of an unfinished or evicted one nothing is known to be wrong. */
const failed = boots('action="create", outcome=~"failed|timed-out|interrupted"');
const ended = boots('action="create"');

function boots(matchers: string): string {
  return `max by (cluster, host) (sum by (job, instance, cluster, host) (increase(novaspan_actions_total{${matchers}}[30m])))`;
}

const VIF_PLUGGED = 'phase="vif-plugged wait"';
const OVN_CONTROLLER = 'phase=~"lport claim|flow install|lport up"';

const LOGS = '/var/log/nova /var/log/neutron /var/log/ovn /var/log/openvswitch';
/** Two hours, as it is read after the alert. */
const SLOWEST = `novaspan replay --action create --since '2 hours ago' --slowest 1 --view critical-chain ${LOGS}`;
const FAILED = `novaspan replay --failed --since '2 hours ago' ${LOGS}`;

const slowBoots: Shown = { on: 'novaspan-boots', panel: SLOW_BOOTS, with: { host: '{host}' } };
const slowWaits: Shown = { on: 'novaspan-plug', panel: SLOW_WAITS, with: { host: '{host}' } };

export const bootAlerts: readonly Alert[] = [
  {
    name: 'SpawnSlow',
    group: 'boots',
    severity: 'warning',
    expr: ({ spawnSlow, slowBoots }) => longest('spawn', spawnSlow, slowBoots),
    limit: 'spawnSlow',
    for: '0m',
    keepFiringFor: '15m',
    shown: { on: 'novaspan-boots', panel: 'Spawn, as nova says', with: { host: '{host}' } },
    boots: 'host',
    traces: slowBoots,
    command: () => SLOWEST,
    value: 'duration',
    summary: 'A spawn on {host} took {value}',
    description: ({ spawnSlow }) =>
      `nova says that it took {value} to spawn an instance on {host}; more than ${spawnSlow} s is slow. Usually it waited for its port (vif-plugged) or for its image.`,
    count: ({ spawnSlow }) => slow('novaspan_nova_spawn_seconds', ON_HOST, spawnSlow, 'Spawns'),
  },
  {
    name: 'BuildSlow',
    group: 'boots',
    severity: 'warning',
    expr: ({ buildSlow, slowBoots }) => longest('build', buildSlow, slowBoots),
    limit: 'buildSlow',
    for: '0m',
    keepFiringFor: '15m',
    shown: { on: 'novaspan-boots', panel: 'Build, as nova says', with: { host: '{host}' } },
    boots: 'host',
    traces: slowBoots,
    command: () => SLOWEST,
    value: 'duration',
    summary: 'A build on {host} took {value}',
    description: ({ buildSlow }) =>
      `nova says that it took {value} to build an instance on {host}; more than ${buildSlow} s is slow. Where SpawnSlow is not on as well, the time went before the spawn: into its ports, its volume, or a lock.`,
    count: ({ buildSlow }) => slow('novaspan_nova_build_seconds', ON_HOST, buildSlow, 'Builds'),
  },
  {
    name: 'BootFailing',
    group: 'boots',
    severity: 'warning',
    expr: () => `round(${failed})`,
    limit: 'bootsFailing',
    for: '0m',
    keepFiringFor: '10m',
    shown: { on: 'novaspan-boots', panel: 'Boots that failed', with: { host: '{host}' } },
    boots: 'host',
    traces: { on: 'novaspan-boots', panel: FAILED_BOOTS, with: { host: '{host}' } },
    command: () => FAILED,
    value: 'number',
    summary: '{value} boots failed on {host}',
    description: () =>
      'In the last half hour {value} boots on {host} failed, timed out or were interrupted. So many at one host are usually its libvirt, its disk, its image cache, or its network agent.',
  },
  {
    name: 'BuildAttemptsFailing',
    group: 'boots',
    severity: 'warning',
    expr: () => `round(${attempts})`,
    limit: 'bootsFailing',
    for: '0m',
    keepFiringFor: '10m',
    shown: { on: 'novaspan-boots', panel: 'Builds handed back, by host', with: { host: '{host}' } },
    boots: 'host',
    command: () => FAILED,
    value: 'number',
    summary: '{value} builds failed on {host} and were handed back',
    description: () =>
      'In the last half hour {value} builds failed on {host}, and nova-compute handed them back to nova-conductor. Another host may have built them: users may not have noticed. So many at one host are usually its libvirt, its disk, its image cache, or its network agent.',
  },
  {
    name: 'BootFailingEverywhere',
    group: 'boots',
    severity: 'critical',
    expr: ({ bootsFailingEverywhere }: Limits) =>
      `sum by (cluster) (${failed})\n  / sum by (cluster) (${ended})\nand\n  round(sum by (cluster) (${failed})) > ${bootsFailingEverywhere}`,
    limit: 'bootsFailingShare',
    for: '2m',
    keepFiringFor: '10m',
    shown: { on: 'novaspan-boots', panel: 'Failures by reason' },
    boots: 'all',
    traces: { on: 'novaspan-boots', panel: FAILED_BOOTS },
    command: () => FAILED,
    value: 'percentage',
    summary: '{value} of all boots fail',
    description: () =>
      'In the last half hour {value} of all boots in the cloud did not succeed. Usually something that all of them need is away: neutron, placement, glance, RabbitMQ, or the OVN Southbound database.',
  },
  {
    name: 'BootStuck',
    group: 'boots',
    severity: 'warning',
    // While a sidecar reads what is long past, all that it has not read to the end seems to be open.
    expr: ({ lagging }) =>
      `novaspan_open_action_oldest_age_seconds{action="create"}\nunless on (job, instance)\n  novaspan_watermark_lag_seconds > ${lagging}`,
    limit: 'bootStuck',
    for: '2m',
    keepFiringFor: '5m',
    shown: { on: 'novaspan-boots', panel: 'Age of the oldest boot under way' },
    boots: 'sidecar',
    command: ({ bootStuck }) => `novaspan replay --action create --since '2 hours ago' --longer-than ${bootStuck}s ${LOGS}`,
    value: 'duration',
    summary: 'A boot that {instance} follows has not ended for {value}',
    description: ({ bootStuck }) =>
      `The oldest boot in the logs that {instance} follows began {value} ago and has not ended; more than ${bootStuck} s is too long. Usually it waits for a large image, for a volume, or for a lock that another instance holds.`,
  },
  {
    name: 'VifPlugSlow',
    group: 'boots',
    severity: 'warning',
    expr: () => `max by (cluster, host, action, phase, service) (novaspan_phase_longest_seconds{${VIF_PLUGGED}})`,
    limit: 'vifPlugSlow',
    for: '0m',
    keepFiringFor: '15m',
    shown: { on: 'novaspan-plug', panel: 'nova waits for its ports', with: { host: '{host}' } },
    boots: 'host',
    traces: slowWaits,
    command: () => SLOWEST,
    value: 'duration',
    summary: 'A port on {host} took {value} to be plugged in',
    description: ({ vifPlugSlow }) =>
      `On {host}, nova waited {value} for neutron to say that a port is up (action: {action}); more than ${vifPlugSlow} s is slow, and after 300 s the boot fails. Usually neutron-server is slow to tell, or ovn-controller to claim.`,
    count: ({ vifPlugSlow }) => slowPhases(vifPlugSlow),
  },
  {
    name: 'LportClaimSlow',
    group: 'boots',
    severity: 'warning',
    expr: () => `max by (cluster, host, action, phase, service) (novaspan_phase_longest_seconds{${OVN_CONTROLLER}})`,
    limit: 'lportClaimSlow',
    for: '0m',
    keepFiringFor: '15m',
    shown: { on: 'novaspan-plug', panel: 'Longest by host', with: { host: '{host}', stage: '{phase}' } },
    boots: 'host',
    traces: slowWaits,
    command: () => SLOWEST,
    value: 'duration',
    summary: 'ovn-controller on {host} took {value} for a port ({phase})',
    description: ({ lportClaimSlow }) =>
      `The phase "{phase}" of a port on {host} took {value}; more than ${lportClaimSlow} s is slow. Usually ovn-controller is busy with computing all flows anew, or waits for the Southbound database.`,
    count: ({ lportClaimSlow }) => slowPhases(lportClaimSlow),
  },
];
