import { assemble, type Placed, type Section, sized } from '../assemble.js';
import { inOrder, redFrom, toHost, unitOf, wide } from '../column.js';
import { lines, SECONDS, table } from '../panel.js';
import { grown, mean, most, mostWithin, ofTheSlowest, PHASES, quantile, shareAmong } from '../promql.js';
import type { Store } from '../stores/store.js';
import { range, rangeWithTraces, rows } from '../target.js';
import type { Limits } from '../thresholds.js';
import { choice, chosenCluster, chosenSource, chosenWindow, longerThan, several } from '../variable.js';
import { SLOW_WAITS } from './lists-of-traces.js';
import { marks } from './marks.js';

/** One stage of the way, by the name of its span, and what it is slow of. */
interface Stage {
  readonly phase: string;
  readonly description: string;
  readonly limit?: keyof Limits;
}

/** Each begins where the one before it ends; the same chain as in docs/tracing-model.md. */
export const stages: readonly Stage[] = [
  {
    phase: 'vif plug',
    description: 'nova-compute, through os-vif and ovsdb. Slow: ovsdb-server or the disk under it; with DEBUG its start is exact.',
  },
  {
    phase: 'ovs interface add',
    description: 'ovs-vswitchd adds the interface. Slow: its main loop stalls; the trace names stalls that it logs.',
  },
  {
    phase: 'lport claim',
    description:
      'ovn-controller sees the interface and claims its port. Slow: it computes all flows anew, or waits for the southbound database.',
    limit: 'lportClaimSlow',
  },
  { phase: 'flow install', description: 'From the claim to all flows in OVS. Slow: many flows, address sets or security groups at once.' },
  { phase: 'lport up', description: 'ovn-controller writes “up” into the southbound database. Slow: that database is.' },
  {
    phase: 'port status up',
    description: 'ovn-northd and neutron notice. Slow: northd’s turn takes long, or neutron’s OVN event queue is full.',
  },
  {
    phase: 'neutron port activate',
    description: 'neutron makes the port ACTIVE and tells nova. Slow: provisioning blocks (DHCP), neutron’s database, nova-api.',
  },
  { phase: 'event deliver', description: 'From nova-api to the compute host, at DEBUG only. Slow: RabbitMQ or conductor.' },
];

/** Parts of these stages, which say whose they are: of libvirt, which makes the tap, and of neutron's own queue. */
export const stageParts: readonly string[] = ['tap wait', 'neutron event queue'];

/** What stands in for OVN's three stages where neutron-openvswitch-agent wires the ports. */
export const agentStages: readonly string[] = [
  'agent port scan',
  'agent port details',
  'agent port wire',
  'agent port filter',
  'agent device up',
  'port provision',
  'dhcp configure',
];

/** All of it, as nova waits for it. */
export const WAIT = 'vif-plugged wait';

/** All that a panel can be asked for. */
const all: readonly string[] = [WAIT, ...stages.map(({ phase }) => phase), ...stageParts, ...agentStages];

const ON = 'action=~"$action", host=~"$host"';
const of = (phase: string): string => `phase="${phase}", ${ON}`;
const ALL = `phase=~"${all.join('|')}", ${ON}`;
const STAGE = 'phase="$stage", action=~"$action", host=~"$host"';

/** From the plug of an interface to the event that lets nova go on: which stage, on which host. */
export const plug = (store: Store, limits: Limits) =>
  assemble({
    uid: 'novaspan-plug',
    title: 'Network plug path',
    description:
      'What operators call “vif-plugged”, stage by stage: plug, added, claimed, installed, up, status up, activated, event delivered.',
    from: 'now-1h',
    annotations: marks,
    variables: [
      chosenSource('prometheus', 'Prometheus'),
      chosenSource(store.kind, store.name),
      chosenCluster(),
      several('action', 'of', 'phase_duration_seconds_count'),
      several('host', 'host', 'phase_duration_seconds_count'),
      chosenWindow(),
      choice('stage', 'stage', all, 'lport claim'),
      longerThan([1, 5, 10, 30, 60], limits.vifPlugSlow),
    ],
    sections: [whole(limits), slowest(store), eachStage(limits), oneByHost],
  });

const whole = (limits: Limits): Section => ({
  title: 'The whole way',
  panels: [
    sized(
      10,
      11,
      lines(
        {
          title: 'nova waits for its ports',
          description:
            'The span vif-plugged wait: nova gives a boot up after 300 s of it. Where it rises, the stage that rises with it is the cause.',
          unit: SECONDS,
          limit: limits.vifPlugSlow,
        },
        stageOf(of(WAIT)),
      ),
    ),
    sized(14, 11, stagesTable(limits)),
  ],
});

