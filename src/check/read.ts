import { statSync } from 'node:fs';
import { openJournal } from '../journal/input.js';
import { isJournalPath } from '../journal/place.js';
import { systemClock } from '../model/clock.js';
import type { Count, CounterName } from '../model/counters.js';
import type { LogForm } from '../model/form.js';
import type { Millis } from '../model/line.js';
import { type LogSource, openSource, type SourceOptions } from '../read/source.js';
import { Unfolder } from '../read/unfold.js';
import type { LogSet } from '../tail/discover.js';
import { createLineSplitter } from '../tail/lines.js';
import { openLog } from '../tail/read-file.js';
import { isPackedName } from '../tail/rotated.js';
import { Survey } from './survey.js';

/** The options of the log, and how much of it is read. */
export interface ReadOptions extends Pick<SourceOptions, 'service' | 'host' | 'form' | 'isNamed' | 'anyHost' | 'zone' | 'catalogue'> {
  /** maximum number of bytes to read, from the end of the log */
  readonly limit: number;
  readonly signal?: AbortSignal | undefined;
  readonly onBytes?: (bytes: number) => void;
}

/** The result of reading one log. */
export interface Read {
  /** one survey per writer (service and host); a writer without lines is listed only if it is the only one */
  readonly surveys: readonly Survey[];
  /** the survey of lines whose writer is unknown */
  readonly unknown: Survey | undefined;
  /** first lines of the log, as far as they were looked at */
  readonly seen: readonly string[];
  /** form of the last lines; undefined for an empty log */
  readonly form: LogForm | undefined;
  /** lines of other programs, by program */
  readonly foreign: ReadonlyMap<string, number>;
  /** lines that do not fit the form */
  readonly damaged: number;
  readonly sizeBytes: number;
  readonly readBytes: number;
  /** the number of entries read, if only the newest entries of a journal were read */
  readonly newestEntries: number | undefined;
  readonly fault: string | undefined;
  readonly modified: Millis;
}

/** Assumed compression ratio of a gzipped log. */
const PACKED = 10;
/** Assumed size of a journal entry in bytes: journalctl can limit entries, not bytes. */
const ENTRY = 640;

/** The reader of one log and its results. */
interface Reading {
  readonly source: LogSource;
  readonly unknown: Survey;
  readonly foreign: Map<string, number>;
  readonly counted: Map<CounterName, number>;
}

/** Reads a log as `replay` does, but each writer gets a Survey instead of a reader of events. */
function openReading(path: string, modified: Millis, options: ReadOptions): Reading | undefined {
  const { catalogue, zone } = options;
  const outerZone = zone();
  const foreign = new Map<string, number>();
  const counted = new Map<CounterName, number>();
  const count: Count = (name, by = 1, label = '') => {
    counted.set(name, (counted.get(name) ?? 0) + by);
    if (name === 'other_program_lines') foreign.set(label, (foreign.get(label) ?? 0) + by);
  };
  const unknown = new Survey({ service: undefined, zone: outerZone, outerZone });
  const source = openSource({
    ...options,
    path,
    count,
    latest: () => modified,
    onEvent: () => undefined,
    readerFor: (given) => new Survey({ ...given, outerZone, catalogue }),
    onUnknown: unknown.line,
  });
  return source === undefined ? undefined : { source, unknown, foreign, counted };
}

const surveysIn = ({ source }: Reading): Survey[] => {
  const all = [...source.readers].filter((reader) => reader instanceof Survey);
  const written = all.filter(({ lines }) => lines > 0);
  return written.length > 0 ? written : all;
};

/**
 * Reads the end of a log, up to the limit and over several rotated files if needed, and the time of its first line.
 * @returns undefined for a log that replay would skip
 * @throws OperatorError LOG_UNREADABLE
 */
