import { isAt } from '../model/bytes.js';
import { holeSpec } from './holes.js';
import type { Wording } from './message.js';
import { leadingText, type Part } from './template.js';
import type { Some } from './wants.js';

/** A wording that a message may have. */
export interface Candidate {
  readonly wording: Wording;
  /** false if no caller needs its event: then it is enough to know that the message has this wording */
  readonly isWanted: boolean;
  /** the conditions on single lines; see `Some` */
  readonly some: Some;
}

/** The wordings that a message may have, in the order in which they are tried. */
export interface Candidates {
  readonly all: readonly Candidate[];
  /** for a line of a request without a user; undefined if none of them is wanted then */
  readonly withoutUser: readonly Candidate[] | undefined;
}

/** A step of the beginning of a wording, in bytes: literal text, or a hole of fixed length. */
interface Step {
  /** empty for a hole */
  readonly literal: Uint8Array;
  readonly width: number;
  readonly isUuid: boolean;
}

/** A possible beginning of messages, and the candidates for messages with it. */
export interface Beginning {
  readonly steps: readonly Step[];
  /** the text after the hole that follows the prefix, if a byte shows the end of that hole */
  readonly mark: Mark | undefined;
  /** the candidates if none of the texts of `mark` follows; undefined if none of them is wanted */
  readonly candidates: Candidates | undefined;
}

/**
 * The text after the first hole. Dozens of wordings of access lines differ only in it:
 *
 *     {client:peer} "{method:POST} {root:root}/servers …
 *     └── hole ───┘└── text ─────┘
 *
 * For some holes the last characters are known as well: they distinguish the holders of a lock.
 *
 *     Lock "compute_resources" acquired by "{function:claim}" :: waited {waited:float}s
 *                                           └── hole ─┘└── text ─┘  └─ number
 *                                     … instance_claim
 */
export interface Mark {
  readonly byte: number;
  /** the index of the hole */
  readonly from: number;
  /** longest first */
  readonly texts: readonly MarkText[];
}

interface MarkText {
  readonly text: Uint8Array;
  /** the number of bytes of the text that belong to the end of the hole */
  readonly inHole: number;
  /** undefined if none of them is wanted */
  readonly candidates: Candidates | undefined;
  /** in thousandths: a line with a lower number after the text is not wanted */
  readonly least: number;
}

/** The possible beginnings of a message, by its first byte. */
export type Beginnings = readonly (readonly Beginning[])[];

const DASH = 45;
const BYTES = 256;
const NONE: readonly Beginning[] = [];
/** The longest hole before a mark (bytes). */
const MAX_HOLE_BYTES = 2048;
const POINT = 46;
const ZERO = 48;
/** The maximum number of digits of a number that is compared. */
const MAX_DIGITS = 9;

/** The candidates for a message, by its bytes; undefined if no wanted wording begins like it. */
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

/** The candidates for a message with a beginning: those whose text follows the first hole. */
function marked(
  bytes: Buffer,
  message: number,
  end: number,
  { candidates }: Beginning,
  { byte, from, texts }: Mark,
): Candidates | undefined {
  const start = message + from;
  const stop = Math.min(end, start + MAX_HOLE_BYTES);
  let at = start;
  while (at < stop && bytes[at] !== byte) at++;
  for (let i = 0; i < texts.length; i++) {
    const { text, inHole, least } = texts[i]!;
    const begin = at - inHole;
    const following = begin + text.length;
    if (begin < start || following > end || !isAt(bytes, begin, text)) continue;
    return least > 0 && isLower(bytes, following, end, least) ? undefined : texts[i]!.candidates;
  }
  return candidates;
}

/**
 * Whether the text at this place is a number below so many thousandths. False if it is no number: then the line is
 * read.
 */
function isLower(bytes: Buffer, start: number, end: number, thousandths: number): boolean {
  let value = 0;
  let at = start;
  for (; at < end && isDigit(bytes[at]!); at++) value = value * 10 + bytes[at]! - ZERO;
  if (at === start || at - start > MAX_DIGITS) return false;
  const point = at < end && bytes[at] === POINT ? at++ : -1;
  for (let i = 0; i < 3; i++) {
    const isFraction = point !== -1 && at < end && isDigit(bytes[at]!);
    value = value * 10 + (isFraction ? bytes[at++]! - ZERO : 0);
  }
  return value < thousandths;
}

