import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Millis } from '../../model/line.js';
import { createLineSplitter } from '../../tail/lines.js';
import { compressionOf, MAGIC_BYTES } from '../../tail/packed/unpack.js';
import { utf16Of } from '../../tail/utf16.js';
import type { Run } from '../run.js';
import type { Source } from '../sources.js';

/** Number of places per log whose times are sampled to choose the cut. */
const SAMPLES = 12;
/** Bytes read to find the time at a place, and before that at the start of the log. */
const LOOK = 8 * 1024;
/** The same, if so few have no time. */
const LONG_LOOK = 128 * 1024;
const NEWLINE = 10;

/** A place in a log: file, and number of pieces into it. */
interface Place {
  readonly part: number;
  readonly offset: number;
}

/** One log, as a sequence of pieces. */
interface Row {
  readonly source: Source;
  readonly places: readonly Place[];
  readonly bytes: number;
}

/** The cut, and the place at which each log must start before it. */
export interface Plan {
  readonly at: Millis;
  readonly from: ReadonlyMap<Source, Place>;
}

/** Why the logs cannot be shared; undefined if they can. */
export function whyNot({ options, sources, copies, totalBytes }: Run, least: number): string | undefined {
  if (options.lines === 'numbered') return 'lines are numbered from the beginning of each file';
  if (copies !== undefined) return 'a journal or syslog may repeat what other logs hold';
  if (!(totalBytes >= least)) return 'the logs are small, compressed, or come through a pipe';
  const isPlain = sources.every(({ path, parts }) => parts.every((part) => dirname(part) === dirname(path) && isPlainFile(part)));
  return isPlain ? undefined : 'some logs are compressed';
}

function isPlainFile(path: string): boolean {
  if (!statSync(path).isFile()) return false;
  const head = readAt(path, 0, MAGIC_BYTES);
  return compressionOf(head) === undefined && utf16Of(head) === undefined;
}

/**
 * Chooses the cut. Times are sampled at a few places of each log: an error costs only time, because the states are
 * compared at the cut.
 * @param share of the bytes before the cut
 */
export function planOf(
  sources: readonly Source[],
  { piece, overlap, at: share }: { piece: number; overlap: Millis; at: number },
): Plan | undefined {
  const rows = sources.map((source) => rowOf(source, piece));
  const samples: { readonly at: Millis; readonly bytes: number }[] = [];
  for (const { source, places, bytes } of rows) {
    const count = Math.min(SAMPLES, places.length);
    for (let i = 0; i < count; i++) {
      const at = timeAt(source, places[Math.floor((i * places.length) / count)]!);
      if (at !== undefined) samples.push({ at, bytes: bytes / count });
    }
  }
  samples.sort((a, b) => a.at - b.at);
  const wanted = share * samples.reduce((sum, { bytes }) => sum + bytes, 0);
  let before = 0;
  const at = samples.find(({ bytes }) => (before += bytes) > wanted)?.at;
  if (at === undefined) return undefined;
  return { at, from: new Map(rows.map(({ source, places }) => [source, lastBefore(source, places, at - overlap)])) };
}

function rowOf(source: Source, piece: number): Row {
  const sizes = source.parts.map((part) => statSync(part).size);
  const places = sizes.flatMap((size, part) =>
    Array.from({ length: Math.max(1, Math.ceil(size / piece)) }, (_, i) => ({ part, offset: i * piece })),
  );
  return { source, places, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

/** The last place at which a log is not later than a time. */
function lastBefore(source: Source, places: readonly Place[], moment: Millis): Place {
  let low = 0;
  let high = places.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((timeAt(source, places[middle]!) ?? Number.POSITIVE_INFINITY) <= moment) low = middle;
    else high = middle - 1;
  }
  return places[low]!;
}

/** Time of the lines at a place, by the log's own reader. */
function timeAt(source: Source, place: Place): Millis | undefined {
  return timeWithin(source, place, LOOK) ?? timeWithin(source, place, LONG_LOOK);
}

function timeWithin(source: Source, { part, offset }: Place, length: number): Millis | undefined {
  const reader = source.probe();
  if (reader === undefined) return undefined;
  const look = (path: string, from: number): Millis | undefined => {
    const bytes = readAt(path, from, length);
    const start = from === 0 ? 0 : bytes.indexOf(NEWLINE) + 1;
    const splitter = createLineSplitter({ sink: (...line) => reader.line(...line), count() {} });
    splitter.push(bytes.subarray(start, bytes.lastIndexOf(NEWLINE) + 1), from + start);
    reader.flushCounts();
    return reader.newest;
  };
  const first = look(source.allParts[0]!, 0);
  if (part === 0 && offset === 0) return first;
  const found = look(source.allParts[part]!, offset);
  return found === first || reader.isUnsure ? undefined : found;
}

function readAt(path: string, from: number, length: number): Buffer {
  const fd = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(fd, bytes, 0, length, from));
  } finally {
    closeSync(fd);
  }
}
