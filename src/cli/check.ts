import { usage } from '../model/errors.js';
import { checkText } from './check-text.js';
import { defineCommand, type Io, write } from './command.js';
import { lookOf } from './look.js';
import { createProgress } from './progress.js';
import { sendText } from './send-text.js';
import { nodesOf, sizeLogs, sizingText } from './sizing.js';
import { formOf, rulesOf, sourceOptions } from './source-options.js';
import { zonesOf } from './zone.js';

/** `check PATH...`: whether logs can be read, and what they show. The first command to run on a new cloud. */
export const check = defineCommand({
  name: 'check',
  summary: 'check whether logs can be read, what they show, and how to see more',
  operands: '[PATH...]',
  takes: { least: 0, most: Infinity },
  about: [
    'Shows for each log whether it can be read, its service and host, its form (docs/log-forms.md) and content, release, level, times and the share of recognised lines. A log that several services write to, such as a journal, is shown by service and host. Compares the clocks of logs in local time with those in UTC, and names the right zone where they disagree. Shows which phases of which actions such logs can show, which actions get the name of another action, and what to change in nova.conf or neutron.conf to see more. With --rules, messages and phases of your own count too.',
    'With --config, the configuration of tail is checked first, with all its faults at once, and then the logs that it names, and received logs if it receives any. PATHs replace those.',
    'Archives (tar, zip, sosreports) and compressed logs are read as they are.',
    'The last 64 MiB of each log are read, and about as much of a journal (`journal:`, `journal:UNIT,UNIT`, `journal:/path`): they show how the service logs now. --all reads everything. Nothing is sent anywhere and nothing is changed.',
    "With --send no log is read: one test trace is sent with novaspan's own sender, and one with the exporter of the OpenTelemetry SDK, with the settings of --config, --endpoint or the standard OTEL_EXPORTER_OTLP_* variables. Both answers are shown. If neither arrives, the cause is the backend or a setting; if only novaspan's does not, it is novaspan. The traces are called `novaspan test trace`, of the service `novaspan`.",
  ],
  options: {
    config: { type: 'string', short: 'c', value: 'FILE', about: 'the configuration of tail: check it, and then its logs' },
    ...sourceOptions,
    timezone: {
      ...sourceOptions.timezone,
      about: `${sourceOptions.timezone.about}. Services in another zone follow it: Asia/Seoul,placement=UTC,glance=UTC`,
    },
    host: { type: 'string', value: 'HOST', about: 'the host that wrote the logs, if neither file name nor folder shows it' },
    send: { type: 'boolean', about: 'read no log: send two test traces to the backend, and show its answers' },
    endpoint: { type: 'string', value: 'URL', about: 'with --send: OTLP/HTTP endpoint of the backend, such as http://otel-gateway:4318' },
    all: { type: 'boolean', about: 'read every log completely' },
    sizing: {
      type: 'string',
      value: 'NODES',
      about:
        'also compute what a fleet of such nodes needs, for these numbers of nodes: 50,200 (docs/sizing.md). Reads the logs completely, twice',
    },
    verbose: { type: 'boolean', short: 'v', about: 'every phase of every action, the evidence, and all unrecognised messages' },
    format: { type: 'string', choices: ['text', 'json'], about: 'text (default), or everything that was found as JSON' },
    'no-color': { type: 'boolean', about: 'no colours' },
  },
  examples: [
    { says: 'the logs of this host', command: 'novaspan check /var/log/nova /var/log/neutron /var/log/openvswitch /var/log/ovn' },
    { says: 'a configuration, before the sidecar is started with it', command: 'novaspan check --config /etc/novaspan/novaspan.yaml' },
    {
      says: 'the journal of this host, whose lines say who wrote them',
      command: 'novaspan check journal:',
    },
    { says: 'whether the backend takes traces, and if not, why', command: 'novaspan check --send --config /etc/novaspan/novaspan.yaml' },
    {
      says: 'what 200 nodes such as this one need',
      command: 'novaspan check --sizing 200 /var/log/nova /var/log/openvswitch /var/log/ovn',
    },
    { says: 'messages that the catalogue does not know yet', command: 'novaspan check --format json /var/log/nova | jq .unrecognised' },
  ],
  exits: [
    { code: 65, means: 'something is wrong: a zone, no log of nova-compute, a log of which nothing is recognised' },
    { code: 66, means: 'a log cannot be read, or no log is there; with --config only where none of its logs is there' },
    { code: 69, means: 'with --send: neither test trace arrived' },
    { code: 70, means: "with --send: only novaspan's test trace did not arrive" },
    { code: 78, means: 'the configuration is wrong, or a zone in it, or a file of rules' },
  ],

  async run({ positionals: paths, values }, io) {
    const { engine, env, signal, stdout } = io;
    if (values.send) return send(paths, values, io);
    if (values.endpoint !== undefined) throw usage('--endpoint goes with --send', 'add --send: check does not send anything else');
    if (paths.length === 0 && values.config === undefined)
      throw usage('check needs PATH... or --config FILE', 'for example: novaspan check /var/log/nova /var/log/neutron');
    if (values.config !== undefined && values.timezone !== undefined)
      throw usage('--timezone does not go with --config', 'the configuration has its own `timezone`');
    if (values.sizing !== undefined && paths.length === 0) throw usage('--sizing needs PATH...', 'name the logs of some nodes');
    const nodes = values.sizing === undefined ? [] : nodesOf(values.sizing);
    const progress = await createProgress(io, true);
    try {
      const report = await engine.check({
        paths,
        zone: zonesOf(values.timezone),
        isZoneGiven: values.timezone !== undefined,
        env,
        all: values.all || nodes.length > 0,
        signal,
        ...formOf(values['log-form']),
        ...rulesOf(values.rules),
        ...(values.service !== undefined && { service: values.service }),
        ...(values.host !== undefined && { host: values.host }),
        ...(values.config !== undefined && { config: values.config }),
        onProgress: (read, total) => progress.update(read, total),
      });
      progress.stop();
      const look = lookOf(io, { color: !values['no-color'] });
      const sizing = nodes.length === 0 ? undefined : await sizeLogs(nodes, report, io, paths, values);
      await write(
        stdout,
        values.format === 'json'
          ? `${JSON.stringify({ ...report, ...(sizing !== undefined && { sizing: sizing.all }) }, undefined, 2)}\n`
          : checkText(report, look, { verbose: values.verbose }) + (sizing === undefined ? '' : `\n${sizingText(sizing.all, sizing.seen)}`),
      );
      return report.exitCode;
    } finally {
      progress.stop();
    }
  },
});

interface SendValues {
  readonly config: string | undefined;
  readonly endpoint: string | undefined;
  readonly format: 'text' | 'json' | undefined;
  readonly 'no-color': boolean;
}

async function send(paths: readonly string[], { config, endpoint, format, 'no-color': plain }: SendValues, io: Io): Promise<number> {
  if (paths.length > 0) throw usage('check --send reads no log', 'leave out PATH, or --send');
  if (endpoint !== undefined && !/^https?:\/\/./.test(endpoint))
    throw usage(`'${endpoint}' is not an endpoint`, 'write a URL, such as http://otel-gateway:4318');
  const report = await io.engine.sendTest({ config, endpoint, env: io.env, clock: io.clock });
  await write(io.stdout, format === 'json' ? `${JSON.stringify(report, undefined, 2)}\n` : sendText(report, lookOf(io, { color: !plain })));
  return report.exitCode;
}