export async function readLog({ path, parts }: LogSet, options: ReadOptions): Promise<Read | undefined> {
  const { limit, signal, onBytes } = options;
  const isJournal = isJournalPath(path);
  const { chosen, sizeBytes, modified } = isJournal ? wholeJournal(parts) : choose(parts, limit);
  const entries = Math.ceil(limit / ENTRY);
  const reading = openReading(path, modified, options);
  if (reading === undefined) return undefined;
  const { source, unknown, foreign, counted } = reading;
  let readBytes = 0;
  let lines = 0;
  let fault: string | undefined;
  // As in a replay: what a terminal has cut is joined again.
  const unfolder = new Unfolder(source.line);
  for (const { part, from } of chosen) {
    // The line that the cut goes through is not looked at.
    let isCut = from > 0;
    const splitter = createLineSplitter({
      sink: (bytes, start, end, offset) => {
        lines++;
        if (isCut) isCut = false;
        else unfolder.line(bytes, start, end, offset);
      },
      count: () => undefined,
    });
    const input = isJournal ? openJournal(part, entries) : await openLog(part, from);
    try {
      for (let piece = await input.read(); piece !== undefined && signal?.aborted !== true; piece = await input.read()) {
        splitter.push(piece.bytes, piece.offset);
        unfolder.decide();
        source.flushCounts();
        readBytes += piece.bytes.length;
        onBytes?.(piece.bytes.length);
      }
      splitter.end();
      unfolder.end();
      fault ??= input.fault;
    } finally {
      await input.close();
    }
  }
  source.end();
  const surveys = surveysIn(reading);
  const isNewest = isJournal && lines >= entries;
  const isWhole = !isNewest && chosen.length === parts.length && chosen.every(({ from }) => from === 0);
  if (!isWhole) await lookAtStart(path, parts[0]!, modified, options, surveys);
  return {
    surveys,
    unknown: source.isUnknown ? unknown : undefined,
    seen: unfolder.seen,
    form: source.form,
    foreign,
    damaged: counted.get('malformed_lines') ?? 0,
    sizeBytes: isJournal ? readBytes : sizeBytes,
    readBytes,
    newestEntries: isNewest ? lines : undefined,
    fault,
    modified,
  };
}

interface Chosen {
  readonly part: string;
  readonly from: number;
}

const wholeJournal = (parts: readonly string[]): ReturnType<typeof choose> => ({
  chosen: parts.map((part) => ({ part, from: 0 })),
  sizeBytes: 0,
  modified: systemClock.now(),
});

/** The newest files that fit the limit, and for the oldest of them only its end. */
function choose(parts: readonly string[], limit: number): { chosen: Chosen[]; sizeBytes: number; modified: Millis } {
  const chosen: Chosen[] = [];
  let left = limit;
  let sizeBytes = 0;
  let modified = 0;
  for (const part of [...parts].reverse()) {
    const { size, mtimeMs } = statSync(part);
    sizeBytes += size;
    modified = Math.max(modified, mtimeMs);
    if (left <= 0) continue;
    const isPacked = isPackedName(part);
    chosen.unshift({ part, from: isPacked ? 0 : Math.max(0, size - left) });
    left -= isPacked ? size * PACKED : size;
  }
  return { chosen, sizeBytes, modified };
}

/** For a log that is not read from its start: notes from when on each writer has logged. */
async function lookAtStart(path: string, part: string, modified: Millis, options: ReadOptions, surveys: readonly Survey[]): Promise<void> {
  // The rest of a traceback that the cut left.
  for (const survey of surveys) if (survey.records > 0) survey.garbage = 0;
  const reading = openReading(path, modified, options);
  if (reading === undefined) return;
  const splitter = createLineSplitter({ sink: reading.source.line, count: () => undefined });
  const input = isJournalPath(path) ? openJournal(part) : await openLog(part);
  try {
    const piece = await input.read();
    if (piece !== undefined) splitter.push(piece.bytes.subarray(0, 64 * 1024), 0);
  } finally {
    await input.close();
  }
  reading.source.end();
  for (const { service, host, first } of surveysIn(reading)) {
    const survey = surveys.find((each) => each.service === service && each.host === host);
    if (survey === undefined || first === undefined) continue;
    if (survey.first === undefined || first < survey.first) survey.first = first;
  }
}
