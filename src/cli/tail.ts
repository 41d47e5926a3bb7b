import { usage } from '../model/errors.js';
import { logLevels } from '../model/log-levels.js';
import { defineCommand } from './command.js';
import { sourceOptions } from './source-options.js';
import { zoneOf } from './zone.js';

/** `tail`: the sidecar. Its settings are the configuration; this file maps command line options to it. */
export const tail = defineCommand({
  name: 'tail',
  summary: 'follow the logs of this host and export each finished action (the sidecar)',
  operands: '[PATH...]',
  takes: { least: 0, most: Infinity },
  about: [
    'Follows logs through rotations, makes a trace of every action that ends, and exports it over OTLP until the backend has acknowledged it: it retries without end while the backend is down, and reading pauses while too many traces wait.',
    'Settings come from the configuration file, then the environment (all standard OTEL_EXPORTER_OTLP_* variables work), then the command line; the last one wins. PATHs replace the logs of the configuration; `journal:` or `journal:UNIT,UNIT` is the journal.',
    'Keeps a checkpoint and continues from it at the next start: after a stop, a crash or a kill nothing is lost, and a trace that is sent twice has the same ids and bytes. The first start looks back by 15 minutes and exports actions that end from now on; with --backfill it exports everything.',
    'With --receive, logs that another program sends are received as well, or alone: they are kept in the state folder and followed there.',
    'Serves /metrics, /healthz and /readyz, by default on loopback only.',
    'Stops gracefully at SIGINT or SIGTERM: finished traces are delivered, within drainTimeout; the rest, and open actions, are exported after the next start.',
  ],
  options: {
    config: { type: 'string', short: 'c', value: 'FILE', about: 'configuration in YAML (docs/configuration.md lists every field)' },
    ...sourceOptions,
    host: { type: 'string', value: 'HOST', about: "the host that writes these logs (default: this machine's name)" },
    endpoint: {
      type: 'string',
      value: 'URL',
      about: 'OTLP/HTTP endpoint of the backend, such as http://otel-gateway:4318 (OTEL_EXPORTER_OTLP_ENDPOINT does the same)',
    },
    lines: { type: 'string', choices: ['events', 'off'], about: 'whether spans carry the log lines behind them as events' },
    'state-dir': { type: 'string', value: 'DIR', about: 'where the checkpoint is kept, or none' },
    backfill: { type: 'boolean', about: 'at the first start, export all actions in the logs, from the oldest rotated file on' },
    receive: {
      type: 'string',
      value: 'HOST:PORT',
      about: 'address for logs that a Collector, Fluent Bit or Vector sends by OTLP/HTTP (default: off; docs/logs-in.md)',
    },
    metrics: {
      type: 'string',
      value: 'HOST:PORT',
      about: 'where /metrics, /healthz and /readyz are served (default: 127.0.0.1:9464), or off',
    },
    'log-level': {
      type: 'string',
      choices: logLevels,
      about: 'how much novaspan logs on standard error (default: info); debug logs each decision about an action, with its reason',
    },
  },
  examples: [
    { says: 'as a service, on any host', command: 'novaspan tail --config /etc/novaspan/novaspan.yaml' },
    {
      says: 'to try it: the logs of this host, to a Collector',
      command: 'novaspan tail --endpoint http://localhost:4318 /var/log/nova /var/log/openvswitch /var/log/ovn',
    },
  ],

  async run({ positionals, values: { config, backfill, ...flags } }, io) {
    if (flags.timezone === 'auto')
      throw usage(
        '--timezone cannot be auto for tail: logs prove an offset of today, which changes with summer time while tail runs',
        'run `novaspan check` on the logs and give the zone that it names',
      );
    if (flags.timezone !== undefined) zoneOf(flags.timezone);
    const given = Object.entries(flags).filter((flag): flag is [string, string] => flag[1] !== undefined);
    return io.engine.runTail(
      { config, paths: positionals, flags: { ...Object.fromEntries(given), ...(backfill && { backfill: 'true' }) } },
      io,
    );
  },
});
