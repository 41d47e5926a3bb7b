import type { Alert } from './define.js';
import { byReason, countedInHour } from './promql.js';

/**
 * What happens to novaspan itself. Here each sidecar is told, with all labels of its target. None of these needs to know how the
 * job is called.
 */

/** What is lost for good: nothing brings it back but `novaspan replay`, while the logs are still there. */
const LOST = byReason({
  'traces dropped': countedInHour('novaspan_traces_dropped_total'),
  'spans rejected': countedInHour('novaspan_spans_rejected_total'),
  'files lost': countedInHour('novaspan_files_lost_total', 'path'),
  'logs cut off': countedInHour('novaspan_cut_off_logs_total', 'path'),
  'waiting room full': countedInHour('novaspan_pending_events_evicted_total'),
  'too many open': countedInHour('novaspan_open_actions_evicted_total'),
});

/** What the backend did not take, and what waits for somebody to mend that. */
const REFUSED = byReason({
  'dead letter': countedInHour('novaspan_traces_dead_lettered_total'),
  'dead letter not written': countedInHour('novaspan_dead_letter_failures_total'),
});

/** Which share of the lines was not there when it was needed, where that are more than a few. It goes on, so the first may be missed. */
const missing = (counter: string, of: string, moreThan: number): string =>
  [inHour(counter), `  / ${inHour(of)}`, `and round(${inHour(counter)}) > ${moreThan}`].join('\n');

const inHour = (counter: string): string => `sum by (job, instance) (increase(${counter}[1h]))`;

/** Lines of the daemons that number theirs. */
const VLOG_LINES = 'novaspan_lines_total{service=~"ovn-controller|ovs-vswitchd"}';

/** How long nothing has been acknowledged, while something waits: since the last time, else since the start. */
const WAITING = `(novaspan_acknowledgement_age_seconds or time() - novaspan_start_time_seconds)
and on (job, instance) novaspan_queue_traces > 0`;

