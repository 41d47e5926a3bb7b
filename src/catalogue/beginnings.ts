import { isAt } from '../model/bytes.js';
import { holeSpec } from './holes.js';
import type { Wording } from './message.js';
import { leadingText, type Part } from './template.js';

/** A wording that may be tried on a message. */
export interface Candidate {
  readonly wording: Wording;
  /** False where nobody asks for what it announces: then it is enough to know that the message is of it. */
  readonly isWanted: boolean;
}

/** One step of a wording's beginning in bytes: literal text, or a hole that is always equally long. */
interface Step {
  /** empty for a hole */
  readonly literal: Uint8Array;
  readonly width: number;
  readonly isUuid: boolean;
}

/** What a message may begin with, and the candidates for one that does. */
interface Beginning {
  readonly steps: readonly Step[];
  /** where the text after the prefix's hole stands, if it is one whose end can be told by a byte */
  readonly mark: Mark | undefined;
  /** those to try where none of the mark's texts follows */
  readonly candidates: readonly Candidate[];
}

/**
 * What follows the first hole. An access line is offered to dozens of wordings, which differ in it:
 *
 *     {client:peer} "{method:POST} {root:root}/servers …
 *     └── hole ───┘└── text ─────┘
 */
interface Mark {
  readonly byte: number;
  /** where the hole begins */
  readonly from: number;
  /** longest first */
  readonly texts: readonly { readonly text: Uint8Array; readonly candidates: readonly Candidate[] }[];
}

/** By a message's first byte: the beginnings it may have. */
export type Beginnings = readonly (readonly Beginning[])[];

const DASH = 45;
const BYTES = 256;
const NONE: readonly Beginning[] = [];
/** No hole that a mark ends is longer, in bytes. */
const LONGEST_HOLE = 2048;

/** The candidates for a message, by its bytes; undefined for one that begins as nothing does that is wanted. */
export function candidatesAt(beginnings: Beginnings, bytes: Buffer, message: number, end: number): readonly Candidate[] | undefined {
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
function marked(bytes: Buffer, message: number, end: number, { candidates }: Beginning, { byte, from, texts }: Mark): readonly Candidate[] {
  let at = message + from;
  const stop = Math.min(end, at + LONGEST_HOLE);
  while (at < stop && bytes[at] !== byte) at++;
  for (let i = 0; i < texts.length; i++) {
    const { text } = texts[i]!;
    if (at + text.length <= end && isAt(bytes, at, text)) return texts[i]!.candidates;
  }
  return candidates;
}

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
    const candidates = all.filter(({ wording: { template } }) => fits(template.prefix, prefix));
    const beginning = { steps, ...markOf(prefix, candidates) };
    if (prefix !== '') add(Buffer.from(prefix)[0]!, beginning);
    else for (let byte = 0; byte < BYTES; byte++) add(byte, beginning);
  }
  return byFirst;
}

/** Whether a message may begin with both. */
const fits = (one: string, other: string): boolean => one.startsWith(other) || other.startsWith(one);

/** Sorts the candidates behind a prefix by the text that follows their first hole. */
function markOf(prefix: string, all: readonly Candidate[]): Pick<Beginning, 'mark' | 'candidates'> {
  const textOf = ({ wording }: Candidate): string | undefined =>
    wording.template.prefix === prefix ? textAfterPrefix(wording) : undefined;
  const char = all
    .map(textOf)
    .find((text) => text !== undefined)
    ?.charAt(0);
  if (char === undefined) return { mark: undefined, candidates: all };
  const endsIn = (candidate: Candidate): string | undefined => {
    const text = textOf(candidate);
    return text?.startsWith(char) === true ? text : undefined;
  };
  const texts = [...new Set(all.map(endsIn))].filter((text) => text !== undefined).sort((a, b) => b.length - a.length);
  return {
    mark: {
      byte: char.charCodeAt(0),
      from: Buffer.byteLength(prefix),
      texts: texts.map((text) => ({
        text: Buffer.from(text),
        // Where a longer text follows, it has been found before.
        candidates: all.filter((candidate) => text.startsWith(endsIn(candidate) ?? '')),
      })),
    },
    candidates: all.filter((candidate) => endsIn(candidate) === undefined),
  };
}

/** By wording, as each is asked about for every beginning that it shares. */
const textsAfterPrefix = new WeakMap<Wording, { readonly text: string | undefined }>();

function textAfterPrefix(wording: Wording): string | undefined {
  let known = textsAfterPrefix.get(wording);
  if (known === undefined) {
    known = { text: textAfterHole(wording.parts.slice(wording.template.prefix === '' ? 0 : 1)) };
    textsAfterPrefix.set(wording, known);
  }
  return known.text;
}

/** The text after a first hole that cannot hold its first character. */
function textAfterHole([hole, ...rest]: readonly Part[]): string | undefined {
  if (hole === undefined || typeof hole === 'string') return undefined;
  const text = leadingText(rest);
  return text !== '' && holeSpec(hole.type).lacks?.includes(text.charAt(0)) === true ? text : undefined;
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
