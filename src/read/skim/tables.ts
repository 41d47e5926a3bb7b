import type { Beginning, Beginnings, Candidates, Mark } from '../../catalogue/beginnings.js';
import type { Matcher } from '../../catalogue/index.js';
import { hashOf, type LoggerIndex } from '../../catalogue/matcher.js';
import { SLOTS } from './layout.js';

/** Writes the tables of matchers into the memory of wasm/skim.ts, one logger at a time. Nothing is ever removed. */
export class Tables {
  readonly #memory: Buffer;
  readonly #end: number;
  #at: number;
  readonly #byMatcher = new Map<Matcher, number>();
  readonly #byLogger = new Map<LoggerIndex, number>();
  readonly #entries = new Map<number, LoggerIndex>();
  /** candidates by their id in the memory; 0 means none */
  readonly #candidates: (Candidates | undefined)[] = [undefined];

  /** @param start first free byte of the memory, up to `end` */
  constructor(memory: Buffer, start: number, end: number) {
    this.#memory = memory;
    this.#at = start;
    this.#end = end;
  }

  /** @returns address of the logger table of a matcher; undefined without room */
  loggersOf(matcher: Matcher): number | undefined {
    let made = this.#byMatcher.get(matcher);
    if (made === undefined) {
      made = this.#take(4 * SLOTS);
      if (made !== undefined) this.#byMatcher.set(matcher, made);
    }
    return made;
  }

  /** Logger of an entry, and the candidates of an id. */
  loggerAt(entry: number): LoggerIndex | undefined {
    return this.#entries.get(entry);
  }

  candidatesOf(number: number): Candidates | undefined {
    return this.#candidates[number];
  }

  /** Adds a logger whose name is in the memory. @returns false without room */
  add(matcher: Matcher, start: number, end: number): boolean {
    const loggers = this.loggersOf(matcher);
    const index = matcher.loggerAt(this.#memory, start, end);
    const table = index === undefined ? 0 : this.#tableOf(index);
    if (loggers === undefined || table === undefined) return false;
    const head = loggers + 4 * hashOf(this.#memory, start, end);
    const next = this.#memory.readInt32LE(head);
    const entry = this.#write([next, index?.isKnown === true ? 1 : 0, table, end - start], this.#memory.subarray(start, end));
    if (entry === undefined) return false;
    if (index !== undefined) this.#entries.set(entry, index);
    this.#memory.writeInt32LE(entry, head);
    return true;
  }

  #tableOf(index: LoggerIndex): number | undefined {
    let made = this.#byLogger.get(index);
    if (made === undefined) {
      made = this.#beginnings(index.beginnings);
      if (made !== undefined) this.#byLogger.set(index, made);
    }
    return made;
  }

  /** Literal beginnings by first byte; each has the address of the next one. */
  #beginnings(beginnings: Beginnings): number | undefined {
    const table = this.#take(4 * beginnings.length);
    if (table === undefined) return undefined;
    for (const [byte, these] of beginnings.entries()) {
      let previous = table + 4 * byte;
      for (const beginning of these) {
        const made = this.#beginning(beginning);
        if (made === undefined) return undefined;
        this.#memory.writeInt32LE(made, previous);
        previous = made;
      }
    }
    return table;
  }

  #beginning({ steps, mark, candidates }: Beginning): number | undefined {
    const at = mark === undefined ? 0 : this.#hintOf(mark);
    const parts = steps.map(({ width, isUuid, literal }) => record([width, isUuid ? 1 : 0, literal.length], literal));
    return at === undefined ? undefined : this.#write([0, this.#numberOf(candidates), at, steps.length], Buffer.concat(parts));
  }

  #hintOf({ byte, from, texts }: Mark): number | undefined {
    const parts = texts.map(({ text, inHole, candidates, least }) =>
      record([this.#numberOf(candidates), inHole, least, text.length], text),
    );
    return this.#write([byte, from, texts.length], Buffer.concat(parts));
  }

  /** Id of candidates; 0 for none. The last bit marks those that only users need. */
  #numberOf(candidates: Candidates | undefined): number {
    if (candidates === undefined) return 0;
    const number = this.#candidates.push(candidates) - 1;
    return 2 * number + (candidates.withoutUser === undefined ? 1 : 0);
  }

  #write(ints: readonly number[], bytes: Uint8Array): number | undefined {
    const at = this.#take(4 * ints.length + bytes.length);
    if (at !== undefined) this.#memory.set(record(ints, bytes), at);
    return at;
  }

  #take(length: number): number | undefined {
    const at = this.#at;
    if (at + length > this.#end) return undefined;
    this.#at = (at + length + 3) & ~3;
    return at;
  }
}

/** Numbers of four bytes, followed by bytes. */
function record(ints: readonly number[], bytes: Uint8Array): Buffer {
  const made = Buffer.alloc(4 * ints.length + bytes.length);
  for (const [i, int] of ints.entries()) made.writeInt32LE(int, 4 * i);
  made.set(bytes, 4 * ints.length);
  return made;
}
