import { statSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { services } from '../catalogue/index.js';
import { Correlator } from '../correlate/correlator.js';
import { openJournal } from '../journal/input.js';
import { isJournalPath, journalName } from '../journal/place.js';
import type { ClosedThing } from '../lifecycle/closed.js';
import type { Event } from '../lifecycle/event.js';
import { Stalls } from '../lifecycle/stalls.js';
import { isOfAction, type Unnamed } from '../lifecycle/unnamed.js';
import { systemClock } from '../model/clock.js';
import type { Count, CounterName } from '../model/counters.js';
import { logUnknown, usage } from '../model/errors.js';
import type { LogForm } from '../model/form.js';
import type { LineSink, Millis } from '../model/line.js';
import type { FinishedTrace } from '../model/span.js';
import type { StallsOfDaemon } from '../model/stall.js';
import type { UnreadLog } from '../model/unread.js';
import type { ProvenZones, WrongZone } from '../model/wrong-zone.js';
import { cutOffAt, diagnose } from '../read/diagnose.js';
import { ownName, type Zoning } from '../read/log-reader.js';
import type { Rules } from '../read/rules.js';
import { skimmer } from '../read/skim/skimmer.js';
import { type LogSource, openSource } from '../read/source.js';
import { isStartup } from '../read/startup.js';
import { Unfolder } from '../read/unfold.js';
import { type LogSet, unreadable } from '../tail/discover.js';
import { createLineSplitter, type LineSkimmer, type LineSplitter } from '../tail/lines.js';
import { mayRepeat } from '../tail/maybe-log.js';
import { type LogInput, openLog, openStream } from '../tail/read-file.js';
import { isPackedName } from '../tail/rotated.js';
import { buildTrace } from '../trace/build.js';
import { zonesFor } from './clock/given.js';
import { ZoneHint, type Zones } from './clock/hint.js';
import type { KeptInput } from './clock/prove.js';
import { Copies } from './copies.js';
import { type FoundLogs, findReadable, isNamedBy, type NotRead } from './found.js';
import { LineNumbers } from './line-numbers.js';

export interface ReplayOptions {
  /** files, directories, globs, or `-` for standard input */
  readonly paths: readonly string[];
  readonly service?: string;
  readonly host?: string;
  /** how the logs are written; told from their lines where it is not given */
  readonly form?: LogForm;
  /** IANA name of the zone that OpenStack's services log in; others for single services behind it: `Asia/Seoul,placement=UTC`; `auto` for what the logs prove */
  readonly zone: string;
  /** False where `zone` is only this machine's: then what a sosreport says of its host's goes before it. */
  readonly isZoneGiven?: boolean | undefined;
  readonly onZone?: ((zone: string, host: string | undefined) => void) | undefined;
  /** Takes, before the logs are read, the zones that they prove, and how; of `auto`. */
  readonly onProven?: ((proven: ProvenZones) => void) | undefined;
  /** `numbered`: as events, with the name of the file and the number of the line in it */
  readonly lines: 'events' | 'numbered' | 'off';
  /** Takes every request id that a trace's lines have, own and global, before the trace is given. */
  readonly onRequests?: (trace: FinishedTrace, requests: ReadonlySet<string>) => void;
  /** files of users' own messages and phases */
  readonly rules?: readonly string[] | undefined;
  readonly count: Count;
  /** lines of a request that show no name of an action */
  readonly onUnnamed?: (unnamed: Unnamed) => void;
  readonly signal?: AbortSignal;
  readonly onProgress?: (readBytes: number, totalBytes: number) => void;
  /** Takes, when all is read, which times were read in a wrong zone, and what to give instead. */
  readonly onWrongZone?: (wrong: WrongZone) => void;
  /** Takes, once all is read, what daemons report of themselves, whether or not an action was under way */
  readonly onStalls?: (stalls: readonly StallsOfDaemon[]) => void;
  readonly stdin?: NodeJS.ReadableStream;
  /** Takes what looked like logs by name and is not read, before anything is. */
  readonly onNotRead?: (notRead: readonly NotRead[]) => void;
  /** Takes each log whose lines were cut off, and where. */
  readonly onCutOff?: (path: string, seen: string) => void;
  /** Takes each log of whose lines none could be read, and what it looks like. */
  readonly onUnread?: (log: UnreadLog) => void;
  /** Takes each line that names an action or ends one, names its instance, and has no request */
  readonly onRequestless?: (event: Event) => void;
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
  /** between them: joins what a terminal has cut */
  readonly unfolder: Unfolder;
  readonly open: (part: string) => Promise<LogInput>;
  readonly parts: string[];
  /** as `Copies` has it */
  readonly rank: number;
  /** it is read because of what its first lines look like */
  readonly isGuessed: boolean;
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
  // Loaded only where there are some: what reads them takes a tenth of a second to load.
  const rules = options.rules === undefined ? undefined : (await import('../read/rules.js')).loadRules(options.rules);
  let sources: Source[] = [];
  const correlator = new Correlator(options.count, {
    onUnnamed: options.onUnnamed,
    logEnd: (host) => endOfLog(sources, host),
  });
  const stalls = new Stalls();
  const found = await findReadable(
    options.paths.filter((path) => !isJournalPath(path)),
    options.stdin,
    options.signal,
  );
  const journals = [...new Set(options.paths.filter(isJournalPath))].map((path) => ({ path: journalName(path), parts: [path] }));
  const zonesIn = new Map<string, Zones>();
  const zoneHint = options.onWrongZone && new ZoneHint((path) => zonesIn.get(path)!);
  const begun = new Map<string, KeptInput>();
  const accept = (event: Event): void => {
    stalls.note(event);
    if (event.requestId === undefined && event.instance !== undefined && isOfAction(event.kind)) options.onRequestless?.(event);
    correlator.accept(event);
  };
  let copies: Copies | undefined;
  try {
    if (options.signal?.aborted) return found.close();
    if (found.faults.length > 0) throw unreadable(found.faults);
    for (const { path } of found.cutOff) options.count('cut_off_logs', 1, path);
    if (found.notRead.length > 0) options.onNotRead?.(found.notRead);
    const sets = [...found.logs, ...journals];
    const proving = {
      about: (set: LogSet) => aboutSet(set, found, options),
      open: (part: string) => openPart(part, found),
      signal: options.signal,
    };
    const zonesOf = await zonesFor(sets, options, proving, begun);
    for (const set of sets) zonesIn.set(set.path, zonesOf(set));
    sources = openSources(sets, options, { zonesOf, rules, begun, found }, (event, zoning, rank) => {
      zoneHint?.note(event, zoning);
      if (copies === undefined) accept(event);
      else copies.take(event, rank);
    });
    if (sources.length > 1 && sources.some(({ rank }) => rank > 0))
      copies = new Copies({ accept, count: options.count, unknownHost: NO_HOST });
  } catch (error) {
    for (const input of begun.values()) await input.close();
    found.close();
    throw error;
  }
  const reads = readsOf(sources, copies);
  const totalBytes = sizeOf(sources);
  let readBytes = 0;
  let yieldAt = 0;
  const finish = function* (things: readonly ClosedThing[]): Generator<FinishedTrace> {
    for (const closed of things) {
      const trace = buildTrace(closed, { lines: options.lines, reads, phasesOf: rules?.phasesOf, count: options.count });
      if (trace.spans.length === 0) continue;
      stalls.seen(trace);
      if (trace.form !== 'network-ready') options.count(trace.form === 'action' ? 'actions' : 'fragments');
      options.onRequests?.(trace, requestsOf(closed));
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
      const newest = furthestBehind(sources)?.reader.newest;
      const readTo = copies === undefined ? newest : releaseUpTo(copies, sources, newest);
      if (readTo !== undefined) yield* finish(correlator.advance(readTo));
    }
    yield* finish(correlator.finish(Math.max(...sources.map(({ reader }) => reader.newest ?? Number.NEGATIVE_INFINITY))));
    options.onStalls?.(stalls.longest);
    const wrongZone = zoneHint?.said;
    if (wrongZone !== undefined) options.onWrongZone?.(wrongZone);
  } finally {
    for (const { input } of sources) await input?.close();
    for (const input of begun.values()) await input.close();
    found.close();
  }
}

function requestsOf({ members }: ClosedThing): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { event } of members) {
    if (event.requestId !== undefined) found.add(event.requestId);
    if (event.globalRequestId !== undefined) found.add(event.globalRequestId);
  }
  return found;
}

