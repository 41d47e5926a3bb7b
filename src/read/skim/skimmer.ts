import type { Candidates } from '../../catalogue/beginnings.js';
import type { Matcher } from '../../catalogue/index.js';
import type { LoggerIndex } from '../../catalogue/matcher.js';
import { noParts, type OsloParts } from '../../format/oslo.js';
import * as at from './layout.js';
import { MODULE } from './module.js';
import { Tables } from './tables.js';

const PAGE = 64 * 1024;
/** Fixed number of pages: the memory must not move, as logs are read into it. */
const PAGES = 32;
/** Maximum bytes of a piece: as much as a replay reads at once. */
const ROOM = 256 * 1024;
/** When so few bytes of a longer piece are left, the next ones are loaded. */
const FEW = 64 * 1024;
const NEWLINE = 10;
/** Times further away are treated as equal. */
const FAR = 1 << 30;

type Skim = (start: number, stop: number, loggers: number, quarter: number) => number;

/** The lines of one quarter of an hour, which share the start of their time stamp. */
export interface Quarter {
  /** `2026-11-21 01:`, and two bytes more */
  readonly hour: Uint8Array;
  /** its start within the hour, in ms */
  readonly start: number;
}

/** State of a log whose lines are skipped. */
export interface Skimmed {
  readonly matcher: Matcher;
  readonly quarter: Quarter;
  /** No record is skipped; only its parts are found. */
  readonly isEvery: boolean;
}

/**
 * Skips lines that no action needs, in WebAssembly: nine in ten lines of a log at DEBUG, twenty times as fast as
 * reading them. One instance serves all logs, as each piece is processed as soon as it is read.
 */
export class Skimmer {
  /** Bytes of the memory; parts are offsets into it. */
  readonly bytes: Buffer;
  readonly parts: OsloParts = noParts();
  /**
   * Results: number of skipped lines, of records and of unrecognised ones among them, and the times of the log after
   * them.
   */
  lines = 0;
  records = 0;
  unrecognised = 0;
  last = 0;
  newest = 0;
  /**
   * For a line that may be needed: its time in ms from the start of the quarter, its end, the start of the next line,
   * and its candidates.
   */
  isWanted = false;
  at = 0;
  end = 0;
  next = 0;
  logger: LoggerIndex | undefined;
  candidates: Candidates | undefined;
  readonly #ints: Int32Array;
  readonly #run: Skim;
  readonly #tables: Tables;
  #piece: Buffer | undefined;
  #from = 0;
  #until = 0;
  #hour: Uint8Array | undefined;

  /** @throws if the engine has no WebAssembly with SIMD */
  constructor() {
    const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES });
    this.bytes = Buffer.from(memory.buffer);
    this.#ints = new Int32Array(memory.buffer);
    this.#tables = new Tables(this.bytes, at.PIECE + ROOM + at.PADDING, PAGES * PAGE - at.PADDING);
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(MODULE, 'base64')), { env: { memory } });
    this.#run = exports['skim'] as Skim;
  }

  /** The area for pieces: a piece that is read into it need not be copied. */
  get room(): Buffer {
    return this.bytes.subarray(at.PIECE, at.PIECE + ROOM);
  }

  /** Announces a new piece, which may be in the same bytes as the last one. */
  begin(): void {
    this.#piece = undefined;
  }

  /**
   * Skips lines as far as it can.
   * @param last the log's last time, `newest` its newest one, both in ms from the start of the quarter
   * @param isOpen the next lines may belong to a record whose lines are kept
   * @returns where it stopped; `isWanted` is set if that is a line that may be needed, with its parts
   */
  skim(piece: Buffer, start: number, { matcher, quarter, isEvery }: Skimmed, last: number, newest: number, isOpen: boolean): number {
    this.lines = this.records = this.unrecognised = 0;
    this.isWanted = false;
    this.last = last;
    this.newest = newest;
    const loggers = this.#tables.loggersOf(matcher);
    if (loggers === undefined) return start;
    if (piece !== this.#piece || (start > this.#until - FEW && this.#until < piece.length)) this.#take(piece, start);
    if (quarter.hour !== this.#hour) {
      this.#hour = quarter.hour;
      this.bytes.set(quarter.hour, at.HOUR);
    }
    const ints = this.#ints;
    ints[at.LAST >> 2] = Math.max(-FAR, Math.min(FAR, Math.floor(last)));
    ints[at.NEWEST >> 2] = Math.max(-FAR, Math.min(FAR, Math.floor(newest)));
    ints[at.IS_OPEN >> 2] = isOpen ? 1 : 0;
    ints[at.IS_EVERY >> 2] = isEvery ? 1 : 0;
    const delta = at.PIECE - this.#from;
    let reached = start + delta;
    for (;;) {
      reached = this.#run(reached, this.#until + delta, loggers, quarter.start);
      this.lines += ints[at.LINES >> 2]!;
      this.records += ints[at.RECORDS >> 2]!;
      this.unrecognised += ints[at.UNRECOGNISED >> 2]!;
      if (ints[at.WHY >> 2] !== at.NEW_LOGGER) break;
      if (!this.#tables.add(matcher, ints[at.LOGGER_START >> 2]!, ints[at.LOGGER_END >> 2]!)) break;
    }
    if (this.records > 0) {
      this.last = ints[at.LAST >> 2]!;
      this.newest = Math.max(newest, ints[at.NEWEST >> 2]!);
    }
    if (ints[at.WHY >> 2] === at.WANTED) this.#wanted(delta);
    return reached - delta;
  }

  #wanted(delta: number): void {
    const { parts } = this;
    const ints = this.#ints;
    this.isWanted = true;
    this.at = ints[at.AT >> 2]!;
    this.end = ints[at.END >> 2]!;
    this.next = ints[at.NEXT >> 2]! - delta;
    this.logger = this.#tables.loggerAt(ints[at.LOGGER >> 2]!);
    this.candidates = this.#tables.candidatesOf(ints[at.FOUND >> 2]!);
    parts.pid = ints[at.PID >> 2]!;
    parts.levelStart = ints[at.LEVEL_START >> 2]!;
    parts.levelEnd = ints[at.LEVEL_END >> 2]!;
    parts.loggerStart = ints[at.LOGGER_START >> 2]!;
    parts.loggerEnd = ints[at.LOGGER_END >> 2]!;
    parts.contextStart = ints[at.CONTEXT_START >> 2]!;
    parts.contextEnd = ints[at.CONTEXT_END >> 2]!;
    parts.instance = ints[at.INSTANCE >> 2]!;
    parts.message = ints[at.MESSAGE >> 2]!;
  }

  #take(piece: Buffer, start: number): void {
    // A piece that is already in the area stays where it is: a copy would overwrite its own source.
    const isInPlace = piece.buffer === this.bytes.buffer;
    this.#piece = piece;
    this.#from = isInPlace ? at.PIECE - piece.byteOffset : start;
    this.#until = isInPlace ? piece.length : Math.min(piece.length, start + ROOM);
    if (!isInPlace) this.bytes.set(piece.subarray(start, this.#until), at.PIECE);
    this.bytes[at.PIECE + this.#until - this.#from] = NEWLINE;
  }
}

let made: Skimmer | false | undefined;

/** The shared instance; undefined if the engine cannot run it. */
export function skimmer(): Skimmer | undefined {
  if (made === undefined) {
    try {
      made = new Skimmer();
    } catch {
      made = false;
    }
  }
  return made === false ? undefined : made;
}