export const sidecarAlerts: readonly Alert[] = [
  {
    name: 'NovaspanLagging',
    group: 'sidecars',
    severity: 'warning',
    // A backend that is away stops the reading too, and has its own alert.
    expr: () => 'novaspan_watermark_lag_seconds\nunless on (job, instance) novaspan_backend_up == 0',
    limit: 'lagging',
    for: '10m',
    keepFiringFor: '5m',
    shown: { on: 'novaspan-health', panel: 'Watermark behind the clock', with: { sidecar: '{instance}' } },
    value: 'duration',
    summary: 'novaspan on {instance} lags by {value}',
    description: ({ lagging }) =>
      `Traces from {instance} come {value} after their actions; more than ${lagging} s is too late, and all other alerts on it are as late. Usually it has too little CPU, or one of its logs grows faster than it is read.`,
  },
  {
    name: 'NovaspanDropping',
    group: 'sidecars',
    severity: 'critical',
    expr: () => LOST,
    limit: 0,
    for: '0m',
    keepFiringFor: '15m',
    shown: { on: 'novaspan-health', panel: 'Lost', with: { sidecar: '{instance}' } },
    value: 'number',
    summary: 'novaspan on {instance} loses data: {reason}',
    description: () =>
      'In the last hour {instance} counted {value} times that something was lost for good: {reason}. What each reason means is in the runbook; `novaspan replay` can tell it again while the logs are there.',
  },
  {
    name: 'NovaspanRefused',
    group: 'sidecars',
    severity: 'warning',
    expr: () => REFUSED,
    limit: 0,
    for: '0m',
    keepFiringFor: '15m',
    shown: { on: 'novaspan-health', panel: 'Waiting to be sent again', with: { sidecar: '{instance}' } },
    value: 'number',
    summary: 'The backend refuses traces of {instance}: {reason}',
    description: () =>
      'In the last hour {instance} counted {value} times: {reason}. The traces are kept until `novaspan resend`. Usually they are larger than the backend accepts, or the disk is full.',
  },
  {
    name: 'NovaspanIncomplete',
    group: 'sidecars',
    severity: 'warning',
    expr: ({ missingLines }) =>
      byReason({
        'lines late': missing('novaspan_late_total', 'novaspan_events_total', missingLines),
        'lines sent too late': missing('novaspan_received_late_total', 'novaspan_received_records_total', missingLines),
        'lines not in the log': missing('novaspan_vlog_lines_missing_total', VLOG_LINES, missingLines),
      }),
    limit: 'missingShare',
    for: '0m',
    keepFiringFor: '15m',
    shown: { on: 'novaspan-health', panel: 'Lines without an action', with: { sidecar: '{instance}' } },
    value: 'percentage',
    summary: 'Traces of {instance} lack lines: {reason}',
    description: () =>
      'Of the lines that {instance} needed in the last hour, {value} were missing: {reason}. So phases are missing from its traces. Usually the journal limits its rate, a log is shipped late, or a time zone is wrong.',
  },
  {
    name: 'NovaspanNotExporting',
    group: 'sidecars',
    severity: 'warning',
    expr: () => WAITING,
    limit: 'notExporting',
    for: '5m',
    keepFiringFor: '5m',
    shown: { on: 'novaspan-health', panel: 'Waiting traces', with: { sidecar: '{instance}' } },
    value: 'duration',
    summary: 'The backend has taken no trace of {instance} for {value}',
    description: () =>
      'Traces wait at {instance}, and none has been acknowledged for {value}. Nothing is lost yet: the logs keep them. Usually the Collector is down, or a token has expired.',
  },
  {
    name: 'NovaspanCheckpointOld',
    group: 'sidecars',
    severity: 'warning',
    expr: () => 'novaspan_checkpoint_age_seconds',
    limit: 'checkpointOld',
    for: '0m',
    keepFiringFor: '10m',
    shown: { on: 'novaspan-health', panel: 'Age of the checkpoint', with: { sidecar: '{instance}' } },
    value: 'duration',
    summary: 'novaspan on {instance} has not written its checkpoint for {value}',
    description: () =>
      'For {value} {instance} could not write its checkpoint, so its metrics of finished actions stand still, and a restart sends again what was sent since. Usually the disk is full.',
  },
  {
    name: 'NovaspanUnreadable',
    group: 'sidecars',
    severity: 'warning',
    expr: () => '1 - novaspan_source_readable',
    limit: 0,
    for: '10m',
    keepFiringFor: '5m',
    shown: { on: 'novaspan-health', panel: 'Logs it cannot read', with: { sidecar: '{instance}' } },
    value: 'number',
    summary: 'novaspan on {instance} cannot read {path}',
    description: () =>
      '{instance} cannot read {path}, so its lines are missing from all traces. Usually the permissions of the log changed with a rotation or an upgrade.',
  },
  {
    name: 'NovaspanRetentionShort',
    group: 'sidecars',
    severity: 'critical',
    expr: () => 'novaspan_needed_log_age_seconds',
    limit: 'neededLogOld',
    for: '15m',
    keepFiringFor: '5m',
    shown: { on: 'novaspan-health', panel: 'Age of the oldest needed line', with: { sidecar: '{instance}' } },
    value: 'duration',
    summary: 'Logs {value} old are still needed on {instance}',
    description: () =>
      'What {instance} has not delivered reaches {value} back in its logs. When a rotation deletes them, it is lost. Usually the backend has been away for as long.',
  },
  {
    name: 'NovaspanDown',
    group: 'sidecars',
    severity: 'warning',
    expr: () =>
      [
        '1 - up and on (job, instance) present_over_time(novaspan_build_info[1d:5m])',
        'or',
        'label_replace(absent(novaspan_build_info), "instance", "all sidecars", "", "")',
      ].join('\n'),
    limit: 0,
    for: '10m',
    keepFiringFor: '0m',
    shown: { on: 'novaspan-health', panel: 'Sidecars' },
    value: 'number',
    summary: 'novaspan is gone: {instance}',
    description: () =>
      'Prometheus has not been able to scrape {instance} for ten minutes. No trace and no alert about its instances comes from there; its logs keep what it missed. Usually the host or the service is down, or the configuration was refused at a restart.',
  },
];
