import { usage } from '../model/errors.js';
import { checkText } from './check-text.js';
import { defineCommand, write } from './command.js';
import { lookOf } from './look.js';
import { createProgress } from './progress.js';
import { nodesOf, sizeLogs, sizingText } from './sizing.js';
import { formOf, rulesOf, sourceOptions } from './source-options.js';
import { zonesOf } from './zone.js';

/** `check PATH...`: whether logs can be read, what they show and what not. The first thing to run on a new cloud. */
export const check = defineCommand({
  name: 'check',
  summary: 'tell whether logs can be read, what they show, and how to see more',
  operands: '[PATH...]',
  takes: { least: 0, most: Infinity },
  about: [
    'Says of every log: whether it can be read, whose it is, its form (docs/log-forms.md) and what is in it, release, level, times and how much of it is recognised. A log that several services write to, such as a journal, is told of by service and host. Compares the clocks of logs in local time with those in UTC, and says which zone to give where they disagree. Says which phases of which actions logs such as these can show, which actions get the name of another, and what to change in nova.conf or neutron.conf to see more. With --rules, messages and phases of your own count too.',
    'With --config, the configuration of tail is checked first, with all its faults at once, and then the logs that it names, and those that were sent where it takes any. PATHs replace those.',
    'Archives (tar, zip, sosreports) and compressed logs are read as they are.',
    'Of each log the last 64 MiB are read, of a journal (`journal:`, `journal:UNIT,UNIT`, `journal:/path`) about as many entries, which tell how the service logs now; --all reads everything. Nothing is sent anywhere and nothing is changed.',
  ],
  options: {
    config: { type: 'string', short: 'c', value: 'FILE', about: 'the configuration of tail: it is checked, and then its logs' },
    ...sourceOptions,
    timezone: {
      ...sourceOptions.timezone,
      about: `${sourceOptions.timezone.about}. Services in another zone follow it: Asia/Seoul,placement=UTC,glance=UTC`,
    },
    host: { type: 'string', value: 'HOST', about: 'who wrote the logs, where neither file name nor folder says' },
    all: { type: 'boolean', about: 'read the whole of every log' },
    sizing: {
      type: 'string',
      value: 'NODES',
      about: 'also compute what a fleet of so many nodes needs that are as these (docs/sizing.md): 50,200. All of the logs is read, twice',
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
    {
      says: 'what 200 nodes such as this one need',
      command: 'novaspan check --sizing 200 /var/log/nova /var/log/openvswitch /var/log/ovn',
    },
    { says: 'messages that the catalogue does not know yet', command: 'novaspan check --format json /var/log/nova | jq .unrecognised' },
  ],
  exits: [
    { code: 65, means: 'something is wrong: a zone, no log of nova-compute, a log of which nothing is recognised' },
    { code: 66, means: 'a log cannot be read, or no log is there; with --config only where none of its logs is there' },
    { code: 78, means: 'the configuration is wrong, or a zone in it, or a file of rules' },
  ],

  async run({ positionals: paths, values }, io) {
    const { engine, env, signal, stdout } = io;
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