/** What is known of a log before it is read. */
const aboutSet = (set: LogSet, found: FoundLogs, options: ReplayOptions) => ({
  path: set.path,
  service: options.service,
  host: options.host ?? set.host,
  form: isJournalPath(set.path) ? ('journal-json' as const) : options.form,
  isNamed: found.isGuessed(set) || isNamedBy(options.paths, set),
  anyHost: NO_HOST,
  latest: () => lastWritten(set),
});

async function openPart(part: string, { stdin }: FoundLogs): Promise<LogInput> {
  if (isJournalPath(part)) return openJournal(part);
  return part === '-' && stdin !== undefined ? openStream(stdin) : openLog(part, 0, skimmer()?.room);
}

/** Lets go the lines of logs that may repeat others, as far as those are read. @returns up to when all is known */
function releaseUpTo(copies: Copies, sources: readonly Source[], newest: Millis | undefined): Millis | undefined {
  const readTo: Millis[] = [];
  for (const { done, rank, reader } of sources) {
    if (!done) readTo[rank] = Math.min(readTo[rank] ?? Number.POSITIVE_INFINITY, reader.newest ?? Number.NEGATIVE_INFINITY);
  }
  copies.release((rank) => Math.min(...readTo.slice(0, rank).filter((at) => at !== undefined)));
  if (newest === undefined) return undefined;
  copies.forget(newest);
  return Math.min(newest, copies.oldest);
}

