import { at, type Case, type Fired, fires, of, quiet, type Shown, target } from './define.js';

const CMP1 = target('cmp1');

/** Times since 1970 as promtool counts them, whose clock begins at 0: the process started so many minutes before or after. */
const started = (minute: number, values = '+0x200'): string => `${minute * 60}${values}`;
const START = `novaspan_start_time_seconds{${CMP1}}`;
const LONG_AGO = { [START]: started(-10_000) };

const counter = (name: string, more = ''): string => `novaspan_${name}_total{${more}${CMP1}}`;

const lost = (reason: string, times: number): Fired => ({
  labels: at('cmp1', { reason }),
  summary: `novaspan on cmp1:9464 loses data: ${reason}`,
  description: `In the last hour cmp1:9464 counted ${times} times that something was lost for good: ${reason}. What each reason means is in the runbook; \`novaspan replay\` can tell it again while the logs are there.`,
});

const dropping: Shown = [
  {
    shows: 'the first trace that is dropped is told for an hour, and for as long as it is kept',
    series: { ...LONG_AGO, [counter('traces_dropped')]: '0+0x69 1+0x130' },
    checks: [...quiet(65, 69), ...fires(lost('traces dropped', 1), 70, 100, 129, 130, 144), ...quiet(145, 160)],
  },
  {
    shows: 'a counter that was not there before counts from 0, over all of its paths',
    series: {
      ...LONG_AGO,
      [counter('files_lost', 'path="/var/log/nova/nova-compute.log", ')]: '_x69 1+0x130',
      [counter('files_lost', 'path="/var/log/ovn/ovn-controller.log", ')]: '_x69 2+0x130',
      [counter('cut_off_logs', 'path="/var/log/nova/nova-compute.log.2.gz", ')]: '_x79 1+0x130',
    },
    checks: [
      ...quiet(68),
      ...fires(lost('files lost', 3), 69),
      ...fires([lost('files lost', 3), lost('logs cut off', 1)], 79, 128),
      ...quiet(160),
    ],
  },
  {
    shows: 'all other losses are told by their reason',
    series: {
      ...LONG_AGO,
      [counter('spans_rejected')]: '0+0x69 12+0x20',
      [counter('pending_events_evicted')]: '0+0x69 300+0x20',
      [counter('open_actions_evicted')]: '4+0x69 5+0x20',
    },
    checks: fires([lost('spans rejected', 12), lost('waiting room full', 300), lost('too many open', 1)], 70, 80),
  },
  {
    shows: 'what is lost while a sidecar starts, before its first scrape, is told for an hour',
    series: {
      [START]: `_x30 ${started(30)}`,
      [counter('files_lost', 'path="/var/log/nova/nova-compute.log", ')]: '_x31 1+0x130',
    },
    checks: [...quiet(30), ...fires(lost('files lost', 1), 31, 60, 89, 105), ...quiet(106, 120)],
  },
  {
    shows: 'a restart sets the counters back: what comes after it counts, what was before does not',
    series: {
      [START]: `${started(-10_000, '+0x80')} _ ${started(82)}`,
      [counter('traces_dropped')]: '7+0x80 _ 0+0x20 2+0x90',
      [counter('spans_rejected')]: '9+0x80 _ 0+0x111',
    },
    checks: [...quiet(75, 83, 102), ...fires(lost('traces dropped', 2), 103, 130, 141)],
  },
  {
    shows: 'what was lost long ago is quiet, also after an hour without Prometheus and after scrapes that are missing',
    series: {
      [START]: `${started(-10_000, '+0x70')} _x60 ${started(-10_000, '+0x90')}`,
      [counter('traces_dropped')]: '7+0x30 _x3 7+0x36 _x60 7+0x90',
      [counter('files_lost', 'path="/var/log/nova/nova-compute.log", ')]: '7+0x70 _x60 7+0x90',
    },
    checks: quiet(5, 33, 61, 70, 100, 132, 140, 160, 190, 195, 215),
  },
];

const refused = (reason: string, times: number): Fired => ({
  labels: at('cmp1', { reason }),
  summary: `The backend refuses traces of cmp1:9464: ${reason}`,
  description: `In the last hour cmp1:9464 counted ${times} times: ${reason}. The traces are kept until \`novaspan resend\`. Usually they are larger than the backend accepts, or the disk is full.`,
});

