import { at, type Case, type Fired, fires, of, quiet, type Shown, target } from './define.js';

const CMP1 = target('cmp1');
const gauge = (name: string, more = ''): string => `novaspan_${name}{${more}${CMP1}}`;

const lags = (took: string): Fired => ({
  labels: at('cmp1'),
  summary: `novaspan on cmp1:9464 lags by ${took}`,
  description: `Traces from cmp1:9464 come ${took} after their actions; more than 120 s is too late, and all other alerts on it are as late. Usually it has too little CPU, or one of its logs grows faster than it is read.`,
});

const lagging: Shown = [
  {
    shows: 'a lag of ten minutes is told until it is over',
    series: { [gauge('watermark_lag_seconds')]: '3 125+0x14 3+0x30', [gauge('backend_up')]: '1+0x60' },
    checks: [...quiet(1, 5, 10), ...fires(lags('2m 5s'), 11, 15, 20), ...quiet(21, 30)],
  },
  {
    shows: 'a lag of exactly the threshold is quiet, and so is one that is caught up with',
    series: { [gauge('watermark_lag_seconds')]: '120+0x20 600 500 400 300 200 100 3+0x20' },
    checks: quiet(5, 15, 22, 25, 30),
  },
  {
    shows: 'a backend that is away stops the reading, and is another alert',
    series: { [gauge('watermark_lag_seconds')]: '3+60x60', [gauge('backend_up')]: '0+0x60' },
    checks: quiet(10, 30, 60),
  },
];

const notExporting = (took: string): Fired => ({
  labels: at('cmp1'),
  summary: `The backend has taken no trace of cmp1:9464 for ${took}`,
  description: `Traces wait at cmp1:9464, and none has been acknowledged for ${took}. Nothing is lost yet: the logs keep them. Usually the Collector is down, or a token has expired.`,
});

const exporting: Shown = [
  {
    shows: 'a backend that takes nothing while traces wait is told until it takes one',
    series: {
      [gauge('start_time_seconds')]: '-600000+0x60',
      [gauge('queue_traces')]: '0 3+0x24 0+0x30',
      [gauge('acknowledgement_age_seconds')]: '0+60x25 5+0x30',
    },
    // The threshold is passed at 11, the five minutes are over at 16.
    checks: [...quiet(5, 10, 11, 15), ...fires(notExporting('16m 0s'), 16), ...fires(notExporting('25m 0s'), 25, 30), ...quiet(31, 40)],
  },
  {
    shows: 'a backend that has never taken anything is told, counted from the start',
    series: { [gauge('start_time_seconds')]: '60+0x60', [gauge('queue_traces')]: '_ 0 2+0x60', [gauge('backend_up')]: '_x3 0+0x60' },
    checks: [...quiet(5, 12, 16), ...fires(notExporting('16m 0s'), 17)],
  },
  {
    shows: 'a cloud in which nothing happens, and traces that pass through now and then, are quiet',
    series: {
      [gauge('start_time_seconds')]: '-600000+0x60',
      [gauge('queue_traces')]: '0+0x20 1 0+0x10 1 0+0x20',
      [gauge('acknowledgement_age_seconds')]: '3000+60x20 4260 5+60x10 665 5+60x20',
    },
    checks: quiet(5, 21, 22, 26, 32, 45),
  },
  {
    shows: 'exactly the threshold is quiet',
    series: { [gauge('queue_traces')]: '3+0x60', [gauge('acknowledgement_age_seconds')]: '600+0x60' },
    checks: quiet(10, 30, 60),
  },
];

const old = (took: string): Fired => ({
  labels: at('cmp1'),
  summary: `novaspan on cmp1:9464 has not written its checkpoint for ${took}`,
  description: `For ${took} cmp1:9464 could not write its checkpoint, so its metrics of finished actions stand still, and a restart sends again what was sent since. Usually the disk is full.`,
});

const checkpoint: Shown = [
  {
    shows: 'a checkpoint that is not written is told until it is',
    series: { [gauge('checkpoint_age_seconds')]: '0+60x22 4+0x30' },
    checks: [...quiet(5, 10), ...fires(old('11m 0s'), 11), ...fires(old('22m 0s'), 22, 32), ...quiet(33, 40)],
  },
  {
    shows: 'exactly the threshold is quiet, and so is a sidecar that has just started or keeps none',
    series: {
      [gauge('checkpoint_age_seconds')]: '600+0x20',
      [`novaspan_checkpoint_age_seconds{${target('cmp2')}}`]: '4+0x10 stale _x5 4+0x5',
    },
    checks: quiet(5, 13, 20),
  },
];