/** Whether a service's lines are read. Logs that may repeat others count beside a log of its own where they bring something new. */
function readsOf(sources: readonly Source[], copies: Copies | undefined): (service: string, host?: string) => boolean {
  if (copies === undefined) return (service, host) => sources.some(({ reader }) => reader.reads(service, host));
  const own = sources.filter(({ rank }) => rank === 0);
  const others = sources.filter(({ rank }) => rank > 0);
  return (service, host) => {
    if (own.some(({ reader }) => reader.reads(service, host)) || copies.brought(service, host)) return true;
    return !own.some(({ reader }) => reader.reads(service)) && others.some(({ reader }) => reader.reads(service, host));
  };
}

interface OpenOptions {
  readonly found: FoundLogs;
  readonly zonesOf: (set: LogSet) => Zones;
  readonly rules: Rules | undefined;
  /** what has been read already and cannot be opened again */
  readonly begun: Map<string, KeptInput>;
}

function openSources(
  sets: readonly LogSet[],
  options: ReplayOptions,
  { found, zonesOf, rules, begun }: OpenOptions,
  onEvent: (event: Event, zoning: Zoning, rank: number) => void,
): Source[] {
  const sources: Source[] = [];
  let ranks = 0;
  const hasOwn = sets.some((set) => !mayRepeat(set.path));
  for (const set of sets) {
    const isGuessed = found.isGuessed(set);
    // Asked for as a whole, all logs are a service's own.
    const rank = options.service === undefined && (isJournalPath(set.parts[0]!) || mayRepeat(set.path)) ? ++ranks : 0;
    // What is wrong with lines that were not asked for, and that others may hold too, is not said again.
    const count = isGuessed && hasOwn ? onlyCounted(options.count) : options.count;
    const numbers = options.lines === 'numbered' ? new LineNumbers(set.parts) : undefined;
    const reader = openSource({
      ...aboutSet(set, found, options),
      zone: zonesOf(set),
      count,
      catalogue: rules?.catalogue,
      onEvent(event, zoning) {
        onEvent(numbers === undefined ? event : { ...event, origin: numbers.numbered(event.origin) }, zoning, rank);
      },
    });
    if (reader === undefined) continue;
    const unfolder = new Unfolder((bytes, start, end, offset) => reader.line(bytes, start, end, offset, source.begun));
    const sink: LineSink =
      numbers === undefined
        ? unfolder.line
        : (bytes, start, end, offset) => {
            numbers.begin(source.begun, offset);
            unfolder.line(bytes, start, end, offset);
          };
    const splitter = createLineSplitter({
      sink,
      count,
      // What numbers lines must see each of them.
      skimmer: numbers === undefined ? skimmerOf(reader, unfolder, () => source.begun) : undefined,
    });
    const open = (part: string): Promise<LogInput> =>
      begun.has(part) ? Promise.resolve(begun.get(part)!.rewind()) : openPart(part, found);
    const source: Source = {
      ...{ path: set.path, reader, splitter, unfolder, open, parts: [...set.parts], rank, isGuessed },
      ...{ begun: 0, input: undefined, done: false },
    };
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

const skimmerOf = (reader: LogSource, unfolder: Unfolder, file: () => number): LineSkimmer => ({
  begin: () => skimmer()?.begin(),
  skim: (piece, start, offset) => (unfolder.isAsWritten ? reader.skim(piece, start, offset, file()) : start),
});

const PLAIN: ReadonlySet<CounterName> = new Set<CounterName>([
  'lines',
  'records',
  'events',
  'unrecognised',
  'repeated_events',
  'foreign_lines',
]);

const onlyCounted =
  (count: Count): Count =>
  (name, by, label) => {
    if (PLAIN.has(name)) count(name, by, label);
  };

/** NaN where it cannot be known: of what comes through a pipe, or is compressed. */
function sizeOf(sources: readonly Source[]): number {
  const parts = sources.flatMap((source) => source.parts);
  if (parts.some((part) => part === '-' || isJournalPath(part) || isPackedName(part) || statSync(part).isFIFO())) return Number.NaN;
  return parts.reduce((sum, part) => sum + statSync(part).size, 0);
}

/** Of standard input nothing is known but that it is not of tomorrow. */
const lastWritten = ({ parts }: LogSet): Millis => {
  const last = parts.at(-1)!;
  return last === '-' || isJournalPath(last) ? systemClock.now() : statSync(last).mtimeMs;
};

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

/** When a host's nova-compute wrote its last line, where all of its logs are read to the end. */
function endOfLog(sources: readonly Source[], host: string): Millis {
  let last = Number.NEGATIVE_INFINITY;
  for (const { reader, done } of sources) {
    for (const each of reader.readers) {
      if (each.service !== 'nova-compute' || each.host !== host) continue;
      if (!done) return Number.POSITIVE_INFINITY;
      last = Math.max(last, each.newest ?? last);
    }
  }
  return last === Number.NEGATIVE_INFINITY ? Number.POSITIVE_INFINITY : last;
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
    source.input = await source.open(part);
  }
  const piece = await source.input.read();
  if (piece === undefined) {
    source.splitter.end();
    source.unfolder.end();
    if (source.input.fault !== undefined) options.count('cut_off_logs', 1, source.path);
    await source.input.close();
    source.input = undefined;
    if (source.parts.length === 0) source.done = true;
    if (source.done) {
      source.reader.end();
      const { seen, width } = source.unfolder;
      if (!source.isGuessed && source.reader.newest === undefined && seen.length > 0) options.onUnread?.(unreadLog(source, seen));
      // Lines that were wrapped are joined: nothing of them is lost.
      const cutOff = width > 0 ? undefined : cutOffAt(seen);
      if (!source.isGuessed && cutOff !== undefined) options.onCutOff?.(source.path, cutOff);
    } else source.reader.flushCounts();
    if (source.reader.isUnknown && !source.isGuessed) throw logUnknown(source.path, diagnose(source.unfolder.seen));
    return 0;
  }
  source.splitter.push(piece.bytes, piece.offset);
  source.unfolder.decide();
  source.reader.flushCounts();
  if (source.reader.isUnknown && !source.isGuessed) throw logUnknown(source.path, diagnose(source.unfolder.seen));
  return piece.bytes.length;
}

const unreadLog = ({ path, reader }: Source, seen: readonly string[]): UnreadLog => ({
  path,
  services: [...new Set([...reader.readers].map(({ service }) => ownName(service)))],
  seen: diagnose(seen),
  isStartup: isStartup(seen),
});
