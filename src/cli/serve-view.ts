import { once } from 'node:events';
import { exitCodes } from '../model/errors.js';
import { isPublic, LISTEN_FORM } from '../model/listen.js';
import type { FinishedTrace } from '../model/span.js';
import type { UnreadLog } from '../model/unread.js';
import { Choice } from './choice.js';
import { defineCommand, type Io, type Values, write } from './command.js';
import type { OpenView } from './engine.js';
import { nothingOf } from './notes.js';
import { Overview } from './overview.js';
import { createProgress } from './progress.js';
import { readingOf } from './reading.js';
import { selectOptions } from './select-options.js';
import { sourceOptions } from './source-options.js';
import { createTally } from './tally.js';
import { zoneTaken } from './zone.js';

const options = {
  listen: {
    type: 'string',
    value: 'HOST:PORT',
    about: `where the page is served: ${LISTEN_FORM.replace(', or off', '')} (default: 127.0.0.1:9465, or a free port if that is in use)`,
  },
  ...sourceOptions,
  'log-host': { type: 'string', value: 'HOST', about: 'the host that wrote the logs, if neither file name, folder nor line shows it' },
  ...selectOptions,
  quiet: { type: 'boolean', short: 'q', about: 'only the address of the page, and errors' },
} as const;

/** `view PATH...`: the actions of `replay`, in a browser. */
export const view = defineCommand({
  name: 'view',
  summary: 'read logs that are already there, and show their actions as a local web page',
  operands: 'PATH...',
  takes: { least: 1, most: Infinity },
  about: [
    'Reads what `replay` reads, and serves a page on this machine: a list of all actions, each as a waterfall with what gated its end and the log lines behind it, and where the time of many actions went. The page fills while the logs are read. No backend is needed, nothing is sent anywhere, and only this machine can open it.',
    "The same port answers the query API of Jaeger (`/api/...`): Grafana's Jaeger data source and Jaeger's own page can be pointed at it (docs/view.md).",
    'Runs until it is stopped with Ctrl-C. `replay --format html` writes the same page as one file.',
  ],
  options,
  groups: [
    { title: 'Which actions', options: Object.keys(selectOptions) as (keyof typeof selectOptions)[] },
    { title: 'How the logs are read', options: ['timezone', 'service', 'log-host', 'log-form', 'rules'] },
  ],
  examples: [
    {
      says: 'what this host did, in a browser',
      command: 'novaspan view /var/log/nova /var/log/neutron /var/log/openvswitch /var/log/ovn',
    },
    {
      says: 'the boots of an unpacked sosreport from Seoul',
      command: 'novaspan view --timezone Asia/Seoul --action create sosreport-cmp1',
    },
  ],

  async run({ positionals: paths, values }, io) {
    const { clock, engine, signal, stdout, stderr } = io;
    const faults = new Set<string>();
    const page = await engine.openView({
      listen: values.listen,
      clock,
      onFault(reason) {
        if (faults.size < 10 && !faults.has(reason)) stderr.write(`note: a request of the page failed: ${reason}\n`);
        faults.add(reason);
      },
    });
    try {
      await write(stdout, `${page.url}/\n`);
      if (values.listen !== undefined && isPublic(values.listen))
        stderr.write('note: other machines can open this page, with its log lines: it asks for no password\n');
      if (!values.quiet) stderr.write('open this address in a browser; Ctrl-C stops it\n');
      const notes = await readInto(page, paths, values, io);
      if (!values.quiet) await write(stderr, notes.map((line) => `${line}\n`).join(''));
      if (!signal.aborted) await once(signal, 'abort');
      return exitCodes.ok;
    } finally {
      await page.close();
    }
  },
});

/** @returns the notes on the logs */
async function readInto(page: OpenView, paths: readonly string[], values: Values<typeof options>, io: Io): Promise<string[]> {
  const { engine, signal, stderr } = io;
  const all = new Overview();
  const shown = new Overview();
  const show = (trace: FinishedTrace): void => {
    shown.add(trace);
    page.add(trace);
  };
  const choice = await Choice.of(values, io, show);
  const tally = createTally();
  const unread: UnreadLog[] = [];
  const notes: string[] = [];
  const progress = await createProgress(io, !values.quiet);
  let total = 0;
  try {
    const found = engine.replay({
      ...readingOf(paths, values, io),
      lines: 'numbered',
      count: tally.count,
      ...choice.asks,
      onProven: choice.onProven,
      onZone(taken, host) {
        if (!values.quiet) stderr.write(`${zoneTaken(taken, host)}\n`);
      },
      onUnread: (log) => unread.push(log),
      onWrongZone: ({ what, remedy }) => notes.push(`note: ${what}: ${remedy}`),
      onProgress(read, whole) {
        total = whole;
        progress.update(read, whole);
        page.say({ state: 'reading', read, total: whole });
      },
    });
    for await (const trace of found) {
      all.add(trace);
      choice.add(trace);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    progress.stop();
  }
  for (const trace of choice.all()) show(trace);
  page.say({ state: 'done', read: total, total });
  const nothing = signal.aborted ? undefined : nothingOf(paths, tally, unread);
  if (nothing !== undefined && all.isEmpty) throw nothing;
  const summary = all.isEmpty ? 'no instance action in these logs' : shown.isEmpty ? `no action to show: there is ${all.line}` : shown.line;
  return [summary, ...tally.faults().map((fault) => `note: ${fault}`), ...notes];
}
