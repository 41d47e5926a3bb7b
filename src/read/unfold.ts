import { looksLikeStamp } from '../format/digits.js';
import type { LineSink } from '../model/line.js';

const SPACE = 32;
const T = 84;
const CARRIAGE_RETURN = 13;
/** What a log's width is found from. */
const MOST_LINES = 400;
const MOST_BYTES = 256 * 1024;
/** No terminal is narrower or wider. */
const NARROWEST = 40;
const WIDEST = 600;
/** Records that must be cut at one width before it is believed, and different ones among them. */
const PROOF = 3;
const DIFFERENT = 2;
/** What a record of its own begins with, or what may stand under one that is whole. */
const OWN = /^(?:\s\s|\t|Traceback |[<{}[#]|$)/;
/** Pieces of one record that are compared. */
const MOST_PIECES = 20;
/** A date and a time: the record's own, which differs in each line. */
const STAMP_LENGTH = 24;

/** How lines look that a terminal, or an editor, has cut. */
export interface Folding {
  /** columns; undefined where no line is followed by one that could be its rest */
  readonly width: number | undefined;
  /** It happened often enough, and nothing speaks against it. */
  readonly isSure: boolean;
}

/**
 * Finds the width at which a terminal has cut the lines of a log: its longest lines are all of just that length, and behind
 * each of them stands one that is no record.
 *
 *     2024-07-11 18:10:40.100 2 INFO nova.compute.claims [None req-… u p - - default defaul       120 columns
 *     t] [instance: …] Claim successful on node cmp1                                              the rest
 */
export function foldingOf(lines: readonly string[]): Folding {
  let width = 0;
  for (const line of lines) width = Math.max(width, line.length);
  if (width < NARROWEST || width > WIDEST) return { width: undefined, isSure: false };
  const cut = new Set<string>();
  let cuts = 0;
  let others = 0;
  for (const [i, line] of lines.entries()) {
    const next = lines[i + 1];
    if (line.length !== width || next === undefined) continue;
    if (isStamped(line) && !isStamped(next) && !OWN.test(next)) {
      cuts++;
      cut.add(recordAt(lines, i));
    } else if (isStamped(next)) others++;
  }
  if (cuts === 0) return { width: undefined, isSure: false };
  return { width, isSure: cuts >= PROOF && cut.size >= DIFFERENT && others * 4 <= cuts };
}

/** A record without its time, as far as it may reach. */
function recordAt(lines: readonly string[], first: number): string {
  let last = first + 1;
  while (last < lines.length && last - first < MOST_PIECES && !isStamped(lines[last]!)) last++;
  return lines.slice(first, last).join('').slice(STAMP_LENGTH);
}

const isStamped = (line: string): boolean => {
  const bytes = Buffer.from(line.slice(0, STAMP_LENGTH), 'latin1');
  return looksLikeStamp(bytes, 0, SPACE) || looksLikeStamp(bytes, 0, T);
};

interface Kept {
  readonly bytes: Buffer;
  readonly offset: number;
}

/**
 * Joins the lines of a log that was copied out of a terminal. The first lines are kept until it is clear whether they were
 * cut; of a log that was not, all others are handed on as they come. Where it is not sure, nothing is joined.
 */
export class Unfolder {
  readonly #sink: LineSink;
  #sample: Kept[] | undefined = [];
  #sampleBytes = 0;
  /** the sample as text: what a log of which nothing could be read looks like */
  #seen: readonly string[] = [];
  #width = 0;
  #held: Kept | undefined;
  #lastLength = 0;

  constructor(sink: LineSink) {
    this.#sink = sink;
  }

  /** The first lines of the log. */
  get seen(): readonly string[] {
    return this.#sample === undefined ? this.#seen : this.#sample.map(({ bytes }) => bytes.toString('utf8'));
  }

  /** Columns at which its lines were cut; 0 where they were not. */
  get width(): number {
    return this.#width;
  }

  /** Takes one line. */
  readonly line: LineSink = (bytes, start, end, offset) => {
    if (this.#sample !== undefined) {
      this.#sample.push({ bytes: Buffer.from(bytes.subarray(start, end)), offset });
      this.#sampleBytes += end - start;
      if (this.#sample.length >= MOST_LINES || this.#sampleBytes > MOST_BYTES) this.decide();
    } else if (this.#width === 0) this.#sink(bytes, start, end, offset);
    else this.#join(bytes, start, end, offset);
  };

  /** A piece of the log is over: decides by what there is. */
  decide(): void {
    const sample = this.#sample;
    if (sample === undefined || sample.length === 0) return;
    this.#sample = undefined;
    this.#seen = sample.map(({ bytes }) => textOf(bytes, 0, bytes.length));
    const { width = 0, isSure } = foldingOf(this.#seen);
    if (isSure) this.#width = width;
    for (const { bytes, offset } of sample) this.line(bytes, 0, bytes.length, offset);
  }

  /** The log is at its end. */
  end(): void {
    this.decide();
    this.#release();
  }

  #join(bytes: Buffer, start: number, end: number, offset: number): void {
    const stop = end > start && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
    const isRecord = looksLikeStamp(bytes, start, SPACE) || looksLikeStamp(bytes, start, T);
    const held = this.#held;
    const piece = bytes.subarray(start, stop);
    if (held !== undefined && this.#lastLength === this.#width && !isRecord)
      this.#held = { bytes: Buffer.concat([held.bytes, piece]), offset: held.offset };
    else {
      this.#release();
      this.#held = { bytes: Buffer.from(piece), offset };
    }
    // Columns are characters, where bytes of one may be several.
    this.#lastLength = textOf(bytes, start, stop).length;
    if (this.#held!.bytes.length > MOST_BYTES || this.#lastLength !== this.#width) this.#release();
  }

  #release(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#sink(held.bytes, 0, held.bytes.length, held.offset);
  }
}

const textOf = (bytes: Buffer, start: number, end: number): string =>
  bytes.toString('utf8', start, end > start && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end);
