import { statSync } from 'node:fs';
import { createZone } from '../format/zone.js';
import { usage } from '../model/errors.js';
import { ownName } from '../read/log-reader.js';
import { type LogSource, openSource, type SourceOptions } from '../read/source.js';
import { Unfolder } from '../read/unfold.js';
import type { LogSet } from '../tail/discover.js';
import { createLineSplitter, type LineSplitter } from '../tail/lines.js';
import type { LogInput, Piece } from '../tail/log-input.js';
import { nameLog } from '../tail/name.js';
import type { Zones } from './hint.js';
import { type Clocked, type ClockFinding, judgeClocks } from './judge.js';
import { ClockReader } from './reader.js';
import { type ZonedLog, zoneProblem, zonesOfLogs } from './zone-problem.js';

/** What logs prove of their zones. */
export interface Proof {
  /** as `--timezone` has them; undefined where the logs are in the zones that they were read in */
  readonly zones: string | undefined;
  /** where hosts are in several zones: those of each log */
  readonly zonesOf?: (set: LogSet) => Zones;
  /** which hosts are in another zone than the first of `zones` */
  readonly others: readonly { readonly host: string; readonly zone: string }[];
  /** how that is known; undefined where nothing could be compared */
  readonly by: string | undefined;
}

export interface ProveOptions {
  readonly about: (set: LogSet) => Omit<SourceOptions, 'zone' | 'count' | 'onEvent' | 'readerFor'>;
  /** what a log is read in until another zone is proven */
  readonly zones: (set: LogSet) => Zones;
  readonly open: (part: string) => Promise<LogInput>;
  readonly signal: AbortSignal | undefined;
}

const MIB = 1024 * 1024;
/** At the most so much of a log is read, and less where its clock is known before that. */
const MOST = 64 * MIB;
/** So much of all of them is read in any case: where summer time begins or ends, more is learnt. */
const LEAST = 64 * MIB;
/** What can be read once only is kept, so that it can be read again: so much of each. */
const MOST_KEPT = 16 * MIB;
/** So many comparisons make a clock known. */
const ENOUGH = 3;

interface Probed {
  readonly set: LogSet;
  readonly source: LogSource;
  readonly splitter: LineSplitter;
  readonly unfolder: Unfolder;
  readonly parts: string[];
  input: LogInput | undefined;
  left: number;
  done: boolean;
}

/**
 * Learns the zones of logs from their beginnings, always of the log that is furthest behind. What cannot be read twice, such
 * as standard input, is kept as far as it was read.
 *
 * @param begun takes what was opened and must be read on, by part
 * @throws OperatorError USAGE where no single option gives the zones; LOG_UNREADABLE
 */
export async function proveZones(sets: readonly LogSet[], options: ProveOptions, begun: Map<string, KeptInput>): Promise<Proof> {
  const logs = sets.flatMap((set) => probed(set, options));
  let read = 0;
  let judgeAt = LEAST;
  try {
    for (let next = furthestBehind(logs); next !== undefined && options.signal?.aborted !== true; next = furthestBehind(logs)) {
      read += await readOn(next, options, begun);
      if (read < judgeAt) continue;
      judgeAt = read * 2;
      const clocked = clockedOf(logs);
      const findings = judgeClocks(clocked);
      if (clocked.every((log) => log.isUtc || isKnown(findings.get(log)))) break;
    }
  } finally {
    for (const { input, parts } of logs) if (input !== undefined && !begun.has(parts[0] ?? '')) await input.close();
  }
  return proofOf(logs);
}

function proofOf(logs: readonly Probed[]): Proof {
  const clocked = clockedOf(logs);
  const findings = judgeClocks(clocked);
  const wrong = zoneProblem(clocked, findings, undefined);
  const known = [...findings.values()].filter(({ verdict }) => verdict !== 'unknown');
  const proof = known.find(({ verdict }) => wrong !== undefined && verdict === 'off') ?? known[0];
  if (wrong !== undefined && wrong.zones === undefined) return { ...ofEachHost(zonesOfLogs(clocked, findings), wrong.what), by: proof?.by };
  return { zones: wrong?.zones, others: [], by: proof?.by };
}

/**
 * The zones of hosts that are in several: of each log the one that it shows, of a log that shows none that of its host.
 *
 * @throws OperatorError USAGE where one log holds lines of hosts in several zones
 */
