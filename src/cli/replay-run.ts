import { svg } from '../export/svg.js';
import { exitCodes, usage } from '../model/errors.js';
import type { FinishedTrace } from '../model/span.js';
import type { StallsOfDaemon } from '../model/stall.js';
import type { UnreadLog } from '../model/unread.js';
import type { ProvenZones } from '../model/wrong-zone.js';
import type { ReplayOptions } from '../pipeline/replay.js';
import type { NotRead } from '../read/found.js';
import { Choice } from './choice.js';
import { type Io, write } from './command.js';
import { lookOf, widthGiven } from './look.js';
import { notes, nothingOf, type Outcome } from './notes.js';
import { Overview } from './overview.js';
import { createProgress, type Progress } from './progress.js';
import { readingOf } from './reading.js';
import type { ReplayValues } from './replay-options.js';
import type { Selection } from './select.js';
import { interruptedBy } from './signals.js';
import { openSink, type Sink } from './sink.js';
import { createTally } from './tally.js';
import { createUnnamedText } from './unnamed-text.js';
import { render, viewFor } from './view.js';
import { zoneTaken } from './zone.js';

type Format = NonNullable<ReplayValues['format']>;
type Encode = (trace: FinishedTrace) => string | Uint8Array;

/** Whether traces are written one by one. Pictures and pages are drawn when all traces are known. */
const encoded = (format: Format): 'otlp' | 'json' | undefined => (format === 'otlp' || format === 'json' ? format : undefined);

/** Runs `replay`. @returns the exit code */
export async function runReplay(paths: readonly string[], values: ReplayValues, io: Io): Promise<number> {
  const format = values.format ?? 'text';
  if (format === 'svg' && values.lines !== undefined && values.lines !== 'off')
    throw usage('a picture cannot show log lines', 'leave --lines out, or give --format text or json');
  const streamed: FinishedTrace[] = [];
  const line = encoded(format);
  const choice = await Choice.of(values, io, line === undefined ? undefined : (trace) => streamed.push(trace));
  const isShared = jobsOf(values.jobs) > 1;
  const sink = await openSink(io, values.output);
  const encode = line === undefined ? undefined : (await io.engine.formats())[line];
  // Lines that scroll by on the same terminal would tear the bar.
  const hasBar = !values.quiet && (format === 'text' || values.output !== undefined || !io.isTTY.stdout);
  const progress = await createProgress(io, hasBar);
  const replay = new Replay({ paths, values, io, format, choice, streamed, sink, encode, isShared, progress });
  await replay.read();
  await replay.show();
  if (!values.quiet) await replay.report();
  return io.signal.aborted ? interruptedBy(io.signal, io.stderr) : exitCodes.ok;
}

interface Parts {
  readonly paths: readonly string[];
  readonly values: ReplayValues;
  readonly io: Io;
  readonly format: Format;
  readonly choice: Choice;
  /** chosen traces that are written at once */
  readonly streamed: FinishedTrace[];
  readonly sink: Sink;
  /** undefined for text, pictures and pages */
  readonly encode: Encode | undefined;
  readonly isShared: boolean;
  readonly progress: Progress;
}

