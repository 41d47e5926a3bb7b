import { isAt } from '../model/bytes.js';
import { type Beginnings, beginningsOf, type Candidate, type Candidates, candidatesAt } from './beginnings.js';
import type { Announcement, FieldValue } from './event.js';
import { ANY_LOGGER, loggersOf, type Wording } from './message.js';
import type { Some, Wants } from './wants.js';

/** The result for a message that the catalogue knows but no caller needs. */
export const UNWANTED = 'unwanted';

const ANY: Some = {};

/** The number of slots in the hash table of logger names. */
const SLOTS = 256;
/** The longest beginning of a message, its first hole included (bytes). */
const MAX_BEGINNING = 4096;

/** The index of the messages of one logger. */
export class LoggerIndex {
  /** undefined for the index of all loggers without an entry of their own */
  readonly name: string | undefined;
  /** Whether a message of this logger alone is wanted. */
  readonly isKnown: boolean;
  readonly #all: readonly Candidate[];
  /** created for the first line of the logger: a log contains a fifth of the loggers */
  #beginnings: Beginnings | undefined;

  constructor(name: string | undefined, own: readonly Candidate[], any: readonly Candidate[]) {
    this.name = name;
    this.isKnown = name !== undefined && own.some(({ isWanted }) => isWanted);
    this.#all = [...own, ...any];
  }

  /** The possible beginnings of its messages. */
  get beginnings(): Beginnings {
    this.#beginnings ??= beginningsOf(this.#all);
    return this.#beginnings;
  }

  /**
   * The candidates for the message in a range of bytes, in the order in which they are tried.
   *
   * @returns undefined for most messages: no wanted wording begins like them, so they are not decoded
   */
  candidates(bytes: Buffer, message: number, end: number): Candidates | undefined {
    return candidatesAt(this.beginnings, bytes, message, end);
  }
}

/**
 * The index of a service's messages, used in two steps. On the bytes of a line it finds the logger and the wordings of
 * that logger that begin like the message; most lines end here. Then it matches these wordings with the decoded
 * message.
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

  /** The index of the logger whose name is in a range of bytes. */
  loggerAt(bytes: Buffer, start: number, end: number): LoggerIndex | undefined {
    const same = this.#byHash[hashOf(bytes, start, end)];
    if (same !== undefined)
      for (const { bytes: name, index } of same) if (end - start === name.length && isAt(bytes, start, name)) return index;
    return this.#other;
  }

  /**
   * The content of a decoded message.
   *
   * @returns undefined if the catalogue does not know it, as for most messages
   */
  read(logger: string, message: string): Announcement | typeof UNWANTED | undefined {
    const index = this.#byName.get(logger) ?? this.#other;
    if (index === undefined) return undefined;
    const length = beginning.write(message);
    const candidates = index.candidates(beginning, 0, length);
    return candidates === undefined ? undefined : firstReading(candidates.all, message);
  }
}

/** The bytes of the current message. */
const beginning = Buffer.alloc(MAX_BEGINNING);

/** The content of a message, by the first candidate that matches it. */
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

/** The order in which wordings are tried: those that begin with a hole later, general ones last. */
const rankOf = ({ spec, template }: Wording): number => (spec.general === true ? 2 : template.prefix === '' ? 1 : 0);

/** A hash of a few bytes: loggers differ in their length and their ends, and the name that is found is compared. */
export function hashOf(bytes: Buffer, start: number, end: number): number {
  return (Math.imul(end - start, 37) ^ bytes[end - 1]! ^ Math.imul(bytes[(start + end) >> 1]!, 5)) & (SLOTS - 1);
}
