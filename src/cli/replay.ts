import { svg } from '../export/svg.js';
import { exitCodes } from '../model/errors.js';
import { type LogForm, logForms } from '../model/form.js';
import type { FinishedTrace } from '../model/span.js';
import { defineCommand, type OptionSpecs, write } from './command.js';
import { lookOf } from './look.js';
import { createProgress } from './progress.js';
import { byStart, isWanted, selectionOf, slowestOf } from './select.js';
import { interruptedBy } from './signals.js';
import { openSink, type Sink } from './sink.js';
import { createTally } from './tally.js';
import { render, viewFor, views } from './view.js';
import { zonesOf } from './zone.js';

export const sourceOptions = {
  service: {
    type: 'string',
    value: 'SERVICE',
    about:
      'who wrote the logs, such as nova-compute; needed only where the file name (nova-compute.log, SERVICE@HOST.log) or what wraps the lines (journald, syslog) does not say',
  },
  'log-form': {
    type: 'string',
    choices: ['auto', ...logForms],
    about:
      'how the logs are written: plain, or wrapped by a container runtime, the journal or syslog, or as JSON (docs/log-forms.md). auto (default) tells it from the lines of each log',
  },
  timezone: {
    type: 'string',
    value: 'ZONE',
    about:
      "IANA name of the zone that nova's and neutron's lines are in, such as Europe/Berlin (default: this machine's); OVS and OVN log in UTC and are read so",
  },
  rules: {
    type: 'string',
    value: 'FILE',
    about: 'messages and phases of your own, in YAML (docs/rules.md); several files with commas between them',
  },
} as const satisfies OptionSpecs;

export const rulesOf = (files: string | undefined): { rules?: string[] } => (files === undefined ? {} : { rules: files.split(',') });

/** What `--log-form` says, as the engine takes it. */
export const formOf = (given: LogForm | 'auto' | undefined): { readonly form?: LogForm } =>
  given === undefined || given === 'auto' ? {} : { form: given };

