import { asHtml } from '../compare/as-html.js';
import { asMarkdown } from '../compare/as-markdown.js';
import { asText } from '../compare/as-text.js';
import { Reporting } from '../compare/report.js';
import { reportCsv, reportJson, reportPage } from '../compare/report-pages.js';
import { exitCodes, OperatorError } from '../model/errors.js';
import { defineCommand } from './command.js';
import { lookOf } from './look.js';
import { Overview } from './overview.js';
import { pageOptions } from './page.js';
import { readSet } from './read-set.js';
import { createChooser, selectionOf } from './select.js';
import { selectOptions } from './select-options.js';
import { openSink } from './sink.js';

/** `report PATH...`: where the actions of one set of logs spend their time. */
export const report = defineCommand({
  name: 'report',
  summary: 'sum up logs: where actions spend their time, the slowest and why, failures by cause',
  operands: 'PATH...',
  takes: { least: 1, most: Infinity },
  about: [
    'Reads logs, as `replay` does, and sums up their actions: their number and duration (p50 and p95), which phases gated their end and for which part of their time, the ten slowest of each kind and why, failures by cause, and hosts side by side. Actions from logs of different levels (INFO, DEBUG) are listed separately: INFO does not separate some phases, and shows their joined span.',
    'To compare two sets, see `novaspan compare`. Nothing is sent anywhere and nothing is changed.',
  ],
  options: {
    action: selectOptions.action,
    since: selectOptions.since,
    until: selectOptions.until,
    host: selectOptions.host,
    ...pageOptions,
  },
  groups: [
    { title: 'Which actions', options: ['action', 'since', 'until', 'host'] },
    { title: 'The result', options: ['format', 'output', 'all', 'quiet', 'no-color'] },
    { title: 'How the logs are read', options: ['timezone', 'service', 'log-form', 'rules'] },
  ],
  examples: [
    {
      says: 'where the boots of one day spend their time',
      command: 'novaspan report --action create --since yesterday /var/log/nova /var/log/neutron',
    },
    { says: 'a page for the ticket', command: 'novaspan report --format html --output report.html sosreport-*.tar.xz' },
    {
      says: 'the phases that gate boots, for a script',
      command: `novaspan report --format json logs | jq -r '.actions[] | select(.action == "create") | .groups[].phases[] | [.phase, .gatingShare] | @tsv'`,
    },
  ],
  exits: [{ code: 130, means: 'interrupted: nothing is shown' }],

  async run({ positionals: paths, values }, io) {
    const actions = await io.engine.actionNames();
    const { action, format, host, since, until } = values;
    const sink = await openSink(io, values.output);
    const reporting = new Reporting();
    const overview = new Overview();
    let chooser: ReturnType<typeof createChooser> | undefined;
    const read = await readSet(
      io,
      {
        ...{ name: undefined, paths },
        onZone(zone) {
          const none = { instance: undefined, request: undefined, failed: false, 'longer-than': undefined } as const;
          const unlimited = { slowest: undefined, sort: undefined, limit: undefined } as const;
          const around = { now: io.clock.now(), zone, actions, hasRequest: () => false };
          chooser = createChooser(selectionOf({ ...none, ...unlimited, action, host, since, until }, around), (trace) => {
            reporting.add(trace);
            overview.add(trace);
          });
        },
        take: (trace) => chooser?.add(trace),
      },
      values,
    );
    if (typeof read === 'number') return read;
    if (overview.isEmpty)
      throw new OperatorError('NOTHING_READ', `no action in ${paths.join(' ')}${read.isEmpty ? '' : ' passes these options'}`, {
        remedy: read.isEmpty ? 'run `novaspan replay` on these logs: it says why' : `these logs hold ${read.line}: choose some of those`,
      });
    const named = { name: paths.join(' '), holds: overview.line, isFull: values.all || format === 'markdown' || format === 'html' };
    const { report: made } = reporting;
    switch (format) {
      case 'json':
        await sink.write(reportJson(made, named));
        break;
      case 'csv':
        await sink.write(reportCsv(made));
        break;
      case 'markdown':
        await sink.write(asMarkdown(reportPage(made, named)));
        break;
      case 'html':
        await sink.write(asHtml(reportPage(made, named)));
        break;
      default:
        await sink.write(asText(reportPage(made, named), lookOf(io, { color: !values['no-color'], toFile: values.output !== undefined })));
    }
    await sink.close();
    return exitCodes.ok;
  },
});
