import { defineCommand } from './command.js';
import { replayOptions } from './replay-options.js';
import { runReplay } from './replay-run.js';
import { selectOptions } from './select-options.js';

/** `replay PATH...`: shows the actions in existing logs. Needs no backend. */
export const replay = defineCommand({
  name: 'replay',
  summary: 'read logs that are already there, and show their actions',
  operands: 'PATH...',
  takes: { least: 1, most: Infinity },
  about: [
    'Reads files, folders, globs and rotated or compressed logs (gzip, xz, zstd, bzip2), sosreports and other archives (tar, zip) as they are (`-` is stdin, packed or not), or the journal (`journal:`, `journal:UNIT,UNIT`, `journal:/path`). It joins what the services wrote of each instance action and shows the result: up to three actions as waterfalls, more as a table. Give the logs of all hosts at once: what they hold of one action becomes one trace.',
    'The result goes to stdout, progress and the summary to stderr. Nothing is sent anywhere and nothing is changed.',
  ],
  options: replayOptions,
  groups: [
    { title: 'Which actions', options: Object.keys(selectOptions) as (keyof typeof selectOptions)[] },
    { title: 'How they are shown', options: ['view', 'format', 'lines', 'output', 'quiet', 'verbose', 'no-color'] },
    { title: 'How the logs are read', options: ['timezone', 'service', 'log-host', 'log-form', 'rules', 'jobs'] },
  ],
  examples: [
    {
      says: 'the boots of one compute node, with what the controller and OVN logged',
      command: 'novaspan replay /var/log/nova /var/log/neutron /var/log/openvswitch /var/log/ovn',
    },
    {
      says: 'what gated the slowest boot of an unpacked sosreport from Seoul',
      command: 'novaspan replay --timezone Asia/Seoul --action create --slowest 1 --view critical-chain sosreport-cmp1/var/log',
    },
    {
      says: 'the boots of the last two hours that took longer than 30 seconds, the longest first',
      command: "novaspan replay --action create --since '2 hours ago' --longer-than 30s --sort -duration /var/log/nova /var/log/neutron",
    },
    {
      says: 'what a request of the API did, with the lines of the logs behind each phase',
      command: 'novaspan replay --request req-5678fc57 --lines /var/log/nova /var/log/neutron',
    },
    { says: 'one instance, from its first digits', command: 'novaspan replay --instance b8acd14b /var/log/nova /var/log/neutron' },
    {
      says: 'a host that logs to the journal; its lines say who wrote them',
      command: "journalctl --all -o json --since '1 hour ago' | novaspan replay -",
    },
    {
      says: 'a picture of the slowest boot, for the ticket',
      command: 'novaspan replay --action create --slowest 1 --format svg --output slowest.svg /var/log/nova /var/log/neutron',
    },
    {
      says: 'a page with the ten slowest boots, for somebody who has no novaspan',
      command: 'novaspan replay --action create --slowest 10 --format html --output boots.html /var/log/nova /var/log/neutron',
    },
    {
      says: 'a file for the Collector (receiver otlpjsonfile) or for jq',
      command: 'novaspan replay --format otlp --output traces.jsonl /var/log/nova',
    },
  ],
  exits: [{ code: 130, means: 'interrupted: what was read until then is shown' }],

  run: ({ positionals: paths, values }, io) => runReplay(paths, values, io),
});