function ofEachHost(logs: readonly (ZonedLog & { readonly right: string })[], what: string): Omit<Proof, 'by'> {
  const counts = new Map<string, number>();
  const byLog = new Map<string, string>();
  const byHost = new Map<string, string>();
  for (const { set, service, host, right } of logs) {
    counts.set(right, (counts.get(right) ?? 0) + 1);
    const key = `${ownName(service)} ${set.path}`;
    if ((byLog.get(key) ?? right) !== right)
      throw usage(
        `--timezone auto cannot read ${set.path}, which holds hosts of several zones: ${what}`,
        'read the lines of each host by themselves',
      );
    byLog.set(key, right);
    if (!byHost.has(host)) byHost.set(host, right);
  }
  const [[general] = ['UTC']] = [...counts].sort(([, a], [, b]) => b - a);
  const zonesOf = (set: LogSet): Zones => {
    const ofHost = byHost.get(nameLog(set.path)?.host ?? set.host ?? '') ?? general;
    return (service) => createZone((service && byLog.get(`${ownName(service)} ${set.path}`)) ?? ofHost);
  };
  const others = [...byHost].flatMap(([host, zone]) => (zone === general ? [] : [{ host, zone }]));
  return { zones: general, zonesOf, others };
}

const isKnown = (finding: ClockFinding | undefined): boolean =>
  (finding?.samples ?? []).reduce((sum, { weight }) => sum + weight, 0) >= ENOUGH;

function clockedOf(logs: readonly Probed[]): (Clocked & ZonedLog)[] {
  return logs.flatMap(({ set, source }) =>
    [...source.readers].flatMap((reader) => {
      if (!(reader instanceof ClockReader)) return [];
      const { service, host, zoned, utc } = reader;
      const log = { set, service, host, modified: undefined };
      return [
        ...(utc.last === undefined ? [] : [{ ...log, zone: 'UTC', isUtc: true, clock: utc }]),
        ...(zoned.last === undefined ? [] : [{ ...log, zone: zoned.zone.name, isUtc: false, clock: zoned }]),
      ];
    }),
  );
}

function probed(set: LogSet, { about, zones }: ProveOptions): Probed[] {
  const own = zones(set);
  const source = openSource({
    ...about(set),
    zone: own,
    count: () => undefined,
    onEvent: () => undefined,
    readerFor: (given) => new ClockReader(given, own()),
  });
  if (source === undefined) return [];
  const unfolder = new Unfolder(source.line);
  const splitter = createLineSplitter({ sink: unfolder.line, count: () => undefined });
  return [{ set, source, splitter, unfolder, parts: [...set.parts], input: undefined, left: MOST, done: false }];
}

/** As in a replay, but by local times: zones are not known yet. */
function furthestBehind(logs: readonly Probed[]): Probed | undefined {
  let found: Probed | undefined;
  for (const log of logs) {
    if (log.done) continue;
    const { newest } = log.source;
    if (newest === undefined) return log;
    if (found === undefined || newest < found.source.newest!) found = log;
  }
  return found;
}

/** Reads one piece. @returns its bytes */
async function readOn(log: Probed, { open }: ProveOptions, begun: Map<string, KeptInput>): Promise<number> {
  const [part] = log.parts;
  if (part === undefined || log.left <= 0) return ended(log);
  if (log.input === undefined) {
    log.input = await open(part);
    if (isOnceOnly(part)) {
      const kept = new KeptInput(log.input);
      log.input = kept;
      log.left = Math.min(log.left, MOST_KEPT);
      begun.set(part, kept);
    }
  }
  const piece = await log.input.read();
  if (piece !== undefined) {
    log.splitter.push(piece.bytes, piece.offset);
    log.unfolder.decide();
    log.source.flushCounts();
    log.left -= piece.bytes.length;
    if (log.left <= 0) ended(log);
    return piece.bytes.length;
  }
  log.splitter.end();
  log.unfolder.end();
  if (!begun.has(part)) await log.input.close();
  log.input = undefined;
  log.parts.shift();
  return 0;
}

function ended(log: Probed): number {
  log.done = true;
  log.source.end();
  return 0;
}

const isOnceOnly = (part: string): boolean => part === '-' || statSync(part, { throwIfNoEntry: false })?.isFile() === false;

/** Gives what was read of it until it is rewound once more, and then the rest. */
export class KeptInput implements LogInput {
  readonly #input: LogInput;
  #kept: Piece[] | undefined = [];
  #given = 0;
  #isRewound = false;

  constructor(input: LogInput) {
    this.#input = input;
  }

  get fault(): string | undefined {
    return this.#input.fault;
  }

  rewind(): this {
    this.#isRewound = true;
    return this;
  }

  async read(): Promise<Piece | undefined> {
    const kept = this.#isRewound ? this.#kept?.[this.#given++] : undefined;
    if (kept !== undefined) return kept;
    if (this.#isRewound) this.#kept = undefined;
    const piece = await this.#input.read();
    if (piece !== undefined) this.#kept?.push({ bytes: Buffer.from(piece.bytes), offset: piece.offset });
    return piece;
  }

  close(): Promise<void> {
    return this.#input.close();
  }
}
