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

/** The zones that logs prove. */
export interface Proof {
  /** value for `--timezone`; undefined if the zones in use are right */
  readonly zones: string | undefined;
  /** zone of each log, if hosts are in several zones */
  readonly zonesOf?: (set: LogSet) => Zones;
  /** hosts in another zone than the first of `zones` */
  readonly others: readonly { readonly host: string; readonly zone: string }[];
  /** the evidence; undefined if nothing could be compared */
  readonly by: string | undefined;
}

export interface ProveOptions {
  readonly about: (set: LogSet) => Omit<SourceOptions, 'zone' | 'count' | 'onEvent' | 'readerFor'>;
  /** zone of a log until another one is proven */
  readonly zones: (set: LogSet) => Zones;
  readonly open: (part: string) => Promise<LogInput>;
  readonly signal: AbortSignal | undefined;
}

const MIB = 1024 * 1024;
/** Maximum number of bytes read per log; less if its clock is known earlier. */
const MOST = 64 * MIB;
/** Minimum number of bytes read over all logs: a change of summer time shows more. */
const LEAST = 64 * MIB;
/** Bytes kept per input that can be read only once, so that it can be read again. */
const MOST_KEPT = 16 * MIB;
/** Number of comparisons after which a clock counts as known. */
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
 * Learns the zones of logs from their first parts, always reading the log that is furthest behind. Input that cannot be
 * read twice, such as standard input, is kept.
 * @param begun receives inputs that were opened and must be read on, by file
 * @throws OperatorError USAGE if no single option expresses the zones; LOG_UNREADABLE
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
 * Zones of logs whose hosts are in several zones: the proven zone of each log, else that of its host.
 * @throws OperatorError USAGE if one log has lines of hosts in several zones
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

/** As in a replay, but by local times, as zones are not known yet. */
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

/** Reads one piece. @returns its number of bytes */
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

/** An input that is replayed from memory after a rewind, and then continues. */
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
