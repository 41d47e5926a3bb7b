import type { Millis } from '../model/line.js';

/** So many kinds are remembered; of a larger number some are said too often, which harms less than to keep them all. */
const MOST_KINDS = 100;

/** Lets what happens often be said seldom: of each kind once in a while, with how many were not said. */
export class Seldom {
  readonly #every: Millis;
  readonly #kinds = new Map<string, { saidAt: Millis; unsaid: number }>();

  constructor(every: Millis) {
    this.#every = every;
  }

  /** @returns how many of this kind were not said since the last; undefined where this one is not to be said either */
  ask(kind: string, now: Millis): number | undefined {
    const known = this.#kinds.get(kind);
    if (known !== undefined && now - known.saidAt < this.#every) {
      known.unsaid++;
      return undefined;
    }
    this.#kinds.delete(kind);
    this.#kinds.set(kind, { saidAt: now, unsaid: 0 });
    if (this.#kinds.size > MOST_KINDS) this.#kinds.delete(this.#kinds.keys().next().value!);
    return known?.unsaid ?? 0;
  }
}

/** Messages that differ in nothing but numbers and ids are of one kind. */
export const kindOf = (message: string): string => message.replace(/[0-9a-f]*[0-9][0-9a-f]*/gi, '#');
