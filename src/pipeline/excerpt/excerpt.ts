import { mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { MessageSpec } from '../../catalogue/define.js';
import { tables } from '../../catalogue/tables.js';
import { createPseudonyms, type Pseudonyms } from '../../export/pseudonyms.js';
import type { FinishedTrace } from '../../model/span.js';
import { findReadable } from '../../read/found.js';
import type { LogSet } from '../../tail/discover.js';
import { nameLog } from '../../tail/name.js';
import { unpackedName } from '../../tail/rotated.js';
import { replay } from '../replay.js';
import { openPart } from '../sources.js';
import { type Chosen, choose, type ExcerptOptions, isAborted, placesRead, replayOf } from './choose.js';
import { having, linesOf, type RawLine, type Wanted } from './lines.js';
import { differences } from './same.js';

/**
 * Extent of an excerpt, smallest first:
 * - `own`: the lines of the action, and every other line with one of its request ids
 * - `read`: also each line that novaspan reads while the action runs, and the last line of each log
 * - `all`: everything between the first and the last of these lines
 */
const extents = ['own', 'read', 'all'] as const;
type Extent = (typeof extents)[number];

/** The result of an excerpt. */
export interface Excerpt {
  /** the chosen traces; if empty, nothing is written */
  readonly traces: readonly FinishedTrace[];
  readonly extent: Extent;
  readonly files: number;
  readonly lines: number;
  /** number of different names replaced, by kind */
  readonly replaced: Readonly<Record<string, number>>;
  /** host names that could not be replaced */
  readonly kept: readonly string[];
  /** differences between the traces of the excerpt and those of the logs; empty if they are the same */
  readonly differences: readonly string[];
  /** zone in which the excerpt must be read */
  readonly zone: string;
}

/**
 * Writes the lines of the chosen actions into a folder, with names replaced, reads them again, and compares the traces.
 * If they differ, the next larger extent is tried.
 */
export async function excerpt(options: ExcerptOptions): Promise<Excerpt> {
  const chosen = await choose(options);
  const { traces, zone } = chosen;
  const base = { traces, zone, extent: 'own', files: 0, lines: 0, replaced: {}, kept: [], differences: [] } as const;
  if (traces.length === 0 || isAborted(options)) return base;
  const found = await findReadable(options.paths, undefined, options.signal);
  try {
    let last: Excerpt | undefined;
    for (const extent of extents) {
      const places = extent === 'own' ? chosen.places : await placesRead(options, chosen);
      const logs: ChosenLog[] = [];
      for (const set of found.logs) {
        const parts: ChosenPart[] = [];
        for (const [i, part] of set.parts.entries()) {
          const wanted = await wantedOf(extent, places.in(set.path, i + 1), chosen.requests, () => openPart(part, found));
          const lines = wanted === undefined ? [] : await linesOf(await openPart(part, found), wanted);
          if (lines.length > 0) parts.push({ part, lines });
        }
        if (parts.length > 0) logs.push({ set, parts });
      }
      const made = await makeOf(options, logs, chosen);
      last = { ...base, ...made, extent };
      if (last.differences.length === 0 || isAborted(options)) break;
    }
    return last ?? base;
  } finally {
    found.close();
  }
}

interface ChosenPart {
  readonly part: string;
  readonly lines: readonly RawLine[];
}

interface ChosenLog {
  readonly set: LogSet;
  readonly parts: readonly ChosenPart[];
}

/** @returns undefined if no line of the file is wanted */
async function wantedOf(
  extent: Extent,
  places: ReadonlySet<number>,
  requests: ReadonlySet<string>,
  open: () => ReturnType<typeof openPart>,
): Promise<Wanted | undefined> {
  const hasRequest = having(requests);
  const isOwn: Wanted = (bytes, start, end, offset) => places.has(offset) || hasRequest(bytes, start, end);
  if (extent !== 'all') return isOwn;
  const lines = await linesOf(await open(), isOwn);
  const first = lines[0]?.offset;
  const last = lines.at(-1)?.offset;
  if (first === undefined || last === undefined) return undefined;
  return (_bytes, _start, _end, offset) => offset >= first && offset <= last;
}

const WORD = /[A-Za-z_][\w-]+/g;
/** All words of messages, loggers and services. */
const messageWords = (): ReadonlySet<string> =>
  new Set(
    tables.flatMap(({ services, messages }) =>
      [
        ...services,
        ...Object.values(messages).flatMap(({ says, logger }: MessageSpec) => [
          ...[logger].flat(),
          ...says.map((wording) => wording.replace(/\{[^}]*\}/g, ' ')),
        ]),
      ].flatMap((text) => text.match(WORD) ?? []),
    ),
  );

