import { isWrapped } from '../format/wrap/index.js';
import type { LineSink } from '../model/line.js';
import { type Clean, cleanerOf } from './clean.js';
import { type Rewrite, rewriteOf } from './head.js';
import { isOfObjects, Objects } from './objects.js';

const CARRIAGE_RETURN = 13;
/** Number of lines from which the width of a log is found. */
const MOST_LINES = 400;
const MOST_BYTES = 256 * 1024;
/** Minimum and maximum width of a terminal. */
const NARROWEST = 40;
const WIDEST = 600;
/** Number of records cut at one width that prove it, and of different ones among them. */
const PROOF = 3;
const DIFFERENT = 2;
/** Start of a separate record, or of a line that may continue a whole one. */
const OWN = /^(?:\s\s|\t|Traceback |[<{}[#]|$)/;
/** Maximum number of compared pieces of one record. */
const MOST_PIECES = 20;
/** Length of date and time, which differ in each record. */
const STAMP_LENGTH = 24;

/** How a terminal or editor wrapped the lines. */
export interface Folding {
  /** width in columns; undefined if no line has a possible rest */
  readonly width: number | undefined;
  /** there is enough evidence, and none against it */
  readonly isSure: boolean;
  /** lines were wrapped at blanks, so that no piece is wider than that */
  readonly isAtBlanks?: boolean;
}

const NOT_CUT: Folding = { width: undefined, isSure: false };

/**
 * Finds the width at which a terminal wrapped the lines of a log: the longest lines all have this length, and each of them
 * is followed by a line that is no record. A program that wraps at blanks, such as a mail program, leaves no piece with room
 * for the next word.
 *
 *     2024-07-11 18:10:40.100 2 INFO nova.compute.claims [None req-… u p - - default defaul       120 columns
 *     t] [instance: …] Claim successful on node cmp1                                              the rest
 */
export function foldingOf(lines: readonly string[]): Folding {
  const begins = lines.map((line, i) => beginsRecord(line, lines[i + 1]));
  const goesOn = (i: number): boolean => begins[i] === true && begins[i + 1] === false && !OWN.test(lines[i + 1]!);
  const firsts = lines.flatMap((line, i) => (goesOn(i) && line.length >= NARROWEST && line.length <= WIDEST ? [line.length] : []));
  if (firsts.length === 0) return NOT_CUT;
  const width = mostOf(firsts);
  const cut = new Set<string>();
  let cuts = 0;
  let proven = 0;
  let others = 0;
  for (const [i, line] of lines.entries()) {
    const next = lines[i + 1];
    if (goesOn(i) && line.length === width) {
      cuts++;
      cut.add(recordAt(lines, begins, i));
      if (isBroken(line) && /^[^[]*\]/.test(next!)) proven++;
      // A longer line was not copied with the others; a shorter one was cut by something else.
    } else if (line.length > width || goesOn(i) || (line.length === width && begins[i + 1] === true)) others++;
  }
  const isSure = (cuts >= PROOF && cut.size >= DIFFERENT) || proven >= DIFFERENT;
  if (isSure && others * 3 <= cuts) return { width, isSure };
  return cutAtBlanks(lines, begins) ?? { width, isSure: false };
}

/** The most frequent value; on a tie the largest. */
function mostOf(lengths: readonly number[]): number {
  const found = new Map<number, number>();
  for (const length of lengths) found.set(length, (found.get(length) ?? 0) + 1);
  return [...found].sort(([a, n], [b, m]) => m - n || b - a)[0]![0];
}

/** Whether hardly any piece leaves room for the first word of the next. */
function cutAtBlanks(lines: readonly string[], begins: readonly boolean[]): Folding | undefined {
  const pairs = lines.flatMap((line, i) => {
    const next = lines[i + 1];
    return next === undefined || next === '' || begins[i + 1] === true || line === '' ? [] : [{ line, next, isFirst: begins[i] === true }];
  });
  const firsts = pairs.filter(({ isFirst }) => isFirst);
  if (firsts.length < PROOF || firsts.length * 2 < begins.filter((each) => each).length) return undefined;
  if (new Set(firsts.map(({ line, next }) => (line + next).slice(STAMP_LENGTH))).size < DIFFERENT) return undefined;
  const lengths = pairs.map(({ line }) => line.length).filter((length) => length <= WIDEST);
  // What cuts within words leaves pieces of one length.
  if (new Set(firsts.map(({ line }) => line.length)).size < DIFFERENT) return undefined;
  // One word that is longer than the width stands alone in its line.
  const width = Math.max(...pairs.filter(({ line }) => line.includes(' ')).map(({ line }) => line.length));
  if (lengths.length === 0 || width < NARROWEST || width > WIDEST) return undefined;
  const cuts = pairs.filter(({ line, next }) => line.length + 1 + firstWord(next).length > width).length;
  return cuts * 10 >= pairs.length * 9 ? { width, isSure: true, isAtBlanks: true } : undefined;
}

const firstWord = (text: string): string => /^\S*/.exec(text)![0];

/** A record without its time, as far as it may reach. */
function recordAt(lines: readonly string[], begins: readonly boolean[], first: number): string {
  let last = first + 1;
  while (last < lines.length && last - first < MOST_PIECES && begins[last] !== true) last++;
  return lines.slice(first, last).join('').slice(STAMP_LENGTH);
}

/** Whether a line ends inside the brackets that each record has. */
const isBroken = (line: string): boolean => / \[(?:-|None|req-|instance:)[^\]]*$| \[$/.test(line);

const STAMPED = /^[[(]?\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d/;

/** Whether a line begins a record: with its time, or with a prefix. Pieces seldom look like either. */
const beginsRecord = (line: string, next = ''): boolean => STAMPED.test(line) || (line.length >= NARROWEST && isWrapped(line + next));

interface Kept {
  readonly bytes: Buffer;
  readonly offset: number;
}

/**
 * Restores the lines of a copied log: cleans them, joins wrapped ones, and rewrites heads in oslo.log's format. The
 * first lines are kept until the changes are known; in an unchanged log, all others are passed on directly. Without
 * certainty nothing is joined.
 */
export class Unfolder {
  readonly #sink: LineSink;
  #sample: Kept[] | undefined = [];
  #sampleBytes = 0;
  /** sample of the log as text, for the description of an unreadable log */
  #seen: readonly string[] = [];
  #isAsWritten = false;
  #clean: Clean | undefined;
  #rewrite: Rewrite | undefined;
  #folding: Folding = NOT_CUT;
  #objects: Objects | undefined;
  /** pieces of the current record, and its offset */
  #held: { text: string; readonly offset: number } | undefined;
  #last = '';

  constructor(sink: LineSink) {
    this.#sink = sink;
  }

  /** First lines of the log. */
  get seen(): readonly string[] {
    return this.#sample === undefined ? this.#seen : this.#sample.map(({ bytes }) => bytes.toString('utf8'));
  }

  /** Width at which its lines were wrapped; 0 if they were not. */
  get width(): number {
    return this.#folding.width ?? 0;
  }

  /** Whether lines are passed on unchanged. */
  get isAsWritten(): boolean {
    return this.#isAsWritten;
  }

  /** Takes one line. */
  readonly line: LineSink = (bytes, start, end, offset) => {
    if (this.#isAsWritten) this.#sink(bytes, start, end, offset);
    else if (this.#sample === undefined) this.#take(textOf(bytes, start, end), offset);
    else {
      this.#sample.push({ bytes: Buffer.from(bytes.subarray(start, end)), offset });
      this.#sampleBytes += end - start;
      if (this.#sample.length >= MOST_LINES || this.#sampleBytes > MOST_BYTES) this.decide();
    }
  };

  /** Ends a piece of the log: decides by the lines so far. */
  decide(): void {
    const sample = this.#sample;
    if (sample === undefined || sample.length === 0) return;
    this.#sample = undefined;
    const given = sample.map(({ bytes }) => textOf(bytes, 0, bytes.length));
    if (isOfObjects(given)) {
      this.#objects = new Objects();
      this.#seen = given;
      for (const { bytes, offset } of sample) this.line(bytes, 0, bytes.length, offset);
      return;
    }
    this.#clean = cleanerOf(given);
    const clean = this.#clean;
    const texts = clean === undefined ? given : given.flatMap(clean);
    this.#seen = texts;
    const folding = foldingOf(texts);
    if (folding.isSure) this.#folding = folding;
    this.#rewrite = rewriteOf(this.#joined(texts));
    this.#isAsWritten = this.#clean === undefined && this.#rewrite === undefined && !folding.isSure;
    for (const { bytes, offset } of sample) this.line(bytes, 0, bytes.length, offset);
  }

  /** Ends the log. */
  end(): void {
    this.decide();
    this.#release();
  }

  #joined(texts: readonly string[]): readonly string[] {
    const joined: string[] = [];
    for (const [i, text] of texts.entries()) {
      if (i > 0 && this.#continues(texts[i - 1]!, text)) joined.push(this.#together(joined.pop()!, text));
      else joined.push(text);
    }
    return joined;
  }

  #take(text: string, offset: number): void {
    if (this.#objects !== undefined) {
      for (const each of this.#objects.take(text)) {
        const bytes = Buffer.from(each);
        this.#sink(bytes, 0, bytes.length, offset);
      }
      return;
    }
    for (const piece of this.#clean?.(text) ?? [text]) this.#piece(piece, offset);
  }

  #piece(text: string, offset: number): void {
    if (this.#held !== undefined && this.#continues(this.#last, text)) this.#held.text = this.#together(this.#held.text, text);
    else {
      this.#release();
      this.#held = { text, offset };
    }
    this.#last = text;
    if (this.#folding.width === undefined || this.#held.text.length > MOST_BYTES) this.#release();
  }

  /** Whether a line is the rest of the line before. */
  #continues(before: string, text: string): boolean {
    const { width, isAtBlanks } = this.#folding;
    if (width === undefined || beginsRecord(text)) return false;
    if (isAtBlanks !== true) return before.length === width;
    return text !== '' && before.length + 1 + firstWord(text).length > width;
  }

  #together(before: string, text: string): string {
    return this.#folding.isAtBlanks === true ? `${before} ${text}` : before + text;
  }

  #release(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held === undefined) return;
    const bytes = Buffer.from(this.#rewrite?.(held.text) ?? held.text);
    this.#sink(bytes, 0, bytes.length, held.offset);
  }
}

const textOf = (bytes: Buffer, start: number, end: number): string =>
  bytes.toString('utf8', start, end > start && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end);

/** The original of one line, without traces of copying. For `explain`. */
export function asWritten(given: string): string {
  const line = given.replace(/\r$/, '');
  const cleaned = cleanerOf([line])?.(line) ?? [line];
  const [first = line] = cleaned;
  return cleaned.length > 1 ? line : (rewriteOf([first])?.(first) ?? first);
}
