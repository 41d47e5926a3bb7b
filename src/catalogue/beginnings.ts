import { isAt } from '../model/bytes.js';
import { holeSpec } from './holes.js';
import type { Wording } from './message.js';
import { leadingText, type Part } from './template.js';
import type { Some } from './wants.js';

/** A wording that may be tried on a message. */
export interface Candidate {
  readonly wording: Wording;
  /** False if no caller wants what it announces: then it is enough to know that the message is of it. */
  readonly isWanted: boolean;
  /** Of what is wanted only these lines are. */
  readonly some: Some;
}

/** The wordings that a message may be of, in the order in which they are to be tried. */
export interface Candidates {
  readonly all: readonly Candidate[];
  /** for a line of a request that no user made; undefined where nothing is wanted of it then */
  readonly withoutUser: readonly Candidate[] | undefined;
}

/** One step of a wording's beginning in bytes: literal text, or a hole that is always equally long. */
interface Step {
  /** empty for a hole */
  readonly literal: Uint8Array;
  readonly width: number;
  readonly isUuid: boolean;
}

/** What a message may begin with, and the candidates for one that does. */
export interface Beginning {
  readonly steps: readonly Step[];
  /** where the text after the prefix's hole stands, if a byte shows the end of that hole */
  readonly mark: Mark | undefined;
  /** those to try where none of the mark's texts follows; undefined where none of them is wanted */
  readonly candidates: Candidates | undefined;
}

/**
 * What follows the first hole. An access line is offered to dozens of wordings, which differ in it:
 *
 *     {client:peer} "{method:POST} {root:root}/servers …
 *     └── hole ───┘└── text ─────┘
 *
 * Of some holes the last characters are known too: they distinguish the holders of a lock.
 *
 *     Lock "compute_resources" acquired by "{function:claim}" :: waited {waited:float}s
 *                                           └── hole ─┘└── text ─┘  └─ number
 *                                     … instance_claim
 */
export interface Mark {
  readonly byte: number;
  /** where the hole begins */
  readonly from: number;
  /** longest first */
  readonly texts: readonly MarkText[];
}

interface MarkText {
  readonly text: Uint8Array;
  /** how many bytes of the text are the end of the hole */
  readonly inHole: number;
  /** undefined where none of them is wanted */
  readonly candidates: Candidates | undefined;
  /** in thousandths: a line is not wanted where the number behind the text is lower */
  readonly least: number;
}

/** By a message's first byte: the beginnings it may have. */
export type Beginnings = readonly (readonly Beginning[])[];

const DASH = 45;
const BYTES = 256;
const NONE: readonly Beginning[] = [];
/** No hole that a mark ends is longer, in bytes. */
const LONGEST_HOLE = 2048;
const POINT = 46;
const ZERO = 48;
/** More digits than any number has that is compared. */
const MOST_DIGITS = 9;

/** The candidates for a message, by its bytes; undefined for one that begins as nothing does that is wanted. */
export function candidatesAt(beginnings: Beginnings, bytes: Buffer, message: number, end: number): Candidates | undefined {
  const possible = beginnings[bytes[message] ?? 0]!;
  for (let i = 0; i < possible.length; i++) {
    const beginning = possible[i]!;
    if (!begins(bytes, message, end, beginning.steps)) continue;
    return beginning.mark === undefined ? beginning.candidates : marked(bytes, message, end, beginning, beginning.mark);
  }
  return undefined;
}

function begins(bytes: Buffer, message: number, end: number, steps: readonly Step[]): boolean {
  let at = message;
  for (let i = 0; i < steps.length; i++) {
    const { literal, width, isUuid } = steps[i]!;
    if (at + width > end || !isAt(bytes, at, literal)) return false;
    if (isUuid && (bytes[at + 8] !== DASH || bytes[at + 13] !== DASH || bytes[at + 18] !== DASH || bytes[at + 23] !== DASH)) return false;
    at += width;
  }
  return true;
}