class Replay {
  readonly #parts: Parts;
  readonly #tally = createTally();
  readonly #unnamed = createUnnamedText(this.#tally);
  readonly #unread: UnreadLog[] = [];
  /** lines of traces that another thread encoded */
  readonly #encoded = new WeakMap<FinishedTrace, () => Uint8Array>();
  readonly #jobNotes: string[] = [];
  readonly #all = new Overview();
  readonly #matching = new Overview();
  readonly #shown = new Overview();
  #isShown = false;
  #stalls: readonly StallsOfDaemon[] = [];
  #wrongZone: string | undefined;
  #notRead: readonly NotRead[] = [];
  #bytes = 0;
  #took = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Reads all logs. @throws OperatorError if nothing could be read */
  async read(): Promise<void> {
    const { io, paths, choice, progress } = this.#parts;
    const { clock, signal } = io;
    const began = clock.now();
    try {
      for await (const trace of io.engine.replay(this.#asked())) {
        this.#all.add(trace);
        for (const one of choice.add(trace)) this.#matching.add(one);
        await this.#writeStreamed();
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      progress.stop();
    }
    this.#took = clock.now() - began;
    const nothing = signal.aborted ? undefined : nothingOf(paths, this.#tally, this.#unread);
    if (nothing !== undefined && this.#all.isEmpty) throw nothing;
  }

  /** Writes the chosen traces that were not written during reading. */
  async show(): Promise<void> {
    const { io, values, format, choice, sink, encode } = this.#parts;
    const chosen = choice.all();
    for (const trace of chosen) this.#shown.add(trace);
    if (chosen.length > 0) {
      this.#isShown = true;
      if (encode !== undefined) for (const trace of chosen) await this.#writeLine(trace, encode);
      else if (format === 'html') for (const piece of await io.engine.htmlReport(chosen)) await sink.write(piece);
      else await sink.write(format === 'svg' ? svg(chosen) : inText(chosen, values, choice.selection, io));
    }
    await sink.close();
    if (!values.quiet && io.isTTY.stderr && io.isTTY.stdout && chosen.length > 0) await write(io.stderr, '\n');
  }

  /** Writes the summary and the notes. */
  async report(): Promise<void> {
    const { paths, values, io, choice } = this.#parts;
    const { zone, selection, unmatched } = choice;
    const outcome: Outcome = {
      ...{ paths, zone, selection, unmatched },
      ...{ tally: this.#tally, unnamed: this.#unnamed, stalls: this.#stalls },
      ...{ all: this.#all, matching: this.#matching, shown: this.#shown, isShown: this.#isShown },
      isOneKind: values.action !== undefined && !values.action.includes(','),
    };
    const lines = [
      ...notes.flatMap((note) => note(outcome)),
      ...notReadText(this.#notRead, this.#all.isEmpty),
      ...(this.#wrongZone === undefined ? [] : [this.#wrongZone]),
      ...(values.verbose ? [...this.#tally.details({ took: this.#took, bytes: this.#bytes }), ...this.#jobNotes] : []),
    ];
    await write(io.stderr, lines.map((line) => `${line}\n`).join(''));
  }

  async #writeStreamed(): Promise<void> {
    const { streamed, encode } = this.#parts;
    for (const trace of streamed.splice(0)) {
      this.#isShown = true;
      this.#shown.add(trace);
      if (encode !== undefined) await this.#writeLine(trace, encode);
    }
  }

  async #writeLine(trace: FinishedTrace, encode: Encode): Promise<void> {
    const { sink } = this.#parts;
    await sink.write(this.#encoded.get(trace)?.() ?? encode(trace));
    await sink.write('\n');
  }

  #asked(): ReplayOptions {
    const { paths, values, io, format, choice, progress } = this.#parts;
    return {
      ...readingOf(paths, values, io),
      // Views show lines only where they are asked for: thousands of actions with theirs would fill the memory.
      lines: linesWanted(format, values.lines),
      count: this.#tally.count,
      ...choice.asks,
      ...this.#sharing(),
      onProven: (proven) => {
        choice.onProven(proven);
        this.#note(provenText(proven));
      },
      onZone: (taken, host) => this.#note(`${zoneTaken(taken, host)}; --timezone changes it`),
      onCutOff: (path, what) => this.#note(`note: of ${path}, ${what}`),
      onUnnamed: this.#unnamed.saw,
      onRequestless: this.#unnamed.sawRequestless,
      onUnread: (log) => {
        this.#unread.push(log);
        this.#unnamed.sawUnread(log);
      },
      onWrongZone: ({ what, remedy }) => {
        this.#wrongZone = `note: ${what}: ${remedy}`;
      },
      onNotRead: (notRead) => {
        this.#notRead = notRead;
      },
      onStalls: (stalls) => {
        this.#stalls = stalls;
      },
      onProgress: (read, total) => {
        this.#bytes = read;
        progress.update(read, total);
      },
    };
  }

  #sharing(): Pick<ReplayOptions, 'jobs'> {
    const { isShared, format } = this.#parts;
    if (!isShared) return {};
    return {
      jobs: {
        format: encoded(format),
        onWritten: (trace, line) => this.#encoded.set(trace, line),
        onNote: (text) => this.#jobNotes.push(`note: ${text}`),
      },
    };
  }

  #note(text: string): void {
    const { io, values } = this.#parts;
    if (!values.quiet) io.stderr.write(`${text}\n`);
  }
}

function jobsOf(given = '1'): number {
  if (!/^[1-9][0-9]{0,2}$/.test(given)) throw usage(`--jobs cannot be '${given}'`, 'give 1 or 2, such as --jobs 2');
  return Number(given);
}

type Lines = 'numbered' | 'events' | 'off';

/** Which lines to collect: pages and data formats have them by default, text and pictures only on request. */
function linesWanted(format: string, given: Lines | undefined): Lines {
  if (format === 'html') return given === 'off' ? 'off' : 'numbered';
  if (format === 'text' || format === 'svg') return given === undefined || given === 'off' ? 'off' : 'numbered';
  return given ?? 'events';
}

/** Maximum number of unread files named in the note. */
const MOST_NOT_READ = 3;

/** @param isAlone nothing else was read: then the reason for each log is printed */
function notReadText(these: readonly { readonly path: string; readonly why: string }[], isAlone: boolean): string[] {
  if (these.length === 0) return [];
  const shown = these.slice(0, MOST_NOT_READ);
  const more = these.length - shown.length;
  const named = shown.map(({ path, why }) => (isAlone ? `${path} (${why})` : path.split('/').at(-1)!)).join(', ');
  const further = more > 0 ? ` and ${more} more` : '';
  return [`note: not read, because they are no logs of a known service: ${named}${further}; \`novaspan check --verbose\` says why`];
}

/** Traces as text, in the chosen view. */
function inText(traces: readonly FinishedTrace[], options: ReplayValues, { sort, slowest }: Selection, io: Io): string {
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

/** A table in a pipe is for other programs: it is cut only if a width was given. */
const isUncut = ({ env, isTTY }: Pick<Io, 'env' | 'isTTY'>, file: string | undefined): boolean =>
  (!isTTY.stdout || file !== undefined) && widthGiven(env) === undefined;
