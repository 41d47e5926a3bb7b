import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodes, outputUnwritable, usage } from '../model/errors.js';
import type { Excerpt } from '../pipeline/excerpt/excerpt.js';
import { defineCommand, write } from './command.js';
import { grouped, many } from './overview.js';
import { readingOf } from './reading.js';
import { selectionOf } from './select.js';
import { selectOptions } from './select-options.js';
import { interruptedBy } from './signals.js';
import { sourceOptions } from './source-options.js';
import { generalZone } from './zone.js';

const DEFAULT_FOLDER = 'excerpt';
/** Maximum number of differences shown. */
const MOST_SHOWN = 10;

const { action, since, until, host, instance, request, failed } = selectOptions;

/** `excerpt PATH...`: copies the few lines that another person needs to see the same trace. */
export const excerpt = defineCommand({
  name: 'excerpt',
  summary: 'copy the log lines of one action into a folder, scrubbed, to show them to others',
  operands: 'PATH...',
  takes: { least: 1, most: Infinity },
  about: [
    'Copies the lines of the chosen actions out of the logs: the lines of their traces, and every other line with one of their request ids, whether novaspan reads it or not. Files keep their names and their order, so that the excerpt can be replayed; compressed files are written uncompressed.',
    'Names are replaced: hosts, addresses, MAC addresses, ids of users and projects, and names of servers, users, projects and flavors; secrets become ***. Each name always gets the same replacement, so that related lines still match. Ids of instances, ports, networks and requests are random and stay. A name in free text can be missed: read the excerpt before you give it away.',
    'Then the excerpt is read again, and its traces are compared with those of the logs: spans, times, outcomes. If they differ, more lines are copied: first those of the same time, then all lines from the first to the last. If they still differ, the command shows the differences.',
  ],
  options: {
    instance,
    request,
    action,
    since,
    until,
    host,
    failed,
    output: { type: 'string', short: 'o', value: 'FOLDER', about: `the folder to write, new or empty (default: ${DEFAULT_FOLDER})` },
    ...sourceOptions,
    'log-host': { type: 'string', value: 'HOST', about: 'the host that wrote the logs, if neither their names nor their lines show it' },
  },
  groups: [
    { title: 'Which actions (at least one of these)', options: ['instance', 'request', 'action', 'since', 'until', 'host', 'failed'] },
    { title: 'About the logs', options: ['service', 'log-host', 'log-form', 'timezone', 'rules'] },
  ],
  examples: [
    {
      says: 'the actions of one instance, for a report of a bug',
      command: 'novaspan excerpt /var/log/nova /var/log/neutron --instance b8acd14b -o excerpt',
    },
    {
      says: 'one request, out of a sosreport',
      command: 'novaspan excerpt sosreport-cmp1-2026-11-21-abcdefg.tar.xz --request req-5678fc57',
    },
  ],
  exits: [
    { code: 65, means: 'the excerpt does not give the same traces as the logs' },
    { code: 66, means: 'no action matches' },
  ],

  async run({ positionals: paths, values }, io) {
    const { engine, clock, signal, stdout, stderr } = io;
    const output = values.output ?? DEFAULT_FOLDER;
    if (paths.includes('-') || paths.some((path) => path.startsWith('journal:')))
      throw usage('excerpt reads logs more than once', 'save the output of the pipe or of journalctl to a file, and give that file');
    const reading = readingOf(paths, values, io);
    let current: ReadonlySet<string> = new Set();
    const { filters, request: wanted } = selectionOf(
      { ...values, 'longer-than': undefined, slowest: undefined, sort: undefined, limit: undefined },
      {
        now: clock.now(),
        zone: reading.zone === 'auto' ? 'UTC' : generalZone(reading.zone),
        actions: values.action === undefined ? [] : await engine.actionNames(),
        hasRequest: () => [...current].some((one) => one.startsWith(wanted ?? '')),
      },
    );
    if (filters.length === 0) throw usage('excerpt needs a choice of actions', 'give --instance, --request, or --since and --until');
    prepare(output);
    const made = await engine.excerpt({
      ...reading,
      output,
      wants(trace, requests) {
        current = requests;
        return filters.every((filter) => filter.wants(trace));
      },
    });
    if (signal.aborted) return interruptedBy(signal, stderr, `the excerpt in ${output} is incomplete`);
    if (made.traces.length === 0) {
      await write(
        stderr,
        `no action matches: ${filters.map(({ text }) => text).join(' ')}\n  to do  \`novaspan replay ${paths.join(' ')}\` lists the actions in these logs\n`,
      );
      return exitCodes.noInput;
    }
    writeReadme(output, made, values.service);
    await write(stdout, textOf(made, output));
    if (made.differences.length === 0) return exitCodes.ok;
    await write(stderr, differencesText(made, output));
    return exitCodes.dataError;
  },
});