const unreadable = (path: string): Fired => ({
  labels: at('cmp1', { path }),
  summary: `novaspan on cmp1:9464 cannot read ${path}`,
  description: `cmp1:9464 cannot read ${path}, so its lines are missing from all traces. Usually the permissions of the log changed with a rotation or an upgrade.`,
});
const readable = (path: string): string => gauge('source_readable', `path="${path}", `);

const reading: Shown = [
  {
    shows: 'a log that cannot be read is told until it can',
    series: { [readable('/var/log/nova/nova-compute.log')]: '1 0+0x15 1+0x20', [readable('/var/log/ovn/ovn-controller.log')]: '1+0x60' },
    checks: [...quiet(1, 10), ...fires(unreadable('/var/log/nova/nova-compute.log'), 11, 16, 21), ...quiet(22, 30)],
  },
  {
    shows: 'a rotation that takes a minute, and a log that is taken away, are quiet',
    series: {
      [readable('/var/log/nova/nova-compute.log')]: '1+0x5 0 1+0x30',
      [readable('/var/log/neutron/old.log')]: '1 0+0x4 stale',
    },
    checks: quiet(5, 6, 7, 12, 20),
  },
];

const short = (took: string): Fired => ({
  labels: at('cmp1'),
  summary: `Logs ${took} old are still needed on cmp1:9464`,
  description: `What cmp1:9464 has not delivered reaches ${took} back in its logs. When a rotation deletes them, it is lost. Usually the backend has been away for as long.`,
});

const retention: Shown = [
  {
    shows: 'logs that have been needed for over six hours are told',
    series: { [gauge('needed_log_age_seconds')]: '21540+60x30 10+0x20' },
    checks: [...quiet(1, 10, 16), ...fires(short('6h 16m 0s'), 17), ...fires(short('6h 29m 0s'), 30, 35), ...quiet(36)],
  },
  {
    shows: 'exactly six hours are quiet, and so is a first start that reads old logs for some minutes',
    series: {
      [gauge('needed_log_age_seconds')]: '21600+0x60',
      [`novaspan_needed_log_age_seconds{${target('cmp2')}}`]: '900000+60x10 300 10+0x40',
    },
    checks: quiet(10, 20, 30, 60),
  },
];

const gone = (labels: Fired['labels']): Fired => ({
  labels,
  summary: `novaspan is gone: ${labels['instance']}`,
  description: `Prometheus has not been able to scrape ${labels['instance']} for ten minutes. No trace and no alert about its instances comes from there; its logs keep what it missed. Usually the host or the service is down, or the configuration was refused at a restart.`,
});
const BUILD = `novaspan_build_info{version="0.1.0", node="v20.19.0", `;

const down: Shown = [
  {
    shows: 'a sidecar that was there and cannot be scraped is told, whatever its job is called',
    series: {
      [`up{${target('cmp1', 'compute')}}`]: '1+0x20 0+0x20 1+0x20',
      [`${BUILD}${target('cmp1', 'compute')}}`]: '1+0x20 stale _x19 1+0x20',
      [`up{${target('cmp2', 'compute')}}`]: '1+0x60',
      [`${BUILD}${target('cmp2', 'compute')}}`]: '1+0x60',
    },
    checks: [...quiet(20, 30), ...fires(gone({ ...at('cmp1'), job: 'compute' }), 31, 41), ...quiet(42, 50)],
  },
  {
    shows: 'other targets that are down are not ours',
    series: {
      [`up{${target('cmp1', 'node')}}`]: '0+0x60',
      [`up{${target('cmp1')}}`]: '1+0x60',
      [`${BUILD}${CMP1}}`]: '1+0x60',
    },
    checks: quiet(10, 30, 60),
  },
  {
    shows: 'when there is no sidecar at all, that is told',
    series: { [`up{${target('cmp1', 'node')}}`]: '1+0x60' },
    checks: [...quiet(5, 9), ...fires(gone({ instance: 'all sidecars' }), 10, 30)],
  },
  {
    shows: 'an hour without Prometheus and a short restart are quiet, and so is a sidecar that moved',
    series: {
      [`up{${CMP1}}`]: '1+0x20 _x60 1+0x20 0 0 1+0x20',
      [`${BUILD}${CMP1}}`]: '1+0x20 _x60 1+0x20 stale _ 1+0x20',
      [`up{${target('10.0.0.7')}}`]: '1+0x20 stale',
      [`${BUILD}${target('10.0.0.7')}}`]: '1+0x20 stale',
    },
    checks: quiet(20, 27, 81, 90, 102, 103, 115),
  },
];

export const sidecarCases: readonly Case[] = [
  ...of('NovaspanLagging', lagging),
  ...of('NovaspanNotExporting', exporting),
  ...of('NovaspanCheckpointOld', checkpoint),
  ...of('NovaspanUnreadable', reading),
  ...of('NovaspanRetentionShort', retention),
  ...of('NovaspanDown', down),
];
