import { svg } from '../export/svg.js';
import { exitCodes, usage } from '../model/errors.js';
import type { FinishedTrace } from '../model/span.js';
import type { StallsOfDaemon } from '../model/stall.js';
import type { UnreadLog } from '../model/unread.js';
import type { ProvenZones } from '../model/wrong-zone.js';
import { defineCommand, type Io, write } from './command.js';
import { lookOf, widthGiven } from './look.js';
import { notes, nothingOf, type Outcome } from './notes.js';
import { Overview } from './overview.js';
import { createProgress } from './progress.js';
import { createChooser, type Selection, selectionOf } from './select.js';
import { selectOptions } from './select-options.js';
import { interruptedBy } from './signals.js';
import { openSink, type Sink } from './sink.js';
import { formOf, rulesOf, sourceOptions } from './source-options.js';
import { createTally } from './tally.js';
import { createUnnamedText } from './unnamed-text.js';
import { render, type View, viewFor, views } from './view.js';
import { generalZone, zonesOf, zoneTaken } from './zone.js';

/** `replay PATH...`: the engine over logs that are already there. No backend is needed. */
export const replay = defineCommand({
  name: 'replay',
  summary: 'read logs that are already there, and show their actions',
  operands: 'PATH...',
  takes: { least: 1, most: Infinity },
  about: [
    'Reads files, folders, globs and rotated or compressed logs (gzip, xz, zstd, bzip2), sosreports and other archives (tar, zip) as they are (`-` is stdin, packed or not), or the journal (`journal:`, `journal:UNIT,UNIT`, `journal:/path`). It joins what the services wrote of each instance action and shows the result: up to three actions as waterfalls, more as a table. Give the logs of all hosts at once: what they hold of one action becomes one trace.',
    'The result goes to stdout, progress and the summary to stderr. Nothing is sent anywhere and nothing is changed.',
  ],
  options: {
    ...sourceOptions,
    timezone: {
      ...sourceOptions.timezone,
      about: `${sourceOptions.timezone.about}. Services in another zone follow it: Asia/Seoul,placement=UTC,glance=UTC. auto takes the zones that the logs prove`,
    },
    'log-host': { type: 'string', value: 'HOST', about: 'the host of the logs, where neither file name, folder nor line says' },
    ...selectOptions,
    view: { type: 'string', choices: views, about: 'how text is shown (default: waterfall for up to three actions, else table)' },
    format: {
      type: 'string',
      choices: ['text', 'otlp', 'json', 'svg', 'html'],
      about:
        'text (default); or one line per trace: OTLP JSON as the Collector reads and writes it, or plain JSON; or all traces as one picture (svg), or as one page that needs nothing else (html), for a ticket or a browser',
    },
    lines: {
      type: 'string',
      choices: ['numbered', 'events', 'off'],
      bare: 'numbered',
      about:
        'show the log lines behind each span: as text below each view, with file and line number; in otlp and json as events of the span. There they are shown anyway (events), --lines adds the numbers, and --lines off leaves them out',
    },
    jobs: {
      type: 'string',
      value: 'N',
      about:
        'threads that share the work: 1 (default), or 2, which is a little faster where hundreds of MB of plain logs are read. The result is the same',
    },
    output: { type: 'string', short: 'o', value: 'FILE', about: 'write the result to FILE instead of stdout' },
    quiet: { type: 'boolean', short: 'q', about: 'nothing but the result, and errors' },
    verbose: { type: 'boolean', short: 'v', about: 'also how many lines were read, recognised and passed over, and how fast' },
    'no-color': { type: 'boolean', about: 'no colours (NO_COLOR=1 does the same; FORCE_COLOR=1 gives colours in a pipe)' },
  },
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

  async run({ positionals: paths, values }, io) {
    const { clock, engine, signal, stderr, stdin, isTTY } = io;
    const isAuto = values.timezone === 'auto';
    let zone = isAuto ? 'UTC' : zonesOf(values.timezone);
    const format = values.format ?? 'text';
    if (format === 'svg' && values.lines !== undefined && values.lines !== 'off')
      throw usage('a picture cannot show log lines', 'leave --lines out, or give --format text or json');
    const asked = new WeakSet<FinishedTrace>();
    const known = values.action === undefined ? [] : await engine.actionNames();
    const now = clock.now();
    const hasRequest = (trace: FinishedTrace): boolean => asked.has(trace);
    const select = (): Selection => selectionOf(values, { now, zone: generalZone(zone), actions: known, hasRequest });
    let selection = select();
    const { request } = selection;
    const sink = await openSink(io, values.output);
    const tally = createTally();
    const unnamed = createUnnamedText(tally);
    let stalls: readonly StallsOfDaemon[] = [];
    // What is drawn is drawn when all is known; the others go out as they come.
    const isDrawn = format === 'text' || format === 'svg' || format === 'html';
    const encode = isDrawn ? undefined : (await engine.formats())[format];
    const isShared = jobsOf(values.jobs) > 1;
    const jobNotes: string[] = [];
    /** lines of traces that another thread has written */
    const written = new WeakMap<FinishedTrace, () => Uint8Array>();
    const lineOf = (trace: FinishedTrace): string | Uint8Array => written.get(trace)?.() ?? encode!(trace);

    // Lines that scroll by on the same terminal would tear the bar.
    const hasBar = !values.quiet && (format === 'text' || values.output !== undefined || !isTTY.stdout);
    const progress = await createProgress(io, hasBar);
    const began = clock.now();
    let bytes = 0;
    const all = new Overview();
    const matching = new Overview();
    const streamed: FinishedTrace[] = [];
    const choose = () => createChooser(selection, isDrawn ? undefined : (trace) => streamed.push(trace));
    let chooser = choose();
    const shown = new Overview();
    let unmatched = new Set(selection.filters);
    let isAny = false;
    const unread: UnreadLog[] = [];
    let wrongZone: string | undefined;
    let notRead: readonly { readonly path: string; readonly why: string }[] = [];
    try {
      const found = engine.replay({
        paths,
        zone: isAuto ? 'auto' : zone,
        onProven(proven) {
          zone = proven.zones;
          // Times without a zone, such as those of --since, are in that.
          selection = select();
          chooser = choose();
          unmatched = new Set(selection.filters);
          if (!values.quiet) stderr.write(`${provenText(proven)}\n`);
        },
        // Views show lines only where they are asked for: thousands of actions with theirs would fill the memory.
        lines: linesWanted(format, values.lines),
        count: tally.count,
        onUnnamed: unnamed.saw,
        onWrongZone({ what, remedy }) {
          wrongZone = `note: ${what}: ${remedy}`;
        },
        onRequestless: unnamed.sawRequestless,
        onUnread(log) {
          unread.push(log);
          unnamed.sawUnread(log);
        },
        onCutOff(path, what) {
          if (!values.quiet) stderr.write(`note: of ${path}, ${what}\n`);
        },
        onNotRead(these) {
          notRead = these;
        },
        onStalls: (every) => {
          stalls = every;
        },
        isZoneGiven: values.timezone !== undefined,
        onZone(taken, host) {
          if (!values.quiet) stderr.write(`${zoneTaken(taken, host)}; --timezone changes it\n`);
        },
        signal,
        stdin,
        ...formOf(values['log-form']),
        ...(values.service !== undefined && { service: values.service }),
        ...(values['log-host'] !== undefined && { host: values['log-host'] }),
        ...rulesOf(values.rules),
        ...(isShared && {
          jobs: {
            format: isDrawn ? undefined : format,
            onWritten: (trace, line) => written.set(trace, line),
            onNote: (said) => jobNotes.push(`note: ${said}`),
          },
        }),
        ...(request !== undefined && {
          onRequests(trace, requests) {
            for (const one of requests) if (one.startsWith(request)) asked.add(trace);
          },
        }),
        onProgress(read, total) {
          bytes = read;
          progress.update(read, total);
        },
      });
      for await (const trace of found) {
        all.add(trace);
        for (const filter of unmatched) if (filter.wants(trace)) unmatched.delete(filter);
        for (const one of chooser.add(trace)) matching.add(one);
        for (const ready of streamed.splice(0)) {
          isAny = true;
          shown.add(ready);
          if (encode !== undefined) await writeLine(sink, lineOf(ready));
        }
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      progress.stop();
    }
    const took = clock.now() - began;
    const nothing = signal.aborted ? undefined : nothingOf(paths, tally, unread);
    if (nothing !== undefined && all.isEmpty) throw nothing;

    const wanted = chooser.all();
    for (const trace of wanted) shown.add(trace);
    if (encode !== undefined) {
      for (const trace of wanted) await writeLine(sink, lineOf(trace));
    } else if (format === 'html') {
      if (wanted.length > 0) for (const piece of await engine.htmlReport(wanted)) await sink.write(piece);
    } else if (wanted.length > 0) {
      await sink.write(format === 'svg' ? svg(wanted) : inText(wanted, values, selection, io));
    }
    await sink.close();

    if (!values.quiet) {
      const outcome: Outcome = {
        ...{ paths, zone, selection, tally, unnamed, stalls, all, matching, shown, isShown: isAny || wanted.length > 0 },
        unmatched: [...unmatched],
        isOneKind: values.action !== undefined && !values.action.includes(','),
      };
      const lines = [
        ...notes.flatMap((note) => note(outcome)),
        ...notReadText(notRead, all.isEmpty),
        ...(wrongZone === undefined ? [] : [wrongZone]),
        ...(values.verbose ? [...tally.details({ took, bytes }), ...jobNotes] : []),
      ];
      if (isTTY.stderr && isTTY.stdout && wanted.length > 0) await write(stderr, '\n');
      await write(stderr, lines.map((line) => `${line}\n`).join(''));
    }
    return signal.aborted ? interruptedBy(signal, stderr) : exitCodes.ok;
  },
});

function jobsOf(given = '1'): number {
  if (!/^[1-9][0-9]{0,2}$/.test(given)) throw usage(`--jobs cannot be '${given}'`, 'give 1 or 2, such as --jobs 2');
  return Number(given);
}

type Lines = 'numbered' | 'events' | 'off';

/** Of what is drawn, only the page has a place for lines that nobody asked for. */
function linesWanted(format: string, given: Lines | undefined): Lines {
  if (format === 'html') return given === 'off' ? 'off' : 'numbered';
  if (format === 'text' || format === 'svg') return given === undefined || given === 'off' ? 'off' : 'numbered';
  return given ?? 'events';
}

interface TextOptions {
  readonly view: View | undefined;
  readonly lines: Lines | undefined;
  readonly output: string | undefined;
  readonly 'no-color': boolean;
}

/** Files that are named, of those that may be logs by name and are none. */
const MOST_NOT_READ = 3;

/** @param isAlone Nothing else was read: then it is said of each why not. */
function notReadText(these: readonly { readonly path: string; readonly why: string }[], isAlone: boolean): string[] {
  if (these.length === 0) return [];
  const shown = these.slice(0, MOST_NOT_READ);
  const more = these.length - shown.length;
  const named = shown.map(({ path, why }) => (isAlone ? `${path} (${why})` : path.split('/').at(-1)!)).join(', ');
  const further = more > 0 ? ` and ${more} more` : '';
  return [`note: not read, as they are no logs of a known service: ${named}${further}; \`novaspan check --verbose\` says why`];
}

/** Traces as one of the views draws them. */
function inText(traces: readonly FinishedTrace[], options: TextOptions, { sort, slowest }: Selection, io: Io): string {
  const { lines, output } = options;
  const look = lookOf(io, { color: !options['no-color'], toFile: output !== undefined });
  const view = options.view ?? viewFor(traces);
  const fitted = view === 'table' && isUncut(io, output) ? { ...look, width: Infinity } : look;
  return render(view, traces, fitted, {
    isSorted: sort !== undefined,
    lines: lines !== undefined && lines !== 'off',
    ...(slowest !== undefined && { slowest }),
  });
}

function provenText({ zones, others, by }: ProvenZones): string {
  const also = others.map(({ host, zone }) => `, of ${host} as ${zone}`).join('');
  return `local times are read as ${zones}${also}: ${by === undefined ? 'nothing in these logs shows another zone' : `by ${by}`}`;
}

/** A table in a pipe is for other programs: nothing is cut, unless a width is asked for. */
const isUncut = ({ env, isTTY }: Pick<Io, 'env' | 'isTTY'>, file: string | undefined): boolean =>
  (!isTTY.stdout || file !== undefined) && widthGiven(env) === undefined;

async function writeLine(sink: Sink, line: string | Uint8Array): Promise<void> {
  await sink.write(line);
  await sink.write('\n');
}
