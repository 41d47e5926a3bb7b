import { statSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { services } from '../catalogue/index.js';
import { Correlator } from '../correlate/correlator.js';
import type { Zone } from '../format/zone.js';
import { openJournal } from '../journal/input.js';
import { isJournalPath, journalName } from '../journal/place.js';
import type { ClosedThing } from '../lifecycle/closed.js';
import { systemClock } from '../model/clock.js';
import type { Count } from '../model/counters.js';
import { logUnknown, usage } from '../model/errors.js';
import type { LogForm } from '../model/form.js';
import type { Millis } from '../model/line.js';
import type { FinishedTrace } from '../model/span.js';
import { ownName } from '../read/log-reader.js';
import type { Rules } from '../read/rules.js';
import { type LogSource, openSource } from '../read/source.js';
import { parseZones } from '../read/zones.js';
import { findLogs, type LogSet } from '../tail/discover.js';
import { createLineSplitter, type LineSplitter } from '../tail/lines.js';
import { type LogInput, openLog, openStream } from '../tail/read-file.js';
import { buildTrace } from '../trace/build.js';

export interface ReplayOptions {
  /** files, directories, globs, or `-` for standard input */
  readonly paths: readonly string[];
  readonly service?: string;
  readonly host?: string;
  /** how the logs are written; told from their lines where it is not given */
  readonly form?: LogForm;
  /** IANA name of the zone that OpenStack's services log in; others for single services behind it: `Asia/Seoul,placement=UTC` */
  readonly zone: string;
  readonly lines: 'events' | 'off';
  /** files of users' own messages and phases */
  readonly rules?: readonly string[] | undefined;
  readonly count: Count;
  readonly signal?: AbortSignal;
  readonly onProgress?: (readBytes: number, totalBytes: number) => void;
  readonly stdin?: NodeJS.ReadableStream;
}

/** Where logs say nothing of the host they come from. */
const NO_HOST = 'localhost';

/** Bytes that are read before whatever else the process has to do. */
const BETWEEN_TURNS = 8 * 1024 * 1024;

/** One lasting log, read part by part, oldest first. */
interface Source {
  readonly path: string;
  readonly reader: LogSource;
  readonly splitter: LineSplitter;
  readonly parts: string[];
  /** how many of the parts have been begun */
  begun: number;
  input: LogInput | undefined;
  done: boolean;
}

/**
 * Reads logs from end to end and gives the traces of their actions, in the order in which they closed. The logs are
 * merged by time: always the one that is furthest behind is read on, so that memory does not grow with their size.
 *
 * @throws OperatorError for paths that cannot be read, or a log whose service nobody can tell
 */
export async function* replay(options: ReplayOptions): AsyncGenerator<FinishedTrace> {
  const zones = parseZones(options.zone);
  // Loaded only where there are some: what reads them takes a tenth of a second to load.
  const rules = options.rules === undefined ? undefined : (await import('../read/rules.js')).loadRules(options.rules);
  const correlator = new Correlator(options.count);
  const sources = await openSources(options, zones, rules, correlator);
  const reads = (service: string, host?: string): boolean => sources.some(({ reader }) => reader.reads(service, host));
  const totalBytes = sizeOf(sources);
  let readBytes = 0;
  let yieldAt = 0;
  const finish = function* (things: readonly ClosedThing[]): Generator<FinishedTrace> {
    for (const closed of things) {
      const trace = buildTrace(closed, { lines: options.lines, reads, phasesOf: rules?.phasesOf, count: options.count });
      if (trace.spans.length === 0) continue;
      if (trace.form !== 'network-ready') options.count(trace.form === 'action' ? 'actions' : 'fragments');
      yield trace;
    }
  };

  try {
    for (;;) {
      if (options.signal?.aborted) return;
      const next = furthestBehind(sources);
      if (next === undefined) break;
      readBytes += await readOn(next, options);
      if (readBytes >= yieldAt) {
        // Files are read without waiting: signals and timers get their turn.
        yieldAt = readBytes + BETWEEN_TURNS;
        await turn();
      }
      options.onProgress?.(readBytes, totalBytes);
      const behind = furthestBehind(sources);
      if (behind?.reader.newest !== undefined) yield* finish(correlator.advance(behind.reader.newest));
    }
    yield* finish(correlator.finish(Math.max(...sources.map(({ reader }) => reader.newest ?? Number.NEGATIVE_INFINITY))));
  } finally {
    for (const { input } of sources) await input?.close();
  }
}

async function openSources(
  options: ReplayOptions,
  zones: (service?: string) => Zone,
  rules: Rules | undefined,
  correlator: Correlator,
): Promise<Source[]> {
  const files = options.paths.filter((path) => !isJournalPath(path));
  const journals = [...new Set(options.paths.filter(isJournalPath))];
  const sets = [
    ...(files.length > 0 ? await findLogs(files) : []),
    ...journals.map((path) => ({ path: journalName(path), parts: [path] })),
  ];
  const sources: Source[] = [];
  for (const set of sets) {
    const reader = openSource({
      path: set.path,
      service: options.service,
      host: options.host,
      form: isJournalPath(set.path) ? 'journal-json' : options.form,
      isNamed: isNamedByUser(set, options.paths),
      anyHost: NO_HOST,
      zone: zones,
      latest: () => lastWritten(set),
      count: options.count,
      catalogue: rules?.catalogue,
      onEvent: (event) => correlator.accept(event),
    });
    if (reader === undefined) continue;
    const splitter = createLineSplitter({
      sink: (bytes, start, end, offset) => reader.line(bytes, start, end, offset, source.begun),
      count: options.count,
    });
    const source: Source = { path: set.path, reader, splitter, parts: [...set.parts], begun: 0, input: undefined, done: false };
    sources.push(source);
  }
  if (sources.length === 0) {
    throw usage(
      `none of the logs under ${options.paths.join(', ')} is one that novaspan reads`,
      `it reads logs of ${[...new Set(services.map(ownName))].join(', ')}: name the service with --service if the file is called otherwise`,
    );
  }
  return sources;
}

/** NaN where it cannot be known: of what comes through a pipe, or is compressed. */
function sizeOf(sources: readonly Source[]): number {
  const parts = sources.flatMap((source) => source.parts);
  if (parts.some((part) => part === '-' || isJournalPath(part) || part.endsWith('.gz'))) return Number.NaN;
  return parts.reduce((sum, part) => sum + statSync(part).size, 0);
}

/** Of standard input nothing is known but that it is not of tomorrow. */
const lastWritten = ({ parts }: LogSet): Millis => {
  const last = parts.at(-1)!;
  return last === '-' || isJournalPath(last) ? systemClock.now() : statSync(last).mtimeMs;
};

const isNamedByUser = (set: LogSet, paths: readonly string[]): boolean => set.parts.some((part) => paths.includes(part));

/** The source with the least time that is not read to its end. */
function furthestBehind(sources: readonly Source[]): Source | undefined {
  let found: Source | undefined;
  for (const source of sources) {
    if (source.done) continue;
    if (source.reader.newest === undefined) return source;
    if (found === undefined || source.reader.newest < found.reader.newest!) found = source;
  }
  return found;
}

/** Reads one piece of a source; @returns its bytes */
async function readOn(source: Source, options: ReplayOptions): Promise<number> {
  if (source.input === undefined) {
    const part = source.parts.shift();
    if (part === undefined) {
      source.done = true;
      return 0;
    }
    source.begun++;
    if (isJournalPath(part)) source.input = openJournal(part);
    else source.input = part === '-' && options.stdin !== undefined ? openStream(options.stdin) : await openLog(part);
  }
  const piece = await source.input.read();
  if (piece === undefined) {
    source.splitter.end();
    if (source.input.fault !== undefined) options.count('cut_off_logs', 1, source.path);
    await source.input.close();
    source.input = undefined;
    if (source.parts.length === 0) source.done = true;
    if (source.done) source.reader.end();
    else source.reader.flushCounts();
    if (source.reader.isUnknown) throw logUnknown(source.path);
    return 0;
  }
  source.splitter.push(piece.bytes, piece.offset);
  source.reader.flushCounts();
  if (source.reader.isUnknown) throw logUnknown(source.path);
  return piece.bytes.length;
}