const refusing: Shown = [
  {
    shows: 'traces in the dead-letter folder, and those that cannot be written there, raise the alert',
    series: { ...LONG_AGO, [counter('traces_dead_lettered')]: '0+0x69 2+0x130', [counter('dead_letter_failures')]: '0+0x79 1+0x130' },
    checks: [
      ...quiet(69),
      ...fires(refused('dead letter', 2), 70),
      ...fires([refused('dead letter', 2), refused('dead letter not written', 1)], 80, 129, 144),
      ...fires(refused('dead letter not written', 1), 145, 154),
      ...quiet(155, 170),
    ],
  },
  {
    shows: 'a trace that was dropped is another alert, and a dead letter of yesterday is quiet',
    series: { ...LONG_AGO, [counter('traces_dead_lettered')]: '3+0x130', [counter('traces_dropped')]: '0+0x69 1+0x60' },
    checks: quiet(5, 65, 75, 120),
  },
];

const lacking = (reason: string, percent: string): Fired => ({
  labels: at('cmp1', { reason }),
  summary: `Traces of cmp1:9464 lack lines: ${reason}`,
  description: `Of the lines that cmp1:9464 needed in the last hour, ${percent} were missing: ${reason}. So phases are missing from its traces. Usually the journal limits its rate, a log is shipped late, or a time zone is wrong.`,
});

const incomplete: Shown = [
  {
    shows: 'more than one of a hundred lines come late, or are not in their log',
    series: {
      [counter('late', 'kind="lport.claimed", ')]: '0+0.21x100 21+0x100',
      [counter('late', 'kind="port.up", ')]: '0+0.21x100 21+0x100',
      [counter('events', 'service="nova-compute", ')]: '0+20x200',
      [counter('events', 'service="ovn-controller", ')]: '0+20x200',
      [counter('vlog_lines_missing', 'service="ovs-vswitchd", ')]: '0+1x200',
      [counter('lines', 'service="ovs-vswitchd", ')]: '0+20x200',
      [counter('lines', 'service="nova-compute", ')]: '0+9000x200',
    },
    checks: fires([lacking('lines late', '1.05%'), lacking('lines not in the log', '5%')], 70, 100),
  },
  {
    shows: 'of lines that are sent more than one of a hundred come too late',
    series: {
      [counter('received_late', 'host="cmp2", ')]: '0+0.5x200',
      [counter('received_records')]: '0+20x200',
    },
    checks: fires(lacking('lines sent too late', '2.5%'), 70, 100),
  },
  {
    shows: 'exactly one of a hundred is quiet, and so is one of a thousand',
    series: {
      [counter('late', 'kind="lport.claimed", ')]: '0+0x64 30+0x60',
      [counter('events', 'service="nova-compute", ')]: '0+0x64 3000+0x60',
      [counter('received_late', 'host="cmp2", ')]: '0+0.2x200',
      [counter('received_records')]: '0+20x200',
      [counter('vlog_lines_missing', 'service="ovs-vswitchd", ')]: '0+1x200',
      [counter('lines', 'service="ovs-vswitchd", ')]: '0+1000x200',
    },
    checks: quiet(10, 70, 100),
  },
  {
    shows: 'of twenty lines a share says nothing, of twenty-one it does',
    series: {
      [counter('late', 'kind="lport.claimed", ')]: '0+0x64 20+0x130',
      [counter('events', 'service="nova-compute", ')]: '0+1x200',
      [counter('vlog_lines_missing', 'service="ovs-vswitchd", ')]: '0+0x64 21+0x130',
      [counter('lines', 'service="ovs-vswitchd", ')]: '0+1x200',
    },
    checks: [...quiet(64), ...fires(lacking('lines not in the log', '35%'), 65, 120, 137), ...quiet(141)],
  },
  {
    shows: 'a restart, and an hour without Prometheus, are quiet',
    series: {
      [counter('late', 'kind="lport.claimed", ')]: '500+0x10 _ 0+0x20 _x60 500+0x20',
      [counter('events', 'service="nova-compute", ')]: '900+0x10 _ 0+20x20 _x60 900+0x20',
    },
    checks: quiet(5, 12, 30, 95, 110),
  },
];

export const lossCases: readonly Case[] = [
  ...of('NovaspanDropping', dropping),
  ...of('NovaspanRefused', refusing),
  ...of('NovaspanIncomplete', incomplete),
];
