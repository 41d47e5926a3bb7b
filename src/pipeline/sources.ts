import { statSync } from 'node:fs';
import { services } from '../catalogue/index.js';
import type { Zones } from '../clock/hint.js';
import type { KeptInput } from '../clock/prove.js';
import { openJournal } from '../journal/input.js';
import { isJournalPath } from '../journal/place.js';
import type { Event } from '../lifecycle/event.js';
import { systemClock } from '../model/clock.js';
import type { Count, CounterName } from '../model/counters.js';
import { logUnknown, usage } from '../model/errors.js';
import type { LineSink, Millis } from '../model/line.js';
import type { UnreadLog } from '../model/unread.js';
import { cutOffAt, diagnose } from '../read/diagnose.js';
import { type FoundLogs, isNamedBy } from '../read/found.js';
import { ownName, type Zoning } from '../read/log-reader.js';
import type { Rules } from '../read/rules.js';
import { skimmer } from '../read/skim/skimmer.js';
import { type LogSource, openSource } from '../read/source.js';
import { isStartup } from '../read/startup.js';
import { Unfolder } from '../read/unfold.js';
import type { LogSet } from '../tail/discover.js';
import { createLineSplitter, type LineSkimmer, type LineSplitter } from '../tail/lines.js';
import type { LogInput } from '../tail/log-input.js';
import { mayRepeat } from '../tail/maybe-log.js';
import { openLog, openStream } from '../tail/read-file.js';
import { isPackedName } from '../tail/rotated.js';
import type { Copies } from './copies.js';
import { LineNumbers } from './line-numbers.js';
import type { ReadOptions } from './read-options.js';

/** Host name used where the logs do not show their host. */
export const NO_HOST = 'localhost';

/** One log with its rotated files, read one after another, oldest first. */
export interface Source {
  readonly path: string;
  readonly reader: LogSource;
  /** created anew when reading continues at another place */
  splitter: LineSplitter;
  readonly split: () => LineSplitter;
  /** between reader and splitter: joins lines that a terminal wrapped */
  readonly unfolder: Unfolder;
  readonly open: (part: string, from?: number) => Promise<LogInput>;
  /** creates a reader that finds times only, and gives no events */
  readonly probe: () => LogSource | undefined;
  /** files not started yet */
  readonly parts: string[];
  readonly allParts: readonly string[];
  /** as in `Copies` */
  readonly rank: number;
  /** the log was chosen by its first lines, not by its name */
  readonly isGuessed: boolean;
  /** number of files started */
  begun: number;
  input: LogInput | undefined;
  /** offset in the current file */
  offset: number;
  done: boolean;
}

/** Facts about a log before it is read. */
export const aboutSet = (set: LogSet, found: FoundLogs, options: ReadOptions) => ({
  path: set.path,
  service: options.service,
  host: options.host ?? set.host,
  form: isJournalPath(set.path) ? ('journal-json' as const) : options.form,
  isNamed: found.isGuessed(set) || isNamedBy(options.paths, set),
  anyHost: NO_HOST,
  isZoneAssumed: options.isZoneGiven === false,
  latest: () => lastWritten(set),
});

/** Opens one file of a log, or standard input for `-`. @throws OperatorError LOG_UNREADABLE */
export async function openPart(part: string, { stdin }: FoundLogs, from = 0, piece?: number): Promise<LogInput> {
  if (isJournalPath(part)) return openJournal(part);
  return part === '-' && stdin !== undefined ? openStream(stdin) : openLog(part, from, piece, skimmer()?.room);
}

/**
 * Passes on held lines of logs with copies, as far as the other logs are read. @returns the time up to which all lines
 * are known
 */
export function releaseUpTo(copies: Copies, sources: readonly Source[], newest: Millis | undefined): Millis | undefined {
  const readTo: Millis[] = [];
  for (const { done, rank, reader } of sources) {
    if (!done) readTo[rank] = Math.min(readTo[rank] ?? Number.POSITIVE_INFINITY, reader.newest ?? Number.NEGATIVE_INFINITY);
  }
  copies.release((rank) => Math.min(...readTo.slice(0, rank).filter((at) => at !== undefined)));
  if (newest === undefined) return undefined;
  copies.forget(newest);
  return Math.min(newest, copies.oldest);
}

/**
 * Whether lines of a service are read. A log with copies counts, beside the service's own log, only if it added lines.
 */
export function readsOf(sources: readonly Source[], copies: Copies | undefined): (service: string, host?: string) => boolean {
  if (copies === undefined) return (service, host) => sources.some(({ reader }) => reader.reads(service, host));
  const own = sources.filter(({ rank }) => rank === 0);
  const others = sources.filter(({ rank }) => rank > 0);
  return (service, host) => {
    if (own.some(({ reader }) => reader.reads(service, host)) || copies.brought(service, host)) return true;
    return !own.some(({ reader }) => reader.reads(service)) && others.some(({ reader }) => reader.reads(service, host));
  };
}