function prepare(output: string): void {
  let names: string[];
  try {
    mkdirSync(output, { recursive: true });
    names = readdirSync(output);
  } catch (cause) {
    throw outputUnwritable(output, cause);
  }
  if (names.length > 0) throw usage(`${output} is not empty`, 'name a new folder with --output');
}

const HOW: Record<Excerpt['extent'], string> = {
  own: 'the lines of the actions, and all others with their request ids',
  read: 'the lines of the actions, and all lines of the same time that novaspan reads',
  all: 'all lines from the first of the actions to the last',
};

/** Singular forms: most excerpts have one of each. */
const SINGULAR: Readonly<Record<string, string>> = {
  hosts: 'host',
  addresses: 'address',
  'MAC addresses': 'MAC address',
  'users and projects': 'user or project',
  names: 'name',
};

function replacedText({ replaced, kept }: Excerpt): string {
  const those = Object.entries(replaced).flatMap(([what, number]) =>
    number > 0 ? [`${grouped(number)} ${number === 1 ? (SINGULAR[what] ?? what) : what}`] : [],
  );
  const left = kept.length === 0 ? '' : `\nhosts not renamed, because messages contain the same words: ${kept.join(', ')}`;
  return `replaced  ${those.length === 0 ? 'nothing' : those.join(', ')}${left}`;
}

function textOf(made: Excerpt, output: string): string {
  const { traces, files, lines, extent, zone, differences } = made;
  const proof =
    differences.length === 0 ? [`proof     read again, it gives the same ${many(traces.length, 'trace')}: spans, times and outcomes`] : [];
  return [
    `${output}: ${many(lines, 'line')} in ${many(files, 'file')}, of ${many(traces.length, 'trace')}`,
    `copied    ${HOW[extent]}`,
    replacedText(made),
    ...proof,
    'next      read it before you give it away: it may still have names in free text',
    `          novaspan replay --timezone ${zone} ${output}`,
    '',
  ].join('\n');
}

function differencesText({ differences }: Excerpt, output: string): string {
  const more = differences.length - MOST_SHOWN;
  return [
    `novaspan: ${output} does not give the same traces as the logs:`,
    ...differences.slice(0, MOST_SHOWN).map((text) => `  ${text}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
    '  why    these actions depend on other lines of the logs, or on a name that was replaced',
    '  to do  give fewer paths, or a longer period (--since, --until); please report it, with this text',
    '',
  ].join('\n');
}

function writeReadme(output: string, { zone, extent, differences, traces }: Excerpt, service: string | undefined): void {
  const given = service === undefined ? '' : ` --service ${service}`;
  const ids = traces.map(
    ({ traceId, action, instance, request = '-' }) =>
      `- ${action ?? 'part of an action'} of \`${instance}\`, \`${request}\`: trace \`${traceId}\``,
  );
  const text = `# An excerpt of logs, made by \`novaspan excerpt\`

Lines: ${HOW[extent]}. Hosts, addresses, users, projects, names and secrets are replaced.

${ids.join('\n')}

    novaspan replay --timezone ${zone}${given} .

${differences.length === 0 ? 'It gives the same traces as the original logs.' : 'It does not give the same traces as the original logs.'}
`;
  try {
    writeFileSync(join(output, 'README.md'), text);
  } catch (cause) {
    throw outputUnwritable(output, cause);
  }
}
