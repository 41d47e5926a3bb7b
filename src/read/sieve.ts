import type { Announcement } from '../catalogue/event.js';
import { holeSpec } from '../catalogue/holes.js';
import { type Catalogue, catalogue as ours, type Wording } from '../catalogue/index.js';
import { leadingText, type Part } from '../catalogue/template.js';
import { isAt } from '../format/recent.js';
import { isWanted } from '../lifecycle/wanted.js';

/** One step of a wording's beginning in bytes: literal text, or a hole that is always equally long. */
interface Step {
  /** empty for a hole */
  readonly literal: Uint8Array;
  readonly width: number;
  readonly isUuid: boolean;
}

/** What a message may begin with, and the wordings that may be tried on one that does. */
interface Beginning {
  readonly steps: readonly Step[];
  /** where the text after the prefix's hole stands, if it is one whose end can be told by a byte */
  readonly mark: Mark | undefined;
  /** those to try where none of the mark's texts follows */
  readonly wordings: readonly Offered[];
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
  readonly texts: readonly { readonly text: Uint8Array; readonly wordings: readonly Offered[] }[];
}

interface Offered {
  readonly wording: Wording;
  readonly isWanted: boolean;
}

interface Bucket {
  readonly logger: string;
  readonly name: Uint8Array;
  /** whether anything this logger says is wanted; otherwise only what any logger may say is */
  readonly isKnown: boolean;
  /** by the message's first byte: the beginnings it may have */
  readonly byFirst: readonly (readonly Beginning[])[];
}

/** What the loggers of a service may say. */
interface Loggers {
  readonly byHash: readonly (readonly Bucket[])[];
  readonly other: Bucket | undefined;
}

/** What a message is that the catalogue knows and no action needs. */
export const UNWANTED = 'unwanted';

const DASH = 45;
const ANY_LOGGER = '*';
/** Ends a vlog module and an oslo logger's last name: tables are this long. */
const BYTES = 256;
const NONE: readonly Beginning[] = [];
/** No hole that a mark ends is longer, in bytes. */
const LONGEST_HOLE = 2048;

/**
 * Rejects most lines by their bytes, before anything is decoded: by the logger first, then by what the known wordings of
 * that logger begin with. What passes is offered to those wordings only that may begin so. Made from the catalogue, so
 * there is no second list to keep.
 */
export class Sieve {
  readonly #loggers: Loggers;
  #bucket: Bucket | undefined;
  #wordings: readonly Offered[] = [];

  constructor(service: string, catalogue: Catalogue = ours) {
    this.#loggers = loggersOf(service, catalogue);
  }

  /** Whether the catalogue knows the logger of the line last asked about. */
  get knewLogger(): boolean {
    return this.#bucket?.isKnown === true;
  }

  /** Its name, where it is known: all lines share one string. */
  get logger(): string | undefined {
    return this.#bucket === this.#loggers.other ? undefined : this.#bucket?.logger;
  }

  /** Whether the line may be one that the catalogue reads. */
  wants(bytes: Buffer, loggerStart: number, loggerEnd: number, message: number, end: number): boolean {
    const bucket = this.#bucketFor(bytes, loggerStart, loggerEnd);
    this.#bucket = bucket;
    if (bucket === undefined) return false;
    const beginnings = bucket.byFirst[bytes[message] ?? 0]!;
    for (let i = 0; i < beginnings.length; i++) {
      const beginning = beginnings[i]!;
      if (!begins(bytes, message, end, beginning.steps)) continue;
      this.#wordings = beginning.mark === undefined ? beginning.wordings : marked(bytes, message, end, beginning, beginning.mark);
      return true;
    }
    return false;
  }

  /** What the message announces of the line last asked about, if the sieve wanted it. As `recognise`. */
  read(message: string): Announcement | typeof UNWANTED | undefined {
    for (const { wording, isWanted } of this.#wordings) {
      const { template, kind } = wording;
      if (!message.startsWith(template.prefix)) continue;
      if (isWanted) {
        const reading = template.read(message);
        if (reading !== undefined) return { kind, fields: reading.fields, text: reading.text };
      } else if (template.matches(message)) return UNWANTED;
    }
    return undefined;
  }

  #bucketFor(bytes: Buffer, start: number, end: number): Bucket | undefined {
    const same = this.#loggers.byHash[hashOf(bytes, start, end)];
    if (same !== undefined)
      for (const bucket of same) if (end - start === bucket.name.length && isAt(bytes, start, bucket.name)) return bucket;
    return this.#loggers.other;
  }
}