const stagesTable = (limits: Limits) =>
  table(
    {
      title: 'Stages',
      description:
        'All stages in the shown time, those of OVN and of neutron’s OVS agent. p50 and p90 need telemetry.phaseHistograms. Unmeasured are those of which a log lacks an end: at INFO that is usual for vif plug, and DEBUG helps.',
      unit: SECONDS,
    },
    [
      rows(mostWithin(PHASES.longest, ALL, '$__range', 'phase')),
      rows(mean(PHASES.histogram, ALL, '$__range', 'phase')),
      rows(quantile(0.5, PHASES, ALL, '$__range', 'phase')),
      rows(quantile(0.9, PHASES, ALL, '$__range', 'phase')),
      rows(`round(${grown('phase_duration_seconds_count', ALL, '$__range', 'phase')})`),
      rows(unmeasured(ALL, '$__range')),
    ],
    {
      transformations: [
        { id: 'merge', options: {} },
        inOrder(['phase', 'Value #A', 'Value #B', 'Value #C', 'Value #D', 'Value #E', 'Value #F'], {
          without: ['Time'],
          renamed: {
            'Value #A': 'longest',
            'Value #B': 'mean',
            'Value #C': 'p50',
            'Value #D': 'p90',
            'Value #E': 'measured',
            'Value #F': 'unmeasured',
          },
        }),
      ],
      columns: [
        { name: 'longest', properties: [...STAGE_SECONDS, ...redFrom(limits.vifPlugSlow)] },
        ...['mean', 'p50', 'p90'].map((name) => ({ name, properties: STAGE_SECONDS })),
        { name: 'measured', properties: [unitOf('short'), wide(100)] },
        { name: 'unmeasured', properties: [unitOf('percentunit'), wide(110)] },
      ],
      sortedBy: 'longest',
    },
  );

const STAGE_SECONDS = [unitOf(SECONDS), { id: 'decimals', value: 3 }, wide(110)];

/** With the mean, as not every sidecar has buckets of phases. */
const stageOf = (matchers: string) => [
  range(mean(PHASES.histogram, matchers, '$window'), 'mean'),
  rangeWithTraces(quantile(0.9, PHASES, matchers, '$window'), 'p90'),
  range(most(PHASES.longest, matchers), 'longest of 5 min'),
];

/** Of all that there were, measured or not. */
const unmeasured = (matchers: string, window: string): string =>
  shareAmong(grown('phases_unmeasured_total', matchers, window, 'phase'), grown('phase_duration_seconds_count', matchers, window, 'phase'));

const eachStage = (limits: Limits): Section => ({
  title: 'Stage by stage',
  panels: stages.map(
    ({ phase, description, limit }): Placed =>
      sized(6, 8, lines({ title: phase, description, unit: SECONDS, ...(limit && { limit: limits[limit] }) }, stageOf(of(phase)))),
  ),
});

const oneByHost: Section = {
  title: '$stage, by host',
  panels: [
    sized(
      8,
      9,
      lines(
        {
          title: 'Mean by host',
          description:
            'Of the stage that is chosen above, of the ten hosts with the longest ones. One host alone: its ovn-controller, its disk. All: what they share.',
          unit: SECONDS,
        },
        [range(ofTheSlowest(mean(PHASES.histogram, STAGE, '$window', 'host'), PHASES, STAGE), '{{host}}')],
        { many: true, link: toHost('novaspan-boots', '${__field.labels.host}') },
      ),
    ),
    sized(
      8,
      9,
      lines(
        {
          title: 'Longest by host',
          description:
            'The longest of the last five minutes at each moment, of the ten hosts with the longest ones; exact, also for a single port.',
          unit: SECONDS,
        },
        [range(ofTheSlowest(most(PHASES.longest, STAGE, 'host'), PHASES, STAGE), '{{host}}')],
        { many: true, link: toHost('novaspan-boots', '${__field.labels.host}') },
      ),
    ),
    sized(
      8,
      9,
      lines(
        {
          title: 'Unmeasured, by stage',
          description: 'The share of which no line tells an end. A rise after an upgrade is a changed message; see novaspan health.',
          unit: 'percentunit',
        },
        [range(unmeasured(ALL, '$window'), '{{phase}}')],
        { many: true },
      ),
    ),
  ],
};

const slowest = (store: Store): Section => ({
  title: 'The long waits',
  panels: [
    sized(
      24,
      10,
      table(
        {
          title: SLOW_WAITS,
          description: `The longest first; a click on the name shows the boot’s trace. No row: none took so long on these hosts. ${store.slowestCannot}`,
          unit: 'short',
          source: store.source,
        },
        [store.waits],
        store.waitsRows,
      ),
    ),
  ],
});