/** The candidates for a message that begins so: those whose text follows its first hole. */
function marked(
  bytes: Buffer,
  message: number,
  end: number,
  { candidates }: Beginning,
  { byte, from, texts }: Mark,
): Candidates | undefined {
  const start = message + from;
  const stop = Math.min(end, start + LONGEST_HOLE);
  let at = start;
  while (at < stop && bytes[at] !== byte) at++;
  for (let i = 0; i < texts.length; i++) {
    const { text, inHole, least } = texts[i]!;
    const begin = at - inHole;
    const behind = begin + text.length;
    if (begin < start || behind > end || !isAt(bytes, begin, text)) continue;
    return least > 0 && isLower(bytes, behind, end, least) ? undefined : texts[i]!.candidates;
  }
  return candidates;
}

/** Whether a number stands here that is lower than so many thousandths. What is no number is not: it is read as text then. */
function isLower(bytes: Buffer, start: number, end: number, thousandths: number): boolean {
  let value = 0;
  let at = start;
  for (; at < end && isDigit(bytes[at]!); at++) value = value * 10 + bytes[at]! - ZERO;
  if (at === start || at - start > MOST_DIGITS) return false;
  const point = at < end && bytes[at] === POINT ? at++ : -1;
  for (let i = 0; i < 3; i++) {
    const isFraction = point !== -1 && at < end && isDigit(bytes[at]!);
    value = value * 10 + (isFraction ? bytes[at++]! - ZERO : 0);
  }
  return value < thousandths;
}

const isDigit = (byte: number): boolean => byte >= ZERO && byte <= ZERO + 9;

/** The beginnings of wanted wordings, each with every wording that may begin so, in the order in which they are tried. */
export function beginningsOf(all: readonly Candidate[]): Beginnings {
  const byFirst: (readonly Beginning[])[] = new Array(BYTES).fill(NONE);
  const add = (byte: number, beginning: Beginning): void => {
    byFirst[byte] = [...byFirst[byte]!, beginning];
  };
  const known = new Set<string>();
  for (const { wording, isWanted } of all) {
    if (!isWanted) continue;
    const key = keyOf(wording.parts);
    if (known.has(key)) continue;
    known.add(key);
    const steps = stepsOf(wording.parts);
    const { prefix } = wording.template;
    const candidates = all.filter(({ wording }) => fits(wording.parts, prefix));
    const beginning = { steps, ...markOf(prefix, candidates) };
    if (prefix !== '') add(Buffer.from(prefix)[0]!, beginning);
    else for (let byte = 0; byte < BYTES; byte++) add(byte, beginning);
  }
  return byFirst;
}

/** Whether a message of the wording may begin with a text, as far as its holes are equally long. */
function fits(parts: readonly Part[], text: string): boolean {
  let at = 0;
  for (const part of parts) {
    if (at >= text.length) return true;
    if (typeof part === 'string') {
      const known = text.slice(at, at + part.length);
      if (!part.startsWith(known)) return false;
      at += part.length;
      continue;
    }
    const { width, only } = holeSpec(part.type);
    if (width === undefined) return true;
    if (only !== undefined && [...text.slice(at, at + width)].some((char) => !only.includes(char))) return false;
    at += width;
  }
  return true;
}

/** Sorts the candidates behind a prefix by the text that follows their first hole. */
function markOf(prefix: string, all: readonly Candidate[]): Pick<Beginning, 'mark' | 'candidates'> {
  const behindOf = ({ wording }: Candidate): BehindHole | undefined =>
    wording.template.prefix === prefix ? behindPrefix(wording) : undefined;
  const char = all
    .map(behindOf)
    .find((behind) => behind !== undefined)
    ?.text.charAt(0);
  if (char === undefined) return { mark: undefined, candidates: wantedOf(all) };
  const endsIn = (candidate: Candidate): BehindHole | undefined => {
    const behind = behindOf(candidate);
    return behind?.text.startsWith(char) === true ? behind : undefined;
  };
  const found = all.map(endsIn).filter((behind) => behind !== undefined);
  const texts = [...new Map(found.map((behind) => [behind.ending + behind.text, behind])).values()].sort(
    (a, b) => b.ending.length + b.text.length - a.ending.length - a.text.length,
  );
  return {
    mark: {
      byte: char.charCodeAt(0),
      from: Buffer.byteLength(prefix),
      texts: texts.map((behind) => markText(behind, all, endsIn)),
    },
    candidates: wantedOf(all.filter((candidate) => endsIn(candidate) === undefined)),
  };
}

