import { defineCommand } from './command.js';
import { sourceOptions } from './replay.js';
import { zoneOf } from './zone.js';

/** `tail`: the sidecar. Everything it does is configuration; this only says what the command line adds to it. */
export const tail = defineCommand({
  name: 'tail',
  summary: 'follow the logs of this host and export each finished action (the sidecar)',
  operands: '[PATH...]',
  takes: { least: 0, most: Infinity },
  about: [
    'Follows logs through rotations, makes a trace of every action that ends, exports it over OTLP and serves `/metrics`. It remembers how far it got only after the backend has acknowledged, so it may be stopped, killed and restarted at any moment.',
    'Settings come from the configuration file, then the environment (all standard OTEL_* variables work), then the command line; the last one wins. PATHs replace the logs of the configuration.',
    'Stops gracefully at SIGINT or SIGTERM: what is finished is exported, what is not is read again at the next start. A second signal stops at once; nothing is lost by that either.',
  ],
  options: {
    config: { type: 'string', short: 'c', value: 'FILE', about: 'configuration in YAML (docs/configuration.md lists every field)' },
    ...sourceOptions,
    host: { type: 'string', value: 'HOST', about: "whose logs these are (default: this machine's name)" },
    endpoint: {
      type: 'string',
      value: 'URL',
      about: 'OTLP/HTTP endpoint of the backend, such as http://otel-gateway:4318 (OTEL_EXPORTER_OTLP_ENDPOINT does the same)',
    },
    lines: { type: 'string', choices: ['events', 'off'], about: 'whether spans carry the log lines behind them as events' },
    backfill: { type: 'boolean', about: 'at the first start, export all that the logs hold instead of the latest minutes' },
  },
  examples: [
    { says: 'as a service, on any host', command: 'novaspan tail --config /etc/novaspan/novaspan.yaml' },
    {
      says: 'to try it: the logs of this host, to a Collector',
      command: 'novaspan tail --endpoint http://localhost:4318 /var/log/nova /var/log/openvswitch /var/log/ovn',
    },
  ],

  async run({ positionals, values: { config, backfill, ...flags } }, io) {
    if (flags.timezone !== undefined) zoneOf(flags.timezone);
    const given = Object.entries(flags).filter((flag): flag is [string, string] => flag[1] !== undefined);
    return io.engine.runTail(
      { config, paths: positionals, flags: { ...Object.fromEntries(given), ...(backfill && { backfill: 'true' }) } },
      io,
    );
  },
});