/** The same for all logs of a service: it takes as long to make as thousands of lines to read. */
const known = new WeakMap<Catalogue, Map<string, Loggers>>();

function loggersOf(service: string, catalogue: Catalogue): Loggers {
  let ofServices = known.get(catalogue);
  if (ofServices === undefined) known.set(catalogue, (ofServices = new Map()));
  let loggers = ofServices.get(service);
  if (loggers === undefined) ofServices.set(service, (loggers = makeLoggers(service, catalogue)));
  return loggers;
}

function makeLoggers(service: string, catalogue: Catalogue): Loggers {
  const byHash: Bucket[][] = [];
  const any = offered(catalogue, service, ANY_LOGGER);
  for (const logger of catalogue.loggersOf(service)) {
    if (logger === ANY_LOGGER) continue;
    const own = offered(catalogue, service, logger);
    const isKnown = own.some((each) => each.isWanted);
    const name = Buffer.from(logger);
    (byHash[hashOf(name, 0, name.length)] ??= []).push({ logger, name, isKnown, byFirst: byFirstOf([...own, ...any]) });
  }
  const other = any.length > 0 ? { logger: ANY_LOGGER, name: Buffer.alloc(0), isKnown: false, byFirst: byFirstOf(any) } : undefined;
  return { byHash, other };
}

const offered = (catalogue: Catalogue, service: string, logger: string): Offered[] =>
  catalogue.wordingsOf(service, logger).map((wording) => ({
    wording,
    isWanted: isWanted(wording.kind, wording.spec.level) || wording.kind === 'uwsgi.requested' || catalogue.added.has(wording.kind),
  }));

/** Of a few bytes only: loggers differ in their length and their ends, and what is found is compared anyway. */
function hashOf(bytes: Buffer, start: number, end: number): number {
  return (Math.imul(end - start, 37) ^ bytes[end - 1]! ^ Math.imul(bytes[(start + end) >> 1]!, 5)) & (BYTES - 1);
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

/** The wordings to try on a message that begins so: those whose text follows its first hole. */
function marked(bytes: Buffer, message: number, end: number, { wordings }: Beginning, { byte, from, texts }: Mark): readonly Offered[] {
  let at = message + from;
  const stop = Math.min(end, at + LONGEST_HOLE);
  while (at < stop && bytes[at] !== byte) at++;
  for (let i = 0; i < texts.length; i++) {
    const { text } = texts[i]!;
    if (at + text.length <= end && isAt(bytes, at, text)) return texts[i]!.wordings;
  }
  return wordings;
}

/** The beginnings that wanted wordings have, each with every wording that may begin so, in the order in which they are tried. */
function byFirstOf(all: readonly Offered[]): readonly (readonly Beginning[])[] {
  const byFirst: (readonly Beginning[])[] = new Array(BYTES).fill(NONE);
  const add = (byte: number, beginning: Beginning): void => {
    byFirst[byte] = [...byFirst[byte]!, beginning];
  };
  const known = new Set<string>();
  for (const { wording, isWanted } of all) {
    if (!isWanted) continue;
    const key = beginningOf(wording.parts);
    if (known.has(key)) continue;
    known.add(key);
    const steps = stepsOf(wording.parts);
    const { prefix } = wording.template;
    const wordings = all.filter(({ wording: { template } }) => fits(template.prefix, prefix));
    const beginning = { steps, ...markOf(prefix, wordings) };
    if (prefix !== '') add(Buffer.from(prefix)[0]!, beginning);
    else for (let byte = 0; byte < BYTES; byte++) add(byte, beginning);
  }
  return byFirst;
}

/** Whether a message may begin with both. */
const fits = (one: string, other: string): boolean => one.startsWith(other) || other.startsWith(one);

/** Sorts the wordings behind a prefix by the text that follows their first hole. */
function markOf(prefix: string, all: readonly Offered[]): { mark: Mark | undefined; wordings: readonly Offered[] } {
  const textOf = ({ wording }: Offered): string | undefined => (wording.template.prefix === prefix ? textAfterPrefix(wording) : undefined);
  const char = all
    .map(textOf)
    .find((text) => text !== undefined)
    ?.charAt(0);
  if (char === undefined) return { mark: undefined, wordings: all };
  const endsIn = (offer: Offered): string | undefined => {
    const text = textOf(offer);
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
        wordings: all.filter((offer) => text.startsWith(endsIn(offer) ?? '')),
      })),
    },
    wordings: all.filter((offer) => endsIn(offer) === undefined),
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
function beginningOf(parts: readonly Part[]): string {
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