/** What stands behind a mark, with those that may be meant then. Where a longer text follows, it has been found before. */
function markText(
  { ending, text }: BehindHole,
  all: readonly Candidate[],
  endsIn: (candidate: Candidate) => BehindHole | undefined,
): MarkText {
  const candidates = all.filter((candidate) => {
    const other = endsIn(candidate);
    return other === undefined || (ending.endsWith(other.ending) && text.startsWith(other.text));
  });
  const leasts = candidates.filter(({ isWanted }) => isWanted).map((candidate) => leastOf(candidate, text, endsIn(candidate)));
  return {
    text: Buffer.from(ending + text),
    inHole: Buffer.byteLength(ending),
    candidates: wantedOf(candidates),
    least: leasts.length === 0 ? 0 : Math.min(...leasts),
  };
}

/** The number that a line of the candidate needs right behind the text, in thousandths; 0 where any line is wanted. */
function leastOf({ some: { atLeast } }: Candidate, text: string, behind: BehindHole | undefined): number {
  if (atLeast === undefined || behind?.text !== text || behind.hole !== atLeast.field) return 0;
  return Math.floor(atLeast.number * 1000);
}

/** @returns undefined where none of them is wanted: the line need not be read then */
function wantedOf(all: readonly Candidate[]): Candidates | undefined {
  if (!all.some(isAnyWanted)) return undefined;
  if (!all.some(({ some }) => some.ofUsers === true)) return { all, withoutUser: all };
  const withoutUser = all.map((candidate) => (candidate.some.ofUsers === true ? { ...candidate, isWanted: false } : candidate));
  return { all, withoutUser: withoutUser.some(isAnyWanted) ? withoutUser : undefined };
}

const isAnyWanted = ({ isWanted }: Candidate): boolean => isWanted;

/** What is known behind the beginning of a wording's first hole. */
interface BehindHole {
  /** the last characters of the hole */
  readonly ending: string;
  /** the text after it */
  readonly text: string;
  /** the name of the hole that follows the text */
  readonly hole: string | undefined;
}

/** By wording, as each is asked about for every beginning that it shares. */
const behindPrefixes = new WeakMap<Wording, { readonly behind: BehindHole | undefined }>();

function behindPrefix(wording: Wording): BehindHole | undefined {
  let known = behindPrefixes.get(wording);
  if (known === undefined) {
    known = { behind: behindHole(wording.parts.slice(wording.template.prefix === '' ? 0 : 1)) };
    behindPrefixes.set(wording, known);
  }
  return known.behind;
}

/** What follows a first hole that cannot hold the first character of it. */
function behindHole([hole, ...rest]: readonly Part[]): BehindHole | undefined {
  if (hole === undefined || typeof hole === 'string') return undefined;
  const text = leadingText(rest);
  const { lacks, ending = '' } = holeSpec(hole.type);
  if (text === '' || lacks?.includes(text.charAt(0)) !== true) return undefined;
  const next = rest[0] === text ? rest[1] : undefined;
  return { ending, text, hole: typeof next === 'object' ? next.name : undefined };
}

/** The same for all wordings whose steps are the same. */
function keyOf(parts: readonly Part[]): string {
  let key = '';
  for (const part of parts) {
    if (typeof part === 'string') {
      key += JSON.stringify(part);
      continue;
    }
    const { width } = holeSpec(part.type);
    if (width === undefined) break;
    key += `{${width} ${part.type === 'uuid'}}`;
  }
  return key;
}

/** A wording's beginning up to its first hole of varying length. */
function stepsOf(parts: readonly Part[]): readonly Step[] {
  const steps: Step[] = [];
  for (const part of parts) {
    if (typeof part === 'string') {
      const literal = Buffer.from(part);
      steps.push({ literal, width: literal.length, isUuid: false });
      continue;
    }
    const { width } = holeSpec(part.type);
    if (width === undefined) break;
    steps.push({ literal: Buffer.alloc(0), width, isUuid: part.type === 'uuid' });
  }
  return steps;
}
