import type { Announcement } from '../catalogue/event.js';
import { holeSpec } from '../catalogue/holes.js';
import { loggersOf, type Wording, wordingsOf } from '../catalogue/index.js';
import type { Part } from '../catalogue/template.js';
import { isText } from '../format/recent.js';
import { isWanted } from '../lifecycle/wanted.js';

/** One step of a wording's beginning in bytes: literal text, or a hole that is always equally long. */
interface Step {
  /** empty for a hole */
  readonly literal: string;
  readonly width: number;
  readonly isUuid: boolean;
}

/** What a message may begin with, and the wordings that may be tried on one that does. */
interface Beginning {
  readonly steps: readonly Step[];
  readonly wordings: readonly Offered[];
}

interface Offered {
  readonly wording: Wording;
  readonly isWanted: boolean;
}

interface Bucket {
  readonly logger: string;
  /** whether anything this logger says is wanted; otherwise only what any logger may say is */
  readonly isKnown: boolean;
  /** by the message's first byte: the beginnings it may have */
  readonly byFirst: readonly (readonly Beginning[])[];
}

/** What a message is that the catalogue knows and no action needs. */
export const UNWANTED = 'unwanted';

const DASH = 45;
const ANY_LOGGER = '*';
/** Ends a vlog module and an oslo logger's last name: tables are this long. */
const BYTES = 256;
const NONE: readonly Beginning[] = [];

/**
 * Rejects most lines by their bytes, before anything is decoded: by the logger first, then by what the known wordings of
 * that logger begin with. What passes is offered to those wordings only that may begin so. Made from the catalogue, so
 * there is no second list to keep.
 */
export class Sieve {
  readonly #byHash: Bucket[][] = [];
  readonly #otherLogger: Bucket | undefined;
  #bucket: Bucket | undefined;
  #wordings: readonly Offered[] = [];

  constructor(service: string) {
    const any = offered(service, ANY_LOGGER);
    for (const logger of loggersOf(service)) {
      if (logger === ANY_LOGGER) continue;
      const own = offered(service, logger);
      const isKnown = own.some((each) => each.isWanted);
      const bucket = { logger, isKnown, byFirst: byFirstOf([...own, ...any]) };
      const name = Buffer.from(logger);
      (this.#byHash[hashOf(name, 0, name.length)] ??= []).push(bucket);
    }
    if (any.length > 0) this.#otherLogger = { logger: ANY_LOGGER, isKnown: false, byFirst: byFirstOf(any) };
  }

  /** Whether the catalogue knows the logger of the line last asked about. */
  get knewLogger(): boolean {
    return this.#bucket?.isKnown === true;
  }

  /** Its name, where it is known: all lines share one string. */
  get logger(): string | undefined {
    return this.#bucket === this.#otherLogger ? undefined : this.#bucket?.logger;
  }

  /** Whether the line may be one that the catalogue reads. */
  wants(bytes: Buffer, loggerStart: number, loggerEnd: number, message: number, end: number): boolean {
    const bucket = this.#bucketFor(bytes, loggerStart, loggerEnd);
    this.#bucket = bucket;
    if (bucket === undefined) return false;
    const beginnings = bucket.byFirst[bytes[message] ?? 0]!;
    for (const { steps, wordings } of beginnings) {
      if (begins(bytes, message, end, steps)) {
        this.#wordings = wordings;
        return true;
      }
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
    const same = this.#byHash[hashOf(bytes, start, end)];
    if (same !== undefined) for (const bucket of same) if (isText(bytes, start, end, bucket.logger)) return bucket;
    return this.#otherLogger;
  }
}

const offered = (service: string, logger: string): Offered[] =>
  wordingsOf(service, logger).map((wording) => ({
    wording,
    isWanted: isWanted(wording.kind, wording.spec.level) || wording.kind === 'uwsgi.requested',
  }));

/** Of a few bytes only: loggers differ in their length and their ends, and what is found is compared anyway. */
function hashOf(bytes: Buffer, start: number, end: number): number {
  return (Math.imul(end - start, 37) ^ bytes[end - 1]! ^ Math.imul(bytes[(start + end) >> 1]!, 5)) & (BYTES - 1);
}

function isAt(bytes: Buffer, at: number, literal: string): boolean {
  for (let i = 0; i < literal.length; i++) if (bytes[at + i] !== literal.charCodeAt(i)) return false;
  return true;
}

function begins(bytes: Buffer, message: number, end: number, steps: readonly Step[]): boolean {
  let at = message;
  for (const { literal, width, isUuid } of steps) {
    if (at + width > end || !isAt(bytes, at, literal)) return false;
    if (isUuid && (bytes[at + 8] !== DASH || bytes[at + 13] !== DASH || bytes[at + 18] !== DASH || bytes[at + 23] !== DASH)) return false;
    at += width;
  }
  return true;
}

/** The beginnings that wanted wordings have, each with every wording that may begin so, in the order in which they are tried. */
function byFirstOf(all: readonly Offered[]): readonly (readonly Beginning[])[] {
  const byFirst: Beginning[][] = Array.from({ length: BYTES }, () => NONE as Beginning[]);
  const add = (byte: number, beginning: Beginning): void => {
    byFirst[byte] = [...byFirst[byte]!, beginning];
  };
  const known = new Set<string>();
  for (const { wording, isWanted } of all) {
    const steps = stepsOf(wording.parts);
    const key = JSON.stringify(steps);
    if (!isWanted || known.has(key)) continue;
    known.add(key);
    const { prefix } = wording.template;
    const wordings = all.filter(({ wording: { template } }) => template.prefix.startsWith(prefix) || prefix.startsWith(template.prefix));
    const beginning = { steps, wordings };
    if (prefix !== '') add(Buffer.from(prefix)[0]!, beginning);
    else for (let byte = 0; byte < BYTES; byte++) add(byte, beginning);
  }
  return byFirst;
}

/** A wording's beginning up to its first hole of varying length. */
function stepsOf(parts: readonly Part[]): readonly Step[] {
  const steps: Step[] = [];
  for (const part of parts) {
    if (typeof part === 'string') {
      // Compared byte by byte with its UTF-8.
      const literal = Buffer.from(part).toString('latin1');
      steps.push({ literal, width: literal.length, isUuid: false });
      continue;
    }
    const { width } = holeSpec(part.type);
    if (width === undefined) break;
    steps.push({ literal: '', width, isUuid: part.type === 'uuid' });
  }
  return steps;
}