const isDigit = (byte: number): boolean => byte >= ZERO && byte <= ZERO + 9;

/** The beginnings of all wanted wordings, each with its candidates in the order in which they are tried. */
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

/** Whether a message with the wording may begin with a text, as far as its holes have a fixed length. */
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

/** Groups the candidates after a prefix by the text that follows their first hole. */
function markOf(prefix: string, all: readonly Candidate[]): Pick<Beginning, 'mark' | 'candidates'> {
  const afterHoleOf = ({ wording }: Candidate): TextAfterHole | undefined =>
    wording.template.prefix === prefix ? afterPrefixOf(wording) : undefined;
  const char = all
    .map(afterHoleOf)
    .find((following) => following !== undefined)
    ?.text.charAt(0);
  if (char === undefined) return { mark: undefined, candidates: wantedOf(all) };
  const endsIn = (candidate: Candidate): TextAfterHole | undefined => {
    const following = afterHoleOf(candidate);
    return following?.text.startsWith(char) === true ? following : undefined;
  };
  const found = all.map(endsIn).filter((following) => following !== undefined);
  const texts = [...new Map(found.map((following) => [following.ending + following.text, following])).values()].sort(
    (a, b) => b.ending.length + b.text.length - a.ending.length - a.text.length,
  );
  return {
    mark: {
      byte: char.charCodeAt(0),
      from: Buffer.byteLength(prefix),
      texts: texts.map((following) => markText(following, all, endsIn)),
    },
    candidates: wantedOf(all.filter((candidate) => endsIn(candidate) === undefined)),
  };
}

/** A text of a mark, with its candidates. Longer texts are tried first. */
function markText(
  { ending, text }: TextAfterHole,
  all: readonly Candidate[],
  endsIn: (candidate: Candidate) => TextAfterHole | undefined,
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

/** The lowest number, in thousandths, that a wanted line has right after the text; 0 if any line is wanted. */
function leastOf({ some: { atLeast } }: Candidate, text: string, following: TextAfterHole | undefined): number {
  if (atLeast === undefined || following?.text !== text || following.hole !== atLeast.field) return 0;
  return Math.floor(atLeast.number * 1000);
}

/** @returns undefined if none of them is wanted: then the line is not read */
function wantedOf(all: readonly Candidate[]): Candidates | undefined {
  if (!all.some(isAnyWanted)) return undefined;
  if (!all.some(({ some }) => some.ofUsers === true)) return { all, withoutUser: all };
  const withoutUser = all.map((candidate) => (candidate.some.ofUsers === true ? { ...candidate, isWanted: false } : candidate));
  return { all, withoutUser: withoutUser.some(isAnyWanted) ? withoutUser : undefined };
}

const isAnyWanted = ({ isWanted }: Candidate): boolean => isWanted;

/** The known text after the start of a wording's first hole. */
interface TextAfterHole {
  /** the last characters of the hole */
  readonly ending: string;
  /** the text after it */
  readonly text: string;
  /** the name of the hole that follows the text */
  readonly hole: string | undefined;
}

/** A cache by wording, because each is looked up for every beginning that it shares. */
const afterFirstHole = new WeakMap<Wording, { readonly following: TextAfterHole | undefined }>();

function afterPrefixOf(wording: Wording): TextAfterHole | undefined {
  let known = afterFirstHole.get(wording);
  if (known === undefined) {
    known = { following: textAfterHole(wording.parts.slice(wording.template.prefix === '' ? 0 : 1)) };
    afterFirstHole.set(wording, known);
  }
  return known.following;
}

/** The text after a first hole, if the hole cannot contain the first character of that text. */
function textAfterHole([hole, ...rest]: readonly Part[]): TextAfterHole | undefined {
  if (hole === undefined || typeof hole === 'string') return undefined;
  const text = leadingText(rest);
  const { lacks, ending = '' } = holeSpec(hole.type);
  if (text === '' || lacks?.includes(text.charAt(0)) !== true) return undefined;
  const next = rest[0] === text ? rest[1] : undefined;
  return { ending, text, hole: typeof next === 'object' ? next.name : undefined };
}

/** A key that is equal for wordings with equal steps. */
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

/** The beginning of a wording, up to its first hole of variable length. */
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