/** `replay PATH...`: the engine over logs that are already there. No backend is needed. */
export const replay = defineCommand({
  name: 'replay',
  summary: 'read logs that are already there, and show their actions',
  operands: 'PATH...',
  takes: { least: 1, most: Infinity },
  about: [
    'Reads files, folders, globs and rotated or gzipped logs (`-` is stdin) or the journal (`journal:`, `journal:UNIT,UNIT`, `journal:/path`), joins what the services wrote of each instance action, and shows the result: up to three actions as waterfalls, more as a table. Give the logs of all hosts at once: what they hold of one action becomes one trace.',
    'The result goes to stdout, progress and the summary to stderr. Nothing is sent anywhere and nothing is changed.',
  ],
  options: {
    ...sourceOptions,
    timezone: {
      ...sourceOptions.timezone,
      about: `${sourceOptions.timezone.about}. Services in another zone follow it: Asia/Seoul,placement=UTC,glance=UTC`,
    },
    host: { type: 'string', value: 'HOST', about: 'who wrote the logs, where neither file name nor folder says' },
    view: { type: 'string', choices: views, about: 'how text is shown (default: waterfall for up to three actions, else table)' },
    format: {
      type: 'string',
      choices: ['text', 'otlp', 'json', 'svg'],
      about:
        'text (default); or one line per trace: OTLP JSON as the Collector reads and writes it, or plain JSON; or one picture of all traces, for a ticket or a browser',
    },
    instance: { type: 'string', value: 'UUID', about: "only this instance's actions; the first digits of its uuid are enough" },
    slowest: { type: 'string', value: 'N', about: 'only the N slowest actions' },
    failed: { type: 'boolean', about: 'only actions that did not succeed' },
    lines: {
      type: 'string',
      choices: ['events', 'off'],
      about: 'whether otlp and json carry the log lines behind each span as its events (default: events)',
    },
    output: { type: 'string', short: 'o', value: 'FILE', about: 'write the result to FILE instead of stdout' },
    'no-color': { type: 'boolean', about: 'no colours (NO_COLOR=1 does the same; FORCE_COLOR=1 gives colours in a pipe)' },
  },
  examples: [
    {
      says: 'the boots of one compute node, with what the controller and OVN logged',
      command: 'novaspan replay /var/log/nova /var/log/neutron /var/log/openvswitch /var/log/ovn',
    },
    {
      says: 'what gated the slowest action of an unpacked sosreport from Seoul',
      command: 'novaspan replay --timezone Asia/Seoul --slowest 1 --view critical-chain sosreport-cmp1/var/log',
    },
    { says: 'one instance, from its first digits', command: 'novaspan replay --instance b8acd14b /var/log/nova /var/log/neutron' },
    {
      says: 'a host that logs to the journal; its lines say who wrote them',
      command: "journalctl --all -o json --since '1 hour ago' | novaspan replay -",
    },
    {
      says: 'a picture of the slowest action, for the ticket',
      command: 'novaspan replay --slowest 1 --format svg --output slowest.svg /var/log/nova /var/log/neutron',
    },
    {
      says: 'a file for the Collector (receiver otlpjsonfile) or for jq',
      command: 'novaspan replay --format otlp --output traces.jsonl /var/log/nova',
    },
  ],
  exits: [{ code: 130, means: 'interrupted: what was read until then is shown' }],

  async run({ positionals: paths, values }, io) {
    const { clock, engine, signal, stderr, stdin, isTTY } = io;
    const zone = zonesOf(values.timezone);
    const selection = selectionOf(values);
    const format = values.format ?? 'text';
    const sink = await openSink(io, values.output);
    const tally = createTally();
    // What is drawn is drawn when all is known; the others go out as they come.
    const isDrawn = format === 'text' || format === 'svg';
    const encode = isDrawn ? undefined : (await engine.formats())[format];

    // Lines that scroll by on the same terminal would tear the bar.
    const quiet = format === 'text' || values.output !== undefined || !isTTY.stdout;
    const progress = await createProgress(io, quiet);
    const began = clock.now();
    let bytes = 0;
    const kept: FinishedTrace[] = [];
    try {
      const found = engine.replay({
        paths,
        zone,
        // Views do not show lines, and thousands of actions with theirs would fill the memory.
        lines: isDrawn ? 'off' : (values.lines ?? 'events'),
        count: tally.count,
        signal,
        stdin,
        ...formOf(values['log-form']),
        ...(values.service !== undefined && { service: values.service }),
        ...(values.host !== undefined && { host: values.host }),
        ...rulesOf(values.rules),
        onProgress(read, total) {
          bytes = read;
          progress.update(read, total);
        },
      });
      for await (const trace of found) {
        tally.saw(trace);
        if (!isWanted(trace, selection)) continue;
        if (encode === undefined || selection.slowest !== undefined) kept.push(trace);
        else await writeLine(sink, encode(trace));
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      progress.stop();
    }
    const took = clock.now() - began;

    const wanted = selection.slowest === undefined ? byStart(kept) : slowestOf(kept, selection.slowest);
    if (encode !== undefined) {
      for (const trace of wanted) await writeLine(sink, encode(trace));
    } else if (format === 'svg') {
      if (wanted.length > 0) await sink.write(svg(wanted));
    } else if (wanted.length > 0) {
      const look = lookOf(io, { color: !values['no-color'], toFile: values.output !== undefined });
      const view = values.view ?? viewFor(wanted);
      // A table in a pipe is for other programs: nothing is cut.
      const fitted = view === 'table' && (!isTTY.stdout || values.output !== undefined) ? { ...look, width: Infinity } : look;
      await sink.write(render(view, wanted, fitted, selection.slowest === undefined ? {} : { slowest: selection.slowest }));
    }
    await sink.close();

    if (isTTY.stderr && isTTY.stdout && wanted.length > 0) await write(stderr, '\n');
    await write(stderr, tally.summary({ took, bytes }));
    if (isDrawn && wanted.length === 0) await write(stderr, `${nothing(paths, zone, values)}\n`);
    return signal.aborted ? interruptedBy(signal, stderr) : exitCodes.ok;
  },
});

async function writeLine(sink: Sink, line: string | Uint8Array): Promise<void> {
  await sink.write(line);
  await sink.write('\n');
}

function nothing(
  paths: readonly string[],
  zone: string,
  values: { instance: string | undefined; failed: boolean; service: string | undefined },
): string {
  if (values.failed || values.instance !== undefined)
    return `no action to show: ${[...(values.failed ? ['--failed'] : []), ...(values.instance === undefined ? [] : [`--instance ${values.instance}`])].join(' and ')} left none; leave them out to see all`;
  return [
    `no instance action in ${paths.join(' ')}`,
    '  why    actions are told by the lines of nova-compute: its log is not among these, or holds no action',
    '  to do  give the nova-compute log too, or see what is made of one of its lines: novaspan explain "LINE"',
    `         (local times were read as ${zone}; --timezone changes it)`,
  ].join('\n');
}