export interface OpenOptions {
  readonly found: FoundLogs;
  readonly zonesOf: (set: LogSet) => Zones;
  readonly rules: Rules | undefined;
  /** inputs that were read in part and cannot be opened again */
  readonly begun: Map<string, KeptInput>;
  readonly count: Count;
}

export function openSources(
  sets: readonly LogSet[],
  options: ReadOptions,
  { found, zonesOf, rules, begun, count: countAll }: OpenOptions,
  onEvent: (event: Event, zoning: Zoning, rank: number) => void,
): Source[] {
  const sources: Source[] = [];
  let ranks = 0;
  const hasOwn = sets.some((set) => !mayRepeat(set.path));
  for (const set of sets) {
    const isGuessed = found.isGuessed(set);
    // Asked for as a whole, all logs are a service's own.
    const rank = options.service === undefined && (isJournalPath(set.parts[0]!) || mayRepeat(set.path)) ? ++ranks : 0;
    // Do not report faults of optional logs again: other logs may hold the same lines.
    const count = isGuessed && hasOwn ? onlyCounted(countAll) : countAll;
    const numbers = options.lines === 'numbered' ? new LineNumbers(set.parts) : undefined;
    const about = { ...aboutSet(set, found, options), zone: zonesOf(set), catalogue: rules?.catalogue };
    const reader = openSource({
      ...about,
      count,
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
    const split = (): LineSplitter =>
      createLineSplitter({
        sink,
        count,
        // What numbers lines must see each of them.
        skimmer: numbers === undefined ? skimmerOf(reader, unfolder, () => source.begun) : undefined,
      });
    const open = (part: string, from = 0): Promise<LogInput> =>
      begun.has(part) ? Promise.resolve(begun.get(part)!.rewind()) : openPart(part, found, from, options.piece);
    const probe = (): LogSource | undefined => openSource({ ...about, count() {}, onEvent() {} });
    const source: Source = {
      ...{
        path: set.path,
        reader,
        splitter: split(),
        split,
        unfolder,
        open,
        probe,
        parts: [...set.parts],
        allParts: set.parts,
        rank,
        isGuessed,
      },
      ...{ begun: 0, input: undefined, offset: 0, done: false },
    };
    sources.push(source);
  }
  if (sources.length === 0) {
    throw usage(
      `none of the logs under ${options.paths.join(', ')} is one that novaspan reads`,
      `it reads logs of ${[...new Set(services.map(ownName))].join(', ')}: name the service with --service if the file has another name`,
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
  'other_program_lines',
]);

const onlyCounted =
  (count: Count): Count =>
  (name, by, label) => {
    if (PLAIN.has(name)) count(name, by, label);
  };

/** Total bytes; NaN if unknown, for pipes and compressed files. */
export function sizeOf(sources: readonly Source[]): number {
  const parts = sources.flatMap((source) => source.parts);
  if (parts.some((part) => part === '-' || isJournalPath(part) || isPackedName(part) || statSync(part).isFIFO())) return Number.NaN;
  return parts.reduce((sum, part) => sum + statSync(part).size, 0);
}

/** Latest possible time of a line: the file's modification time, or now for standard input. */
const lastWritten = ({ parts }: LogSet): Millis => {
  const last = parts.at(-1)!;
  return last === '-' || isJournalPath(last) ? systemClock.now() : statSync(last).mtimeMs;
};

/** Bytes of a file of several logs that are read before any action closes: its later logs begin earlier. */
const READ_AT_ONCE = 8 * 1024 * 1024;

/** Whether a log may go on with lines that are much older than those that are read. */
export const mayGoBack = ({ done, offset, reader }: Source): boolean => !done && reader.mayGoBack && offset <= READ_AT_ONCE;

/** The unfinished source with the earliest time. */
export function furthestBehind(sources: readonly Source[]): Source | undefined {
  let found: Source | undefined;
  for (const source of sources) {
    if (source.done) continue;
    if (source.reader.newest === undefined) return source;
    if (found === undefined || source.reader.newest < found.reader.newest!) found = source;
  }
  return found;
}

/** Time of the last nova-compute line of a host, once all its logs are read to the end. */
export function endOfLog(sources: readonly Source[], host: string): Millis {
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

/** Reads one piece of a source. @returns its number of bytes */
export async function readOn(source: Source, options: Pick<ReadOptions, 'onUnread' | 'onCutOff'>, count: Count): Promise<number> {
  if (source.input === undefined) {
    const part = source.parts.shift();
    if (part === undefined) {
      source.done = true;
      return 0;
    }
    source.begun++;
    source.offset = 0;
    source.input = await source.open(part);
  }
  const piece = await source.input.read();
  if (piece === undefined) {
    source.splitter.end();
    source.unfolder.end();
    if (source.input.fault !== undefined) count('cut_off_logs', 1, source.path);
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
  source.offset = piece.offset + piece.bytes.length;
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
