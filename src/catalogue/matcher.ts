import { isAt } from '../model/bytes.js';
import { type Beginnings, beginningsOf, type Candidate, type Candidates, candidatesAt } from './beginnings.js';
import type { Announcement, FieldValue } from './event.js';
import { ANY_LOGGER, loggersOf, type Wording } from './message.js';
import type { Some, Wants } from './wants.js';

/** The result for a message that the catalogue knows and no caller wants. */
export const UNWANTED = 'unwanted';

const ANY: Some = {};

/** The length of a table by a hash of a logger's name. */
const SLOTS = 256;
/** Of a message that is text so many bytes are looked at before it is tried: no beginning and its first hole are longer. */
const LONGEST_BEGINNING = 4096;

/** What one logger of a service may say. */
export class LoggerIndex {
  /** undefined where it stands for every logger that has no entry of its own */
  readonly name: string | undefined;
  /** Whether anything that this logger alone says is wanted. */
  readonly isKnown: boolean;
  readonly #all: readonly Candidate[];
  /** made for the logger's first line: a log holds a fifth of them */
  #beginnings: Beginnings | undefined;

  constructor(name: string | undefined, own: readonly Candidate[], any: readonly Candidate[]) {
    this.name = name;
    this.isKnown = name !== undefined && own.some(({ isWanted }) => isWanted);
    this.#all = [...own, ...any];
  }

  /** What its messages begin with. */
  get beginnings(): Beginnings {
    this.#beginnings ??= beginningsOf(this.#all);
    return this.#beginnings;
  }

  /**
   * What the message between two places of the bytes may be, in the order in which it is to be tried.
   *
   * @returns undefined for most messages: they begin as nothing does that is wanted, and need not be decoded
   */
  candidates(bytes: Buffer, message: number, end: number): Candidates | undefined {
    return candidatesAt(this.beginnings, bytes, message, end);
  }
}

/**
 * The index of what a service may say. It answers twice: on the bytes of a line, whether it can be anything that is wanted,
 * by its logger first and then by what the wordings of that logger begin with; and on the decoded message, which it is.
 */
export class Matcher {
  readonly #byHash: (readonly { readonly bytes: Uint8Array; readonly index: LoggerIndex }[])[] = [];
  readonly #byName = new Map<string, LoggerIndex>();
  readonly #other: LoggerIndex | undefined;

  constructor(wordings: readonly Wording[], wants: Wants) {
    const byLogger = new Map<string, Candidate[]>();
    for (const wording of [...wordings].sort((a, b) => rankOf(a) - rankOf(b))) {
      const wanted = wants(wording.kind, wording.spec.level);
      const candidate = { wording, isWanted: wanted !== false, some: typeof wanted === 'boolean' ? ANY : wanted };
      for (const logger of loggersOf(wording)) byLogger.set(logger, [...(byLogger.get(logger) ?? []), candidate]);
    }
    const any = byLogger.get(ANY_LOGGER) ?? [];
    byLogger.delete(ANY_LOGGER);
    for (const [name, own] of byLogger) {
      const bytes = Buffer.from(name);
      const index = new LoggerIndex(name, own, any);
      const slot = hashOf(bytes, 0, bytes.length);
      this.#byHash[slot] = [...(this.#byHash[slot] ?? []), { bytes, index }];
      this.#byName.set(name, index);
    }
    this.#other = any.length > 0 ? new LoggerIndex(undefined, [], any) : undefined;
  }

  /** What the logger may say whose name stands between two places of the bytes. */
  loggerAt(bytes: Buffer, start: number, end: number): LoggerIndex | undefined {
    const same = this.#byHash[hashOf(bytes, start, end)];
    if (same !== undefined)
      for (const { bytes: name, index } of same) if (end - start === name.length && isAt(bytes, start, name)) return index;
    return this.#other;
  }

  /**
   * What a message announces that is text already.
   *
   * @returns undefined for a message the catalogue does not know, which is most of them
   */
  read(logger: string, message: string): Announcement | typeof UNWANTED | undefined {
    const index = this.#byName.get(logger) ?? this.#other;
    if (index === undefined) return undefined;
    const length = beginning.write(message);
    const candidates = index.candidates(beginning, 0, length);
    return candidates === undefined ? undefined : firstReading(candidates.all, message);
  }
}

/** The bytes of the message at hand. */
const beginning = Buffer.alloc(LONGEST_BEGINNING);

/** What a message announces, by the first of the candidates that reads it. */
export function firstReading(candidates: readonly Candidate[], message: string): Announcement | typeof UNWANTED | undefined {
  for (const {
    wording,
    isWanted,
    some: { atLeast },
  } of candidates) {
    const { template, kind } = wording;
    if (!message.startsWith(template.prefix)) continue;
    if (isWanted) {
      const reading = template.read(message);
      if (reading === undefined) continue;
      if (atLeast !== undefined && isBelow(reading.fields[atLeast.field], atLeast.number)) return UNWANTED;
      return { kind, fields: reading.fields, text: reading.text };
    } else if (template.matches(message)) return UNWANTED;
  }
  return undefined;
}

const isBelow = (value: FieldValue | undefined, least: number): boolean => typeof value === 'number' && value < least;

/** What begins with a hole is tried later, and what is general last. */
const rankOf = ({ spec, template }: Wording): number => (spec.general === true ? 2 : template.prefix === '' ? 1 : 0);

/** Of a few bytes only: loggers differ in their length and their ends, and what is found is compared anyway. */
export function hashOf(bytes: Buffer, start: number, end: number): number {
  return (Math.imul(end - start, 37) ^ bytes[end - 1]! ^ Math.imul(bytes[(start + end) >> 1]!, 5)) & (SLOTS - 1);
}