/**
 * Writes the lines and reads them again. If replacing a host name that is also a word of messages changes the traces,
 * the name stays.
 */
async function makeOf(options: ExcerptOptions, logs: readonly ChosenLog[], chosen: Chosen): Promise<Made> {
  const made = await makeWith(options, logs, chosen, namesIn(logs, chosen.hosts, true));
  if (made.differences.length === 0) return made;
  const careful = namesIn(logs, chosen.hosts, false);
  return careful.kept.length === 0 ? made : makeWith(options, logs, chosen, careful);
}

type Made = Pick<Excerpt, 'files' | 'lines' | 'replaced' | 'kept' | 'differences'>;

async function makeWith(options: ExcerptOptions, logs: readonly ChosenLog[], chosen: Chosen, pseudonyms: Pseudonyms): Promise<Made> {
  rmSync(options.output, { recursive: true });
  mkdirSync(options.output);
  writeLogs(options, logs, chosen, pseudonyms);
  const parts = logs.flatMap((log) => log.parts);
  return {
    differences: differences(chosen.traces, await reread(options, chosen, pseudonyms)),
    replaced: pseudonyms.counts,
    kept: pseudonyms.kept,
    files: parts.length,
    lines: parts.reduce((sum, { lines }) => sum + lines.length, 0),
  };
}

function namesIn(logs: readonly ChosenLog[], hosts: Iterable<string>, isBold: boolean): Pseudonyms {
  const pseudonyms = createPseudonyms({ hosts, words: messageWords(), isBold });
  for (const { parts } of logs) for (const { lines } of parts) for (const { text } of lines) pseudonyms.learn(text);
  return pseudonyms;
}

/** Output path of a log below the folder: its own path with host names replaced. */
function placeOf(set: LogSet, part: string, root: string, pseudonyms: Pseudonyms): string {
  const below = relative(root, set.path)
    .split(sep)
    .filter((name) => name !== '..' && name !== '');
  const folder = below.slice(0, -1).map((name) => pseudonyms.host(name));
  return join(...folder, pseudonyms.host(unpackedName(basename(part))));
}

/** The deepest folder that contains all paths. */
function rootOf(sets: readonly LogSet[]): string {
  const folders = sets.map(({ path }) => dirname(path).split(sep));
  const shared = folders.reduce((all, names) => all.slice(0, all.findIndex((name, i) => name !== names[i]) >>> 0));
  return shared.join(sep) || sep;
}

function writeLogs({ output }: ExcerptOptions, logs: readonly ChosenLog[], { hosts }: Chosen, pseudonyms: Pseudonyms): void {
  const root = rootOf(logs.map(({ set }) => set));
  for (const { set, parts } of logs) {
    const hostOfPath = nameLog(set.path)?.host;
    for (const { part, lines } of parts) {
      const place = placeOf(set, part, root, pseudonyms);
      // A folder above the root may be named for the host: the excerpt has it below.
      const host =
        hostOfPath !== undefined && hosts.has(hostOfPath) && nameLog(join(sep, place))?.host === undefined
          ? pseudonyms.host(hostOfPath)
          : '';
      const path = join(output, host, place);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, lines.map(({ text }) => `${pseudonyms.replace(text)}\n`).join(''));
      // Lines without a year get it from this time.
      const { mtime } = statSync(part);
      utimesSync(path, mtime, mtime);
    }
  }
}

async function reread(options: ExcerptOptions, { traces, zone }: Chosen, pseudonyms: Pseudonyms): Promise<FinishedTrace[]> {
  const ids = new Set(traces.map(({ traceId }) => traceId));
  const { host } = options;
  const given = host === undefined ? options : { ...options, host: pseudonyms.host(host) };
  const found: FinishedTrace[] = [];
  for await (const trace of replay({ ...replayOf(given), paths: [options.output], zone, isZoneGiven: true }))
    if (ids.has(trace.traceId)) found.push(trace);
  return found;
}
